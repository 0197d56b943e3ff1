"""What a worker does: one fit, from numbers to what it takes the test rows for."""

from __future__ import annotations

import pickle
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import wrap_non_picklable_objects

from sertool import registry
from sertool.learning import normalisations, search
from sertool.learning.candidate import Candidate
from sertool.learning.normalisations import Groups, Normalisation


@dataclass(frozen=True)
class Assignment:
    """What of a fit a worker has to know, beside numbers.

    Plug-ins themselves and not their names: a worker may not have the file that holds one.
    """

    candidate: Candidate
    seed: int
    normalisation: Normalisation
    origin: registry.Origin | None
    labels: np.ndarray


@dataclass(frozen=True)
class FitOutcome:
    """What a worker reports of a fit: what it takes the test rows for, what it cost and chose.

    `probabilities` are those of each emotion in [0, 1], shape (n_test,), where there are any.
    """

    predicted: np.ndarray
    fit_seconds: float
    predict_seconds: float
    model_bytes: int
    probabilities: dict[str, np.ndarray]
    learning_curve: dict[str, list[float]]
    chosen: dict[str, Any]


@dataclass(frozen=True)
class RowNumbers:
    """The numbers of the rows to train on (declared variants only), validate on and test on."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def learn(
    features: np.ndarray,
    emotion: np.ndarray,
    corpus: np.ndarray,
    speaker: np.ndarray,
    rows: RowNumbers,
    assigned: Assignment,
) -> FitOutcome:
    """Fit an estimator on the training rows of a dataset and let it predict the test rows.

    Args:
        features: shape (n_rows, n_features); only read.
        emotion: of each row, as its number in `assigned.labels`, shape (n_rows,).
        corpus: a number for that of each row.
        speaker: a number for that of each row.
        rows: which to learn from and to test.
        assigned: what to do with them.
    """
    parts = (rows.train, rows.validation, rows.test)
    together = np.concatenate(parts)
    groups = Groups(np.arange(rows.train.size), corpus[together], speaker[together])
    X = normalisations.normalise(
        features[together], assigned.normalisation, groups, where=assigned.origin
    )
    X_train, X_validation, X_test = np.split(X, np.cumsum([rows.train.size, rows.validation.size]))
    y_train, y_validation = (assigned.labels[emotion[each]] for each in parts[:2])
    held = (X_validation, y_validation) if rows.validation.size else None
    started = time.perf_counter()
    voices = speaker[rows.train]
    setting = search.best(assigned.candidate, X_train, y_train, voices, seed=assigned.seed)
    model = setting.fitted(X_train, y_train, seed=assigned.seed, validation=held)
    fitted = time.perf_counter()
    predicted = setting.predicted(model, X_test, np.unique(y_train).tolist())
    answered = time.perf_counter()
    return FitOutcome(
        predicted=predicted,
        fit_seconds=fitted - started,
        predict_seconds=answered - fitted,
        model_bytes=_size(setting, model),
        probabilities=_probabilities(setting, model, X_test, assigned.labels),
        learning_curve=_learning_curve(setting, model),
        chosen={name: setting.parameters[name] for name in assigned.candidate.open},
    )


def _probabilities(
    candidate: Candidate, model: Any, X: np.ndarray, labels: np.ndarray
) -> dict[str, np.ndarray]:
    """The probability of each emotion among `labels`, where an estimator has any.

    Raises:
        BadPlugin: it has some that are none.
    """
    with candidate.running():
        if not hasattr(model, "predict_proba"):
            return {}
        found = np.asarray(model.predict_proba(X), np.float32)
        emotions = [str(each) for each in model.classes_]
    due = (len(X), len({*emotions}))
    if found.shape != due or not ((found >= 0) & (found <= 1.0001)).all():
        raise candidate.breach(
            f"gives probabilities of shape {found.shape}, or some that are no numbers in [0, 1], "
            f"where {due} are due"
        )
    if not np.allclose(found.sum(axis=1), 1, atol=0.01) or not {*emotions} <= {*labels}:
        raise candidate.breach(
            "gives probabilities that do not sum to 1, or of classes that are no emotions"
        )
    return dict(zip(emotions, found.T, strict=True))


def _size(candidate: Candidate, model: object) -> int:
    """Bytes of a fitted estimator, pickled; by value where its class is in no module to import."""
    try:
        return len(pickle.dumps(model))
    except (pickle.PicklingError, AttributeError, TypeError, ValueError, RuntimeError):
        with candidate.running():
            return len(pickle.dumps(wrap_non_picklable_objects(model)))


def _learning_curve(candidate: Candidate, model: object) -> dict[str, list[float]]:
    with candidate.running():
        curve = getattr(model, "history_", {})
        return {
            str(name): [round(float(value), 5) for value in values]
            for name, values in curve.items()
        }
