import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from sertool.errors import BadChoice
from sertool.learning.confusion import chance, confusion, confusions, recalls
from sertool.learning.metrics.accuracy import accuracy
from sertool.learning.metrics.macro_f1 import macro_f1
from sertool.learning.metrics.uar import uar

LABELS = ("angry", "happy", "neutral", "sad")


def answers(seed, n_clips=200, labels=LABELS):
    generator = np.random.default_rng(seed)
    true = generator.choice(labels, size=n_clips, p=[0.4, 0.3, 0.2, 0.1])
    guessed = generator.choice(labels, size=n_clips)
    return true, np.where(generator.random(n_clips) < 0.5, true, guessed)


@pytest.mark.parametrize("seed", range(3))
def test_confusion_equals_scikit_learn(seed):
    true, predicted = answers(seed)
    expected = sklearn_metrics.confusion_matrix(true, predicted, labels=LABELS)
    np.testing.assert_array_equal(confusion(true, predicted, LABELS), expected)


@pytest.mark.parametrize(
    ("metric", "reference"),
    [
        (accuracy, sklearn_metrics.accuracy_score),
        (uar, sklearn_metrics.balanced_accuracy_score),
        (macro_f1, lambda t, p: sklearn_metrics.f1_score(t, p, average="macro")),
    ],
    ids=["accuracy", "uar", "macro_f1"],
)
@pytest.mark.parametrize("seed", range(3))
def test_metric_equals_scikit_learn(metric, reference, seed):
    true, predicted = answers(seed)
    matrix = confusion(true, predicted, LABELS)
    assert metric(matrix) == pytest.approx(reference(true, predicted))


def test_recalls_equal_scikit_learn():
    true, predicted = answers(0)
    expected = sklearn_metrics.recall_score(true, predicted, labels=LABELS, average=None)
    found = recalls(confusion(true, predicted, LABELS))
    np.testing.assert_allclose(found, expected)


def test_macro_f1_counts_an_emotion_that_is_only_answered_as_scikit_learn_does():
    true, predicted = ["sad", "sad", "happy"], ["sad", "angry", "happy"]
    matrix = confusion(true, predicted, LABELS)
    expected = sklearn_metrics.f1_score(true, predicted, average="macro")
    assert macro_f1(matrix) == pytest.approx(expected)
    assert uar(matrix) == pytest.approx(0.75)


@pytest.mark.parametrize("metric", [accuracy, uar, macro_f1])
def test_leading_axes_are_carried_along(metric):
    matrices = np.random.default_rng(0).integers(1, 20, size=(6, 4, 4))
    np.testing.assert_allclose(metric(matrices), [metric(matrix) for matrix in matrices])


@pytest.mark.parametrize("metric", [accuracy, uar, macro_f1])
def test_no_clips_is_nan(metric):
    assert np.isnan(metric(np.zeros((3, 3), dtype=int)))


def test_confusions_are_one_per_group_and_sum_to_the_whole():
    true, predicted = answers(1)
    groups = np.array(["b", "a"])[np.arange(len(true)) % 2]
    by_group = confusions(true, predicted, LABELS, groups)
    of_a = confusion(true[groups == "a"], predicted[groups == "a"], LABELS)
    np.testing.assert_array_equal(by_group[0], of_a)
    whole = confusion(true, predicted, LABELS)
    np.testing.assert_array_equal(by_group.sum(axis=0), whole)


def test_confusion_of_nothing_is_empty():
    assert confusion([], [], LABELS).tolist() == np.zeros((4, 4)).tolist()


def test_confusion_refuses_an_emotion_that_is_no_label():
    with pytest.raises(BadChoice, match=r"'hapy'.*did you mean 'happy'"):
        confusion(["happy"], ["hapy"], LABELS)


def test_confusion_refuses_arrays_of_different_lengths():
    with pytest.raises(BadChoice, match="2 true emotions, 1 predicted"):
        confusion(["happy", "sad"], ["happy"], LABELS)


def test_chance_is_what_the_dummies_of_scikit_learn_reach():
    true, _ = answers(0)
    counts = [np.count_nonzero(true == label) for label in LABELS]
    commonest = np.full(len(true), LABELS[int(np.argmax(counts))])
    found = chance(counts)
    assert found.accuracy == pytest.approx(sklearn_metrics.accuracy_score(true, commonest))
    assert found.uar == pytest.approx(float(uar(confusion(true, commonest, LABELS))))


def test_chance_of_nothing_is_nan():
    found = chance([0, 0])
    assert np.isnan([found.accuracy, found.uar]).all()
