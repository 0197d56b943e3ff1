"""The constant-Q transform: seven octaves with one filter bank, halving the rate in between.

The filters are applied in the frequency domain to frames without a window. Frames round a silence
hold little but rounding noise in the filters' bins, which chroma then scales up to full size, so
the order of operations is librosa's to the last bit: FFT in float64, rounded to the signal's
precision, then the sparse product, bin by bin in that precision.
"""

from __future__ import annotations

import numpy as np

from sertool.errors import BadChoice
from sertool.resampling import resampled
from sertool.spectrum import fourier
from sertool.spectrum.banks import BINS_PER_OCTAVE, HOP, OCTAVES, constant_q
from sertool.spectrum.compiled import inlined, kernel
from sertool.spectrum.fourier import join_four, transform_parts
from sertool.spectrum.lanes import LANES, load, spread, store, store_at

N_FFT = 1024
"""Samples of a frame that `_filter` transforms."""


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
    sums = np.empty((2, BINS_PER_OCTAVE, max(n_frames, LANES)), samples.dtype)
    magnitude = np.empty((OCTAVES, BINS_PER_OCTAVE, n_frames), samples.dtype)
    roots = bank.root_lengths.reshape(OCTAVES, BINS_PER_OCTAVE)
    factors, window = fourier.twiddles(bank.n_fft), np.ones(bank.n_fft)
    room = fourier.room(bank.n_fft)
    for octave in range(OCTAVES):
        hops = fourier.hops(samples, bank.n_fft, HOP >> octave, n_frames)
        weights = bank.weights[octave].astype(samples.dtype, copy=False)
        _filter(
            hops, window, factors, bank.first, bank.stop, room,
            weights, bank.bins, bank.rows, sums,
        )  # fmt: skip
        place = OCTAVES - 1 - octave
        _take_sizes(sums, roots[place], magnitude[place])
        if octave < OCTAVES - 1:
            samples = halved(samples)
    return magnitude.reshape(-1, n_frames)


@kernel
def _filter(
    hops: np.ndarray,
    window: np.ndarray,
    factors: tuple[np.ndarray, ...],
    first: int,
    stop: int,
    room: np.ndarray,
    weights: np.ndarray,
    bins: np.ndarray,
    rows: np.ndarray,
    sums: np.ndarray,
) -> None:
    """Transform eight frames at a time and apply the filters while their spectra are at hand.

    Args:
        hops: the samples, as made by `fourier.hops`.
        window: ones.
        factors: as made by `fourier.twiddles`.
        first: the lowest bin that a filter uses.
        stop: the highest such bin + 1.
        room: as made by `fourier.room`.
        weights: the filters' non-zeros row by row, shape (2, n), of the signal's precision.
        bins: their bins, counted from the lowest, shape (n,).
        rows: where each row begins in `weights`, and the end, shape (n_rows + 1,).
        sums: the result, real and imaginary parts, shape (2, n_rows, n_frames).
    """
    lines = window.size * LANES
    parts, spectra = room[:lines], room[lines : 2 * lines]
    lowest = min(first, window.size // 4 - (stop - 1))
    rounded = np.empty(2 * (stop - first) * LANES, weights.dtype)
    for start in range(0, sums.shape[2], LANES):
        frame = min(start, sums.shape[2] - LANES)
        transform_parts(hops, window, frame, factors, room[2 * lines :], parts)
        join_four(parts, factors[3], lowest, spectra)
        for i in range(2 * (stop - first)):
            store(rounded, i, load(spectra, 2 * first - 1 + i))
        _add_up(rounded, weights, bins, rows, frame, sums[0], sums[1])


@inlined
def _add_up(
    spectra: np.ndarray,
    weights: np.ndarray,
    bins: np.ndarray,
    rows: np.ndarray,
    frame: int,
    sums_x: np.ndarray,
    sums_y: np.ndarray,
) -> None:
    """A sparse matrix times the spectra of eight frames, the sums in the order of the bins.

    Args:
        spectra: lines of eight real and of eight imaginary parts of each bin in turn.
        weights: as above.
        bins: as above.
        rows: as above.
        frame: the first of the eight.
        sums_x: real parts of the result, shape (n_rows, n_frames).
        sums_y: imaginary parts.
    """
    for row in range(sums_x.shape[0]):
        total_x = total_y = spread(load(spectra, 0), 0.0)
        for i in range(rows[row], rows[row + 1]):
            x, y = load(spectra, 2 * bins[i]), load(spectra, 2 * bins[i] + 1)
            a, b = spread(x, weights[0, i]), spread(x, weights[1, i])
            total_x = total_x + (a * x - b * y)
            total_y = total_y + (a * y + b * x)
        store_at(sums_x, row, frame, total_x)
        store_at(sums_y, row, frame, total_y)


@kernel
def _take_sizes(sums: np.ndarray, root_lengths: np.ndarray, magnitude: np.ndarray) -> None:
    """Absolute values of complex sums, shape (2, n_rows, n), over the root of a filter's length."""
    for row in range(magnitude.shape[0]):
        x, y, sizes = sums[0, row], sums[1, row], magnitude[row]
        for frame in range(sizes.size):
            u, v = np.float64(x[frame]), np.float64(y[frame])
            sizes[frame] = np.sqrt(u * u + v * v) / root_lengths[row]


def halved(samples: np.ndarray) -> np.ndarray:
    """The same sound at half the rate with its energy kept: ceil(n / 2) samples, dtype kept."""
    half = resampled(samples, 2, 1)
    half /= np.sqrt(0.5)
    return half
