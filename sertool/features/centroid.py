"""Spectral centroid: the centre of gravity of the magnitude spectrum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features import Feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def compute(spectrum: Spectrum) -> np.ndarray:
    """Mean frequency weighted by magnitude, mean over frames, (1,)."""
    return np.array([spectrum.centroid.mean()])


feature = Feature(
    name="centroid",
    size=1,
    unit="Hz",
    source="librosa.feature.spectral_centroid",
    compute=compute,
)
