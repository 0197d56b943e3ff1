"""The inverse Fourier transform of sixteen frames side by side, in float32.

As in `fourier`, SciPy's operations are done in SciPy's order, so that each sample is SciPy's to the
last bit where that is compiled without fused multiply-add. The passes of `fourier` are undone from
the last to the first: a spectrum of 2,048 numbers is split into eight of 256, and each of these,
while it stays in the first cache, down to samples, of which it holds every eighth one.

Source: pocketfft (Reinecke; Max-Planck-Society, BSD 3-clause), after FFTPACK (Swarztrauber): its
real backward transforms of radix 2 and 4, in other loops.
"""

from __future__ import annotations

import math

import numpy as np

from sertool.features.spectrum.kernels.compiled import inlined, kernel
from sertool.features.spectrum.kernels.fft import PART
from sertool.features.spectrum.kernels.simd import lanes, load, spread, store, store_pair, turn_back
from sertool.features.spectrum.kernels.transpose import turn

LENGTH = 2048
"""Samples of a frame."""
_ROOT_OF_TWO = math.sqrt(2)


@kernel
def transform_back(
    spectra: np.ndarray, factors: tuple[np.ndarray, ...], room: np.ndarray, frames: np.ndarray
) -> None:
    """Sixteen frames from their spectra.

    Args:
        spectra: real and imaginary parts, shape (2, 16, 1025), float32.
        factors: as made by `twiddle_factors`.
        room: at least 4,354 lines of sixteen numbers, float32.
        frames: the result, shape (16, 2048), float32.
    """
    width = lanes(room)
    whole, rest = room[: (LENGTH + 2) * width], room[(LENGTH + 2) * width :]
    halves, quarters = rest[: LENGTH * width], whole[: LENGTH * width]
    for part in range(2):
        turn(spectra[part], whole.reshape(2, LENGTH // 2 + 1, width)[part])
    _split_into_two(whole, factors[4], halves)
    split_into_four(halves, factors[3], quarters)
    for part in range(LENGTH // PART):
        source = quarters[part * PART * width : (part + 1) * PART * width]
        target = rest[LENGTH * width : (LENGTH + PART) * width]
        for i in range(3):
            split_into_four(source, factors[2 - i], target)
            source, target = target, source
        _close(source, part, halves)
    turn(halves.reshape(LENGTH, width), frames)


@inlined
def _split_into_two(source: np.ndarray, factors: np.ndarray, target: np.ndarray) -> None:
    """Split a spectrum into two that are half as long, half complex as those of `fourier`.

    Args:
        source: a line of real parts of each bin, then one of imaginary parts of each: flat.
        factors: as made by `twiddle_factors`.
        target: one below the other: flat.
    """
    half = 2 * factors.shape[0]
    imaginary = half + 1
    a, b = load(source, 0), load(source, half)
    store(target, 0, a + b)
    store(target, half, a - b)
    a, b = load(source, half // 2), load(source, imaginary + half // 2)
    store(target, half - 1, a + a)
    store(target, 2 * half - 1, spread(b, -2.0) * b)
    for k in range(1, half // 2):
        up, down = k, half - k
        a, b = load(source, up), load(source, imaginary + up)
        c, d = load(source, down), load(source, imaginary + down)
        y, x = turn_back(b + d, a - c, factors[k, 0], factors[k, 1])
        store_pair(target, 2 * k, a + c, b - d)
        store_pair(target, half + 2 * k, x, y)


@kernel
def split_into_four(source: np.ndarray, factors: np.ndarray, target: np.ndarray) -> None:
    """Split each spectrum into four, each a quarter as long: the reverse of `join_four`.

    Args:
        source: spectra one below the other: flat.
        factors: as made by `twiddle_factors`; half as many as the resulting spectra are long.
        target: all first quarters one below the other, then all second ones, and so on, likewise.
    """
    width, quarter = 2 * factors.shape[0], source.size // (4 * lanes(source))
    for start in range(0, quarter, width):
        first = 4 * start
        _split_ends(source, first, width, start, quarter, target)
        for k in range(1, width // 2):
            here, up, down = start + 2 * k, first + 2 * k, first + width - 2 * k
            a, b = load(source, up - 1), load(source, up)
            c, d = load(source, down + width - 1), load(source, down + width)
            e, f = load(source, up + 2 * width - 1), load(source, up + 2 * width)
            g, h = load(source, down + 3 * width - 1), load(source, down + 3 * width)
            store_pair(target, here, (a + g) + (e + c), (b - h) + (f - d))
            y, x = turn_back((b + h) + (e - c), (a - g) - (f + d), factors[k, 0], factors[k, 1])
            store_pair(target, here + quarter, x, y)
            y, x = turn_back((b - h) - (f - d), (a + g) - (e + c), factors[k, 2], factors[k, 3])
            store_pair(target, here + 2 * quarter, x, y)
            y, x = turn_back((b + h) - (e - c), (a - g) + (f + d), factors[k, 4], factors[k, 5])
            store_pair(target, here + 3 * quarter, x, y)


@inlined
def _split_ends(
    source: np.ndarray, first: int, width: int, start: int, quarter: int, target: np.ndarray
) -> None:
    """The first and the last number of four spectra, which are real."""
    a, b = load(source, first), load(source, first + 2 * width - 1)
    c, d = load(source, first + 2 * width), load(source, first + 4 * width - 1)
    store(target, start, (a + d) + (b + b))
    store(target, start + quarter, (a - d) - (c + c))
    store(target, start + 2 * quarter, (a + d) - (b + b))
    store(target, start + 3 * quarter, (a - d) + (c + c))
    a, b = load(source, first + width - 1), load(source, first + width)
    c, d = load(source, first + 3 * width - 1), load(source, first + 3 * width)
    end = start + width - 1
    store(target, end, (a + c) + (a + c))
    store(target, end + quarter, spread(a, _ROOT_OF_TWO) * ((a - c) - (d + b)))
    store(target, end + 2 * quarter, (d - b) + (d - b))
    store(target, end + 3 * quarter, spread(a, -_ROOT_OF_TWO) * ((a - c) + (d + b)))


@inlined
def _close(source: np.ndarray, part: int, target: np.ndarray) -> None:
    """Samples from spectra of four numbers each, in their places, over the transform's length."""
    step, quarter = LENGTH // PART, LENGTH // 4
    for k in range(PART // 4):
        a, b = load(source, 4 * k), load(source, 4 * k + 1)
        c, d = load(source, 4 * k + 2), load(source, 4 * k + 3)
        scale, i = spread(a, 1 / LENGTH), part + step * k
        store(target, i, scale * ((a + d) + (b + b)))
        store(target, i + quarter, scale * ((a - d) - (c + c)))
        store(target, i + 2 * quarter, scale * ((a + d) - (b + b)))
        store(target, i + 3 * quarter, scale * ((a - d) + (c + c)))
