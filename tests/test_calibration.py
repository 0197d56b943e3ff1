"""Calibration error against its definition written out, and from which probability on to trust."""

from __future__ import annotations

import numpy as np
import pytest

from sertool.learning.calibration import confidence_threshold, expected_error, reliability


def naive_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Guo et al. 2017, equation 3, bin by bin."""
    total = 0.0
    for k in range(15):
        inside = [i for i, c in enumerate(confidence) if k / 15 <= c < (k + 1) / 15 or c == k == 15]
        if inside:
            accuracy = sum(right[i] for i in inside) / len(inside)
            mean = sum(confidence[i] for i in inside) / len(inside)
            total += len(inside) / len(confidence) * abs(accuracy - mean)
    return total


@pytest.mark.parametrize("seed", range(5))
def test_error_is_that_of_its_definition(seed: int) -> None:
    generator = np.random.default_rng(seed)
    confidence = generator.uniform(0.2, 0.999, 500)
    right = generator.uniform(size=500) < confidence**2
    found = expected_error(reliability(confidence, right))
    assert found == pytest.approx(naive_error(confidence, right))


def test_what_is_right_as_often_as_it_says_has_nearly_no_error() -> None:
    generator = np.random.default_rng(0)
    confidence = generator.uniform(0.2, 1, 100_000)
    right = generator.uniform(size=confidence.size) < confidence
    assert expected_error(reliability(confidence, right)) < 0.01


def test_always_certain_and_half_right() -> None:
    bins = reliability(np.ones(4), np.array([True, True, False, False]))
    assert expected_error(bins) == 0.5


def test_three_in_four_are_right_above_the_bound() -> None:
    generator = np.random.default_rng(1)
    confidence = generator.uniform(0.2, 1, 200_000)
    right = generator.uniform(size=confidence.size) < confidence
    bound = confidence_threshold(confidence, right)
    assert right[confidence >= bound].mean() >= 0.75
    assert right[confidence >= bound - 0.02].mean() < 0.75
    assert bound == pytest.approx(0.5, abs=0.03)  # the mean of (0.5, 1) is 0.75


@pytest.mark.parametrize(("n", "share"), [(500, 0.0), (19, 1.0)])
def test_nothing_is_sure_where_too_little_is_right_or_known(n: int, share: float) -> None:
    assert confidence_threshold(np.full(n, 0.9), np.full(n, bool(share))) == 1.0
