"""The mistake of the 2021 study on other languages, kept to show what it does.

The training rows, and the others, are brought to [0, 1] by their own least and greatest values.
"""

from __future__ import annotations

import numpy as np

from sertool.learning.normalisations import Groups, Normalisation
from sertool.learning.scaling import minmax


def by_own_extremes(X: np.ndarray, groups: Groups) -> np.ndarray:
    """X, training and test rows each brought to [0, 1] by themselves."""
    others = np.setdiff1d(np.arange(len(X)), groups.train)
    for rows in (groups.train, others) if others.size else (groups.train,):
        X[rows] = minmax(X[rows])
    return X


normalisation = Normalisation(
    "extremes",
    "Training and test rows are each scaled to [0, 1] by their own extremes: the mistake of the "
    "2021 study, kept to show what it does.",
    by_own_extremes,
    "each side",
)
