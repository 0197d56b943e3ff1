"""The transposed array, laid out anew: squares of eight by eight change places in registers."""

from __future__ import annotations

import numpy as np

from sertool.features.spectrum.kernels.compiled import kernel
from sertool.features.spectrum.kernels.simd import SIDE, turn_square


def turned(rows: np.ndarray, dtype: type = np.float32) -> np.ndarray:
    """Shape (n, m) to (m, n).

    >>> turned(np.array([[1, 2, 3], [4, 5, 6]], np.float32))
    array([[1., 4.],
           [2., 5.],
           [3., 6.]], dtype=float32)
    """
    if min(rows.shape) < SIDE:
        return np.ascontiguousarray(rows.T, dtype=dtype)
    columns: np.ndarray = np.empty(rows.shape[::-1], dtype)
    turn(np.ascontiguousarray(rows), columns)
    return columns


@kernel
def turn(rows: np.ndarray, columns: np.ndarray) -> None:
    """Write the transposed array of (n, m), neither below 8, to `columns`, shape (m, n).

    It goes along the longer side first, as lines far apart drive each other from the cache.

    Where a side is no multiple of eight, the last square overlaps the one before it.
    """
    n, m = rows.shape
    for along in range(0, min(n, m), SIDE):
        for on in range(0, max(n, m), SIDE):
            top, left = (on, along) if n > m else (along, on)
            turn_square(rows, min(top, n - SIDE), min(left, m - SIDE), columns)
