import itertools

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from sertool import metrics
from sertool.errors import BadChoice
from sertool.metrics import Interval

LABELS = ("angry", "happy", "neutral", "sad")


def answers(seed, n_clips=200, labels=LABELS):
    generator = np.random.default_rng(seed)
    true = generator.choice(labels, size=n_clips, p=[0.4, 0.3, 0.2, 0.1])
    guessed = generator.choice(labels, size=n_clips)
    return true, np.where(generator.random(n_clips) < 0.5, true, guessed)


def speakers_matrices(generator, n_speakers, n_clips=10, k=4, spread=0.12):
    """Matrices of speakers who are easier or harder; the expected UAR is 0.5."""
    ease = np.clip(generator.normal(0.5, spread, size=(n_speakers, 1)), 0.02, 0.98)
    right = generator.binomial(n_clips, np.repeat(ease, k, axis=1))
    matrices = np.zeros((n_speakers, k, k), dtype=np.int64)
    each = np.arange(k)
    matrices[:, each, each] = right
    matrices[:, each, (each + 1) % k] = n_clips - right
    return matrices


@pytest.mark.parametrize("seed", range(3))
def test_confusion_equals_scikit_learn(seed):
    true, predicted = answers(seed)
    expected = sklearn_metrics.confusion_matrix(true, predicted, labels=LABELS)
    np.testing.assert_array_equal(metrics.confusion(true, predicted, LABELS), expected)


@pytest.mark.parametrize(
    ("metric", "reference"),
    [
        (metrics.accuracy, sklearn_metrics.accuracy_score),
        (metrics.uar, sklearn_metrics.balanced_accuracy_score),
        (metrics.macro_f1, lambda t, p: sklearn_metrics.f1_score(t, p, average="macro")),
    ],
    ids=["accuracy", "uar", "macro_f1"],
)
@pytest.mark.parametrize("seed", range(3))
def test_metric_equals_scikit_learn(metric, reference, seed):
    true, predicted = answers(seed)
    matrix = metrics.confusion(true, predicted, LABELS)
    assert metric(matrix) == pytest.approx(reference(true, predicted))


def test_recalls_equal_scikit_learn():
    true, predicted = answers(0)
    expected = sklearn_metrics.recall_score(true, predicted, labels=LABELS, average=None)
    found = metrics.recalls(metrics.confusion(true, predicted, LABELS))
    np.testing.assert_allclose(found, expected)


def test_macro_f1_counts_an_emotion_that_is_only_answered_as_scikit_learn_does():
    true, predicted = ["sad", "sad", "happy"], ["sad", "angry", "happy"]
    matrix = metrics.confusion(true, predicted, LABELS)
    expected = sklearn_metrics.f1_score(true, predicted, average="macro")
    assert metrics.macro_f1(matrix) == pytest.approx(expected)
    assert metrics.uar(matrix) == pytest.approx(0.75)


@pytest.mark.parametrize("metric", [metrics.accuracy, metrics.uar, metrics.macro_f1])
def test_leading_axes_are_carried_along(metric):
    matrices = speakers_matrices(np.random.default_rng(0), 6)
    np.testing.assert_allclose(metric(matrices), [metric(matrix) for matrix in matrices])


@pytest.mark.parametrize("metric", [metrics.accuracy, metrics.uar, metrics.macro_f1])
def test_no_clips_is_nan(metric):
    assert np.isnan(metric(np.zeros((3, 3), dtype=int)))


def test_confusions_are_one_per_group_and_sum_to_the_whole():
    true, predicted = answers(1)
    groups = np.array(["b", "a"])[np.arange(len(true)) % 2]
    by_group = metrics.confusions(true, predicted, LABELS, groups)
    of_a = metrics.confusion(true[groups == "a"], predicted[groups == "a"], LABELS)
    np.testing.assert_array_equal(by_group[0], of_a)
    whole = metrics.confusion(true, predicted, LABELS)
    np.testing.assert_array_equal(by_group.sum(axis=0), whole)


