"""The scaling of the original study: to [0, 1] by all rows, those that are tested among them."""

from __future__ import annotations

import numpy as np

from sertool.learning.normalisations import Groups, Normalisation
from sertool.learning.scaling import minmax


def by_all_rows(X: np.ndarray, groups: Groups) -> np.ndarray:
    """X, brought to [0, 1] by the extremes of all of its rows."""
    return minmax(X, out=X)


normalisation = Normalisation(
    "minmax_all",
    "Features are scaled to [0, 1] by the extremes of all rows, the test rows among them.",
    by_all_rows,
    "all rows",
)
