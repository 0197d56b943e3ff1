"""Zero-crossing rate: how often the signal changes sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features import Feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum

FRAME = 2048


def compute(spectrum: Spectrum) -> np.ndarray:
    """Share of samples whose sign differs from their predecessor's, mean over frames, (1,)."""
    return np.array([spectrum.sign_changes.mean() / FRAME])


feature = Feature(
    name="zcr",
    size=1,
    unit="crossings per sample",
    source="librosa.feature.zero_crossing_rate",
    compute=compute,
)
