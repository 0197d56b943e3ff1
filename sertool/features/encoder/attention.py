"""Each frame takes from the others what matters to it."""

from __future__ import annotations

import numpy as np

from sertool.features.encoder.norm import normalised
from sertool.features.encoder.weights import Layer


def attended(frames: np.ndarray, layer: Layer, n_heads: int) -> np.ndarray:
    """What the attention of a layer adds to the frames, shape and precision kept.

    Args:
        frames: shape (n_frames, width), float32.
        layer: the weights.
        n_heads: into how many parts of equal size a frame is divided.
    """
    linear = layer.query_key_value
    parts = normalised(frames, layer.attention_norm) @ linear.weight
    parts += linear.bias
    n_frames, width = frames.shape
    query, key, value = parts.reshape(n_frames, 3, n_heads, width // n_heads).transpose(1, 2, 0, 3)
    mixed = np.empty((n_frames, n_heads, width // n_heads), np.float32)
    np.matmul(_shares(query, key), value, out=mixed.transpose(1, 0, 2))
    added: np.ndarray = mixed.reshape(n_frames, width) @ layer.joining.weight
    added += layer.joining.bias
    return added


def _shares(query: np.ndarray, key: np.ndarray) -> np.ndarray:
    """How much each frame takes from each other, shape (n_heads, n_frames, n_frames)."""
    scores = query @ key.transpose(0, 2, 1)
    scores *= np.float32(query.shape[2] ** -0.5)
    scores -= scores.max(axis=2, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=2, keepdims=True)
    shares: np.ndarray = scores
    return shares
