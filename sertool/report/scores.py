"""The tables of scores: overview, per corpus and across corpora."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from sertool.notation import percent
from sertool.report import published
from sertool.report.aggregates import Aggregate, Target, compared
from sertool.report.notes import about, heading, joined, mark, record, score, score_notes
from sertool.report.panel import Panel, highest, panels, why
from sertool.report.panel import per_corpus as in_corpora
from sertool.report.sections import Section, by_size
from sertool.report.table import Row, Table

VARIES = "varies"

Cell = tuple[int, int]


def overviews(sections: Sequence[Section]) -> Iterator[Table]:
    """One table per normalisation with every protocol and test set in it.

    None where it would only repeat the single table per corpus.
    """
    for each in panels(sections):
        if not each.is_per_corpus:
            yield _recorded(shown(each), each)


def per_corpus(section: Section) -> Iterator[Table]:
    """Rows estimators, columns corpora; for a protocol that divides each corpus in itself."""
    if section.within:
        panel = in_corpora(section)
        yield _recorded(_score_table(panel), panel)


def matrices(section: Section) -> Iterator[Table]:
    """For each estimator but the chance line: rows training, columns test."""
    if not section.within:
        for estimator in compared(section.estimators):
            yield _matrix(section, estimator)


def shown(panel: Panel) -> Table:
    """A panel as it is written, but for its records."""
    table = _means(panel) if panel.is_wide else _score_table(panel)
    return replace(table, notes=(*table.notes, *why(panel.sections)))


def _recorded(table: Table, panel: Panel) -> Table:
    """With all that is known of each aggregate: intervals, for example, that means do not show."""
    return replace(
        table, records=tuple(record(section, aggregate) for section, aggregate in panel.aggregates)
    )


def _score_table(panel: Panel) -> Table:
    estimators, columns = panel.estimators, panel.columns

    def cell(estimator: str, section: Section, target: Target) -> str:
        aggregate = section.aggregates.get((estimator, target))
        return score(section, aggregate) if aggregate else ""

    return Table(
        name=panel.name,
        title=panel.title,
        columns=("estimator", *panel.labels),
        rows=tuple((each, *(cell(each, *column) for column in columns)) for each in estimators),
        facts=(
            *published.rows(columns),
            *_facts([[section.fullest(target)] for section, target in columns]),
        ),
        best=_cells(panel.best, estimators),
        notes=(*panel.notes, *score_notes(panel.aggregates), *published.notes(columns)),
    )


def _cells(best: Sequence[Sequence[str]], rows: Sequence[str]) -> frozenset[Cell]:
    return frozenset(
        (rows.index(name), number) for number, names in enumerate(best, 1) for name in names
    )


def _facts(columns: Sequence[Sequence[Aggregate]]) -> tuple[Row, ...]:
    """What a reader needs to judge a column; "varies" where its aggregates differ."""

    def common(heading: str, words: Callable[[Aggregate], str]) -> Row:
        found = [{words(aggregate) for aggregate in aggregates} for aggregates in columns]
        return heading, *(each.pop() if len(each) == 1 else VARIES for each in found)

    return (
        common("clips tested", lambda aggregate: f"{aggregate.n_clips:,}"),
        common("speakers tested", lambda aggregate: str(len(aggregate.speakers))),
        common("emotions", _emotions),
        common("chance: UAR / accuracy", _chance),
    )


def _emotions(aggregate: Aggregate) -> str:
    declared = aggregate.target.emotions
    return f"{len(aggregate.labels)}{f' ({declared})' if declared in ('all', 'six') else ''}"


def _chance(aggregate: Aggregate) -> str:
    return f"{percent(aggregate.chance.uar)} / {percent(aggregate.chance.accuracy)}"


def _means(panel: Panel) -> Table:
    """One column per protocol: means over those test sets on which every estimator was run."""
    sections, estimators = panel.sections, panel.estimators
    columns = [_mean_column(section) for section in sections]
    best = [highest({one: uar for one, (uar, _) in scores.items()}) for _, scores in columns]
    return Table(
        name=panel.name,
        title=panel.title,
        columns=("estimator", *(label for label, _ in columns)),
        rows=tuple(
            (each, *(_score_cell(scores.get(each)) for _, scores in columns)) for each in estimators
        ),
        best=_cells(best, estimators),
        notes=(
            *panel.notes,
            "Mean UAR % / mean accuracy % over the test sets on which every estimator was run; "
            "the tables of each protocol give each test set with its interval.",
        ),
    )


def _mean_column(section: Section) -> tuple[str, dict[str, tuple[float, float]]]:
    common = [one for one in section.targets if len(section.of(one)) == len(section.estimators)]
    label = f"{section.protocol}{mark(section)}, mean of {len(common)}"
    aggregates = {
        each: [section.aggregates[each, one] for one in common] for each in section.estimators
    }
    return label, {
        each: (
            float(np.mean([aggregate.uar for aggregate in found])),
            float(np.mean([aggregate.accuracy for aggregate in found])),
        )
        for each, found in aggregates.items()
        if found
    }


def _score_cell(score: tuple[float, float] | None) -> str:
    return f"{percent(score[0])} / {percent(score[1])}" if score else ""


def _matrix(section: Section, estimator: str) -> Table:
    aggregates = [
        aggregate for aggregate in section.sorted_aggregates if aggregate.estimator == estimator
    ]
    cells = {(each.target.train_on, section.tested(each.target)): each for each in aggregates}
    trained, tested = (sorted({place[side] for place in cells}, key=by_size) for side in (0, 1))
    columns = [
        [aggregate for (_, column), aggregate in cells.items() if column == each] for each in tested
    ]
    facts = _facts(columns)
    varying = {
        name for row in facts for name, fact in zip(tested, row[1:], strict=True) if fact == VARIES
    }

    def cell(train: str, test: str) -> str:
        aggregate = cells.get((train, test))
        if not aggregate:
            return ""
        return score(section, aggregate) + (_detail(aggregate) if test in varying else "")

    emotions = {aggregate.labels for aggregate in aggregates}
    return Table(
        name=f"{section.name}-{estimator}",
        title=f"{estimator}: trained on (rows), tested on (columns), {heading(section)}",
        columns=("trained on", *tested),
        rows=tuple((train, *(cell(train, test) for test in tested)) for train in trained),
        facts=facts,
        notes=(
            *about(section),
            f"Emotions: {joined(emotions.pop())}."
            if len(emotions) == 1
            else "The emotions are those that train and test share.",
            *score_notes([(section, aggregate) for aggregate in aggregates]),
            *published.notes([(section, aggregate.target) for aggregate in aggregates]),
        ),
        records=tuple(record(section, aggregate) for aggregate in aggregates),
    )


def _detail(aggregate: Aggregate) -> str:
    return (
        f" ({len(aggregate.labels)} emotions, {aggregate.n_clips:,} clips, chance "
        f"{percent(aggregate.chance.uar)})"
    )
