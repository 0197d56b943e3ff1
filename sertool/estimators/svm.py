"""Support vector machine with a Gaussian kernel, on features brought to a normal distribution."""

from __future__ import annotations

import warnings
from typing import Any, Self

from sklearn.pipeline import Pipeline
from sklearn.preprocessing import QuantileTransformer
from sklearn.svm import SVC


class NormalQuantiles(QuantileTransformer):  # type: ignore[misc]
    """scikit-learn's transformer, at peace with fewer rows than quantiles."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the quantiles of each column of `X`, shape (n_rows, n_features)."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "n_quantiles", UserWarning)
            super().fit(X, y)
        return self


def estimator(
    *, C: float = 10.0, gamma: float | str = 0.0015, random_state: int | None = None
) -> Pipeline:
    """An unfitted SVC on features whose ranks were brought to a normal distribution.

    Many of the 178 are means of powers, whose heavy tails a Gaussian kernel bears badly; ranks do
    not feel them, and they survive any scaling of the features before.

    The defaults were found with speaker-independent folds on EmoDB and 24 speakers of CREMA-D,
    trained on the originals: UAR .512 and .438 (mean of the two .475), on a plateau: gamma=0.0007
    reached .522 and .432 (.477), C=3 .521 and .428 (.475). The plain standardised SVC with C=10 and
    gamma="scale" reached .485 and .419 (.452); Yeo-Johnson's transform at its best, gamma=0.003,
    .521 and .431 (.476) at seven times the cost. `benchmarks/tune.toml` repeats the search over C
    and gamma.

    Args:
        C: the price of a training row on the wrong side, above 0.
        gamma: width of the kernel, above 0, or "scale": 1 / (features x variance).
        random_state: seed of the transform.

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> round(estimator().fit(X, y).score(X, y), 1)
    0.9
    """
    transform = NormalQuantiles(
        n_quantiles=100, output_distribution="normal", subsample=None, random_state=random_state
    )
    return Pipeline([("ranks", transform), ("svc", SVC(C=C, gamma=gamma))])
