"""The constant-Q transform: seven octaves with one filter bank, halving the rate in between.

The filters are applied in the frequency domain to frames without a window. All is done in float32
first, sixteen frames side by side: its rounding is some ten-millionth of the sound. Chroma scales
every frame up to full size, though, and a frame round a silence, or of a sound that the filters do
not hear, holds little but such rounding. So frames that are quiet in the filters beside the whole
sound are done again, in librosa's order and precision to the last bit: transforms in float64,
rounded to the signal's precision, then the sparse product, bin by bin in that precision.
"""

from __future__ import annotations

import numpy as np

from sertool.audio.resampling import resampled
from sertool.errors import BadChoice
from sertool.features.spectrum.banks import BINS_PER_OCTAVE, HOP, OCTAVES, ConstantQ, constant_q
from sertool.features.spectrum.kernels import fft
from sertool.features.spectrum.kernels.compiled import inlined, kernel
from sertool.features.spectrum.kernels.fft import join_band, transform_parts
from sertool.features.spectrum.kernels.simd import (
    MOST_LANES,
    lanes,
    load_at,
    root,
    spread,
    store_at,
)
from sertool.features.spectrum.kernels.twiddles import twiddle_factors

N_FFT = 1024
"""Samples of a frame that `_filter` transforms."""
GROUP = MOST_LANES
"""Frames that are transformed and filtered while they are in the cache."""
QUIET = 1e-3
"""Share of the norm of all samples that the largest bin of a frame reaches, or it is quiet.

The others then are off by less than a hundred-thousandth of their largest value.
"""
LEAST_NORM = 1e-9
"""Norm of a sound below which every frame is quiet: squares of bins leave the range of float32."""

_ROOT_OF_HALF = np.sqrt(0.5)
_LOUDER = 1 / _ROOT_OF_HALF


