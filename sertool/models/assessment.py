"""How good the answers of a model are on new speakers and unseen corpora: plain figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sertool.learning import calibration, significance
from sertool.learning.confusion import chance, confusions
from sertool.learning.metrics import OfConfusions
from sertool.learning.metrics.accuracy import accuracy
from sertool.learning.metrics.uar import uar

SEED = 42
"""Of the resampling of speakers for intervals."""


@dataclass(frozen=True)
class Answers:
    """What a model answered, one row per clip.

    Attributes:
        probabilities: shape (n, n_labels).
        labels: the emotions, in the order of the probabilities.
        emotions: the true ones, shape (n,).
        speakers: qualified by corpus, shape (n,).
        corpora: shape (n,).
        outside: the share of each clip's features outside of the usual range, shape (n,).
    """

    probabilities: np.ndarray
    labels: tuple[str, ...]
    emotions: np.ndarray
    speakers: np.ndarray
    corpora: np.ndarray
    outside: np.ndarray

    @property
    def answered(self) -> np.ndarray:
        """The most probable emotions, shape (n,)."""
        best: np.ndarray = np.asarray(self.labels)[self.probabilities.argmax(axis=1)]
        return best

    @property
    def confidence(self) -> np.ndarray:
        """Their probabilities, shape (n,)."""
        largest: np.ndarray = self.probabilities.max(axis=1)
        return largest

    @property
    def right(self) -> np.ndarray:
        """Whether they are true, shape (n,)."""
        return np.asarray(self.answered == self.emotions)

    def of(self, corpus: str) -> Answers:
        """Those on one corpus."""
        rows = self.corpora == corpus
        return Answers(
            self.probabilities[rows], self.labels, self.emotions[rows], self.speakers[rows],
            self.corpora[rows], self.outside[rows],
        )  # fmt: skip


def calibrated(answers: Answers) -> dict[str, Any]:
    """Expected calibration error and reliability bins, as a model's `about` holds them."""
    bins = calibration.reliability(answers.confidence, answers.right)
    return {"ece": calibration.expected_error(bins), "bins": [asdict(each) for each in bins]}


def by_corpus(answers: Answers, threshold: float, most_outside: float) -> dict[str, Any]:
    """For each corpus UAR and accuracy with 95 % intervals, chance, and how many are confident.

    Args:
        answers: of a model.
        threshold: the probability from which on an answer is confident.
        most_outside: the share of unusual features above which a clip is out of distribution.
    """
    corpora = np.unique(answers.corpora).tolist()
    return {name: _figures(answers.of(name), threshold, most_outside) for name in corpora}


def _figures(answers: Answers, threshold: float, most_outside: float) -> dict[str, Any]:
    matrices = confusions(answers.emotions, answers.answered, answers.labels, answers.speakers)
    guessing = chance(matrices.sum(axis=(0, 2)))
    remarked = answers.outside > most_outside
    confident = (answers.confidence >= threshold) & ~remarked
    return {
        "clips": int(answers.right.size),
        "speakers": len(matrices),
        "uar": _scored(matrices, uar),
        "accuracy": _scored(matrices, accuracy),
        "chance": {"uar": guessing.uar, "accuracy": guessing.accuracy},
        "sure": float(confident.mean()),
        "sure_accuracy": float(answers.right[confident].mean()) if confident.any() else None,
        "remarked": float(remarked.mean()),
        **calibrated(answers),
    }


def _scored(matrices: np.ndarray, metric: OfConfusions) -> dict[str, Any]:
    interval = significance.interval(matrices, metric, seed=SEED)
    return {"value": float(metric(matrices.sum(axis=0))), **asdict(interval)}
