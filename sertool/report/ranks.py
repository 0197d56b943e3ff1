"""Estimators ranked over many corpora: Friedman's test and the critical difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from sertool.learning import significance
from sertool.report.aggregates import Target, compared
from sertool.report.notes import about, heading
from sertool.report.sections import Section
from sertool.report.table import Table

FEWEST_ESTIMATORS, FEWEST_TARGETS = 3, 5
"""Fewer than these have too few ranks for the test to say anything."""


class EstimatorRanks(NamedTuple):
    """The estimators of a section, ranked over the test sets on which all of them were run."""

    estimators: tuple[str, ...]
    targets: tuple[Target, ...]
    ranking: significance.Ranking


def estimator_ranks(section: Section) -> EstimatorRanks | None:
    """The ranking of a section's estimators by UAR; None where there are too few of anything."""
    names = compared(section.estimators)
    targets = tuple(each for each in section.targets if _is_complete(section, each, names))
    if not section.within:  # crossed pairs share corpora: they are no independent test sets
        return None
    if len(names) < FEWEST_ESTIMATORS or len(targets) < FEWEST_TARGETS:
        return None
    uar = [[section.aggregates[name, target].uar for name in names] for target in targets]
    return EstimatorRanks(names, targets, significance.ranking(uar))


def ranks(section: Section) -> Iterator[Table]:
    """Mean rank of each estimator over test sets, and by how much ranks must differ."""
    found = estimator_ranks(section)
    if not found:
        return
    ranking = found.ranking
    order = np.argsort(ranking.mean_ranks, kind="stable")
    yield Table(
        name=f"ranks-{section.name}",
        title=f"Estimators ranked over test sets: {heading(section)}",
        columns=("estimator", "mean rank"),
        rows=tuple((found.estimators[i], f"{ranking.mean_ranks[i]:.2f}") for i in order),
        notes=(
            *about(section),
            f"Ranks by UAR over {len(found.targets)} test sets, 1 = the best. Friedman's test that "
            f"all are alike: p = {ranking.p:.3g}. Two differ where their mean ranks are "
            f"{ranking.critical_difference:.2f} apart or more (Nemenyi, 0.05).",
        ),
    )


def _is_complete(section: Section, target: Target, names: Sequence[str]) -> bool:
    aggregates = [section.aggregates.get((name, target)) for name in names]
    return all(aggregate is not None and section.is_whole(aggregate) for aggregate in aggregates)
