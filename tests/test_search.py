"""Parameters are chosen on speakers of the training rows, and on nothing else."""

from typing import ClassVar

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from sertool.errors import NotEnough
from sertool.estimators import Estimator
from sertool.learning import search
from sertool.learning.candidate import Candidate

EMOTIONS = np.array(["angry", "sad"])


class OneFeature(ClassifierMixin, BaseEstimator):
    """Angry where one feature is positive."""

    heard: ClassVar[list[np.ndarray]] = []

    def __init__(self, column: int = 0, random_state: int | None = None) -> None:
        self.column = column
        self.random_state = random_state

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.heard.append(X)
        return self

    def predict(self, X):
        return EMOTIONS[(X[:, self.column] <= 0).astype(int)]


def _rows(n_speakers: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Feature 0 is half right, 1 is always right, 2 names the speaker, 3 is 1 right as well."""
    speakers = np.repeat(np.arange(n_speakers), 4)
    y = np.tile(EMOTIONS[[0, 0, 1, 1]], n_speakers)
    sign = np.where(y == "angry", 1.0, -1.0)
    half = np.tile([1.0, -1.0, 1.0, -1.0], n_speakers)
    return np.column_stack([half, sign, speakers, sign]), y, speakers


def choice(*columns: int) -> Candidate:
    return Candidate("one", Estimator(OneFeature), {"column": [*columns]})


def test_the_value_that_recognises_held_out_speakers_is_chosen():
    X, y, speakers = _rows(6)
    chosen = search.best(choice(0, 1), X, y, speakers, seed=0)
    assert chosen.parameters == {"column": 1}


def test_the_first_of_equals_is_chosen():
    X, y, speakers = _rows(6)
    chosen = search.best(choice(0, 3, 1), X, y, speakers, seed=0)
    assert chosen.parameters == {"column": 3}


def test_no_held_out_speaker_is_heard(monkeypatch):
    monkeypatch.setattr(OneFeature, "heard", [])
    X, y, speakers = _rows(7)
    search.best(choice(0, 1), X, y, speakers, seed=0)
    held_out = [set(range(7)) - set(fit[:, 2]) for fit in OneFeature.heard]
    assert len(held_out) == 2 * search.FOLDS
    for fold in (held_out[: search.FOLDS], held_out[search.FOLDS :]):
        assert sorted(speaker for held in fold for speaker in held) == list(range(7))


def test_all_rows_of_a_speaker_stay_together(monkeypatch):
    monkeypatch.setattr(OneFeature, "heard", [])
    X, y, speakers = _rows(5)
    search.best(choice(0, 1), X, y, speakers, seed=0)
    for fit in OneFeature.heard:
        assert set(np.unique(fit[:, 2], return_counts=True)[1]) == {4}


def test_without_a_choice_nothing_is_fitted(monkeypatch):
    monkeypatch.setattr(OneFeature, "heard", [])
    X, y, speakers = _rows(1)
    candidate = Candidate("one", Estimator(OneFeature), {"column": 0})
    assert search.best(candidate, X, y, speakers, seed=0) == candidate
    assert OneFeature.heard == []


def test_one_speaker_leaves_nobody_to_hold_out():
    X, y, speakers = _rows(1)
    with pytest.raises(NotEnough, match="at least 2 speakers to train on, here is 1; give one"):
        search.best(choice(0, 1), X, y, speakers, seed=0)


def test_speakers_of_one_emotion_each_leave_nothing_to_choose_on():
    y = np.repeat(EMOTIONS, 4)
    X = np.zeros((8, 4))
    candidate = choice(0, 1)
    with pytest.raises(NotEnough, match="without any of them one emotion is left"):
        search.best(candidate, X, y, np.repeat([0, 1], 4), seed=0)


def test_a_row_of_each_emotion_is_too_few_without_a_traceback():
    candidate = choice(0, 1)
    X = np.zeros((2, 4))
    with pytest.raises(NotEnough):
        search.best(candidate, X, EMOTIONS, np.array([0, 1]), seed=0)
