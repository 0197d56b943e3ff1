"""Support vector machine with a Gaussian kernel."""

from __future__ import annotations

from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC


def estimator(
    *, C: float = 10.0, gamma: float | str = "scale", random_state: int | None = None
) -> Pipeline:
    """An unfitted SVC on standardised features.

    Args:
        C: the price of a training row on the wrong side, above 0.
        gamma: width of the kernel, above 0, or "scale": 1 / (features x variance).
        random_state: accepted like everywhere; nothing here is random.

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> round(estimator().fit(X, y).score(X, y), 2)
    0.99
    """
    steps = [("scale", StandardScaler()), ("svc", SVC(C=C, gamma=gamma, random_state=random_state))]
    return Pipeline(steps)
