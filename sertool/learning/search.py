"""Parameters to choose: looked for on speakers of the training rows, so nested in any split."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from sertool.errors import NotEnough
from sertool.learning.candidate import Candidate
from sertool.learning.confusion import confusion
from sertool.learning.metrics.uar import uar

FOLDS = 3
"""Groups of training speakers that are held out in turn; as many as there are, where fewer."""


def best(
    candidate: Candidate, X: np.ndarray, y: np.ndarray, speakers: np.ndarray, *, seed: int
) -> Candidate:
    """The setting that recognises held-out speakers of the training rows best, by UAR.

    No test speaker takes part, whatever the protocol: the choice is part of learning. The rows
    come as they were standardised for training, held-out speakers included.

    Args:
        candidate: with a list of values for the parameters that are looked for.
        X: features of the training rows, shape (n_rows, n_features).
        y: their emotions, shape (n_rows,).
        speakers: a name or number for who speaks in each, shape (n_rows,).
        seed: of the estimator and of the groups of speakers.

    Returns:
        One of `candidate.alternatives`: the first of several that are equally good, the only one
        where there is no choice.

    Raises:
        NotEnough: there is a choice, but fewer than two speakers to make it on, or none that can
            be held out with two emotions left.
    """
    alternatives = candidate.alternatives
    if len(alternatives) == 1:
        return alternatives[0]
    folds = list(_folds(X, y, speakers, seed))
    if not folds:
        raise NotEnough(
            "choosing parameters holds out speakers, and without any of them one emotion is left "
            "to train on; give one value for each parameter, or add speakers"
        )
    return max(alternatives, key=lambda setting: _uar(setting, X, y, folds, seed))


def _folds(
    X: np.ndarray, y: np.ndarray, speakers: np.ndarray, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    n_speakers = np.unique(speakers).size
    if n_speakers < 2:
        raise NotEnough(
            f"choosing parameters takes at least 2 speakers to train on, here is {n_speakers}; "
            "give one value for each parameter, or add speakers"
        )
    most_rows = np.unique(y, return_counts=True)[1].max()
    n_folds = min(FOLDS, n_speakers, most_rows)
    if n_folds < 2:
        return
    folds = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    for train, held in folds.split(X, y, speakers):
        if np.unique(y[train]).size > 1:
            yield train, held


def _uar(
    setting: Candidate,
    X: np.ndarray,
    y: np.ndarray,
    folds: list[tuple[np.ndarray, np.ndarray]],
    seed: int,
) -> float:
    """Over the held-out rows of all folds together."""
    labels = np.unique(y).tolist()
    counts = np.zeros((len(labels), len(labels)), np.int64)
    for train, held in folds:
        fitted = setting.fitted(X[train], y[train], seed=seed)
        predicted = setting.predicted(fitted, X[held], labels)
        counts += confusion(y[held].tolist(), predicted.tolist(), labels)
    return float(uar(counts))
