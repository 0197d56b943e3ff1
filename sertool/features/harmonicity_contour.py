"""Harmonicity: how much louder the periodic part of a voiced frame is than its noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features._contours import STATISTICS, functionals, parts
from sertool.types import Feature

if TYPE_CHECKING:
    from sertool.spectrum import Spectrum

QUIETEST = 1e-3


def compute(spectrum: Spectrum) -> np.ndarray:
    """Statistics of the harmonics-to-noise ratio of the voiced frames, shape (7,)."""
    correlation = np.maximum(spectrum.pitch.correlation, QUIETEST)
    ratio = 10 * np.log10(correlation / (1 - correlation))
    return functionals(ratio[None], spectrum.pitch.voiced)


feature = Feature(
    name="harmonicity_contour",
    size=len(STATISTICS),
    unit="dB",
    source="Boersma, 1993",
    compute=compute,
    parts=parts(),
)
