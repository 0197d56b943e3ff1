"""Loudness: four numbers of the level, at a rate and in variants of its own."""

from __future__ import annotations

import numpy as np

from sertool.features.sets import FeatureSet
from sertool.types import Signal

FRAME_S = 0.05


def measure(signal: Signal) -> np.ndarray:
    """Mean, deviation, largest and smallest level of frames of 50 ms, in decibels, shape (4,)."""
    size = round(FRAME_S * signal.rate)
    frames = signal.samples[: signal.samples.size // size * size].reshape(-1, size)
    levels = 10 * np.log10(np.square(frames, dtype=np.float64).mean(axis=1) + 1e-10)
    return np.array([levels.mean(), levels.std(), levels.max(), levels.min()])


feature_set = FeatureSet(
    name="loudness",
    columns=("loudness_mean", "loudness_deviation", "loudness_largest", "loudness_smallest"),
    measure=measure,
    source="sertool-example",
    licence="GPL-3.0-only",
    version="3",
    rate=16_000,
    variants=("original", "noise"),
)
