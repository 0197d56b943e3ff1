"""Spectral rolloff: the frequency below which 85 % of the magnitude lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features import Feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def compute(spectrum: Spectrum) -> np.ndarray:
    """The first bin at which the running sum reaches 85 % of the whole, mean over frames, (1,)."""
    return np.array([spectrum.rolloff.mean()])


feature = Feature(
    name="rolloff",
    size=1,
    unit="Hz",
    source="librosa.feature.spectral_rolloff",
    compute=compute,
)
