"""The weights of an encoder, by the names under which model hubs keep Whisper's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

HEAD = 64
"""Numbers of a frame that one head of attention looks at, in all sizes of the model."""
PREFIX = "model.encoder."


@dataclass(frozen=True)
class Linear:
    """`x @ weight + bias`; weight of shape (n_in, n_out), both float32."""

    weight: np.ndarray
    bias: np.ndarray


@dataclass(frozen=True)
class Norm:
    """What a standardised frame is multiplied by, and what is added, each of shape (width,)."""

    gain: np.ndarray
    bias: np.ndarray


@dataclass(frozen=True)
class Layer:
    """One layer: attention, then a wider layer and back, each after a norm."""

    attention_norm: Norm
    query_key_value: Linear
    joining: Linear
    feed_norm: Norm
    widening: Linear
    narrowing: Linear


@dataclass(frozen=True)
class Encoder:
    """An encoder, or its first layers.

    Attributes:
        n_mels: bands of the log-mel spectrum that it takes.
        n_heads: heads of attention of each layer.
        narrow: the first convolution, from three frames to one.
        halving: the second, of every other frame.
        layers: from the first on.
    """

    n_mels: int
    n_heads: int
    narrow: Linear
    halving: Linear
    layers: tuple[Layer, ...]


def encoder(tensors: Mapping[str, np.ndarray], n_layers: int) -> Encoder:
    """The first layers of an encoder, in float32.

    Args:
        tensors: name -> array, named like "model.encoder.layers.0.fc1.weight".
        n_layers: how many.

    Raises:
        KeyError: a tensor is missing.
    """
    width, n_mels, _ = tensors[f"{PREFIX}conv1.weight"].shape
    return Encoder(
        n_mels,
        width // HEAD,
        _convolution(tensors, f"{PREFIX}conv1"),
        _convolution(tensors, f"{PREFIX}conv2"),
        tuple(_layer(tensors, f"{PREFIX}layers.{number}.") for number in range(n_layers)),
    )


def _layer(tensors: Mapping[str, np.ndarray], name: str) -> Layer:
    return Layer(
        _norm(tensors, f"{name}self_attn_layer_norm"),
        _joined([_linear(tensors, f"{name}self_attn.{part}_proj") for part in "qkv"]),
        _linear(tensors, f"{name}self_attn.out_proj"),
        _norm(tensors, f"{name}final_layer_norm"),
        _linear(tensors, f"{name}fc1"),
        _linear(tensors, f"{name}fc2"),
    )


def _joined(parts: list[Linear]) -> Linear:
    """Several side by side, for one product to do."""
    weights, biases = zip(*((part.weight, part.bias) for part in parts), strict=True)
    return Linear(np.concatenate(weights, axis=1), np.concatenate(biases))


def _convolution(tensors: Mapping[str, np.ndarray], name: str) -> Linear:
    """Of weights (n_out, n_in, width), as a product with `width` frames side by side."""
    kernel = tensors[f"{name}.weight"].transpose(2, 1, 0)
    weight = kernel.reshape(-1, kernel.shape[2])
    return Linear(_float32(weight), _float32(tensors[f"{name}.bias"]))


def _linear(tensors: Mapping[str, np.ndarray], name: str) -> Linear:
    """Of weights (n_out, n_in); keys of attention have no bias."""
    weight = _float32(tensors[f"{name}.weight"].T)
    bias = tensors.get(f"{name}.bias")
    return Linear(weight, np.zeros(weight.shape[1], np.float32) if bias is None else _float32(bias))


def _norm(tensors: Mapping[str, np.ndarray], name: str) -> Norm:
    return Norm(_float32(tensors[f"{name}.weight"]), _float32(tensors[f"{name}.bias"]))


def _float32(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array, dtype=np.float32)
