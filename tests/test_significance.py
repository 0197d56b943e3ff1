"""Intervals, tests and ranks: by enumeration, by hand and by what they announce."""

import itertools

import numpy as np
import pytest

from sertool.errors import BadChoice
from sertool.learning import significance
from sertool.learning.metrics.uar import uar
from sertool.learning.significance import Interval


def speakers_matrices(generator, n_speakers, n_clips=10, k=4, spread=0.12):
    """Matrices of speakers who are easier or harder; the expected UAR is 0.5."""
    ease = np.clip(generator.normal(0.5, spread, size=(n_speakers, 1)), 0.02, 0.98)
    right = generator.binomial(n_clips, np.repeat(ease, k, axis=1))
    matrices = np.zeros((n_speakers, k, k), dtype=np.int64)
    each = np.arange(k)
    matrices[:, each, each] = right
    matrices[:, each, (each + 1) % k] = n_clips - right
    return matrices


def test_interval_is_seeded():
    matrices = speakers_matrices(np.random.default_rng(0), 8)
    first, again, other = (significance.interval(matrices, uar, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_interval_holds_the_pooled_value():
    matrices = speakers_matrices(np.random.default_rng(0), 24)
    found = significance.interval(matrices, uar, seed=0)
    assert found.low < uar(matrices.sum(axis=0)) < found.high
    assert found.over == "speakers"


@pytest.mark.parametrize(("n_speakers", "over"), [(1, "clips"), (4, "clips"), (5, "speakers")])
def test_interval_needs_five_speakers(n_speakers, over):
    matrices = speakers_matrices(np.random.default_rng(0), n_speakers)
    assert significance.interval(matrices, uar, seed=0).over == over


def test_interval_does_not_count_speakers_without_clips():
    matrices = speakers_matrices(np.random.default_rng(0), 5)
    matrices[0] = 0
    assert significance.interval(matrices, uar, seed=0).over == "clips"


def test_interval_of_one_clip_says_nothing():
    found = significance.interval(np.array([[[1, 0], [0, 0]]]), uar, seed=0)
    assert np.isnan([found.low, found.high]).all()
    assert found.over == "clips"


def test_interval_of_perfect_answers_is_a_point():
    matrices = np.tile(np.diag([5, 5]), (6, 1, 1))
    assert significance.interval(matrices, uar, seed=0) == Interval(1.0, 1.0, "speakers")


def test_interval_widens_with_its_level():
    matrices = speakers_matrices(np.random.default_rng(0), 12)
    narrow, wide = (
        significance.interval(matrices, uar, seed=0, level=level) for level in (0.5, 0.95)
    )
    assert wide.low < narrow.low < narrow.high < wide.high


def test_interval_over_clips_understates_that_over_speakers():
    matrices = speakers_matrices(np.random.default_rng(0), 20, n_clips=20, spread=0.2)
    speakers = significance.interval(matrices, uar, seed=0)
    clips = significance.interval(matrices.sum(axis=0)[None], uar, seed=0)
    assert speakers.high - speakers.low > 2 * (clips.high - clips.low)


@pytest.mark.parametrize("n_speakers", [5, 10, 24])
def test_interval_covers_what_it_announces(n_speakers):
    """200 studies of which 95 % shall hold the truth; by luck alone, 3 sd = 4.6 points."""
    generator = np.random.default_rng(7)
    held = 0
    for seed in range(200):
        matrices = speakers_matrices(generator, n_speakers)
        found = significance.interval(matrices, uar, seed=seed)
        held += found.low <= 0.5 <= found.high
    assert 0.90 <= held / 200 <= 0.995


def test_paired_test_enumerates_every_swap():
    generator = np.random.default_rng(3)
    first, second = speakers_matrices(generator, 5), speakers_matrices(generator, 5)
    observed = abs(uar(first.sum(axis=0)) - uar(second.sum(axis=0)))
    as_far = 0
    for swaps in itertools.product([False, True], repeat=5):
        swapped = np.array(swaps)[:, None, None]
        a, b = np.where(swapped, second, first), np.where(swapped, first, second)
        difference = uar(a.sum(axis=0)) - uar(b.sum(axis=0))
        as_far += abs(difference) >= observed - 1e-12
    assert significance.paired_test(first, second, uar, seed=0) == pytest.approx(as_far / 32)


@pytest.mark.parametrize("n_speakers", [4, 30])
def test_paired_test_of_equal_answers_is_one(n_speakers):
    matrices = speakers_matrices(np.random.default_rng(0), n_speakers)
    assert significance.paired_test(matrices, matrices, uar, seed=0, repeats=500) == 1.0


def test_paired_test_by_drawing_agrees_with_enumeration():
    generator = np.random.default_rng(4)
    first, second = speakers_matrices(generator, 12), speakers_matrices(generator, 12)
    exact = significance.paired_test(first, second, uar, seed=0)
    drawn = significance.paired_test(first, second, uar, seed=0, repeats=4000)
    assert drawn == pytest.approx(exact, abs=0.03)
    assert drawn != exact


def test_paired_test_finds_a_clear_difference_among_many_speakers():
    first = np.tile(np.array([[8, 2], [2, 8]]), (20, 1, 1))
    second = np.tile(np.array([[5, 5], [5, 5]]), (20, 1, 1))
    p = significance.paired_test(first, second, uar, seed=0, repeats=999)
    assert p == pytest.approx(1 / 1000)


def test_paired_test_is_symmetric_and_seeded():
    generator = np.random.default_rng(5)
    first, second = speakers_matrices(generator, 20), speakers_matrices(generator, 20)
    p = significance.paired_test(first, second, uar, seed=1, repeats=500)
    assert p == significance.paired_test(second, first, uar, seed=1, repeats=500)


def test_paired_test_rejects_rarely_where_there_is_no_difference():
    """300 studies of equal estimators: about 5 % fall below 0.05; 3 sd = 3.8 points."""
    generator = np.random.default_rng(6)
    p_values = [
        significance.paired_test(
            speakers_matrices(generator, 8), speakers_matrices(generator, 8), uar, seed=0
        )
        for _ in range(300)
    ]
    assert 0.01 <= np.mean(np.array(p_values) <= 0.05) <= 0.088


def test_paired_test_refuses_different_clips():
    first = np.array([[[3, 1], [0, 4]]])
    with pytest.raises(BadChoice, match="same folds"):
        significance.paired_test(first, first + 1, uar, seed=0)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        ([0.2], [0.2]),
        ([0.01, 0.02, 0.03, 0.005], [0.03, 0.04, 0.04, 0.02]),
        ([0.5, 0.9], [1.0, 1.0]),
    ],
    ids=["none", "one", "four", "capped"],
)
def test_holm_by_hand(given, expected):
    np.testing.assert_allclose(significance.holm(given), expected)


def test_critical_differences_are_those_of_demsar() -> None:
    # "Statistical comparisons of classifiers over multiple data sets", 2006: his example of four
    # methods on fourteen data sets has 2.569 as critical value and 1.25 as critical difference.
    scores = np.random.default_rng(0).normal(size=(14, 4))
    assert significance.ranking(scores).critical_difference == pytest.approx(1.25, abs=0.005)


def test_ranks_of_equals_are_shared_and_all_alike_is_no_difference() -> None:
    found = significance.ranking(np.ones((6, 3)))
    assert found.mean_ranks.tolist() == [2, 2, 2]
    assert found.p == 1
    mixed = significance.ranking([[0.5, 0.5, 0.1]] * 6)
    assert mixed.mean_ranks.tolist() == [1.5, 1.5, 3]
    assert mixed.p < 0.01
