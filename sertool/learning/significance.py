"""What could be chance: intervals of metrics, tests of differences, ranks over test sets.

Confusion matrices are those of `learning.confusion`; a metric is a function of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sertool.errors import BadChoice
from sertool.learning.metrics import OfConfusions

FEWEST_SPEAKERS = 5
"""Below this number of speakers an interval is over clips: there is too little to resample."""


@dataclass(frozen=True)
class Interval:
    """A confidence interval and what it was resampled over; nan where there is nothing to say."""

    low: float
    high: float
    over: Literal["speakers", "clips"]


@dataclass(frozen=True)
class Ranking:
    """How several methods rank over several test sets.

    Attributes:
        mean_ranks: shape (n_methods,), 1 = the best of all everywhere.
        p: of Friedman's test that all are alike.
        critical_difference: mean ranks that differ by less could be chance (Nemenyi, level 0.05).
    """

    mean_ranks: np.ndarray
    p: float
    critical_difference: float


def interval(
    confusions: np.ndarray,
    metric: OfConfusions,
    *,
    seed: int,
    level: float = 0.95,
    repeats: int = 1000,
) -> Interval:
    """Bootstrap interval of an aggregated metric, over speakers; over clips below five speakers.

    Clips of a speaker are alike, so resampling clips makes an interval far too narrow; it is the
    way out where speakers are too few, and `over` says so. Percentiles are widened for small
    samples (Hesterberg 2015, "What Teachers Should Know About the Bootstrap", section 4.2: plain
    ones of ten speakers cover about 90 % where 95 % are announced).

    Args:
        confusions: one matrix per speaker, shape (n_speakers, k, k).
        metric: `uar`, `accuracy`, `macro_f1` or the like.
        seed: of the resampling.
        level: the share of such intervals that shall hold the true value, in (0, 1).
        repeats: how many resamples.

    >>> from sertool.learning.metrics.uar import uar
    >>> matrices = np.array([[[8, 2], [3, 7]], [[9, 1], [5, 5]]])
    >>> found = interval(matrices, uar, seed=0)
    >>> round(found.low, 2), round(found.high, 2), found.over
    (0.59, 0.85, 'clips')
    """
    tested = confusions[confusions.sum(axis=(1, 2)) > 0]
    total = tested.sum(axis=0)
    generator = np.random.default_rng(seed)
    if len(tested) >= FEWEST_SPEAKERS:
        drawn = generator.multinomial(len(tested), [1 / len(tested)] * len(tested), size=repeats)
        resampled = np.tensordot(drawn, tested, axes=1)
        return _percentiles(metric(resampled), len(tested), level, "speakers")
    n_clips = int(total.sum())
    if n_clips < 2:
        return Interval(np.nan, np.nan, "clips")
    drawn = generator.multinomial(n_clips, total.ravel() / n_clips, size=repeats)
    return _percentiles(metric(drawn.reshape(-1, *total.shape)), n_clips, level, "clips")


def paired_test(
    first: np.ndarray, second: np.ndarray, metric: OfConfusions, *, seed: int, repeats: int = 10_000
) -> float:
    """How often chance alone parts two estimators this far: a two-sided p value in (0, 1].

    A permutation test over speakers on the same clips: were both equally good, it would not
    matter which estimator a speaker's matrix came from, so they are swapped in all 2 ** n ways
    where that is at most `repeats` (up to 13 speakers), else in `repeats` random ones. With n
    speakers p is at least 2 ** (1 - n): below six speakers nothing can reach 0.05.

    Args:
        first: one matrix per speaker, shape (n_speakers, k, k).
        second: of the same speakers and clips, shape (n_speakers, k, k).
        metric: of the summed matrices.
        seed: of the random swaps.
        repeats: how many swaps.

    Raises:
        BadChoice: the two are not about the same clips.

    >>> from sertool.learning.metrics.uar import uar
    >>> right, half = np.diag([4, 4]), np.array([[2, 2], [2, 2]])
    >>> paired_test(np.array([right] * 6), np.array([half] * 6), uar, seed=0)
    0.03125
    """
    if first.shape != second.shape or not np.array_equal(first.sum(axis=2), second.sum(axis=2)):
        raise BadChoice(
            f"two arrays of confusion matrices (shapes {first.shape} and {second.shape}) with "
            "different clips; a paired test needs both estimators on the same folds"
        )
    exact = 2 ** len(first) <= repeats
    swaps = _every_swap(len(first)) if exact else _random_swaps(len(first), seed, repeats)
    swapped = first.sum(axis=0) + np.tensordot(swaps, second - first, axes=1)
    differences = metric(swapped) - metric(first.sum(axis=0) + second.sum(axis=0) - swapped)
    observed = metric(first.sum(axis=0)) - metric(second.sum(axis=0))
    as_far = np.abs(differences) >= np.abs(observed) - 1e-12
    return float(as_far.mean() if exact else (1 + as_far.sum()) / (1 + repeats))


def holm(p_values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The p values of several tests, adjusted for their number, shape (n_tests,).

    Source: Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure".

    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(given)
    stepped = np.maximum.accumulate(given[order] * np.arange(len(given), 0, -1))
    adjusted = np.empty_like(given)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def ranking(scores: npt.ArrayLike) -> Ranking:
    """Friedman's test and Nemenyi's critical difference.

    Args:
        scores: larger is better, shape (n_sets, n_methods), at least 3 methods and 2 test sets.

    Source: J. Demsar, Statistical comparisons of classifiers over multiple data sets, 2006.

    >>> found = ranking([[0.9, 0.8, 0.7], [0.6, 0.5, 0.1], [0.8, 0.7, 0.6], [0.4, 0.3, 0.2]])
    >>> found.mean_ranks.tolist(), round(found.p, 3), round(found.critical_difference, 2)
    ([1.0, 2.0, 3.0], 0.018, 1.66)
    """
    from scipy import stats

    values = np.asarray(scores, np.float64)
    n_sets, n_methods = values.shape
    ranks = stats.rankdata(-values, axis=1)
    alike = np.all(ranks == ranks[0, 0])  # which the test does not provide for
    p = 1.0 if alike else float(stats.friedmanchisquare(*ranks.T).pvalue)
    studentized = stats.studentized_range.ppf(0.95, n_methods, np.inf) / np.sqrt(2)
    critical = studentized * np.sqrt(n_methods * (n_methods + 1) / (6 * n_sets))
    return Ranking(ranks.mean(axis=0), p, float(critical))


def _percentiles(
    values: np.ndarray, n_resampled: int, level: float, over: Literal["speakers", "clips"]
) -> Interval:
    from scipy.special import ndtr, stdtrit

    widening = np.sqrt(n_resampled / (n_resampled - 1))
    tail = ndtr(widening * stdtrit(n_resampled - 1, (1 - level) / 2))
    low, high = np.nanquantile(values, [tail, 1 - tail])
    return Interval(float(low), float(high), over)


def _every_swap(n_speakers: int) -> npt.NDArray[np.int64]:
    return np.arange(2**n_speakers)[:, None] >> np.arange(n_speakers) & 1


def _random_swaps(n_speakers: int, seed: int, repeats: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, 2, size=(repeats, n_speakers))
