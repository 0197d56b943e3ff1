"""The transposed array, laid out anew: squares of eight by eight change places in registers."""

from __future__ import annotations

from typing import Any

import numpy as np

from sertool.spectrum.compiled import kernel
from sertool.spectrum.lanes import LANES, load_at, lower_halves, store_at, upper_halves


def turned(rows: np.ndarray, dtype: type = np.float32) -> np.ndarray:
    """Shape (n, m) to (m, n).

    >>> turned(np.array([[1, 2, 3], [4, 5, 6]], np.float32))
    array([[1., 4.],
           [2., 5.],
           [3., 6.]], dtype=float32)
    """
    if min(rows.shape) < LANES:
        return np.ascontiguousarray(rows.T, dtype=dtype)
    columns: np.ndarray = np.empty(rows.shape[::-1], dtype)
    _turn(np.ascontiguousarray(rows), columns)
    return columns


@kernel
def _turn(rows: np.ndarray, columns: np.ndarray) -> None:
    """Along the longer side first, as lines far apart drive each other from the cache.

    Where a side is no multiple of eight, the last square overlaps the one before it.
    """
    n, m = rows.shape
    for along in range(0, min(n, m), LANES):
        for on in range(0, max(n, m), LANES):
            top, left = (on, along) if n > m else (along, on)
            i, j = min(top, n - LANES), min(left, m - LANES)
            a, b = load_at(rows, i, j), load_at(rows, i + 1, j)
            c, d = load_at(rows, i + 2, j), load_at(rows, i + 3, j)
            e, f = load_at(rows, i + 4, j), load_at(rows, i + 5, j)
            g, h = load_at(rows, i + 6, j), load_at(rows, i + 7, j)
            a, b, c, d, e, f, g, h = _shuffled(a, b, c, d, e, f, g, h)
            a, b, c, d, e, f, g, h = _shuffled(a, b, c, d, e, f, g, h)
            a, b, c, d, e, f, g, h = _shuffled(a, b, c, d, e, f, g, h)
            store_at(columns, j, i, a)
            store_at(columns, j + 1, i, b)
            store_at(columns, j + 2, i, c)
            store_at(columns, j + 3, i, d)
            store_at(columns, j + 4, i, e)
            store_at(columns, j + 5, i, f)
            store_at(columns, j + 6, i, g)
            store_at(columns, j + 7, i, h)


@kernel
def _shuffled(a: Any, b: Any, c: Any, d: Any, e: Any, f: Any, g: Any, h: Any) -> tuple[Any, ...]:
    """All 64 numbers like cards, the first half between the second; three times turns them."""
    return (
        lower_halves(a, e), upper_halves(a, e), lower_halves(b, f), upper_halves(b, f),
        lower_halves(c, g), upper_halves(c, g), lower_halves(d, h), upper_halves(d, h),
    )  # fmt: skip
