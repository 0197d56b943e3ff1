"""Mel spectrum: power in 128 bands spaced as the ear hears pitch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features import Feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def compute(spectrum: Spectrum) -> np.ndarray:
    """Power (not decibel) in each band from low to high, mean over frames, (128,)."""
    mean: np.ndarray = spectrum.mel.mean(axis=1, dtype=np.float64)
    return mean


feature = Feature(
    name="mel",
    size=128,
    unit="power",
    source="librosa.feature.melspectrogram",
    compute=compute,
)
