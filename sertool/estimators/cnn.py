"""The convolutional network of the original study: learns through Keras 3, predicts with numpy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import ModuleType
from typing import Any, Self

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from sertool.errors import BadChoice, MissingExtra

CHANNELS = 256
"""Of the dense layer that each feature passes by itself."""
BLOCKS = ((16, 2), (32, 2), (32, 2), (64, 3), (64, 3), (128, 3), (128, 3))
"""Residual blocks: (filters, convolutions of width 3), each with a shortcut of width 1."""
POOL = 3
HEAD = (256, 128)
ROWS_AT_ONCE = 16
"""How many rows `predict` carries through the network together: they stay in the cache."""

Weights = list[np.ndarray]
"""Kernel and bias of each layer in turn; in a block the shortcut comes first."""


class CNNClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A residual network over the row of features: 2,367,606 parameters for 178 and six labels.

    A dense layer of 256 on each feature, seven residual blocks, average pooling by 3, dense layers
    of 256 and 128, softmax. It expects standardised features, or features scaled to [0, 1]. `fit`
    needs the extra `cnn`; a fitted network predicts with numpy alone.

    Args:
        epochs: passes over the training rows.
        batch_size: rows in a step; an epoch leaves out the rows that do not fill its last step.
        learning_rate: of Adam, above 0.
        validation_fraction: share of the training rows set aside to choose the best epoch, in
            [0, 1), where `fit` is given no validation rows; 0 = none: the last epoch is kept.
        random_state: seed of the initial weights, the order of rows and the rows set aside. The
            same seed gives the same network on one machine (on its CPU).

    Attributes:
        classes_: the labels, sorted, shape (n_classes,).
        weights_: kernel and bias of each layer, float32, of the best epoch: the highest accuracy
            on the validation rows, the lower loss among equals.
        history_: one number per epoch: "loss" and "accuracy" (in [0, 1]) of the training rows while
            they are learnt, and "validation_loss" and "validation_accuracy" at the end of it.
        best_epoch_: the epoch that `weights_` come from, from 0.
    """

    def __init__(
        self,
        *,
        epochs: int = 50,
        batch_size: int = 32,
        learning_rate: float = 1e-4,
        validation_fraction: float = 0.1,
        random_state: int | None = None,
    ) -> None:
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
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
            BadChoice: `validation` has a label that `y` does not have.
        """
        X, y = validate_data(self, X, y, dtype=np.float32)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        random = np.random.default_rng(seed)
        if validation is None:
            train, held = _set_aside(X, codes, self.validation_fraction, random)
        else:
            train, held = (X, codes), self._encoded(*validation)
        return self._learn(train, held, random)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probability of each label, shape (n_rows, n_classes), in the order of `classes_`."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float32, reset=False)
        chunks = (X[start : start + ROWS_AT_ONCE] for start in range(0, len(X), ROWS_AT_ONCE))
        return softmax(np.concatenate([_logits(self.weights_, chunk) for chunk in chunks]), axis=1)

    def predict(self, X: Any) -> np.ndarray:
        """The most probable label of each row, shape (n_rows,)."""
        probabilities = self.predict_proba(X)
        return np.asarray(self.classes_[probabilities.argmax(axis=1)])

    def _encoded(self, X: Any, y: Any) -> Rows:
        X, y = validate_data(self, X, y, dtype=np.float32, reset=False)
        unknown = sorted(set(y) - set(self.classes_))
        if unknown:
            raise BadChoice(
                f"validation rows have the labels {unknown}, training rows only "
                f"{list(self.classes_)}: leave those rows out"
            )
        return X, np.searchsorted(self.classes_, y)

    def _learn(self, train: Rows, held: Rows, random: np.random.Generator) -> Self:
        network = _network(self.n_features_in_, len(self.classes_))
        network.start(random, self.learning_rate)
        self.history_: dict[str, list[float]] = {}
        best = (-np.inf, -np.inf)
        for epoch in range(self.epochs):
            curve = network.learn(train, self.batch_size, random) | network.measure(held)
            for name, value in curve.items():
                self.history_.setdefault(name, []).append(value)
            score = (curve.get("validation_accuracy", epoch), -curve.get("validation_loss", 0.0))
            if score > best:
                best, self.best_epoch_, self.weights_ = score, epoch, network.weights()
        return self


estimator = CNNClassifier