def test_confusion_of_nothing_is_empty():
    assert metrics.confusion([], [], LABELS).tolist() == np.zeros((4, 4)).tolist()


def test_confusion_refuses_an_emotion_that_is_no_label():
    with pytest.raises(BadChoice, match=r"'hapy'.*did you mean 'happy'"):
        metrics.confusion(["happy"], ["hapy"], LABELS)


def test_confusion_refuses_arrays_of_different_lengths():
    with pytest.raises(BadChoice, match="2 true emotions, 1 predicted"):
        metrics.confusion(["happy", "sad"], ["happy"], LABELS)


def test_interval_is_seeded():
    matrices = speakers_matrices(np.random.default_rng(0), 8)
    first, again, other = (metrics.interval(matrices, metrics.uar, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_interval_holds_the_pooled_value():
    matrices = speakers_matrices(np.random.default_rng(0), 24)
    found = metrics.interval(matrices, metrics.uar, seed=0)
    assert found.low < metrics.uar(matrices.sum(axis=0)) < found.high
    assert found.over == "speakers"


@pytest.mark.parametrize(("n_speakers", "over"), [(1, "clips"), (4, "clips"), (5, "speakers")])
def test_interval_needs_five_speakers(n_speakers, over):
    matrices = speakers_matrices(np.random.default_rng(0), n_speakers)
    assert metrics.interval(matrices, metrics.uar, seed=0).over == over


def test_interval_does_not_count_speakers_without_clips():
    matrices = speakers_matrices(np.random.default_rng(0), 5)
    matrices[0] = 0
    assert metrics.interval(matrices, metrics.uar, seed=0).over == "clips"


def test_interval_of_one_clip_says_nothing():
    found = metrics.interval(np.array([[[1, 0], [0, 0]]]), metrics.uar, seed=0)
    assert np.isnan([found.low, found.high]).all()
    assert found.over == "clips"


def test_interval_of_perfect_answers_is_a_point():
    matrices = np.tile(np.diag([5, 5]), (6, 1, 1))
    assert metrics.interval(matrices, metrics.uar, seed=0) == Interval(1.0, 1.0, "speakers")


def test_interval_widens_with_its_level():
    matrices = speakers_matrices(np.random.default_rng(0), 12)
    narrow, wide = (
        metrics.interval(matrices, metrics.uar, seed=0, level=level) for level in (0.5, 0.95)
    )
    assert wide.low < narrow.low < narrow.high < wide.high


def test_interval_over_clips_understates_that_over_speakers():
    matrices = speakers_matrices(np.random.default_rng(0), 20, n_clips=20, spread=0.2)
    speakers = metrics.interval(matrices, metrics.uar, seed=0)
    clips = metrics.interval(matrices.sum(axis=0)[None], metrics.uar, seed=0)
    assert speakers.high - speakers.low > 2 * (clips.high - clips.low)


@pytest.mark.parametrize("n_speakers", [5, 10, 24])
def test_interval_covers_what_it_announces(n_speakers):
    """200 studies of which 95 % shall hold the truth; by luck alone, 3 sd = 4.6 points."""
    generator = np.random.default_rng(7)
    held = 0
    for seed in range(200):
        matrices = speakers_matrices(generator, n_speakers)
        found = metrics.interval(matrices, metrics.uar, seed=seed)
        held += found.low <= 0.5 <= found.high
    assert 0.90 <= held / 200 <= 0.995


def test_paired_test_enumerates_every_swap():
    generator = np.random.default_rng(3)
    first, second = speakers_matrices(generator, 5), speakers_matrices(generator, 5)
    observed = abs(metrics.uar(first.sum(axis=0)) - metrics.uar(second.sum(axis=0)))
    as_far = 0
    for swaps in itertools.product([False, True], repeat=5):
        swapped = np.array(swaps)[:, None, None]
        a, b = np.where(swapped, second, first), np.where(swapped, first, second)
        difference = metrics.uar(a.sum(axis=0)) - metrics.uar(b.sum(axis=0))
        as_far += abs(difference) >= observed - 1e-12
    assert metrics.paired_test(first, second, metrics.uar, seed=0) == pytest.approx(as_far / 32)


@pytest.mark.parametrize("n_speakers", [4, 30])
def test_paired_test_of_equal_answers_is_one(n_speakers):
    matrices = speakers_matrices(np.random.default_rng(0), n_speakers)
    assert metrics.paired_test(matrices, matrices, metrics.uar, seed=0, repeats=500) == 1.0


def test_paired_test_by_drawing_agrees_with_enumeration():
    generator = np.random.default_rng(4)
    first, second = speakers_matrices(generator, 12), speakers_matrices(generator, 12)
    exact = metrics.paired_test(first, second, metrics.uar, seed=0)
    drawn = metrics.paired_test(first, second, metrics.uar, seed=0, repeats=4000)
    assert drawn == pytest.approx(exact, abs=0.03)
    assert drawn != exact


def test_paired_test_finds_a_clear_difference_among_many_speakers():
    first = np.tile(np.array([[8, 2], [2, 8]]), (20, 1, 1))
    second = np.tile(np.array([[5, 5], [5, 5]]), (20, 1, 1))
    p = metrics.paired_test(first, second, metrics.uar, seed=0, repeats=999)
    assert p == pytest.approx(1 / 1000)


def test_paired_test_is_symmetric_and_seeded():
    generator = np.random.default_rng(5)
    first, second = speakers_matrices(generator, 20), speakers_matrices(generator, 20)
    p = metrics.paired_test(first, second, metrics.uar, seed=1, repeats=500)
    assert p == metrics.paired_test(second, first, metrics.uar, seed=1, repeats=500)


def test_paired_test_rejects_rarely_where_there_is_no_difference():
    """300 studies of equal estimators: about 5 % fall below 0.05; 3 sd = 3.8 points."""
    generator = np.random.default_rng(6)
    p_values = [
        metrics.paired_test(
            speakers_matrices(generator, 8), speakers_matrices(generator, 8), metrics.uar, seed=0
        )
        for _ in range(300)
    ]
    assert 0.01 <= np.mean(np.array(p_values) <= 0.05) <= 0.088


def test_paired_test_refuses_different_clips():
    first = np.array([[[3, 1], [0, 4]]])
    with pytest.raises(BadChoice, match="same folds"):
        metrics.paired_test(first, first + 1, metrics.uar, seed=0)


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
    np.testing.assert_allclose(metrics.holm(given), expected)


def test_chance_is_what_the_dummies_of_scikit_learn_reach():
    true, _ = answers(0)
    counts = [np.count_nonzero(true == label) for label in LABELS]
    commonest = np.full(len(true), LABELS[int(np.argmax(counts))])
    found = metrics.chance(counts)
    assert found.accuracy == pytest.approx(sklearn_metrics.accuracy_score(true, commonest))
    assert found.uar == pytest.approx(
        float(metrics.uar(metrics.confusion(true, commonest, LABELS)))
    )


def test_chance_of_nothing_is_nan():
    found = metrics.chance([0, 0])
    assert np.isnan([found.accuracy, found.uar]).all()


def test_critical_differences_are_those_of_demsar() -> None:
    # "Statistical comparisons of classifiers over multiple data sets", 2006: his example of four
    # methods on fourteen data sets has 2.569 as critical value and 1.25 as critical difference.
    scores = np.random.default_rng(0).normal(size=(14, 4))
    assert metrics.ranking(scores).critical_difference == pytest.approx(1.25, abs=0.005)


def test_ranks_of_equals_are_shared_and_all_alike_is_no_difference() -> None:
    found = metrics.ranking(np.ones((6, 3)))
    assert found.mean_ranks.tolist() == [2, 2, 2]
    assert found.p == 1
    mixed = metrics.ranking([[0.5, 0.5, 0.1]] * 6)
    assert mixed.mean_ranks.tolist() == [1.5, 1.5, 3]
    assert mixed.p < 0.01
