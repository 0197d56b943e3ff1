"""One row of numbers from what the layers of an encoder make of the frames of a sound."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sertool.audio import activity
from sertool.features.encoder.logmel import RATE, SAMPLES_PER_PAIR, frame_count
from sertool.features.encoder.steps import layers
from sertool.features.encoder.weights import Encoder
from sertool.types import Signal

LEVEL_DB = -26.0
"""What the active frames are brought to before the encoder, in dB re full scale."""
FAINTEST = 1e-9
"""Nothing is amplified more than this asks for; silence stays silent."""


def pooled(signal: Signal, encoder: Encoder, numbers: Sequence[int]) -> np.ndarray:
    """Mean and deviation over the active frames of some layers of an encoder.

    Args:
        signal: at 16 kHz, of at least one sample.
        encoder: the weights.
        numbers: of the layers, from 1 on.

    Returns:
        Shape (len(numbers) * 2 * width,), float32, in the order of `columns.columns`.
    """
    samples = signal.samples.astype(np.float32)
    centred = _around_frames(samples)
    active = activity.near_loudest(activity.levels(Signal(centred.ravel(), RATE)))
    level = np.sqrt(np.square(centred[active], dtype=np.float64).mean())
    samples *= np.float32(10 ** (LEVEL_DB / 20) / max(level, FAINTEST))
    found = layers(samples, encoder, max(numbers))
    spoken = [found[number - 1][active] for number in numbers]
    return np.concatenate([each for frames in spoken for each in _statistics(frames)])


def _statistics(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return frames.mean(axis=0), frames.std(axis=0)


def _around_frames(samples: np.ndarray) -> np.ndarray:
    """The 20 ms round the centre of each of the encoder's frames, shape (n_frames, 320)."""
    half = SAMPLES_PER_PAIR // 2
    n_frames = frame_count(samples.size)
    centred = np.zeros(n_frames * SAMPLES_PER_PAIR, np.float32)
    reached = samples[: centred.size - half]
    centred[half : half + reached.size] = reached
    return centred.reshape(n_frames, SAMPLES_PER_PAIR)
