"""By the mean and spread of the training rows: what a recogniser in the field can do."""

from __future__ import annotations

import numpy as np

from sertool.learning.normalisations import Groups, Normalisation
from sertool.learning.scaling import scaled, statistics


def by_training_rows(X: np.ndarray, groups: Groups) -> np.ndarray:
    """X, standardised by its training rows alone."""
    return scaled(X, *statistics(X, groups.train), out=X)


normalisation = Normalisation(
    "train", "Features are standardised by the training rows.", by_training_rows
)
