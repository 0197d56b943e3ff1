"""Harmonicity: how much louder the periodic part of a voiced frame is than its noise."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from sertool.features._contours import contour_feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum

QUIETEST = 1e-3


def contours(spectrum: Spectrum) -> np.ndarray:
    """Harmonics-to-noise ratio, of any use in voiced frames alone, shape (1, n_frames)."""
    correlation = np.maximum(spectrum.pitch.correlation, QUIETEST)
    ratio: np.ndarray = 10 * np.log10(correlation / (1 - correlation))
    return ratio[None]


feature = contour_feature(
    name="harmonicity_contour",
    size=1,
    unit="dB",
    source="Boersma, 1993",
    contours=contours,
    frames=attrgetter("pitch.voiced"),
)
