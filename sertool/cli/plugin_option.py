"""`--plugin FILE`, which every command that meets plug-ins takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def _added(files: list[Path] | None) -> list[Path] | None:
    """Add what the files hold before the command begins.

    Raises:
        NotFound, BadPlugin: as `registry.add_file` says.
    """
    from sertool import registry

    for file in files or ():
        registry.add_file(file)
    return files


PluginFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--plugin",
        metavar="FILE",
        callback=_added,
        help="Also use the plug-in in a Python file, whose code is run; may be repeated.",
    ),
]
"""The plug-ins are there once options are read; the command itself has nothing to do."""
