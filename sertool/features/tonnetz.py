"""Tonnetz: tonal centroid on the circles of fifths, minor thirds and major thirds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features import Feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def compute(spectrum: Spectrum) -> np.ndarray:
    """Sine and cosine on each of the three circles, mean over frames, (6,)."""
    mean: np.ndarray = spectrum.tonal_centroids.mean(axis=1, dtype=np.float64)
    return mean


feature = Feature(
    name="tonnetz",
    size=6,
    unit="radius, at most 1 (thirds: 0.5)",
    source="librosa.feature.tonnetz of the constant-Q chroma; Harte et al., 2006",
    compute=compute,
)
