"""What a person looks at first: one table for each of the conditions, in full and in short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sertool.notation import percent
from sertool.report.aggregates import Target, compared
from sertool.report.notes import explained, marks, unfinished
from sertool.report.panel import Panel, panels, why
from sertool.report.scores import shown
from sertool.report.sections import Section
from sertool.report.table import Table


def summaries(sections: Sequence[Section]) -> Iterator[tuple[Table, Table]]:
    """The table to look at first for each of the conditions: as it is written, and in short.

    In short a test set is a row, and intervals and accuracies are left out; means over many test
    sets are short already.
    """
    for panel in panels(sections):
        full = shown(panel)
        yield full, full if panel.is_wide else _in_short(panel)


def _in_short(panel: Panel) -> Table:
    """Rows test sets, columns estimators, cells UAR alone; chance in place of the chance line."""
    estimators = compared(panel.estimators)

    def cell(estimator: str, section: Section, target: Target) -> str:
        aggregate = section.aggregates.get((estimator, target))
        return (
            f"{percent(aggregate.uar)}{marks(aggregate)}{unfinished(section, aggregate)}"
            if aggregate
            else ""
        )

    return Table(
        name=f"{panel.name}-in-short",
        title=f"{panel.title}: UAR %",
        columns=("tested on", *estimators, "chance"),
        rows=tuple(
            (
                label,
                *(cell(each, *column) for each in estimators),
                percent(column[0].fullest(column[1]).chance.uar),
            )
            for label, column in zip(panel.labels, panel.columns, strict=True)
        ),
        best=frozenset(
            (row, estimators.index(name) + 1)
            for row, names in enumerate(panel.best)
            for name in names
            if name in estimators
        ),
        notes=(
            "UAR, the mean of the recalls of the emotions; intervals, accuracies and published "
            "figures stand in the whole table.",
            *panel.notes,
            *explained(panel.aggregates),
            *why(panel.sections),
        ),
    )
