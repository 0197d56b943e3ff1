"""Level: how loud the frames are, and how differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features._contours import contour_feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum


def contours(spectrum: Spectrum) -> np.ndarray:
    """Level of each frame, shape (1, n_frames)."""
    return spectrum.level[None]


feature = contour_feature(
    name="level_contour",
    size=1,
    unit="dB, full scale = 0",
    source="mean square of librosa.feature.rms",
    contours=contours,
)
