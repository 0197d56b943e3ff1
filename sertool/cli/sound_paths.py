"""The sound files that a command line names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sertool.errors import NotEnough


def files(given: Sequence[Path]) -> list[Path]:
    """The files named, and those below the folders named, in that order."""
    from sertool.corpora import SUFFIXES

    found: list[Path] = []
    for path in given:
        if path.is_dir():
            below = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES)
            if not below:
                raise NotEnough(f"no sound file below {path}; looked for {' '.join(SUFFIXES)}")
            found += below
        else:
            found.append(path)
    return found
