"""Chroma: how the magnitude spectrum is spread over the twelve pitch classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features import Feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def compute(spectrum: Spectrum) -> np.ndarray:
    """Each pitch class from C to B relative to the frame's strongest, mean over frames, (12,)."""
    mean: np.ndarray = spectrum.chroma.mean(axis=1, dtype=np.float64)
    return mean


feature = Feature(
    name="chroma",
    size=12,
    unit="relative to the strongest pitch class",
    source="librosa.feature.chroma_stft of the magnitude (not power) spectrogram",
    compute=compute,
)
