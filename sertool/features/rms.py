"""Root mean square: loudness as amplitude."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features import Feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def compute(spectrum: Spectrum) -> np.ndarray:
    """Root mean square amplitude of each frame, mean over frames, (1,)."""
    return np.array([np.sqrt(spectrum.energy).mean()])


feature = Feature(
    name="rms",
    size=1,
    unit="amplitude, full scale = 1",
    source="librosa.feature.rms",
    compute=compute,
)
