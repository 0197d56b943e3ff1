"""How fast the mel-frequency cepstral coefficients change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features._contours import contour_feature, slopes

if TYPE_CHECKING:
    from sertool.spectrum import Spectrum


def contours(spectrum: Spectrum) -> np.ndarray:
    """Slopes of the first 20 coefficients, shape (20, n_frames)."""
    return slopes(spectrum.cepstrum)


feature = contour_feature(
    name="mfcc_delta_contour",
    size=20,
    unit="dB per frame",
    source="librosa.feature.mfcc; slopes as in the HTK book",
    contours=contours,
)