def constant_q_magnitude(samples: np.ndarray, rate: int, tuning: float) -> np.ndarray:
    """Magnitudes of 252 bins from C1 upwards, 36 an octave.

    Args:
        samples: shape (n,), float32 or float64.
        rate: in Hz, one whose frames have 1,024 samples: 22,050, and what is not far from it.
        tuning: in bins, in [-0.5, 0.5).

    Returns:
        Shape (252, n_frames), of the precision of `samples`.

    Raises:
        BadChoice: of a rate whose frames are longer or shorter.

    Source: `librosa.cqt`.
    """
    bank = constant_q(rate, tuning)
    if bank.n_fft != N_FFT:
        raise BadChoice(f"constant-Q frames of {rate} Hz have {bank.n_fft} samples: resample")
    n_frames = 1 + samples.size // HOP
    octaves = _octaves(samples.astype(np.float32, copy=False))
    everywhere = np.arange(0, n_frames, GROUP)
    magnitude = _filtered(octaves, bank, everywhere, n_frames, np.float32, np.float32)
    magnitude = magnitude.astype(samples.dtype, copy=False)
    quiet = np.flatnonzero(_is_quiet(magnitude, octaves[0]))
    if quiet.size:
        if samples.dtype != np.float32:
            octaves = _octaves(samples)
        there = np.unique(quiet // GROUP) * GROUP
        exact = _filtered(octaves, bank, there, n_frames, np.float64, samples.dtype.type)
        magnitude[:, quiet] = exact[:, quiet]
    return magnitude


def _is_quiet(magnitude: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Whether the rounding of float32 might be seen in a frame, shape (n_frames,), bool."""
    norm = float(np.sqrt(np.square(samples).sum()))
    audible: np.ndarray = magnitude.max(axis=0) >= QUIET * max(norm, LEAST_NORM)
    return ~audible


def _octaves(samples: np.ndarray) -> list[np.ndarray]:
    """The sound at its own rate, at half of it, and so on."""
    octaves = [samples]
    while len(octaves) < OCTAVES:
        octaves.append(halved(octaves[-1]))
    return octaves


def halved(samples: np.ndarray) -> np.ndarray:
    """The same sound at half the rate with its energy kept: ceil(n / 2) samples, dtype kept."""
    half = resampled(samples, 2, 1)
    if half.dtype == np.float32:
        _make_louder(half)
    else:
        half /= _ROOT_OF_HALF
    return half


@kernel
def _make_louder(samples: np.ndarray) -> None:
    """Divide by the root of one half.

    The product with its reciprocal, rounded to float32, is the quotient for every float32.
    """
    for i in range(samples.size):
        samples[i] *= _LOUDER


def _filtered(
    octaves: list[np.ndarray],
    bank: ConstantQ,
    starts: np.ndarray,
    n_frames: int,
    transformed: type,
    weighted: type,
) -> np.ndarray:
    """Magnitudes of groups of frames; those of other frames are not filled in.

    Args:
        octaves: as made by `_octaves`.
        bank: the filters.
        starts: the first frame of each group.
        n_frames: how many there are in all.
        transformed: the precision of the Fourier transforms and of the magnitudes.
        weighted: the precision of the sparse product.

    Returns:
        Shape (252, n_frames).
    """
    size = max(n_frames, GROUP)
    magnitude: np.ndarray = np.empty((OCTAVES, BINS_PER_OCTAVE, size), transformed)
    scales: np.ndarray = (1 / bank.root_lengths).reshape(OCTAVES, -1).astype(transformed)
    spectra: np.ndarray = np.empty((2 * bank.width, GROUP), weighted)
    sums: np.ndarray = np.empty((2, BINS_PER_OCTAVE, GROUP), transformed)
    window: np.ndarray = np.ones(N_FFT, transformed)
    factors = twiddle_factors(N_FFT, transformed)
    room = fft.room(N_FFT, transformed)
    for octave, samples in enumerate(octaves):
        hops = fft.hops(samples, N_FFT, HOP >> octave, n_frames, transformed)
        weights = bank.weights[octave].astype(weighted, copy=False)
        place = OCTAVES - 1 - octave
        _filter(
            hops, window, factors, starts, room, bank.lowest, spectra,
            weights, bank.bins, bank.rows, sums, scales[place], magnitude[place],
        )  # fmt: skip
    return magnitude.reshape(-1, size)[:, :n_frames]


@kernel
def _filter(
    hops: np.ndarray,
    window: np.ndarray,
    factors: tuple[np.ndarray, ...],
    starts: np.ndarray,
    room: np.ndarray,
    lowest: int,
    spectra: np.ndarray,
    weights: np.ndarray,
    bins: np.ndarray,
    rows: np.ndarray,
    sums: np.ndarray,
    scales: np.ndarray,
    magnitude: np.ndarray,
) -> None:
    """Transform sixteen frames at a time and apply the filters while their spectra are cached.

    Args:
        hops: the samples, as made by `fourier.hops`.
        window: ones.
        factors: as made by `twiddle_factors`.
        starts: the first frame of each sixteen; the last sixteen are taken where fewer are left.
        room: as made by `fourier.room`.
        lowest: the lowest bin of `spectra`.
        spectra: room for real and imaginary parts of each bin in turn, shape (2 n, 16).
        weights: the filters' non-zeros row by row, shape (2, n), of the precision of `spectra`.
        bins: their bins, counted from the lowest, shape (n,).
        rows: where each row begins in `weights`, and the end, shape (n_rows + 1,).
        sums: room for real and imaginary parts of what the filters let through, (2, n_rows, 16).
        scales: by which their sizes are multiplied, shape (n_rows,).
        magnitude: the result, shape (n_rows, n_frames).
    """
    parts, rest = room[: window.size * lanes(room)], room[window.size * lanes(room) :]
    for start in starts:
        frame = min(start, magnitude.shape[1] - GROUP)
        for lane in range(0, GROUP, lanes(room)):
            transform_parts(hops, window, frame + lane, factors[:3], rest, parts)
            join_band(parts, factors[3], lowest, lane, spectra)
        for lane in range(0, GROUP, lanes(spectra)):
            _add_up(spectra, weights, bins, rows, lane, sums[0], sums[1])
        for lane in range(0, GROUP, lanes(sums)):
            for row in range(scales.size):
                x, y = load_at(sums[0], row, lane), load_at(sums[1], row, lane)
                size = root(x * x + y * y) * spread(x, scales[row])
                store_at(magnitude, row, frame + lane, size)


@inlined
def _add_up(
    spectra: np.ndarray,
    weights: np.ndarray,
    bins: np.ndarray,
    rows: np.ndarray,
    lane: int,
    sums_x: np.ndarray,
    sums_y: np.ndarray,
) -> None:
    """A sparse matrix times the spectra of frames side by side, the sums in the order of the bins.

    Args:
        spectra: as above.
        weights: as above.
        bins: as above.
        rows: as above.
        lane: the first of the frames among the sixteen.
        sums_x: real parts of the result, shape (n_rows, 16).
        sums_y: imaginary parts.
    """
    for row in range(sums_x.shape[0]):
        total_x = total_y = spread(load_at(spectra, 0, lane), 0.0)
        for i in range(rows[row], rows[row + 1]):
            x, y = load_at(spectra, 2 * bins[i], lane), load_at(spectra, 2 * bins[i] + 1, lane)
            a, b = spread(x, weights[0, i]), spread(x, weights[1, i])
            total_x = total_x + (a * x - b * y)
            total_y = total_y + (a * y + b * x)
        store_at(sums_x, row, lane, total_x)
        store_at(sums_y, row, lane, total_y)
