"""The nearest centroid, a class of this package alone."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from sertool.estimators import Estimator


class Centroids(ClassifierMixin, BaseEstimator):
    """Takes a row for the emotion whose mean is nearest."""

    def __init__(self, sharpness: float = 1.0) -> None:
        self.sharpness = sharpness

    def fit(self, X: Any, y: Any) -> Self:
        """Learn the mean of each emotion's rows."""
        X, y = validate_data(self, X, y)
        self.classes_ = np.unique(y)
        self.means_ = np.stack([X[y == each].mean(axis=0) for each in self.classes_])
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Shape (n, n_emotions), each row summing to 1."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        squares = np.square(X[:, None] - self.means_).mean(axis=2)
        nearness = np.exp(-self.sharpness * (squares - squares.min(axis=1, keepdims=True)))
        shares: np.ndarray = nearness / nearness.sum(axis=1, keepdims=True)
        return shares

    def predict(self, X: Any) -> np.ndarray:
        """Shape (n,)."""
        answers: np.ndarray = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return answers


estimator = Estimator(Centroids, types=("sertool_example.centroids.Centroids",))
