"""Spectral contrast: how far peaks rise above valleys in seven octave bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features import Feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def compute(spectrum: Spectrum) -> np.ndarray:
    """Decibels between the loudest and the softest 2 % of bins in each band, mean over frames.

    Bands: up to 200 Hz, then six octaves from there to the top; shape (7,).
    """
    from sertool.features.spectrum.decibel import decibel

    valleys, peaks = spectrum.extremes
    mean: np.ndarray = (decibel(peaks) - decibel(valleys)).mean(axis=1, dtype=np.float64)
    return mean


feature = Feature(
    name="contrast",
    size=7,
    unit="dB",
    source="librosa.feature.spectral_contrast; Jiang et al., 2002",
    compute=compute,
)
