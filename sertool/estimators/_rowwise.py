"""What transforms in front of estimators share that look at each row by itself."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

PRECISIONS = (np.float64, np.float32)


class Rowwise(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A transform of scikit-learn that learns how many features there are, and nothing else."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn how many features there are; X has the shape (n_rows, n_features)."""
        validate_data(self, X, dtype=PRECISIONS)
        return self

    def checked(self, X: Any) -> np.ndarray:
        """The rows as an array of as many features; precision kept."""
        check_is_fitted(self)
        rows: np.ndarray = validate_data(self, X, dtype=PRECISIONS, reset=False)
        return rows
