"""Power on the scale of decibels."""

from __future__ import annotations

import numpy as np

FLOOR = 1e-10
"""Power below this counts as this: -100 dB."""
RANGE_DB = 80.0


def decibel(power: np.ndarray) -> np.ndarray:
    """10 log10 of power, cut off at 80 dB below the largest value; shape kept.

    Source: `librosa.power_to_db`.

    >>> decibel(np.array([1.0, 0.1, 0.0]))
    array([  0., -10., -80.])
    """
    level = 10.0 * np.log10(np.maximum(FLOOR, power))
    decibels: np.ndarray = np.maximum(level, level.max() - RANGE_DB)
    return decibels
