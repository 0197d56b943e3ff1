"""By what spectra are turned before they are joined, with pocketfft's rounding.

Source: pocketfft (Reinecke; Max-Planck-Society, BSD 3-clause).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from sertool.errors import BadChoice


@lru_cache
def twiddle_factors(length: int, dtype: type = np.float64) -> tuple[np.ndarray, ...]:
    """Factors of each pass but the first, which needs none, from the shortest spectra up.

    Args:
        length: of the whole transform, 1,024 or 2,048.
        dtype: their precision, to which those of float64 are rounded.

    Returns:
        For each pass that joins r spectra of n numbers each, shape (n / 2, 2 r - 2): real and
        imaginary parts of the factors of bin i of the second, third and fourth spectrum.

    Raises:
        BadChoice: of another length.
    """
    if length not in (1024, 2048):
        raise BadChoice(
            f"frames of {length} samples; there are those of 1024 and 2048: resample to 22050 Hz"
        )
    passes: list[np.ndarray] = []
    width = 4
    while width < length:
        radix = min(4, length // width)
        stride = length // (radix * width)
        factors = [
            [part for j in range(1, radix) for part in _turned(j * stride * i, length)]
            for i in range(width // 2)
        ]
        passes.append(np.array(factors, dtype))
        width *= radix
    return tuple(passes)


def _turned(index: int, length: int) -> tuple[float, float]:
    """Cosine and sine of a part of a turn up to 3 / 8, with pocketfft's rounding.

    It is the product of a coarse and a fine step, which pocketfft takes from two short tables.
    """
    steps = 1 << max(1, math.ceil(math.log2((length + 2) // 2) / 2))
    a, b = _cosine_and_sine(index % steps, length)
    c, d = _cosine_and_sine(index // steps * steps, length)
    return a * c - b * d, a * d + b * c


def _cosine_and_sine(index: int, length: int) -> tuple[float, float]:
    """By the nearest multiple of a quarter turn."""
    unit = math.pi / 4 / length
    eighths = 8 * index
    if eighths < length:
        return math.cos(eighths * unit), math.sin(eighths * unit)
    rest = abs(2 * length - eighths) * unit
    sign = 1.0 if eighths < 2 * length else -1.0
    return sign * math.sin(rest), math.cos(rest)
