"""Spectral flatness: noise is flat, a voice is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features._contours import contour_feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def contours(spectrum: Spectrum) -> np.ndarray:
    """Geometric over arithmetic mean of the 128 mel bands of each frame, shape (1, n_frames)."""
    from sertool.features.spectrum.decibel import decibel

    mean_of_levels = spectrum.mel_decibels.mean(axis=0)
    flatness: np.ndarray = mean_of_levels - decibel(spectrum.mel.mean(axis=0))
    return flatness[None]


feature = contour_feature(
    name="flatness_contour",
    size=1,
    unit="dB, at most 0 but for the floor at -80 dB",
    source="librosa.feature.spectral_flatness, over mel bands",
    contours=contours,
)
