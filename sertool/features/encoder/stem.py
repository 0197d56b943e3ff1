"""From log-mel frames of 10 ms to those of 20 ms that the layers work on."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sertool.features.encoder.gelu import add_and_gelu
from sertool.features.encoder.weights import Encoder, Linear

WIDTH = 3
"""Frames that a convolution looks at."""
STEP = 2
"""Frames of 10 ms in one of the encoder's."""
LONGEST_PERIOD = 10_000.0
"""Of the slowest sine, in frames over 2 pi."""
AT_ONCE = 512
"""Positions are computed for a multiple of so many frames, and kept for other clips."""


def embedded(log_mel: np.ndarray, encoder: Encoder) -> np.ndarray:
    """Two convolutions over time, the second of every other frame, and the frames' positions.

    Args:
        log_mel: shape (2 n_frames, n_mels).
        encoder: the weights.

    Returns:
        Shape (n_frames, width), float32.
    """
    frames = _convolved(log_mel, encoder.narrow, 1)
    frames = _convolved(frames, encoder.halving, STEP)
    frames += positions(*frames.shape)
    return frames


def _convolved(frames: np.ndarray, linear: Linear, step: int) -> np.ndarray:
    """One product for all: each row of the left side holds three frames side by side."""
    padded = np.pad(frames, ((1, 1), (0, 0)))
    n_rows, width = frames.shape[0] // step, WIDTH * frames.shape[1]
    strides = step * padded.strides[0], padded.strides[1]
    rows = np.lib.stride_tricks.as_strided(padded, (n_rows, width), strides, writeable=False)
    convolved: np.ndarray = np.ascontiguousarray(rows) @ linear.weight
    add_and_gelu(convolved, linear.bias)
    return convolved


def positions(n_frames: int, width: int) -> np.ndarray:
    """Sines and cosines that tell each frame from the others, shape (n_frames, width), float32.

    They are the same in all of Whisper's encoders. Files of weights hold them rounded to float16,
    and so are these: what the encoder makes of long silence differs by a thousandth otherwise.

    >>> positions(2, 4).astype(float).round(3).tolist()
    [[0.0, 0.0, 1.0, 1.0], [0.841, 0.0, 0.541, 1.0]]
    """
    return _positions(-(-n_frames // AT_ONCE) * AT_ONCE, width)[:n_frames]


@lru_cache(maxsize=8)
def _positions(n_frames: int, width: int) -> np.ndarray:
    steps = np.arange(width // 2) / (width // 2 - 1)
    angles = np.arange(n_frames)[:, None] * LONGEST_PERIOD**-steps
    waves = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
    return waves.astype(np.float16).astype(np.float32)
