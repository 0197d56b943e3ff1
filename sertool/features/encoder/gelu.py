"""The Gaussian error linear unit x * P(a normal number is below x), exact to float32."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.special
from numpy.polynomial import Chebyshev, Polynomial

from sertool.features.spectrum.kernels.compiled import contracted

FAR = 5.75
"""From here on the share is 1 or 0 to all digits of float32."""
DEGREE = 22


def add_and_gelu(values: np.ndarray, bias: np.ndarray) -> None:
    """Add a bias to each row, and replace what comes out by its GELU, in place.

    Args:
        values: shape (n, m), float32, rows side by side in memory.
        bias: shape (m,), float32.

    >>> values = np.array([[-1.0, 0.0, 1.0]], np.float32)
    >>> add_and_gelu(values, np.zeros(3, np.float32))
    >>> values.round(4).tolist()
    [[-0.15870000422000885, 0.0, 0.8413000106811523]]
    """
    _apply(values, bias, _coefficients())


@lru_cache
def _coefficients() -> np.ndarray:
    """Of (share - 1/2) / x as a polynomial of 2 (x / FAR)^2 - 1, the highest power last.

    The function is even and smooth, so that a Chebyshev series of few terms has all digits.
    """

    def slope(u: np.ndarray) -> np.ndarray:
        x = FAR * np.sqrt((u + 1) / 2)
        return np.asarray(scipy.special.erf(x / np.sqrt(2)) / (2 * x))

    series = Chebyshev.interpolate(slope, DEGREE)
    return np.asarray(series.convert(kind=Polynomial).coef, np.float32)


@contracted
def _apply(values: np.ndarray, bias: np.ndarray, coefficients: np.ndarray) -> None:
    far, half, one = np.float32(FAR), np.float32(0.5), np.float32(1)
    scale = np.float32(2 / FAR**2)
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            value = values[i, j] + bias[j]
            x = min(max(value, -far), far)
            u = scale * x * x - one
            slope = coefficients[DEGREE]
            for k in range(DEGREE - 1, -1, -1):
                slope = slope * u + coefficients[k]
            values[i, j] = value * (half + x * slope)
