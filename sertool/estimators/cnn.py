"""The convolutional network of the original study: learns through Keras 3, predicts with NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Self

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_consistent_length, check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from sertool import parallel
from sertool.errors import BadChoice
from sertool.estimators import Estimator
from sertool.estimators._network import Examples, Floats, logits, network, threads
from sertool.estimators._quantiles import NormalQuantiles

ROWS_AT_ONCE = 16
"""How many rows `predict` carries through the network together: they stay in the cache."""


class CNNClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A residual network over the row of features: 2,367,606 parameters for 178 and six labels.

    A dense layer of 256 on each feature, seven residual blocks, average pooling by 3, dense layers
    of 256 and 128, softmax. The features are brought to normal quantiles first; the study's own
    scaling, min-max, leaves most of them in a sliver of their range. `fit` needs the extra `cnn`;
    a fitted network predicts with NumPy alone.

    Args:
        epochs: passes over the training rows.
        batch_size: rows in a step; an epoch leaves out the rows that do not fill its last step.
        learning_rate: of Adam in the first epoch, above 0; from there it falls to 0 as half a
            cosine does.
        label_smoothing: share of each label that is spread over all of them while learning, in
            [0, 1): the network grows less sure of what it has only learnt by heart.
        validation_fraction: share of the training rows set aside to choose the best epoch,
            whoever speaks in them, in [0, 1), where `fit` is given no validation rows; 0 = none:
            the last epoch is kept.
        random_state: seed of the initial weights, the order of rows and the rows set aside. The
            same seed gives the same network on one machine (on its CPU).

    Attributes:
        classes_: the labels, sorted, shape (n_classes,).
        quantiles_: the fitted transform of the features.
        weights_: kernel and bias of each layer, float32, of the best epoch: the highest accuracy
            on the validation rows, the lower loss among equals.
        history_: one number per epoch: "loss" and "accuracy" (in [0, 1]) of the training rows while
            they are learnt, and "validation_loss" and "validation_accuracy" at the end of it.
        best_epoch_: the epoch that `weights_` come from, from 0.
    """

    def __init__(
        self,
        *,
        epochs: int = 20,
        batch_size: int = 64,
        learning_rate: float = 1e-3,
        label_smoothing: float = 0.1,
        validation_fraction: float = 0.1,
        random_state: int | None = None,
    ) -> None:
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.label_smoothing = label_smoothing
        self.validation_fraction = validation_fraction
        self.random_state = random_state

    def fit(self, X: Any, y: Any, validation: tuple[Any, Any] | None = None) -> Self:
        """Learn from rows and their labels.

        Args:
            X: shape (n_rows, n_features), finite.
            y: labels, shape (n_rows,).
            validation: rows and labels that choose the best epoch, for instance of other speakers.

        Raises:
            MissingExtra: Keras or a back end of it is not installed.
            BadChoice: a parameter out of its range, or `validation` has a label that `y` has not.
        """
        self._check_parameters()
        X, y = validate_data(self, X, y, dtype=np.float32)
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        random = np.random.default_rng(seed)
        if validation is None:
            n_held = int(self.validation_fraction * len(X))
            held, train = np.split(random.permutation(len(X)), [n_held])
            validation, X, y = (X[held], y[held]), X[train], y[train]
        self.quantiles_ = NormalQuantiles().fit(X)
        return self._learn(self._encoded(X, y), self._encoded(*validation), random)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probability of each label, shape (n_rows, n_classes), in the order of `classes_`."""
        check_is_fitted(self)
        X = self._transformed(X)
        chunks = np.split(X, range(ROWS_AT_ONCE, len(X), ROWS_AT_ONCE))
        probabilities: np.ndarray = softmax(np.concatenate(self._carried(chunks)), axis=1)
        return probabilities

    def predict(self, X: Any) -> np.ndarray:
        """The most probable label of each row, shape (n_rows,)."""
        probabilities = self.predict_proba(X)
        return np.asarray(self.classes_[probabilities.argmax(axis=1)])

    def _check_parameters(self) -> None:
        for name, least, below in (
            ("epochs", 1, np.inf),
            ("batch_size", 1, np.inf),
            ("label_smoothing", 0, 1),
            ("validation_fraction", 0, 1),
        ):
            value = getattr(self, name)
            if not least <= value < below:
                limit = "" if below == np.inf else f", below {below}"
                raise BadChoice(f"{name}={value}: give at least {least}{limit}")
        if not self.learning_rate > 0:
            raise BadChoice(f"learning_rate={self.learning_rate}: give more than 0")

    def _transformed(self, X: Any) -> np.ndarray:
        X = validate_data(self, X, dtype=np.float32, reset=False)
        return np.asarray(self.quantiles_.transform(X), np.float32)

    def _carried(self, chunks: Sequence[Floats]) -> list[Floats]:
        """The logits of each chunk of rows, by a thread for each.

        A single chunk, such as a row that is heard live, is not worth a thread.
        """
        carry = partial(logits, self.weights_)
        with parallel.one_blas_thread():
            if len(chunks) == 1:
                return [carry(chunks[0])]
            with ThreadPoolExecutor(threads()) as pool:
                return list(pool.map(carry, chunks))

    def _encoded(self, X: Any, y: Any) -> Examples:
        """Transformed features, and 1 for the label of each row and 0 for the others."""
        check_consistent_length(X, y)
        unknown = np.setdiff1d(y, self.classes_)
        if unknown.size:
            raise BadChoice(
                f"validation rows have the labels {unknown.tolist()}, training rows only "
                f"{self.classes_.tolist()}: leave those rows out"
            )
        shares = (np.asarray(y)[:, None] == self.classes_).astype(np.float32)
        return (self._transformed(X) if len(X) else X), shares

    def _learn(self, train: Examples, held: Examples, random: np.random.Generator) -> Self:
        net = network(self.n_features_in_, len(self.classes_))
        net.start(random)
        X, shares = train
        spread = self.label_smoothing / len(self.classes_)
        smoothed = X, (1 - self.label_smoothing) * shares + np.float32(spread)
        self.history_: dict[str, list[float]] = {}
        best = (-np.inf, -np.inf)
        for epoch in range(self.epochs):
            rate = self.learning_rate * (1 + np.cos(np.pi * epoch / self.epochs)) / 2
            curve = net.learn(smoothed, self.batch_size, rate, random) | net.measure(held)
            for name, value in curve.items():
                self.history_.setdefault(name, []).append(value)
            score = (curve.get("validation_accuracy", epoch), -curve.get("validation_loss", 0.0))
            if score > best:
                best, self.best_epoch_, self.weights_ = score, epoch, net.weights()
        return self


estimator = Estimator(
    CNNClassifier,
    types=(
        "sertool.estimators._quantiles.NormalQuantiles",
        "sertool.estimators.cnn.CNNClassifier",
    ),
)
