"""Spectral rolloff: below which frequency most of each frame lies, in octaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features._contours import contour_feature, octaves

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def contours(spectrum: Spectrum) -> np.ndarray:
    """Rolloff of each frame, shape (1, n_frames)."""
    return octaves(spectrum.rolloff)


feature = contour_feature(
    name="rolloff_contour",
    size=1,
    unit="octaves above 1 Hz",
    source="librosa.feature.spectral_rolloff",
    contours=contours,
)
