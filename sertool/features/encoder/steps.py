"""The layers of an encoder, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sertool import parallel
from sertool.features.encoder import attention, feedforward, logmel, stem
from sertool.features.encoder.weights import Encoder
from sertool.features.spectrum.kernels.memory import keep_freed_memory


def layers(samples: np.ndarray, encoder: Encoder, n_layers: int) -> list[np.ndarray]:
    """What the first layers of an encoder make of a sound.

    Args:
        samples: at 16 kHz, shape (n,), float32.
        encoder: the weights.
        n_layers: how many layers, at most those of the encoder.

    Returns:
        For each layer an array of shape (n_frames, width), float32; there is a frame every 20 ms,
        the first centred on sample 0.
    """
    keep_freed_memory()
    with parallel.one_blas_thread():
        mel = logmel.log_mel(samples, encoder.n_mels)
        return [frames.copy() for frames in stepped(mel, encoder, n_layers)]


def stepped(log_mel: np.ndarray, encoder: Encoder, n_layers: int) -> Iterator[np.ndarray]:
    """The frames after each of the first layers: one array, which each layer changes.

    Args:
        log_mel: from `logmel`, shape (2 n_frames, n_mels).
        encoder: the weights.
        n_layers: how many layers.
    """
    frames = stem.embedded(log_mel, encoder)
    for layer in encoder.layers[:n_layers]:
        frames += attention.attended(frames, layer, encoder.n_heads)
        frames += feedforward.fed(frames, layer)
        yield frames
