"""The tables of scores: overview, per corpus and across corpora."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from sertool.report import published
from sertool.report.pooling import Pool, Target, chance_last, compared
from sertool.report.sections import Section, by_size
from sertool.report.table import Row, Table
from sertool.report.words import (
    about,
    heading,
    joined,
    mark,
    percent,
    pooled,
    record,
    score,
    shared,
)

WIDE = 8
"""An overview of more columns than these shows means over test sets."""

VARIES = "varies"

Cell = tuple[int, int]
Column = tuple[Section, Target]


def overviews(sections: Sequence[Section]) -> Iterator[Table]:
    """One table per normalisation with every protocol and test set in it.

    None where it would only repeat the single table per corpus.
    """
    for chosen in _comparable(sections):
        if len(chosen) == 1 and chosen[0].within:
            continue
        main = next((one for one in chosen if not one.own_recipe), chosen[0])
        name = main.name.replace(main.protocol, "overview", 1)
        title = ", ".join(("Overview", *main.words))
        columns = [(section, target) for section in chosen for target in section.targets]
        own = [one for one in chosen if one.own_recipe and one is not main]
        notes = (
            *(about(section)[0] for section in chosen),
            about(main)[1],
            *(f"Not so under {section.protocol}: {about(section)[1]}" for section in own),
        )
        if len(columns) <= WIDE:
            labels = [f"{one.protocol} {one.label(target)}{mark(one)}" for one, target in columns]
            table = _score_table(name, title, columns, labels, notes)
        else:
            table = _means(name, title, chosen, notes)
        yield replace(table, notes=(*table.notes, *_why(chosen)))


def per_corpus(section: Section) -> Iterator[Table]:
    """Rows estimators, columns corpora; for a protocol that divides each corpus in itself."""
    if section.within:
        columns = [(section, target) for target in section.targets]
        labels = [section.label(target) for target in section.targets]
        title = f"Per corpus: {heading(section)}"
        yield _score_table(section.name, title, columns, labels, about(section))


def matrices(section: Section) -> Iterator[Table]:
    """For each estimator but the chance line: rows training, columns test."""
    if not section.within:
        for estimator in compared(section.estimators):
            yield _matrix(section, estimator)


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


def _why(sections: Sequence[Section]) -> Row:
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


def _score_table(
    name: str, title: str, columns: Sequence[Column], labels: Sequence[str], notes: Sequence[str]
) -> Table:
    estimators = chance_last(each for section, _ in columns for each in section.estimators)
    shown = [(section, pool) for section, target in columns for pool in section.of(target)]
    whole = [
        {pool.estimator: pool.uar for pool in section.of(target) if section.is_whole(pool)}
        for section, target in columns
    ]

    def cell(estimator: str, section: Section, target: Target) -> str:
        pool = section.pools.get((estimator, target))
        return score(section, pool) if pool else ""

    return Table(
        name=name,
        title=title,
        columns=("estimator", *labels),
        rows=tuple((each, *(cell(each, *column) for column in columns)) for each in estimators),
        facts=(
            *published.rows(columns),
            *_facts([[section.fullest(target)] for section, target in columns]),
        ),
        best=_best(whole, estimators),
        notes=(*notes, *pooled(shown), *published.notes(columns)),
        records=tuple(record(section, pool) for section, pool in shown),
    )


def _best(columns: Sequence[Mapping[str, float]], rows: Sequence[str]) -> frozenset[Cell]:
    """The highest UAR of each column, if there are two to compare; equals share the honour."""
    return frozenset(
        (rows.index(name), number)
        for number, column in enumerate(columns, 1)
        for name, value in column.items()
        if len(column) > 1 and np.isclose(value, max(column.values()))
    )


def _facts(columns: Sequence[Sequence[Pool]]) -> tuple[Row, ...]:
    """What a reader needs to judge a column; "varies" where its pools differ."""

    def common(heading: str, words: Callable[[Pool], str]) -> Row:
        found = [{words(pool) for pool in pools} for pools in columns]
        return heading, *(each.pop() if len(each) == 1 else VARIES for each in found)

    return (
        common("clips tested", lambda pool: f"{pool.n_clips:,}"),
        common("speakers tested", lambda pool: str(len(pool.speakers))),
        common("emotions", _emotions),
        common("chance: UAR / accuracy", _chance),
    )


def _emotions(pool: Pool) -> str:
    declared = pool.target.emotions
    return f"{len(pool.labels)}{f' ({declared})' if declared in ('all', 'six') else ''}"


def _chance(pool: Pool) -> str:
    return f"{percent(pool.chance.uar)} / {percent(pool.chance.accuracy)}"


def _means(name: str, title: str, sections: Sequence[Section], notes: Sequence[str]) -> Table:
    """One column per protocol: means over those test sets on which every estimator was run."""
    estimators = chance_last(each for section in sections for each in section.estimators)
    columns = [_mean_column(section) for section in sections]
    return Table(
        name=name,
        title=title,
        columns=("estimator", *(label for label, _ in columns)),
        rows=tuple(
            (each, *(_score_cell(scores.get(each)) for _, scores in columns)) for each in estimators
        ),
        best=_best(
            [{one: uar for one, (uar, _) in each.items()} for _, each in columns], estimators
        ),
        notes=(
            *notes,
            "Mean UAR % / mean accuracy % over the test sets on which every estimator was run; "
            "the tables of each protocol give each test set with its interval.",
        ),
        records=tuple(record(each, pool) for each in sections for pool in each.sorted_pools),
    )


def _mean_column(section: Section) -> tuple[str, dict[str, tuple[float, float]]]:
    common = [one for one in section.targets if len(section.of(one)) == len(section.estimators)]
    label = f"{section.protocol}{mark(section)}, mean of {len(common)}"
    pools = {each: [section.pools[each, one] for one in common] for each in section.estimators}
    return label, {
        each: (
            float(np.mean([pool.uar for pool in found])),
            float(np.mean([pool.accuracy for pool in found])),
        )
        for each, found in pools.items()
        if found
    }


def _score_cell(score: tuple[float, float] | None) -> str:
    return f"{percent(score[0])} / {percent(score[1])}" if score else ""


def _matrix(section: Section, estimator: str) -> Table:
    pools = [pool for pool in section.sorted_pools if pool.estimator == estimator]
    cells = {(each.target.train_on, section.tested(each.target)): each for each in pools}
    trained, tested = (sorted({place[side] for place in cells}, key=by_size) for side in (0, 1))
    columns = [[pool for (_, column), pool in cells.items() if column == each] for each in tested]
    facts = _facts(columns)
    varying = {
        name for row in facts for name, fact in zip(tested, row[1:], strict=True) if fact == VARIES
    }

    def cell(train: str, test: str) -> str:
        pool = cells.get((train, test))
        if not pool:
            return ""
        return score(section, pool) + (_detail(pool) if test in varying else "")

    emotions = {pool.labels for pool in pools}
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
            *pooled([(section, pool) for pool in pools]),
            *published.notes([(section, pool.target) for pool in pools]),
        ),
        records=tuple(record(section, pool) for pool in pools),
    )


def _detail(pool: Pool) -> str:
    return (
        f" ({len(pool.labels)} emotions, {pool.n_clips:,} clips, chance {percent(pool.chance.uar)})"
    )
