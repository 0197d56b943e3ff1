"""Mel-frequency cepstral coefficients: how the shape of the spectrum varies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features._contours import contour_feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum

SIZE = 20


def contours(spectrum: Spectrum) -> np.ndarray:
    """The first 20 coefficients of each frame, shape (20, n_frames).

    The first one is a level; the mean level of the active frames is taken from it, so that it does
    not change with the gain of the recording.
    """
    coefficients = spectrum.cepstrum.copy()
    coefficients[0] -= spectrum.active_level * np.sqrt(len(spectrum.mel))
    return coefficients


feature = contour_feature(
    name="mfcc_contour",
    size=SIZE,
    unit="dB",
    source="librosa.feature.mfcc",
    contours=contours,
)
