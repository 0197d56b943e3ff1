"""The tables beside the scores: tests between estimators, recalls, emotions, choices, cost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from sertool.learning import confusion, significance
from sertool.learning.metrics.uar import uar
from sertool.notation import percent, settings
from sertool.report.aggregates import MAJORITY, SEED, Aggregate, Target, chance_last
from sertool.report.notes import about, heading, setting
from sertool.report.sections import Section
from sertool.report.table import Table, Value

PERMUTATIONS = 2000
"""Random swaps per test of many speakers: p is then known to about 0.005 near 0.05."""


def comparisons(section: Section) -> Iterator[Table]:
    """Every two estimators that ran on the same splits, tested by a permutation over speakers."""
    rows, records, skipped = [], [], []
    for target in section.targets:
        pairs = _pairs(section, target)
        n_speakers = len(section.fullest(target).speakers)
        if pairs and n_speakers < significance.FEWEST_SPEAKERS:
            skipped.append(f"{section.label(target)} ({n_speakers})")
            continue
        for record in _tested(pairs):
            rows.append((section.label(target), *_test_cells(record)))
            records.append({**setting(section, target), **record})
    if rows or skipped:
        few = f"Not tested, fewer than five speakers: {', '.join(skipped)}." if skipped else ""
        yield Table(
            name=f"comparison-{section.name}",
            title=f"Estimators compared: {heading(section)}",
            columns=("tested on", "first", "second", "UAR difference", "p", "p after Holm"),
            rows=tuple(rows),
            notes=tuple(filter(None, (*about(section), _HOW, few))),
            records=tuple(records),
        )


_HOW = (
    "Paired permutation test over speakers on the confusion matrices summed over folds and seeds; "
    "Holm's correction over the pairs of one test set. Differences in points of UAR, first minus "
    "second."
)


def _pairs(section: Section, target: Target) -> list[tuple[Aggregate, Aggregate]]:
    aggregates = [aggregate for aggregate in section.of(target) if aggregate.estimator != MAJORITY]
    return [pair for pair in combinations(aggregates, 2) if pair[0].splits == pair[1].splits]


def _tested(pairs: Sequence[tuple[Aggregate, Aggregate]]) -> list[dict[str, Value]]:
    p_values = [_p_value(*pair) for pair in pairs]
    return [
        {
            "first": first.estimator,
            "second": second.estimator,
            "n_speakers": len(first.speakers),
            "uar_difference": round(first.uar - second.uar, 6),
            "p": round(p, 6),
            "p_holm": round(adjusted, 6),
        }
        for (first, second), p, adjusted in zip(
            pairs, p_values, significance.holm(p_values).tolist(), strict=True
        )
    ]


def _p_value(first: Aggregate, second: Aggregate) -> float:
    one, other = (
        aggregate.by_speaker.sum(axis=0).astype(np.float64) for aggregate in (first, second)
    )
    return significance.paired_test(one, other, uar, seed=SEED, repeats=PERMUTATIONS)


def _test_cells(record: Mapping[str, Value]) -> tuple[str, ...]:
    difference, p, adjusted = (float(record[each]) for each in ("uar_difference", "p", "p_holm"))
    return (
        str(record["first"]), str(record["second"]), f"{100 * difference:+.1f}",
        _probability(p), _probability(adjusted),
    )  # fmt: skip


def _probability(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def recalls(section: Section) -> Iterator[Table]:
    """How much of each emotion every estimator found, by test set."""
    labels = _labels(section.sorted_aggregates)
    found = [(aggregate, _recalls(aggregate)) for aggregate in section.sorted_aggregates]
    yield Table(
        name=f"recall-{section.name}",
        title=f"Recall per emotion: {heading(section)}",
        columns=("tested on", "estimator", *labels),
        rows=tuple(
            (
                section.label(aggregate.target),
                aggregate.estimator,
                *(percent(recall[each]) if each in recall else "" for each in labels),
            )
            for aggregate, recall in found
        ),
        notes=(*about(section), "Recall % of the confusion matrices summed over folds and seeds."),
        records=tuple(
            {
                **setting(section, aggregate.target),
                "estimator": aggregate.estimator,
                "emotion": emotion,
                "recall": round(value, 6),
                "n_rows": aggregate.tested[emotion],
            }
            for aggregate, recall in found
            for emotion, value in recall.items()
        ),
    )


def _recalls(aggregate: Aggregate) -> dict[str, float]:
    """By emotion, those without a test row left out."""
    values = confusion.recalls(aggregate.confusion).tolist()
    return {
        label: value
        for label, value in zip(aggregate.labels, values, strict=True)
        if not np.isnan(value)
    }


def _labels(aggregates: Sequence[Aggregate]) -> list[str]:
    """The emotions of all aggregates, in the order of the aggregate with most."""
    most = max((aggregate.labels for aggregate in aggregates), key=len)
    rest = {label for aggregate in aggregates for label in aggregate.labels} - {*most}
    return [*most, *sorted(rest)]


def emotions(sections: Sequence[Section]) -> Iterator[Table]:
    """How many clips of each emotion were tested, and how many did not enter."""
    shown: defaultdict[tuple[str, str, tuple[tuple[str, int], ...], str], list[str]]
    shown = defaultdict(list)
    aggregates = [
        (section, section.fullest(target)) for section in sections for target in section.targets
    ]
    for section, aggregate in aggregates:
        counts = tuple((label, count) for label, count in aggregate.tested.items() if count)
        key = (
            section.tested(aggregate.target),
            aggregate.target.emotions,
            counts,
            _left_out(aggregate),
        )
        rows = (
            " (rows of all variants)" if aggregate.n_clips < sum(aggregate.tested.values()) else ""
        )
        shown[key].append(section.protocol + rows)
    labels = _labels([aggregate for _, aggregate in aggregates])
    yield Table(
        name="emotions",
        title="Clips of each emotion, and those left out",
        columns=("tested on", "protocol", "emotions", *labels, "total", "left out"),
        rows=tuple(
            (
                name,
                ", ".join(dict.fromkeys(protocols)),
                declared,
                *(f"{dict(counts)[each]:,}" if each in dict(counts) else "" for each in labels),
                f"{sum(count for _, count in counts):,}",
                left_out,
            )
            for (name, declared, counts, left_out), protocols in shown.items()
        ),
        notes=(
            "Counted where they are tested: each clip once, unless a protocol tests a part only. "
            "Left out: clips of the tested corpora whose emotion did not enter.",
        ),
    )


def _left_out(aggregate: Aggregate) -> str:
    counts: Counter[str] = Counter()
    for result in aggregate.results:
        counts |= Counter(result.left_out)
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())) or "none"


def chosen(sections: Sequence[Section]) -> Iterator[Table]:
    """What each estimator chose where a study leaves parameters open."""
    aggregates = [
        (section, aggregate) for section in sections for aggregate in section.sorted_aggregates
    ]
    counts = [
        (
            section,
            aggregate,
            Counter(settings(result.chosen) for result in aggregate.results if result.chosen),
        )
        for section, aggregate in aggregates
    ]
    rows = [
        (
            heading(section),
            section.label(aggregate.target),
            aggregate.estimator,
            ", ".join(f"{words} ({n} of {found.total()})" for words, n in found.most_common()),
        )
        for section, aggregate, found in counts
        if found
    ]
    if rows:
        yield Table(
            name="chosen",
            title="Parameters chosen",
            columns=("protocol", "tested on", "estimator", "chosen, in how many fits"),
            rows=tuple(rows),
            notes=("Chosen in each fit by the UAR on speakers held out of its training rows.",),
        )


def costs(sections: Sequence[Section]) -> Iterator[Table]:
    """What each estimator takes in time and space: medians over all its fits."""
    aggregates = [aggregate for section in sections for aggregate in section.sorted_aggregates]
    results = {
        name: [
            each
            for aggregate in aggregates
            if aggregate.estimator == name
            for each in aggregate.results
        ]
        for name in chance_last(aggregate.estimator for aggregate in aggregates)
    }
    records: list[dict[str, Value]] = [
        {
            "estimator": name,
            "n_fits": len(these),
            "n_train_rows": round(float(np.median([each.n_train for each in these]))),
            "fit_seconds": round(float(np.median([each.fit_seconds for each in these])), 4),
            "predict_ms": round(float(np.median([each.predict_ms for each in these])), 4),
            "model_bytes": round(float(np.median([each.model_bytes for each in these]))),
        }
        for name, these in results.items()
    ]
    yield Table(
        name="cost",
        title="Cost of each estimator",
        columns=("estimator", "fits", "training rows", "fit, s", "per clip, ms", "model, MB"),
        rows=tuple(_cost_cells(record) for record in records),
        notes=(
            "Medians over all fits; times are those of the machine that ran them, features not "
            "included; the size is that of the pickled estimator.",
        ),
        records=tuple(records),
    )


def _cost_cells(record: Mapping[str, Value]) -> tuple[str, ...]:
    return (
        str(record["estimator"]),
        f"{record['n_fits']:,}",
        f"{record['n_train_rows']:,}",
        f"{record['fit_seconds']:.2f}",
        f"{record['predict_ms']:.3f}",
        f"{float(record['model_bytes']) / 1e6:.2f}",
    )


def warnings(sections: Sequence[Section]) -> Iterator[Table]:
    """What the results themselves warn of, each warning once."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for section in sections:
        for aggregate in section.sorted_aggregates:
            for result in aggregate.results:
                for warning in dict.fromkeys(result.warnings):
                    found[warning][section.protocol] += 1
            if aggregate.mixes_settings:
                found[_mixed(section, aggregate)][section.protocol] += len(aggregate.results)
    if found:
        yield Table(
            name="warnings",
            title="Before quoting a number",
            columns=("warning", "protocol", "results"),
            rows=tuple(
                (warning, ", ".join(under), f"{under.total():,}")
                for warning, under in sorted(found.items())
            ),
        )


def _mixed(section: Section, aggregate: Aggregate) -> str:
    return (
        f"{section.label(aggregate.target)}: fits of {aggregate.estimator} with different defaults "
        f"are "
        "aggregated here; finish the study again"
    )
