"""Zero crossing rate: how often the signal changes sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features._contours import contour_feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def contours(spectrum: Spectrum) -> np.ndarray:
    """Share of samples with another sign than the one before, shape (1, n_frames)."""
    from sertool.features.spectrum.banks import N_FFT

    return spectrum.sign_changes[None] / N_FFT


feature = contour_feature(
    name="zcr_contour",
    size=1,
    unit="share of samples",
    source="librosa.feature.zero_crossing_rate",
    contours=contours,
)
