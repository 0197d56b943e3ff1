"""The sound files that a command line names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sertool.cli import console
from sertool.errors import NotEnough

if TYPE_CHECKING:
    from sertool.corpora import PassedOver


def files(given: Sequence[Path]) -> list[Path]:
    """The files named, and those below the folders named, in that order.

    What is passed over in folders is counted and said on stderr.

    Raises:
        NotEnough: a folder without a sound file.
        NotFound: a folder that may not be read.
    """
    from sertool.corpora import PassedOver, sound_files

    passed_over = PassedOver()
    found: list[Path] = []
    for path in given:
        if not path.is_dir():
            found.append(path)
            continue
        below = sorted(path / name for name in sound_files(path, passed_over))
        if not below:
            raise NotEnough(_nothing(path, passed_over))
        found += below
    say(passed_over)
    return found


def say(passed_over: PassedOver, corpus: str = "") -> None:
    """What a walk passed over, of a corpus if it has a name, in a line on stderr."""
    if str(passed_over):
        console.say(f"{corpus}{': ' * bool(corpus)}passed over {passed_over}")


def _nothing(folder: Path, passed_over: PassedOver) -> str:
    from sertool.corpora import SUFFIXES

    there = f" ({passed_over})" if str(passed_over) else ""
    return f"no sound file below {folder}{there}; looked for {' '.join(SUFFIXES)}"
