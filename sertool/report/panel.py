"""Which test sets stand side by side, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sertool.report.aggregates import Aggregate, Target, chance_last
from sertool.report.notes import about, heading, mark, shared
from sertool.report.sections import Section
from sertool.report.table import Row

WIDE = 8
"""An overview of more columns than these shows means over test sets."""

Column = tuple[Section, Target]


@dataclass(frozen=True)
class Panel:
    """Test sets side by side.

    Attributes:
        name: of its table.
        title: of its table.
        sections: that the test sets are of.
        notes: on what the sections ask and how their features were scaled.
        labels: of the test sets, a heading each.
    """

    name: str
    title: str
    sections: Sequence[Section]
    notes: Row
    labels: Row

    @property
    def is_per_corpus(self) -> bool:
        """Whether it is of a single protocol that divides each corpus in itself."""
        return _is_per_corpus(self.sections)

    @property
    def is_wide(self) -> bool:
        """Whether an overview shows means instead of single test sets."""
        return len(self.columns) > WIDE and not self.is_per_corpus

    @property
    def columns(self) -> list[Column]:
        """Each test set with its section."""
        return [(section, target) for section in self.sections for target in section.targets]

    @property
    def estimators(self) -> tuple[str, ...]:
        """All that were run, the chance line last."""
        return chance_last(each for section in self.sections for each in section.estimators)

    @property
    def best(self) -> list[list[str]]:
        """For each test set the estimators of the highest UAR, if there are two to compare."""
        return [
            highest(
                {
                    aggregate.estimator: aggregate.uar
                    for aggregate in section.of(target)
                    if section.is_whole(aggregate)
                }
            )
            for section, target in self.columns
        ]

    @property
    def aggregates(self) -> list[tuple[Section, Aggregate]]:
        """All that is shown, test set by test set."""
        return [
            (section, aggregate)
            for section, target in self.columns
            for aggregate in section.of(target)
        ]


def panels(sections: Sequence[Section]) -> Iterator[Panel]:
    """One for each of the conditions: every protocol and test set, or a single one's corpora."""
    for chosen in _comparable(sections):
        yield per_corpus(chosen[0]) if _is_per_corpus(chosen) else _overview(chosen)


def per_corpus(section: Section) -> Panel:
    """The corpora under one protocol."""
    return Panel(
        name=section.name,
        title=f"Per corpus: {heading(section)}",
        sections=[section],
        notes=tuple(about(section)),
        labels=tuple(section.label(target) for target in section.targets),
    )


def _is_per_corpus(sections: Sequence[Section]) -> bool:
    return len(sections) == 1 and sections[0].within


def _overview(chosen: Sequence[Section]) -> Panel:
    main = next((one for one in chosen if not one.own_recipe), chosen[0])
    own = [one for one in chosen if one.own_recipe and one is not main]
    return Panel(
        name=main.name.replace(main.protocol, "overview", 1),
        title=", ".join(("Overview", *main.words)),
        sections=chosen,
        notes=(
            *(about(section)[0] for section in chosen),
            about(main)[1],
            *(f"Not so under {section.protocol}: {about(section)[1]}" for section in own),
        ),
        labels=tuple(
            f"{section.protocol} {section.label(target)}{mark(section)}"
            for section in chosen
            for target in section.targets
        ),
    )


def _comparable(sections: Sequence[Section]) -> Iterator[list[Section]]:
    """Sections of the same conditions; a protocol with a recipe of its own goes with each."""
    free = [each for each in sections if not each.own_recipe]
    chosen = [each.conditions for each in free or sections]
    for conditions in sorted({*chosen}, key=chosen.index):
        yield [
            each
            for each in sections
            if each.conditions == conditions
            or (each.own_recipe and each.conditions.features == conditions.features)
        ]


def highest(column: Mapping[str, float]) -> list[str]:
    """The names of the highest UAR, if there are two to compare; equals share the honour."""
    if len(column) < 2:
        return []
    return [name for name, value in column.items() if np.isclose(value, max(column.values()))]


def why(sections: Sequence[Section]) -> Row:
    """One sentence on what the protocols share; nothing to say of a single one."""
    if len(sections) < 2:
        return ()
    each = "; ".join(
        f"{', '.join(shared(one.first.leaks)) or 'nothing'} under {one.protocol}"
        for one in sections
    )
    return (
        f"Why the numbers differ: train and test share {each}; what they share is recognised "
        "again without the emotion being recognised, so the less they share, the more the number "
        "says about recordings of your own.",
    )
