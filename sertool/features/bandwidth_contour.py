"""Spectral bandwidth: how wide the spectra of the frames are, in octaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features._contours import contour_feature, octaves

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def contours(spectrum: Spectrum) -> np.ndarray:
    """Bandwidth of each frame, shape (1, n_frames)."""
    return octaves(spectrum.bandwidth)


feature = contour_feature(
    name="bandwidth_contour",
    size=1,
    unit="octaves above 1 Hz",
    source="librosa.feature.spectral_bandwidth",
    contours=contours,
)
