"""Figures that others published, to stand beside ours; they live in `assets/published.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from sertool.report.aggregates import Target
from sertool.report.sections import Section
from sertool.report.table import Row
from sertool.storage import paths

FILE = paths.ASSETS / "published.toml"


@dataclass(frozen=True)
class Figure:
    """One published number.

    Attributes:
        who: what or who reached it.
        protocol: under which protocol, or the one that is nearest to how it was measured.
        tested: the corpus or pool that was tested; "" = none of ours exactly.
        emotions: which emotions had entered, as a study declares them.
        accuracy: in percent.
        source: where it was published, and on what.
    """

    who: str
    protocol: str
    tested: str
    emotions: list[str]
    accuracy: float
    source: str


@cache
def figures() -> tuple[Figure, ...]:
    """All published figures.

    >>> figures()[0].accuracy
    75.96
    """
    with FILE.open("rb") as file:
        return tuple(Figure(**figure) for figure in tomllib.load(file)["figures"])


def rows(columns: Sequence[tuple[Section, Target]]) -> Iterator[Row]:
    """A row for each who, with the figures of the columns that were tested on the same."""
    found = [[each for each in figures() if _is_of(each, *column)] for column in columns]
    for who in dict.fromkeys(each.who for column in found for each in column):
        cells = [[each for each in column if each.who == who] for column in found]
        yield (
            f"published: {who}",
            *(f"? / {each[0].accuracy:g}" if each else "" for each in cells),
        )


def notes(columns: Sequence[tuple[Section, Target]]) -> list[str]:
    """The sources of `rows`, and figures that are near to these columns without being theirs."""
    protocols = {section.protocol for section, _ in columns}
    shown = [each for each in figures() if any(_is_of(each, *column) for column in columns)]
    near = [each for each in figures() if not each.tested and each.protocol in protocols]
    return [
        f"Published{on}: {each.who}, {each.accuracy:g} % accuracy; {each.source}."
        for on, found in (("", shown), (" on other rows", near))
        for each in found
    ]


def _is_of(figure: Figure, section: Section, target: Target) -> bool:
    """Whether a figure belongs to a column: same protocol, test set and emotions."""
    place = (section.protocol, target.test_on)
    return (figure.protocol, figure.tested) == place and target.emotions in figure.emotions
