"""The network of the original study, twice: in Keras to learn, in NumPy to predict.

The first `network` is for `fit`, the second, `logits`, for predicting without Keras.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from types import ModuleType
from typing import Any

import joblib
import numpy as np
import numpy.typing as npt

from sertool import versions
from sertool.errors import MissingExtra

CHANNELS = 256
"""Of the dense layer that each feature passes by itself."""
BLOCKS = ((16, 2), (32, 2), (32, 2), (64, 3), (64, 3), (128, 3), (128, 3))
"""Residual blocks: (filters, convolutions of width 3), each with a shortcut of width 1."""
POOL = 3
HEAD = (256, 128)
MEASURED_AT_ONCE = 32
"""Rows of a batch that is measured and not learnt; larger ones do not fit into the cache."""

Floats = npt.NDArray[np.float32]
Weights = list[Floats]
"""Kernel and bias of each layer in turn; in a block the shortcut comes first."""
Examples = tuple[np.ndarray, np.ndarray]
"""Features, shape (n_rows, n_features), and shares of labels, shape (n_rows, n_labels)."""


class Network:
    """The network in Keras, with its optimiser: built and traced once, started for each fit."""

    def __init__(self, n_features: int, n_labels: int) -> None:
        keras = _keras()
        self._zeros = keras.ops.zeros_like
        self._layers, self._model = _built(keras, n_features, n_labels)
        self._model.compile(
            optimizer=keras.optimizers.Adam(),
            loss=lambda shares, logits: (
                -keras.ops.sum(shares * keras.ops.log_softmax(logits), axis=-1)
            ),
            metrics=[keras.metrics.CategoricalAccuracy("accuracy")],
        )
        self._model.optimizer.build(self._model.trainable_variables)

    def start(self, random: np.random.Generator) -> None:
        """Forget all that was learnt: Glorot's uniform kernels, biases and moments of zero."""
        for layer in self._layers:
            kernel, bias = layer.get_weights()
            *width, n_in, n_out = kernel.shape
            limit = np.sqrt(6 / ((n_in + n_out) * np.prod(width)))
            layer.set_weights([random.uniform(-limit, limit, kernel.shape), np.zeros_like(bias)])
        for variable in self._model.optimizer.variables:
            variable.assign(self._zeros(variable))

    def learn(
        self, rows: Examples, size: int, learning_rate: float, random: np.random.Generator
    ) -> dict[str, float]:
        """One epoch over shuffled rows, in whole batches: another shape would be traced anew."""
        X, shares = rows
        size = min(size, len(X))
        order = random.permutation(len(X))[: len(X) // size * size]
        self._model.optimizer.learning_rate = learning_rate
        history = self._model.fit(
            X[order], shares[order], batch_size=size, shuffle=False, verbose=0
        ).history
        return {"loss": history["loss"][0], "accuracy": history["accuracy"][0]}

    def measure(self, rows: Examples) -> dict[str, float]:
        """Loss and accuracy on rows that are not learnt; nothing where there are none."""
        X, shares = rows
        if not len(X):
            return {}
        loss, accuracy = self._model.evaluate(X, shares, batch_size=MEASURED_AT_ONCE, verbose=0)
        return {"validation_loss": loss, "validation_accuracy": accuracy}

    def logits(self, X: Floats) -> Floats:
        """What Keras computes before the softmax, shape (n_rows, n_labels)."""
        return np.asarray(self._model.predict_on_batch(X))

    def weights(self) -> Weights:
        """Kernel and bias of each layer."""
        return [weight for layer in self._layers for weight in layer.get_weights()]


@lru_cache(maxsize=2)
def network(n_features: int, n_labels: int) -> Network:
    """The network for rows and labels of a number, always the same one.

    Raises:
        MissingExtra: Keras or a back end of it is not installed.
    """
    with _silent_stderr():
        return Network(n_features, n_labels)


def threads() -> int:
    """How many threads this process may use: joblib tells its workers by OMP_NUM_THREADS."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    n_cores: int = joblib.cpu_count()
    return min(max(int(told), 1), n_cores) if told.isdecimal() else n_cores


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """TensorFlow tells of missing GPUs before it can be told not to."""
    with _STDERR:
        try:
            kept = os.dup(2)
        except OSError:  # there is none
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)


_STDERR = Lock()
"""Only one at a time may take it away, or it would not come back."""


def _keras() -> ModuleType:
    # TensorFlow reads this on import; else it would take every core in each of joblib's workers.
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", str(threads()))
    try:
        import keras
    except ImportError as error:
        raise MissingExtra(
            f"the CNN learns through Keras, which does not load ({error}): "
            f"{versions.hint('cnn')}, or, with Keras and JAX or PyTorch installed, set the "
            "environment variable KERAS_BACKEND to jax or torch"
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


def logits(weights: Weights, X: Floats) -> Floats:
    """The same in NumPy, equal to 1e-5, shape (n_rows, n_labels).

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
