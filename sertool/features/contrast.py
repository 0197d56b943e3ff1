"""Spectral contrast: how far peaks rise above valleys in seven octave bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features import Feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def compute(spectrum: Spectrum) -> np.ndarray:
    """Mean over frames of the contrast in seven bands, shape (7,)."""
    mean: np.ndarray = spectrum.contrast.mean(axis=1, dtype=np.float64)
    return mean


feature = Feature(
    name="contrast",
    size=7,
    unit="dB",
    source="librosa.feature.spectral_contrast; Jiang et al., 2002",
    compute=compute,
)
