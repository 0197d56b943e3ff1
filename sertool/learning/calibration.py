"""How far to trust probabilities: reliability, and from which one on an answer is confident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

HeldOut = tuple[np.ndarray, np.ndarray]
"""Numbers of the rows that something is fitted on, and of those that it is tried on."""
N_BINS = 15
CONFIDENT_ACCURACY = 0.75
"""Answers are confident from the probability on above which so many held-out ones are right."""
FEWEST_CONFIDENT = 20
"""From fewer held-out answers no such probability is read."""


@dataclass(frozen=True)
class Bin:
    """Answers of like probability.

    Attributes:
        low: where the bin begins; it is 1 / 15 wide.
        clips: how many answers lie in it.
        probability: their mean.
        accuracy: the share of them that is right.
    """

    low: float
    clips: int
    probability: float
    accuracy: float


def reliability(confidence: np.ndarray, right: np.ndarray) -> list[Bin]:
    """What the probabilities of answers are worth, in 15 bins of equal width; empty ones left out.

    Args:
        confidence: probability of each answer, in [0, 1], shape (n,).
        right: whether it was right, shape (n,).

    >>> for each in reliability(np.array([0.62, 0.64, 0.9]), np.array([True, False, True])):
    ...     print(round(each.low, 2), each.clips, round(each.probability, 2), each.accuracy)
    0.6 2 0.63 0.5
    0.87 1 0.9 1.0
    """
    number = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
    return [
        Bin(
            low=k / N_BINS,
            clips=int(np.count_nonzero(number == k)),
            probability=float(confidence[number == k].mean()),
            accuracy=float(right[number == k].mean()),
        )
        for k in np.unique(number).tolist()
    ]


def expected_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error, in [0, 1]: |probability - accuracy|, weighed by clips.

    Source: Guo et al., "On Calibration of Modern Neural Networks", 2017.

    >>> round(expected_error([Bin(0.6, 2, 0.63, 0.5), Bin(0.87, 1, 0.9, 1.0)]), 2)
    0.12
    """
    total = sum(each.clips for each in bins)
    return sum(each.clips * abs(each.probability - each.accuracy) for each in bins) / total


def confidence_threshold(confidence: np.ndarray, right: np.ndarray) -> float:
    """The lowest probability such that, of the answers at or above it, 3 in 4 are right.

    1.0, which no answer reaches, where there is none or fewer than 20 answers would remain.

    >>> confidence = np.linspace(0, 1, 101)
    >>> round(confidence_threshold(confidence, confidence >= 0.6), 2)
    0.47
    """
    order = np.argsort(-confidence, kind="stable")
    accuracy = np.cumsum(right[order]) / np.arange(1, right.size + 1)
    good = np.flatnonzero(accuracy >= CONFIDENT_ACCURACY)
    if not good.size or good[-1] + 1 < FEWEST_CONFIDENT:
        return 1.0
    return float(confidence[order[good[-1]]])
