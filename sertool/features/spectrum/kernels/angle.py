"""The angle of complex numbers to the last bit of the C library, several at a time.

The phase vocoder carries the last bit of every angle on from frame to frame until it is heard, so
its results are librosa's only where the angles are. NumPy asks the C library for one angle after
the other, which takes as long as all the rest of a stretch; on processors with AVX-512 it has
vector routines of its own, which round otherwise, and is asked itself.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from sertool.features.spectrum.kernels.compiled import kernel

_FLOAT = np.float32
_ZERO, _ONE, _THREE_HALVES, _TWO = map(_FLOAT, (0.0, 1.0, 1.5, 2.0))
_HUGE = _FLOAT(2.0**25)
_PI, _PI_REST = map(_FLOAT, (3.1415927410e00, -8.7422776573e-08))
_LIMITS = _FLOAT(0.4375), _FLOAT(0.6875), _FLOAT(1.1875), _FLOAT(2.4375)
"""Quotients from which on the next of the four places is the nearer one."""
_PLACES = tuple(map(_FLOAT, (4.6364760399e-01, 7.8539812565e-01, 9.8279368877e-01, 1.5707962513)))
"""Arc tangents of 1/2, 1, 3/2 and infinity, rounded."""
_RESTS = tuple(
    map(_FLOAT, (5.0121582440e-09, 3.7748947079e-08, 3.4473217170e-08, 7.5497894159e-08))
)
"""What the rounding left of them."""
_EVEN = tuple(
    map(_FLOAT, (-2.0000000298e-01, -1.1111110449e-01, -7.6918758452e-02, -5.8335702866e-02,
                 -3.6531571299e-02))
)  # fmt: skip
_ODD = tuple(
    map(_FLOAT, (3.3333334327e-01, 1.4285714924e-01, 9.0908870101e-02, 6.6610731184e-02,
                 4.9768779427e-02, 1.6285819933e-02))
)  # fmt: skip


def angle(parts: np.ndarray) -> np.ndarray:
    """The angle of complex numbers as `numpy.angle` has it, bit for bit.

    Args:
        parts: real parts, then imaginary ones, of each row: shape (n, 2, m), float32, finite.

    Returns:
        Radians in [-pi, pi], shape (n, m), float32.

    >>> (angle(np.array([[[0, -1, 1], [1, 0, -1]]], np.float32)) / np.float32(np.pi)).round(6)
    array([[ 0.5 ,  1.  , -0.25]], dtype=float32)
    """
    return _computed(parts) if _is_that_of_the_library() else _asked(parts)


def _asked(parts: np.ndarray) -> np.ndarray:
    angles: np.ndarray = np.arctan2(parts[:, 1], parts[:, 0])
    return angles


def _computed(parts: np.ndarray) -> np.ndarray:
    angles = np.empty((parts.shape[0], parts.shape[2]), _FLOAT)
    _fill(parts, parts.view(np.int32), angles)
    return angles


@cache
def _is_that_of_the_library() -> bool:
    """Whether NumPy computes the angles that are computed here: those of the GNU C library."""
    random = np.random.default_rng(0)
    exponents = random.integers(-12, 4, (64, 2, 1024))
    parts = (random.standard_normal((64, 2, 1024)) * 10.0**exponents).astype(_FLOAT)
    return np.array_equal(_computed(parts), _asked(parts))


@kernel
def _fill(parts: np.ndarray, bits: np.ndarray, angles: np.ndarray) -> None:
    """Angles of all rows, shape (n, m), float32; `bits` are the parts' as int32."""
    for row in range(angles.shape[0]):
        _fill_row(parts[row, 0], parts[row, 1], bits[row, 0], bits[row, 1], angles[row])


@kernel
def _fill_row(
    x: np.ndarray, y: np.ndarray, x_bits: np.ndarray, y_bits: np.ndarray, angles: np.ndarray
) -> None:
    """Angles of x + iy, shape (n,), float32 all; the bits of x and y as int32 tell -0 from 0.

    The quotient's arc tangent is that of the nearest of five places (0, 1/2, 1, 3/2, infinity) and
    that of the rest, for which a short odd series holds. Every product and sum is rounded to
    float32, in the order in which the library does it; what it branches on is selected here.

    Source: fdlibm by Sun Microsystems (e_atan2f, s_atanf), on which the GNU library's are built.
    """
    o, e = _ODD, _EVEN
    for i in range(angles.size):
        quotient = abs(y[i] / x[i])
        above_0, above_1 = quotient >= _LIMITS[0], quotient >= _LIMITS[1]
        above_2, above_3 = quotient >= _LIMITS[2], quotient >= _LIMITS[3]
        upper = quotient - _ONE if above_1 else _TWO * quotient - _ONE
        upper = quotient - _THREE_HALVES if above_2 else upper
        upper = -_ONE if above_3 else upper
        upper = upper if above_0 else quotient
        lower = quotient + _ONE if above_1 else _TWO + quotient
        lower = _ONE + _THREE_HALVES * quotient if above_2 else lower
        lower = quotient if above_3 else lower
        lower = lower if above_0 else _ONE
        place = _PLACES[1] if above_1 else _PLACES[0]
        place = _PLACES[2] if above_2 else place
        place = _PLACES[3] if above_3 else place
        rest = _RESTS[1] if above_1 else _RESTS[0]
        rest = _RESTS[2] if above_2 else rest
        rest = _RESTS[3] if above_3 else rest
        r = _ZERO if quotient >= _HUGE else upper / lower
        z = r * r
        w = z * z
        odd = z * (o[0] + w * (o[1] + w * (o[2] + w * (o[3] + w * (o[4] + w * o[5])))))
        even = w * (e[0] + w * (e[1] + w * (e[2] + w * (e[3] + w * e[4]))))
        series = r * (odd + even)
        turn = place - ((series - rest) - r) if above_0 else r - series
        flat = y[i] == _ZERO
        turn = _ZERO if flat else turn
        backward = (x[i] < _ZERO) | (flat & (x_bits[i] < 0))
        turn = _PI - (turn - _PI_REST) if backward else turn
        angles[i] = -turn if y_bits[i] < 0 else turn
