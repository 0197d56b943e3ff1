"""A trained model <-> a file that holds all that predicting needs; stored with skops, never pickle.

Loading runs no code from the file: only the types listed here are built, whatever else the file
names is refused. That is safer than pickle, not safe beyond doubt (XGBoost and scikit-learn parse
parts of the file themselves), so load models from people you trust.
"""

from __future__ import annotations

import lzma
import zipfile
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from skops.io.exceptions import UntrustedTypesFoundException

from sertool.errors import BadModel, NotFound

FORMAT = 2
SUFFIX = ".sertool"
LARGEST_BYTES = 1_000_000_000
"""Unpacked; a file that claims more is refused before anything of it is read."""

DAMAGED = (
    KeyError, ValueError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, lzma.LZMAError,
)  # fmt: skip
"""What reading a damaged or foreign file ends in."""

TRUSTED = (
    "sertool.estimators._quantiles.NormalQuantiles",
    "sertool.estimators.cnn.CNNClassifier",
    "sertool.estimators.svm.PerFeature",
    "sertool.estimators.xgboost.XGBoostClassifier",
    "sklearn.tree._tree.Tree",
    "xgboost.core.Booster",
)
"""Types that a model file may hold beyond those that skops trusts by itself."""


@dataclass(frozen=True)
class Model:
    """A fitted estimator with all that its numbers depend on.

    Attributes:
        name: of the estimator.
        estimator: fitted on scaled features.
        calibrator: from the estimator's scores to probabilities, fitted on held-out speakers.
        features: names of the columns that the estimator expects, in order.
        window: the rule that cuts a recording, as `sertool.audio` has it.
        center: subtracted from the features, shape (n_features,).
        scale: the features are divided by it, shape (n_features,).
        labels: the emotions, in the order of the probabilities.
        sure_from: the probability from which on an answer counts as sure.
        lowest: where the usual range of each feature begins, shape (n_features,).
        highest: where it ends, shape (n_features,).
        most_outside: the share of features outside of it above which a clip is remarked upon.
        about: what it was trained on: corpora with clips, speakers, licence and citation;
            variants; seed; parameters; how its held-out answers were: calibration, evaluation.
        versions: of sertool and of the libraries at training.
    """

    name: str
    estimator: BaseEstimator
    calibrator: LogisticRegression
    features: tuple[str, ...]
    window: Mapping[str, Any]
    center: np.ndarray
    scale: np.ndarray
    labels: tuple[str, ...]
    sure_from: float
    lowest: np.ndarray
    highest: np.ndarray
    most_outside: float
    about: Mapping[str, Any]
    versions: Mapping[str, str]

    def probabilities(self, X: np.ndarray) -> np.ndarray:
        """Calibrated probabilities, shape (n, n_labels), of raw features, shape (n, n_features)."""
        scaled = ((X - self.center) / self.scale).astype(np.float32)
        calibrated: np.ndarray = self.calibrator.predict_proba(scores(self.estimator, scaled))
        return calibrated


def scores(estimator: BaseEstimator, X: np.ndarray) -> np.ndarray:
    """What a calibrator is fitted on, shape (n, n_scores): log-probabilities or decision values.

    Of an SVC the values of each pair of emotions: its values per emotion are votes, which tell
    sure answers hardly from unsure ones.
    """
    if hasattr(estimator, "predict_proba"):
        logarithms: np.ndarray = np.log(
            np.maximum(estimator.predict_proba(X).astype(np.float64), 1e-6)
        )
        return logarithms
    if isinstance(estimator, Pipeline) and isinstance(estimator[-1], SVC):
        pairwise = copy(estimator[-1]).set_params(decision_function_shape="ovo")
        estimator = Pipeline([*estimator.steps[:-1], ("pairwise", pairwise)])
    values: np.ndarray = estimator.decision_function(X)
    return values[:, None] if values.ndim == 1 else values


def save(model: Model, path: Path) -> None:
    """Write a model file in one step; a file that was there is replaced.

    Raises:
        BadModel: the estimator is made of types that `load` would refuse.
    """
    content = {"format": FORMAT, **{name: getattr(model, name) for name in _FIELDS}}
    content |= {name: list(getattr(model, name)) for name in ("features", "labels")}
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".unfinished")
    skops.io.dump(content, unfinished, compression=zipfile.ZIP_DEFLATED)
    _content(unfinished)
    unfinished.replace(path)


def load(path: Path) -> Model:
    """Read a model file.

    Raises:
        NotFound: no such file.
        BadModel: damaged, no model, of another format, or holding types that are not trusted.
    """
    if not path.is_file():
        raise NotFound(f"no model file {path}; sertool train --output {path} makes one")
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise BadModel(f"{path} is no model file ({error}); train it again") from None
    if size > LARGEST_BYTES:
        raise BadModel(f"{path} would unpack to {size} bytes, more than {LARGEST_BYTES}: refused")
    return _model(_content(path), path)


_FIELDS = tuple(Model.__dataclass_fields__)


def _content(path: Path) -> dict[str, Any]:
    try:
        content = skops.io.load(path, trusted=list(TRUSTED))
    except UntrustedTypesFoundException as error:
        raise BadModel(f"{path} holds types that sertool does not load: {error}") from None
    except DAMAGED as error:
        raise BadModel(f"{path} is no model file ({error!r}); train it again") from None
    if not isinstance(content, dict):
        raise BadModel(f"{path} holds no sertool model")
    return content


def _model(content: dict[str, Any], path: Path) -> Model:
    number = content.pop("format", None)
    if number != FORMAT:
        raise BadModel(
            f"{path} is a model of format {number}; this sertool reads format {FORMAT}: "
            "train it again, or use the sertool that made it"
        )
    if set(content) != set(_FIELDS):
        raise BadModel(f"{path}: parts missing or unknown: {set(content) ^ set(_FIELDS)}")
    content |= {name: tuple(content[name]) for name in ("features", "labels")}
    return Model(**content)
