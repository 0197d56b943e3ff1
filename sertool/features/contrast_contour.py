"""Spectral contrast: how far peaks rise above valleys in seven octave bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features._contours import contour_feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def contours(spectrum: Spectrum) -> np.ndarray:
    """Decibels between the loudest and the softest 2 % of bins in each band, (7, n_frames)."""
    from sertool.features.spectrum.decibel import decibel

    valleys, peaks = spectrum.extremes
    contrast: np.ndarray = decibel(peaks) - decibel(valleys)
    return contrast


feature = contour_feature(
    name="contrast_contour",
    size=7,
    unit="dB",
    source="librosa.feature.spectral_contrast",
    contours=contours,
)
