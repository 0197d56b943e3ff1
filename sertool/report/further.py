"""Metrics beside the three that every table of scores shows: a table of all of them together.

They are worked out here, from the confusion matrices and probabilities that results hold. One that
fails costs its own column and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from sertool import registry
from sertool.benchmark import predictions
from sertool.errors import BadPlugin, BadTable, NotFound
from sertool.learning.metrics import Metric, OfConfusions, OfProbabilities
from sertool.notation import percent
from sertool.report.aggregates import Aggregate, Target
from sertool.report.notes import about, heading, setting
from sertool.report.sections import Conditions, Section
from sertool.report.table import Table, Value

SHOWN = ("uar", "accuracy", "macro_f1")
"""The metrics that tables of scores and their records show already."""


class Estimate(NamedTuple):
    """A metric of an aggregate and its 95 % interval; nan where there is none."""

    value: float
    low: float = np.nan
    high: float = np.nan


class Place(NamedTuple):
    """What tells an aggregate from all others."""

    protocol: str
    conditions: Conditions
    target: Target
    estimator: str


Measure = Callable[[Aggregate], Estimate]


@dataclass(frozen=True)
class Further:
    """The further metrics of some sections.

    Attributes:
        metrics: by their names as plug-ins.
        found: of each metric by its name, the estimates for all aggregates.
        left_out: why others could not be used, a sentence each.
    """

    metrics: Mapping[str, Metric]
    found: Mapping[str, Mapping[Place, Estimate]]
    left_out: tuple[str, ...]


def further(sections: Sequence[Section], folder: Path | None) -> Further:
    """Work out all metrics that there are beside those `SHOWN`.

    Args:
        sections: whose aggregates are measured.
        folder: where the predictions of the results lie, if anywhere.
    """
    metrics: dict[str, Metric] = {}
    found: dict[str, Mapping[Place, Estimate]] = {}
    left_out = []
    for name in registry.names("metrics"):
        if name not in SHOWN:
            try:
                metric = _metric(name)
                found[name] = _estimates(name, _measure(name, metric, folder), sections)
                metrics[name] = metric
            except (BadPlugin, BadTable, NotFound) as error:
                left_out.append(f"without the metric {name}: {error}")
    return Further(metrics, found, tuple(left_out))


def tables(section: Section, further: Further) -> Iterator[Table]:
    """All metrics of each aggregate; nothing where there are no further ones."""
    if not further.metrics and not further.left_out:
        return
    shown = [registry.get("metrics", name) for name in SHOWN]
    aggregates = section.sorted_aggregates
    yield Table(
        name=f"metrics-{section.name}",
        title=f"Further metrics: {heading(section)}",
        columns=(
            "tested on",
            "estimator",
            *(metric.heading for metric in (*shown, *further.metrics.values())),
        ),
        rows=tuple(
            (
                section.label(aggregate.target),
                aggregate.estimator,
                *(percent(value) for value in _shown(aggregate).values()),
                *(_cell(found[_place(section, aggregate)]) for found in further.found.values()),
            )
            for aggregate in aggregates
        ),
        notes=(
            *about(section),
            "Figures times 100, from the confusion matrices summed over folds; in brackets the "
            "95 % interval, a bootstrap over speakers, where there is one.",
            *(_sentence(name, metric) for name, metric in further.metrics.items()),
            *further.left_out,
        ),
        records=tuple(
            {
                **setting(section, aggregate.target),
                "estimator": aggregate.estimator,
                **{name: round(value, 6) for name, value in _shown(aggregate).items()},
                **_record(section, aggregate, further),
            }
            for aggregate in aggregates
        ),
    )


def _shown(aggregate: Aggregate) -> dict[str, float]:
    return {"uar": aggregate.uar, "accuracy": aggregate.accuracy, "macro_f1": aggregate.macro_f1}


def _cell(estimate: Estimate) -> str:
    value, low, high = map(percent, estimate)
    return value if np.isnan(estimate.low) else f"{value} [{low}, {high}]"


def _record(section: Section, aggregate: Aggregate, further: Further) -> dict[str, Value]:
    place = _place(section, aggregate)
    return {
        key: round(number, 6)
        for name, found in further.found.items()
        for key, number in zip((name, f"{name}_low", f"{name}_high"), found[place], strict=True)
    }


def _sentence(name: str, metric: Metric) -> str:
    """What a metric says, and the package that brings it."""
    origin = registry.origin("metrics", name)
    return f"{metric.heading}{f' ({origin})' if origin else ''}: {metric.sentence}"


def _place(section: Section, aggregate: Aggregate) -> Place:
    return Place(section.protocol, section.conditions, aggregate.target, aggregate.estimator)


def _metric(name: str) -> Metric:
    found = registry.get("metrics", name)
    if not isinstance(found, Metric):
        raise _breach(name, f"is a {type(found).__name__} and no sertool.learning.metrics.Metric")
    if not all(isinstance(each, str) for each in (found.heading, found.sentence)):
        raise _breach(name, "has a heading or a sentence that is no text")
    return found


def _measure(name: str, metric: Metric, folder: Path | None) -> Measure:
    if metric.function:
        return _by_confusions(_checked(name, metric.function))
    if metric.of_probabilities and folder:
        by_fit = _by_fit(predictions.read(folder))
        return _by_probabilities(name, metric.of_probabilities, by_fit)
    raise NotFound("it goes by probabilities, which these results come without")


def _estimates(name: str, measure: Measure, sections: Sequence[Section]) -> dict[Place, Estimate]:
    found = {
        _place(section, aggregate): measure(aggregate)
        for section in sections
        for aggregate in section.sorted_aggregates
    }
    if np.isnan([each.value for each in found.values()]).all():
        if registry.get("metrics", name).function is None:
            raise NotFound("it goes by probabilities, which these results come without")
        raise _breach(name, "is nan everywhere")
    return found


def _checked(name: str, function: OfConfusions) -> OfConfusions:
    """A function that raises nothing but `BadPlugin`, and returns what is due."""

    def checked(confusions: np.ndarray) -> np.ndarray:
        with registry.running("metrics", name), np.errstate(all="ignore"):
            found = np.asarray(function(confusions), np.float64)
        due = confusions.shape[:-2]
        if found.shape != due:
            raise _breach(
                name,
                f"returns shape {found.shape} of matrices of shape {confusions.shape}, where "
                f"{due} is due",
            )
        return found

    return checked


def _by_confusions(function: OfConfusions) -> Measure:
    def measure(aggregate: Aggregate) -> Estimate:
        value = aggregate.value(function)
        if np.isnan(value):
            return Estimate(value)
        interval = aggregate.interval_of(function)
        return Estimate(value, interval.low, interval.high)

    return measure


def _by_probabilities(
    name: str, function: OfProbabilities, by_fit: Mapping[str, pa.Table]
) -> Measure:
    """The mean over seeds; nan where an estimator has no probabilities."""

    def measured(aggregate: Aggregate, seed: int) -> float:
        fits = ["\0".join(each.key) for each in aggregate.results if each.seed == seed]
        if not all(fit in by_fit for fit in fits):
            return np.nan
        rows = pa.concat_tables([by_fit[fit] for fit in fits])
        shares = predictions.probabilities(rows, aggregate.labels)
        if np.isnan(shares).any():
            return np.nan
        true = [aggregate.labels.index(emotion) for emotion in rows.column("emotion").to_pylist()]
        with registry.running("metrics", name), np.errstate(all="ignore"):
            return float(function(np.array(true), shares))

    return lambda aggregate: Estimate(
        float(np.mean([measured(aggregate, seed) for seed in aggregate.seeds]))
    )


def _by_fit(found: pa.Table) -> dict[str, pa.Table]:
    r"""The predictions of each fit, by its key joined by "\0"."""
    keys = predictions.keys(found).combine_chunks().dictionary_encode()
    numbers = keys.indices.to_numpy()
    order = np.argsort(numbers, kind="stable")
    edges = np.searchsorted(numbers[order], np.arange(len(keys.dictionary) + 1))
    ordered = found.take(pa.array(order))
    return {
        key: ordered.slice(begin, end - begin)
        for key, begin, end in zip(keys.dictionary.to_pylist(), edges, edges[1:], strict=False)
    }


def _breach(name: str, fault: str) -> BadPlugin:
    return registry.breach("metrics", name, registry.origin("metrics", name), fault)
