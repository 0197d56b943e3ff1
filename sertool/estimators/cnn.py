"""The convolutional network of the original study: learns through Keras 3, predicts with numpy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, lru_cache, partial
from types import ModuleType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from joblib import cpu_count
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from sertool.errors import BadChoice, MissingExtra

CHANNELS = 256
"""Of the dense layer that each feature passes by itself."""
BLOCKS = ((16, 2), (32, 2), (32, 2), (64, 3), (64, 3), (128, 3), (128, 3))
"""Residual blocks: (filters, convolutions of width 3), each with a shortcut of width 1."""
POOL = 3
HEAD = (256, 128)
ROWS_AT_ONCE = 16
"""How many rows `predict` carries through the network together: they stay in the cache."""

MEASURED_AT_ONCE = 32
"""Rows of a batch that is measured and not learnt; larger ones do not fit into the cache."""

Floats = npt.NDArray[np.float32]
Weights = list[Floats]
"""Kernel and bias of each layer in turn; in a block the shortcut comes first."""
Rows = tuple[np.ndarray, np.ndarray]
"""Features, shape (n_rows, n_features), and numbers of labels, shape (n_rows,)."""


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
        if self.epochs < 1 or self.batch_size < 1 or not 0 <= self.validation_fraction < 1:
            raise BadChoice(
                f"epochs={self.epochs}, batch_size={self.batch_size}, validation_fraction="
                f"{self.validation_fraction}: give at least 1, at least 1, and from 0 to below 1"
            )
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
        chunks = np.split(X, range(ROWS_AT_ONCE, len(X), ROWS_AT_ONCE))
        # A thread per chunk: BLAS's own threads lose more by waiting for each other than they gain.
        with _blas().limit(limits=1, user_api="blas"), ThreadPoolExecutor(cpu_count()) as pool:
            logits = list(pool.map(partial(_logits, self.weights_), chunks))
        probabilities: np.ndarray = softmax(np.concatenate(logits), axis=1)
        return probabilities

    def predict(self, X: Any) -> np.ndarray:
        """The most probable label of each row, shape (n_rows,)."""
        probabilities = self.predict_proba(X)
        return np.asarray(self.classes_[probabilities.argmax(axis=1)])

    def _encoded(self, X: Any, y: Any) -> Rows:
        X, y = validate_data(self, X, y, dtype=np.float32, reset=False)
        unknown = np.setdiff1d(y, self.classes_)
        if unknown.size:
            raise BadChoice(
                f"validation rows have the labels {unknown.tolist()}, training rows only "
                f"{self.classes_.tolist()}: leave those rows out"
            )
        return X, np.searchsorted(self.classes_, y)

    def _learn(self, train: Rows, held: Rows, random: np.random.Generator) -> Self:
        with _silent_stderr():
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


class _Network:
    """The network in Keras, with its optimiser: built and traced once, started for each fit."""

    def __init__(self, n_features: int, n_labels: int) -> None:
        keras = _keras()
        self._zeros = keras.ops.zeros_like
        self._layers, self._model = _built(keras, n_features, n_labels)
        self._model.compile(
            optimizer=keras.optimizers.Adam(),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=[keras.metrics.SparseCategoricalAccuracy("accuracy")],
        )
        self._model.optimizer.build(self._model.trainable_variables)

    def start(self, random: np.random.Generator, learning_rate: float) -> None:
        """Forget all that was learnt: Glorot's uniform kernels, biases and moments of zero."""
        for layer in self._layers:
            kernel, bias = layer.get_weights()
            *width, n_in, n_out = kernel.shape
            limit = np.sqrt(6 / ((n_in + n_out) * np.prod(width)))
            layer.set_weights([random.uniform(-limit, limit, kernel.shape), np.zeros_like(bias)])
        for variable in self._model.optimizer.variables:
            variable.assign(self._zeros(variable))
        self._model.optimizer.learning_rate = learning_rate

    def learn(self, rows: Rows, size: int, random: np.random.Generator) -> dict[str, float]:
        """One epoch over shuffled rows, in whole batches: another shape would be traced anew."""
        X, codes = rows
        size = min(size, len(X))
        order = random.permutation(len(X))[: len(X) // size * size]
        history = self._model.fit(
            X[order], codes[order], batch_size=size, shuffle=False, verbose=0
        ).history
        return {"loss": history["loss"][0], "accuracy": history["accuracy"][0]}

    def measure(self, rows: Rows) -> dict[str, float]:
        """Loss and accuracy on rows that are not learnt; nothing where there are none."""
        X, codes = rows
        if not len(X):
            return {}
        loss, accuracy = self._model.evaluate(X, codes, batch_size=MEASURED_AT_ONCE, verbose=0)
        return {"validation_loss": loss, "validation_accuracy": accuracy}

    def weights(self) -> Weights:
        return [weight for layer in self._layers for weight in layer.get_weights()]


@lru_cache(maxsize=2)
def _network(n_features: int, n_labels: int) -> _Network:
    return _Network(n_features, n_labels)


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """TensorFlow tells of missing GPUs before it can be told not to."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _keras() -> ModuleType:
    # A worker of joblib is told by this variable how many threads are its share; TensorFlow reads
    # another one, on import, and would take every core in each worker.
    if "OMP_NUM_THREADS" in os.environ:
        os.environ.setdefault("TF_NUM_INTRAOP_THREADS", os.environ["OMP_NUM_THREADS"])
    try:
        import keras
    except ImportError as error:
        raise MissingExtra(
            f"the CNN learns through Keras, which does not load ({error}): pip install "
            '"sertool[cnn]", or, with Keras and JAX or PyTorch installed, set the environment '
            "variable KERAS_BACKEND to jax or torch"
        ) from error
    return keras  # type: ignore[no-any-return]


def _built(keras: ModuleType, n_features: int, n_labels: int) -> tuple[list[Any], Any]:
    """The layers with weights, in the order of `weights_`, and the model that they make."""
    layers, made = keras.layers, []

    def through(layer: Any, x: Any) -> Any:
        made.append(layer)
        return layer(x)

    row = keras.Input((n_features, 1))
    x = through(layers.Dense(CHANNELS, activation="relu"), row)
    for filters, convolutions in BLOCKS:
        shortcut = through(layers.Conv1D(filters, 1), x)
        for _ in range(convolutions - 1):
            x = through(layers.Conv1D(filters, 3, padding="same", activation="relu"), x)
        x = through(layers.Conv1D(filters, 3, padding="same"), x)
        x = layers.ReLU()(layers.Add()([x, shortcut]))
    x = layers.Flatten()(layers.AveragePooling1D(min(POOL, n_features))(x))
    for units in HEAD:
        x = through(layers.Dense(units, activation="relu"), x)
    return made, keras.Model(row, through(layers.Dense(n_labels), x))


def _set_aside(
    X: np.ndarray, codes: np.ndarray, fraction: float, random: np.random.Generator
) -> tuple[Rows, Rows]:
    """The rows to learn from, and the share of them that chooses the best epoch."""
    order = random.permutation(len(X))
    held, train = np.split(order, [int(fraction * len(X))])
    return (X[train], codes[train]), (X[held], codes[held])


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def _logits(weights: Weights, X: Floats) -> Floats:
    """What Keras computes before the softmax, shape (n_rows, n_labels), equal to 1e-5.

    Each row is multiplied by itself: its last bit does not depend on its place among others.
    """
    layers = zip(weights[::2], weights[1::2], strict=True)
    x = _relu(_convolved(X[:, :, None], *next(layers)))
    for _, convolutions in BLOCKS:
        shortcut = _convolved(x, *next(layers))
        for _ in range(convolutions - 1):
            x = _relu(_convolved(x, *next(layers)))
        x = _convolved(x, *next(layers))
        x += shortcut
        x = _relu(x)
    x = _pooled(x)[:, None]
    for _ in HEAD:
        kernel, bias = next(layers)
        x = _relu(x @ kernel + bias)
    kernel, bias = next(layers)
    return (x @ kernel + bias)[:, 0]


def _convolved(x: Floats, kernel: Floats, bias: Floats) -> Floats:
    """Width 1 or 3, zeros beyond the ends: (n, length, channels) -> (n, length, filters).

    One matrix product for all taps, whose results are then shifted and added.
    """
    *_, channels, filters = kernel.shape
    taps = kernel.reshape(-1, channels, filters).swapaxes(0, 1).reshape(channels, -1)
    products: Floats = x @ taps
    if taps.shape[1] == filters:
        return products + bias
    before, here, after = np.split(products, 3, axis=2)
    y: Floats = here + bias
    y[:, 1:] += before[:, :-1]
    y[:, :-1] += after[:, 1:]
    return y


def _relu(x: Floats) -> Floats:
    np.maximum(x, 0, out=x)
    return x


def _pooled(x: Floats) -> Floats:
    """Means of each `POOL` neighbours, the rest at the end left out, one row per clip."""
    n, length, channels = x.shape
    width = min(POOL, length)
    neighbours = x[:, : length // width * width].reshape(n, -1, width, channels)
    means: Floats = neighbours.mean(axis=2)
    return means.reshape(n, -1)


estimator = CNNClassifier
