"""An estimator of another package on trial: whether its models can be kept, before the long fit."""

from __future__ import annotations

from typing import Any

import numpy as np

from sertool import estimators, registry
from sertool.errors import BadChoice
from sertool.learning.candidate import Candidate
from sertool.models import trust

ROWS = 30
"""So many rows of each emotion the trial is fitted on."""


def check(candidate: Candidate, X: np.ndarray, y: np.ndarray, *, seed: int) -> None:
    """Fit an estimator of another package on few rows, keep it, build it again, and compare.

    Those that come with sertool are not tried: tests do that.

    Args:
        candidate: with parameters, some perhaps open: the first of each is tried.
        X: standardised features of the training rows, shape (n_rows, n_features), float32.
        y: their emotions, shape (n_rows,).
        seed: of the estimator.

    Raises:
        BadChoice: an estimator given in Python, which no model file could be read with, or a
            parameter that it refuses.
        BadPlugin: it fails, or is made of types that it does not declare.
    """
    if candidate.origin is None:
        return
    if candidate.name not in registry.names("estimators"):
        raise BadChoice(
            f"the estimator {candidate.name} is no plug-in, so nobody could load a model of it; "
            "put it into a file of its own (--plugin FILE), or publish it as an entry point"
        )
    rows = _few(y)
    fitted = candidate.alternatives[0].fitted(X[rows], y[rows], seed=seed)
    expected = estimators.calibratable(candidate.name, fitted, X[rows])
    found = estimators.calibratable(candidate.name, _kept(candidate, fitted), X[rows])
    if not np.allclose(found, expected, rtol=1e-6):
        raise candidate.breach("has other scores once it was saved and loaded")


def _few(y: np.ndarray) -> np.ndarray:
    """The numbers of the first rows of each emotion, in the order of rows."""
    return np.sort(np.concatenate([np.flatnonzero(y == each)[:ROWS] for each in np.unique(y)]))


def _kept(candidate: Candidate, fitted: Any) -> Any:
    """The estimator as a model file would give it back."""
    with candidate.running():
        archive = trust.packed(fitted)
    undeclared = trust.undeclared(archive, candidate.name)
    if undeclared:
        raise candidate.breach(
            f"holds {', '.join(undeclared)} and does not declare it, so no model of it could be "
            "loaded: name it among the types of its sertool.estimators.Estimator"
        )
    with candidate.running():
        return trust.built(archive, candidate.name)
