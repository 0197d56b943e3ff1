"""Spectral tilt: how much louder low frequencies are than high ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sertool.features._contours import contour_feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum

FLOOR = 1e-10


def contours(spectrum: Spectrum) -> np.ndarray:
    """Three ratios of each frame, shape (3, n_frames).

    The alpha ratio (50 Hz to 1 kHz over 1 to 5 kHz), the Hammarberg index (loudest bin below 2 kHz
    over loudest from 2 to 5 kHz), and up to 500 Hz over 500 Hz to 1.5 kHz.
    """
    from sertool.features.spectrum.banks import frequencies

    power, hertz = np.square(spectrum.magnitude), frequencies(spectrum.rate)

    def between(low: float, high: float) -> np.ndarray:
        inside: np.ndarray = power[np.searchsorted(hertz, low) : np.searchsorted(hertz, high)]
        return inside

    ratios = [
        (between(50, 1000).sum(axis=0), between(1000, 5000).sum(axis=0)),
        (between(0, 2000).max(axis=0), between(2000, 5000).max(axis=0)),
        (between(0, 500).sum(axis=0), between(500, 1500).sum(axis=0)),
    ]
    return np.array([10 * np.log10((low + FLOOR) / (high + FLOOR)) for low, high in ratios])


feature = contour_feature(
    name="tilt_contour",
    size=3,
    unit="dB",
    source="Eyben et al., the Geneva minimalistic acoustic parameter set, 2016",
    contours=contours,
)
