"""Spectral flux: how much the spectrum changes from frame to frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features._contours import contour_feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def contours(spectrum: Spectrum) -> np.ndarray:
    """Root mean square change of the level of mel bands since the frame before, (1, n_frames)."""
    changes = np.diff(spectrum.mel_decibels, axis=1, prepend=spectrum.mel_decibels[:, :1])
    flux: np.ndarray = np.sqrt(np.square(changes).mean(axis=0))
    return flux[None]


feature = contour_feature(
    name="flux_contour",
    size=1,
    unit="dB",
    source="after Scheirer and Slaney, 1997, in decibels",
    contours=contours,
)
