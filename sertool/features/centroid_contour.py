"""Spectral centroid: how bright the frames are, in octaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features._contours import contour_feature, octaves

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def contours(spectrum: Spectrum) -> np.ndarray:
    """Centroid of each frame, shape (1, n_frames)."""
    return octaves(spectrum.centroid)


feature = contour_feature(
    name="centroid_contour",
    size=1,
    unit="octaves above 1 Hz",
    source="librosa.feature.spectral_centroid",
    contours=contours,
)
