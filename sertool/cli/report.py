"""`sertool report`: tables and figures again, from stored results alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sertool.results import Result


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder with results.jsonl.")],
) -> None:
    """Redo tables and figures of a study from its results.jsonl alone.

    Writes tables.md, tables.tex, one CSV per table and the figures into DIR, byte for byte the
    same each time, and prints the tables.
    """
    from sertool import results

    write_and_show(results.read(folder), folder)


def write_and_show(found: Sequence[Result], folder: Path) -> None:
    """Write the tables of some results and print the ones that a person looks at first."""
    from sertool import report as reporting
    from sertool.cli import screen

    files = reporting.write(found, folder)
    for table in reversed(reporting.tables(found)):  # a screen shows the end: the overview
        screen.show(table.title, table.columns, table.rows, table.facts, table.best)
        for note in table.notes:
            typer.echo(note)
    screen.say(f"written: {', '.join(str(file) for file in files)}")
