"""Spectral bandwidth: how widely the magnitude spectrum spreads round its centroid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features import Feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def compute(spectrum: Spectrum) -> np.ndarray:
    """Standard deviation of frequency weighted by magnitude, mean over frames, (1,)."""
    return np.array([spectrum.bandwidth.mean()])


feature = Feature(
    name="bandwidth",
    size=1,
    unit="Hz",
    source="librosa.feature.spectral_bandwidth with p = 2",
    compute=compute,
)
