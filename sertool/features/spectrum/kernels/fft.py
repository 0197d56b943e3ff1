"""The Fourier transform of overlapping frames, eight side by side in float64, sixteen in float32.

SciPy transforms one frame, or a few, at a time. Here the same operations are done in the same order
on as many as `lanes` has it, so that each result is SciPy's to the last bit where that is compiled
without fused multiply-add: the phase vocoder carries last bits on until they are heard, and frames
round a silence show them at full size.

A frame of 1,024 or 2,048 samples is put together of transforms of 256, of every fourth or eighth
sample, which stay in the processor's first cache. Spectra on the way are "half complex": the real
part of bin 0, then real and imaginary part of each bin, then the real part of the last one, each
for all those frames: a line of numbers.

Source: pocketfft (Reinecke; Max-Planck-Society, BSD 3-clause), after FFTPACK (Swarztrauber): its
real transforms of radix 4 and 2, in other loops.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sertool.features.spectrum.kernels.compiled import inlined, kernel
from sertool.features.spectrum.kernels.simd import (
    LINE,
    MOST_LANES,
    lanes,
    load,
    load_at,
    spread,
    store,
    store_at,
    store_pair,
    store_spectrum_at,
    turn_back,
)
from sertool.features.spectrum.kernels.transpose import turned

PART = 256
"""Samples of a transform that stays in the first cache."""
_DIAGONAL = math.sqrt(0.5)


def hops(samples: np.ndarray, length: int, hop: int, n_frames: int, dtype: type) -> np.ndarray:
    """The samples in hops as columns, so that a row has one sample of each of many frames.

    Frame t is centred on sample t * hop, and its sample i stands in row i % hop, column
    t + i // hop. Beyond the ends of the signal there are zeros.

    Args:
        samples: shape (n,).
        length: of a frame, a multiple of the hop.
        hop: in samples.
        n_frames: how many there are.
        dtype: the result's precision.

    Returns:
        Shape (hop, n).
    """
    padded = np.zeros((max(n_frames, MOST_LANES) + length // hop, hop), samples.dtype)
    padded.ravel()[length // 2 : length // 2 + samples.size] = samples
    return turned(padded, dtype)


def room(length: int, dtype: type) -> np.ndarray:
    """Room for the spectra on the way, each value on a line of the cache.

    Returns:
        Lines for two whole transforms, then for two of 256 samples.
    """
    size = np.dtype(dtype).itemsize
    count = 2 * (PART + length) * LINE // size
    numbers: np.ndarray = np.empty(count + LINE // size, dtype)
    first = -numbers.__array_interface__["data"][0] % LINE // size
    return numbers[first : first + count]


@inlined
def transform_parts(
    hops: np.ndarray,
    window: np.ndarray,
    frame: int,
    factors: tuple[np.ndarray, ...],
    room: np.ndarray,
    parts: np.ndarray,
) -> None:
    """Transform every so many-th sample of frames side by side, from each of the first samples on.

    Args:
        hops: as made by `hops`.
        window: shape (length,).
        frame: the first of the frames.
        factors: the first three of those made by `twiddle_factors`.
        room: lines for two transforms of 256 samples.
        parts: the spectra one below the other: flat, `length` lines.
    """
    n_parts = window.size // PART
    size = PART * lanes(room)
    one, other = room[:size], room[size : 2 * size]
    for part in range(n_parts):
        _open(hops, window, frame, part, n_parts, one)
        join_four(one, factors[0], other)
        join_four(other, factors[1], one)
        join_four(one, factors[2], parts[part * size : (part + 1) * size])


@inlined
def _open(
    hops: np.ndarray, window: np.ndarray, frame: int, first: int, step: int, spectra: np.ndarray
) -> None:
    """Spectra of four samples each, of every `step`-th sample from `first` on, windowed."""
    inside, shift = hops.shape[0] - 1, 0
    while (1 << shift) <= inside:
        shift += 1
    quarter = window.size // 4
    for k in range(quarter // step):
        i = first + k * step
        j, m, n = i + quarter, i + 2 * quarter, i + 3 * quarter
        a = load_at(hops, i & inside, frame + (i >> shift))
        b = load_at(hops, j & inside, frame + (j >> shift))
        c = load_at(hops, m & inside, frame + (m >> shift))
        d = load_at(hops, n & inside, frame + (n >> shift))
        a, b = a * spread(a, window[i]), b * spread(b, window[j])
        c, d = c * spread(c, window[m]), d * spread(d, window[n])
        even, odd = a + c, d + b
        store(spectra, 4 * k, even + odd)
        store(spectra, 4 * k + 1, a - c)
        store(spectra, 4 * k + 2, d - b)
        store(spectra, 4 * k + 3, even - odd)


@kernel
def join_four(source: np.ndarray, factors: np.ndarray, target: np.ndarray) -> None:
    """Join each four spectra to one that is four times as long.

    Args:
        source: all first ones one below the other, then all second ones, and so on: flat.
        factors: as made by `twiddle_factors`; their number is half the length of the spectra.
        target: the joined ones, one below the other, likewise.
    """
    width, quarter = 2 * factors.shape[0], source.size // (4 * lanes(source))
    for start in range(0, quarter, width):
        first = 4 * start
        _join_ends(source, start, quarter, width, target)
        for k in range(1, width // 2):
            up, down = first + 2 * k, first + width - 2 * k
            a, b, c, d, e, f, g, h = _joined(source, factors, start, k)
            store_pair(target, up, a, b)
            store_pair(target, down + width, c, d)
            store_pair(target, up + 2 * width, e, f)
            store_pair(target, down + 3 * width, g, h)


@inlined
def _joined(source: np.ndarray, factors: np.ndarray, start: int, k: int) -> tuple[Any, ...]:
    """Bins k, n - k, n + k and 2 n - k of four spectra joined, n numbers each, k in [1, n / 2).

    Args:
        source: as above.
        factors: as above.
        start: where the first of the four begins.
        k: the bin of each of the four.

    Returns:
        Real and imaginary part of each bin in turn.
    """
    quarter = source.size // (4 * lanes(source))
    here = start + 2 * k
    second, third, fourth = here + quarter, here + 2 * quarter, here + 3 * quarter
    a, b = load(source, here - 1), load(source, here)
    x, y = load(source, second - 1), load(source, second)
    c, d = turn_back(x, y, factors[k, 0], factors[k, 1])
    x, y = load(source, third - 1), load(source, third)
    e, f = turn_back(x, y, factors[k, 2], factors[k, 3])
    x, y = load(source, fourth - 1), load(source, fourth)
    g, h = turn_back(x, y, factors[k, 4], factors[k, 5])
    return (
        (a + e) + (g + c), (d + h) + (b + f), (a - e) - (d - h), (g - c) - (b - f),
        (a - e) + (d - h), (g - c) + (b - f), (a + e) - (g + c), (d + h) - (b + f),
    )  # fmt: skip


@inlined
def _join_ends(
    source: np.ndarray, start: int, quarter: int, width: int, target: np.ndarray
) -> None:
    """The first and the last number of four spectra, which are real."""
    first, end = 4 * start, start + width - 1
    a, b = load(source, start), load(source, start + quarter)
    c, d = load(source, start + 2 * quarter), load(source, start + 3 * quarter)
    store(target, first, (a + c) + (d + b))
    store(target, first + 2 * width - 1, a - c)
    store(target, first + 2 * width, d - b)
    store(target, first + 4 * width - 1, (a + c) - (d + b))
    a, b = load(source, end), load(source, end + quarter)
    c, d = load(source, end + 2 * quarter), load(source, end + 3 * quarter)
    x, y = spread(a, -_DIAGONAL) * (b + d), spread(a, _DIAGONAL) * (b - d)
    store(target, first + width - 1, a + y)
    store(target, first + width, x - c)
    store(target, first + 3 * width - 1, a - y)
    store(target, first + 3 * width, x + c)


@inlined
def join_band(
    source: np.ndarray, factors: np.ndarray, lowest: int, lane: int, spectra: np.ndarray
) -> None:
    """Join four spectra to one four times as long, of which those bins are kept round an eighth.

    Args:
        source: one below the other: flat.
        factors: as made by `twiddle_factors`.
        lowest: the lowest bin that is kept; the highest is as far above an eighth of the rate as
            this is below it.
        lane: where in the rows of `spectra` these frames begin.
        spectra: the result, a row of real and a row of imaginary parts of each bin in turn.
    """
    width = 2 * factors.shape[0]
    for k in range(lowest, width // 2):
        up, down = 2 * (k - lowest), 2 * (width - k - lowest)
        a, b, c, d, _, _, _, _ = _joined(source, factors, 0, k)
        store_at(spectra, up, lane, a)
        store_at(spectra, up + 1, lane, b)
        store_at(spectra, down, lane, c)
        store_at(spectra, down + 1, lane, d)
    end, middle = width - 1, width - 2 * lowest
    a, b = load(source, end), load(source, end + width)
    c, d = load(source, end + 2 * width), load(source, end + 3 * width)
    x, y = spread(a, -_DIAGONAL) * (b + d), spread(a, _DIAGONAL) * (b - d)
    store_at(spectra, middle, lane, a + y)
    store_at(spectra, middle + 1, lane, x - c)


@inlined
def join_eight(
    source: np.ndarray,
    factors: tuple[np.ndarray, ...],
    room: np.ndarray,
    frame: int,
    spectra: np.ndarray,
) -> None:
    """Join eight spectra to the last one: each four to one, and these two while they are cached.

    Args:
        source: one below the other: flat.
        factors: the last two of those made by `twiddle_factors`.
        room: for the few numbers that are joined otherwise, as large as `source`.
        frame: the first of the frames.
        spectra: the result, shape (n / 2 + 1, n_frames), complex numbers or their sizes.
    """
    width, half = 2 * factors[0].shape[0], 2 * factors[1].shape[0]
    for k in range(1, width // 2):
        a, b, c, d, e, f, g, h = _joined(source, factors[0], 0, k)
        i, j, m, n, o, p, q, r = _joined(source, factors[0], width, k)
        _join_two(a, b, i, j, factors[1], k, frame, spectra)
        _join_two(c, d, m, n, factors[1], width - k, frame, spectra)
        _join_two(e, f, o, p, factors[1], width + k, frame, spectra)
        _join_two(g, h, q, r, factors[1], 2 * width - k, frame, spectra)
    for start in range(0, 2 * width, width):
        _join_ends(source, start, 2 * width, width, room)
    for k in range(width // 2, half // 2, width // 2):
        a, b = load(room, 2 * k - 1), load(room, 2 * k)
        x, y = load(room, half + 2 * k - 1), load(room, half + 2 * k)
        _join_two(a, b, x, y, factors[1], k, frame, spectra)
    a, b = load(room, 0), load(room, half)
    nothing = spread(a, 0.0)
    store_spectrum_at(spectra, 0, frame, a + b, nothing)
    store_spectrum_at(spectra, half, frame, a - b, nothing)
    a, b = load(room, half - 1), load(room, 2 * half - 1)
    store_spectrum_at(spectra, half // 2, frame, a, spread(b, -1.0) * b)


@inlined
def _join_two(
    a: Any, b: Any, x: Any, y: Any, factors: np.ndarray, k: int, frame: int, spectra: np.ndarray
) -> None:
    """Bin k of two spectra, a + ib and x + iy, to two of the last one."""
    c, d = turn_back(x, y, factors[k, 0], factors[k, 1])
    store_spectrum_at(spectra, k, frame, a + c, d + b)
    store_spectrum_at(spectra, 2 * factors.shape[0] - k, frame, a - c, d - b)
