"""Each feature's ranks among the training rows, from 0 to 1."""

from __future__ import annotations

import numpy as np

from sertool.learning.normalisations import Groups, Normalisation


def ranked(X: np.ndarray, groups: Groups) -> np.ndarray:
    """The share of training rows that each value exceeds; shape and precision of X."""
    training = np.sort(X[groups.train], axis=0)
    columns = zip(training.T, X.T, strict=True)
    ranks = [np.searchsorted(known, values) / len(known) for known, values in columns]
    return np.stack(ranks, axis=1).astype(X.dtype)


normalisation = Normalisation(
    "ranks", "Features are replaced by their ranks among the training rows.", ranked
)
