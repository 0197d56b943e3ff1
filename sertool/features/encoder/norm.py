"""Frames brought to mean 0 and deviation 1, each by itself."""

from __future__ import annotations

import numpy as np

from sertool.features.encoder.weights import Norm

STILL = np.float32(1e-5)
"""Is added to the variance, as in the model's training."""


def normalised(frames: np.ndarray, norm: Norm) -> np.ndarray:
    """Frames, each less its mean, by its deviation, times a gain, plus a bias; shape kept."""
    centred = frames - frames.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", centred, centred)[:, None] / np.float32(frames.shape[1])
    centred *= 1 / np.sqrt(variance + STILL)
    centred *= norm.gain
    centred += norm.bias
    scaled: np.ndarray = centred
    return scaled
