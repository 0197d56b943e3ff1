"""The Fourier transform of overlapping frames, eight of them side by side.

SciPy transforms one frame, or two, at a time. Here the same operations are done in the same order
on eight, so that each result is SciPy's to the last bit where that is compiled without fused
multiply-add: the phase vocoder carries last bits on until they are heard, and frames round a
silence show them at full size.

A frame of 1,024 or 2,048 samples is put together of transforms of 256, of every fourth or eighth
sample, which stay in the processor's first cache. Spectra on the way are "half complex": the real
part of bin 0, then real and imaginary part of each bin, then the real part of the last one, each
for eight frames: a row of eight numbers.

Source: pocketfft (Reinecke; Max-Planck-Society, BSD 3-clause), after FFTPACK (Swarztrauber): its
real transforms of radix 4 and 2, in other loops.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from sertool.errors import BadChoice
from sertool.spectrum.compiled import inlined, kernel
from sertool.spectrum.lanes import (
    LANES,
    load,
    load_at,
    spread,
    store,
    store_pair,
    store_spectrum_at,
    turn_back,
)
from sertool.spectrum.turning import turned

PART = 256
"""Samples of a transform that stays in the first cache."""
_DIAGONAL = math.sqrt(0.5)


@lru_cache
def twiddles(length: int) -> tuple[np.ndarray, ...]:
    """Factors of each pass but the first, which needs none, from the shortest spectra up.

    Args:
        length: of the whole transform, 1,024 or 2,048.

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
    passes = []
    width = 4
    while width < length:
        radix = min(4, length // width)
        stride = length // (radix * width)
        factors = [
            [part for j in range(1, radix) for part in _turned(j * stride * i, length)]
            for i in range(width // 2)
        ]
        passes.append(np.array(factors))
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


def hops(samples: np.ndarray, length: int, hop: int, n_frames: int) -> np.ndarray:
    """The samples in hops as columns, so that a row has one sample of each of many frames.

    Frame t is centred on sample t * hop, and its sample i stands in row i % hop, column
    t + i // hop. Beyond the ends of the signal there are zeros.

    Returns:
        Shape (hop, n), float64.
    """
    padded = np.zeros((max(n_frames, LANES) + length // hop, hop), samples.dtype)
    padded.ravel()[length // 2 : length // 2 + samples.size] = samples
    return turned(padded, np.float64)


def room(length: int) -> np.ndarray:
    """Room for the spectra on the way, each eight numbers on a line of the cache.

    Returns:
        Lines for two whole transforms, then for two of 256 samples.
    """
    count = 2 * (PART + length) * LANES
    numbers = np.empty(count + LANES)
    first = -(numbers.__array_interface__["data"][0] // numbers.itemsize) % LANES
    return numbers[first : first + count]


@inlined
def transform_parts(
    hops: np.ndarray,
    window: np.ndarray,
    frame: int,
    twiddles: tuple[np.ndarray, ...],
    room: np.ndarray,
    parts: np.ndarray,
) -> None:
    """Transform every so many-th sample of eight frames, from each of the first samples on.

    Args:
        hops: as made by `hops`.
        window: shape (length,).
        frame: the first of the eight.
        twiddles: of that length.
        room: lines for two transforms of 256 samples.
        parts: the spectra one below the other: flat, `length` lines of eight.
    """
    n_parts = window.size // PART
    one, other = room[: PART * LANES], room[PART * LANES :]
    for part in range(n_parts):
        _open(hops, window, frame, part, n_parts, one)
        join_four(one, twiddles[0], 1, other)
        join_four(other, twiddles[1], 1, one)
        join_four(one, twiddles[2], 1, parts[part * PART * LANES : (part + 1) * PART * LANES])


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
def join_four(source: np.ndarray, factors: np.ndarray, lowest: int, target: np.ndarray) -> None:
    """Join each four spectra to one that is four times as long.

    Args:
        source: all first ones one below the other, then all second ones, and so on: flat, lines of
            eight.
        factors: as made by `twiddles`; their number is half the length of the spectra.
        lowest: of the four spectra only the ends and bins from this one on are joined; 1 for all.
        target: the joined ones, one below the other, likewise.
    """
    width, quarter = 2 * factors.shape[0], source.size // (4 * LANES)
    for start in range(0, quarter, width):
        first = 4 * start
        _join_ends(source, start, quarter, width, target)
        for k in range(lowest, width // 2):
            here, up, down = start + 2 * k, first + 2 * k, first + width - 2 * k
            second, third, fourth = here + quarter, here + 2 * quarter, here + 3 * quarter
            a, b = load(source, here - 1), load(source, here)
            x, y = load(source, second - 1), load(source, second)
            c, d = turn_back(x, y, factors[k, 0], factors[k, 1])
            x, y = load(source, third - 1), load(source, third)
            e, f = turn_back(x, y, factors[k, 2], factors[k, 3])
            x, y = load(source, fourth - 1), load(source, fourth)
            g, h = turn_back(x, y, factors[k, 4], factors[k, 5])
            store_pair(target, up, (a + e) + (g + c), (d + h) + (b + f))
            store_pair(target, down + 3 * width, (a + e) - (g + c), (d + h) - (b + f))
            store_pair(target, up + 2 * width, (a - e) + (d - h), (g - c) + (b - f))
            store_pair(target, down + width, (a - e) - (d - h), (g - c) - (b - f))


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
def join_two(source: np.ndarray, factors: np.ndarray, frame: int, spectra: np.ndarray) -> None:
    """Join two spectra to the last one, which is written as complex numbers or as their sizes.

    Args:
        source: one below the other: flat, lines of eight.
        factors: as made by `twiddles`.
        frame: the first of the eight.
        spectra: the result, shape (n / 2 + 1, n_frames), complex or real.
    """
    half = 2 * factors.shape[0]
    a, b = load(source, 0), load(source, half)
    nothing = spread(a, 0.0)
    store_spectrum_at(spectra, 0, frame, a + b, nothing)
    store_spectrum_at(spectra, half, frame, a - b, nothing)
    a, b = load(source, half - 1), load(source, 2 * half - 1)
    store_spectrum_at(spectra, half // 2, frame, a, spread(b, -1.0) * b)
    for k in range(1, half // 2):
        i = 2 * k
        a, b = load(source, i - 1), load(source, i)
        x, y = load(source, half + i - 1), load(source, half + i)
        c, d = turn_back(x, y, factors[k, 0], factors[k, 1])
        store_spectrum_at(spectra, k, frame, a + c, d + b)
        store_spectrum_at(spectra, half - k, frame, a - c, d - b)
