"""Results -> aggregates: one estimator on one target, its folds summed and then measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sertool.benchmark.results import Result
from sertool.learning import significance
from sertool.learning.confusion import Chance, chance
from sertool.learning.metrics import OfConfusions
from sertool.learning.metrics.accuracy import accuracy
from sertool.learning.metrics.macro_f1 import macro_f1
from sertool.learning.metrics.uar import uar
from sertool.notation import settings
from sertool.types import EMOTIONS

MAJORITY = "majority"
"""The estimator that is the chance line; it stands last in every table."""
SEED = 0
"""Of every bootstrap and permutation, so that tables repeat."""


@dataclass(frozen=True, order=True)
class Target:
    """What was trained and tested on; results of different targets are never summed."""

    train_on: str
    test_on: str
    emotions: str
    store: str


@dataclass(frozen=True)
class Aggregate:
    """One estimator on one target: all folds, all seeds.

    Attributes:
        estimator: its name, with the parameters that differ from the defaults.
        target: what was trained and tested on.
        results: one per fold and seed, sorted.
    """

    estimator: str
    target: Target
    results: tuple[Result, ...] = field(repr=False)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The emotions of any fold, in the order of `EMOTIONS`, own words last."""
        known = {emotion: place for place, emotion in enumerate(EMOTIONS)}
        labels = {label for result in self.results for label in result.labels}
        return tuple(sorted(labels, key=lambda label: (known.get(label, len(known)), label)))

    @cached_property
    def speakers(self) -> tuple[str, ...]:
        """The test speakers, as "corpus/speaker", sorted."""
        return tuple(sorted({name for result in self.results for name in result.by_speaker}))

    @cached_property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, sorted."""
        return tuple(sorted({result.seed for result in self.results}))

    @cached_property
    def splits(self) -> frozenset[tuple[str, int]]:
        """The (split, seed) that it was fitted on."""
        return frozenset((result.split, result.seed) for result in self.results)

    @property
    def mixes_settings(self) -> bool:
        """Whether the defaults of its estimator changed between its fits."""
        known = [
            {name: value for name, value in result.settings.items() if "random_state" not in name}
            for result in self.results
            if result.settings
        ]
        return any(each != known[0] for each in known)

    @cached_property
    def by_speaker(self) -> np.ndarray:
        """Confusions summed over folds, shape (n_seeds, n_speakers, k, k)."""
        k = len(self.labels)
        counts = np.zeros((len(self.seeds), len(self.speakers), k, k), dtype=np.int64)
        for result in self.results:
            seed = self.seeds.index(result.seed)
            places = [self.labels.index(label) for label in result.labels]
            for name, matrix in result.by_speaker.items():
                counts[seed, self.speakers.index(name)][np.ix_(places, places)] += matrix
        return counts

    @property
    def confusion(self) -> np.ndarray:
        """Summed over folds, speakers and seeds, shape (k, k)."""
        return np.asarray(self.by_speaker.sum(axis=(0, 1)))

    def value(self, metric: OfConfusions) -> float:
        """A metric of the confusions summed over folds; the mean over seeds."""
        return float(np.mean(metric(self.by_speaker.sum(axis=1))))

    def interval_of(self, metric: OfConfusions) -> significance.Interval:
        """95 % interval of a metric; its limits are means over seeds."""
        # as floats, which numpy multiplies many times faster; the sums stay exact
        seeds = self.by_speaker.astype(np.float64)
        each = [significance.interval(counts, metric, seed=SEED) for counts in seeds]
        low, high = (float(np.mean([getattr(one, end) for one in each])) for end in ("low", "high"))
        return significance.Interval(low, high, each[0].over)

    @cached_property
    def uar(self) -> float:
        """In [0, 1]."""
        return self.value(uar)

    @cached_property
    def accuracy(self) -> float:
        """In [0, 1]."""
        return self.value(accuracy)

    @cached_property
    def macro_f1(self) -> float:
        """In [0, 1]."""
        return self.value(macro_f1)

    @cached_property
    def interval(self) -> significance.Interval:
        """Of `uar`."""
        return self.interval_of(uar)

    @property
    def mean_of_folds(self) -> float:
        """The mean of the UAR of single folds, in [0, 1]: the second figure."""
        return float(np.mean([result.uar for result in self.results]))

    @property
    def n_clips(self) -> int:
        """Clips tested, under one seed."""
        return sum(each.n_test_clips for each in self.results if each.seed == self.seeds[0])

    @property
    def tested(self) -> dict[str, int]:
        """Rows tested of each emotion, under one seed."""
        counts = self.by_speaker[0].sum(axis=(0, 2))
        return dict(zip(self.labels, counts.tolist(), strict=True))

    @property
    def chance(self) -> Chance:
        """What guessing reaches on the rows tested."""
        return chance([*self.tested.values()])


def chance_last(estimators: Iterable[str]) -> tuple[str, ...]:
    """Names of estimators, each once, sorted, the chance line last.

    >>> chance_last(["svm", "majority", "forest", "svm"])
    ('forest', 'svm', 'majority')
    """
    return tuple(sorted({*estimators}, key=lambda name: (name == MAJORITY, name)))


def compared(estimators: Iterable[str]) -> tuple[str, ...]:
    """As `chance_last`, without the chance line unless there is nothing else.

    >>> compared(["svm", "majority"]), compared(["majority"])
    (('svm',), ('majority',))
    """
    names = chance_last(estimators)
    return tuple(name for name in names if name != MAJORITY) or names


def aggregates(results: Sequence[Result]) -> dict[tuple[str, Target], Aggregate]:
    """Results of one protocol and normalisation, by estimator and target."""
    groups: defaultdict[tuple[str, Target], list[Result]] = defaultdict(list)
    for result in results:
        groups[_estimator(result), _target(result)].append(result)
    return {key: Aggregate(*key, tuple(group)) for key, group in groups.items()}


def _target(result: Result) -> Target:
    return Target(result.train_on, result.test_on, result.emotions, result.store)


def _estimator(result: Result) -> str:
    given = settings(dict(sorted(result.parameters.items())))
    return f"{result.estimator} ({given})" if given else result.estimator
