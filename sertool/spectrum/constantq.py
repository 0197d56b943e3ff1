"""The constant-Q transform: seven octaves with one filter bank, halving the rate in between.

The filters are applied in the frequency domain to frames without a window. Frames round a silence
hold little but rounding noise in the filters' bins, which chroma then scales up to full size, so
the order of operations is librosa's to the last bit: FFT in float64, rounded to the signal's
precision, then the sparse product, bin by bin in that precision.
"""

from __future__ import annotations

import numpy as np

from sertool.resampling import resampled
from sertool.spectrum.banks import BINS_PER_OCTAVE, HOP, OCTAVES, constant_q
from sertool.spectrum.compiled import kernel
from sertool.spectrum.sliding import leaping, sliding

SLIDE = 128
"""Up to this hop a frame's spectrum is made of the one before it."""


def constant_q_magnitude(samples: np.ndarray, rate: int, tuning: float) -> np.ndarray:
    """Magnitudes of 252 bins from C1 upwards, 36 an octave.

    Args:
        samples: shape (n,), float32 or float64.
        rate: in Hz.
        tuning: in bins, in [-0.5, 0.5).

    Returns:
        Shape (252, n_frames), of the precision of `samples`.

    Source: `librosa.cqt`.
    """
    bank = constant_q(rate, tuning)
    n_frames = 1 + samples.size // HOP
    magnitude = np.empty((OCTAVES, BINS_PER_OCTAVE, n_frames), samples.dtype)
    sums = np.empty((2, n_frames), samples.dtype)
    roots = bank.root_lengths.reshape(OCTAVES, BINS_PER_OCTAVE)
    for octave in range(OCTAVES):
        hop = HOP >> octave
        spectra = (leaping if hop > SLIDE else sliding)(samples, bank, hop, n_frames)
        weights = bank.weights[octave].astype(samples.dtype, copy=False)
        place = OCTAVES - 1 - octave
        _filter(spectra, weights, bank.bins, bank.rows, roots[place], sums, magnitude[place])
        if octave < OCTAVES - 1:
            samples = halved(samples)
    return magnitude.reshape(-1, n_frames)


@kernel
def _filter(
    spectra: np.ndarray,
    weights: np.ndarray,
    bins: np.ndarray,
    rows: np.ndarray,
    root_lengths: np.ndarray,
    sums: np.ndarray,
    magnitude: np.ndarray,
) -> None:
    """A sparse matrix times spectra, the sums taken in the order of the bins.

    Args:
        spectra: real and imaginary parts, shape (2, n_bins, n_frames).
        weights: the matrix's non-zeros row by row, shape (2, n), of the same precision.
        bins: their columns, counted from the first row of `spectra`, shape (n,).
        rows: where each row begins in `weights`, and the end, shape (n_rows + 1,).
        root_lengths: what each row is divided by at last, shape (n_rows,).
        sums: room for one row, shape (2, n_frames), of the same precision.
        magnitude: the result, shape (n_rows, n_frames).
    """
    total_x, total_y = sums[0], sums[1]
    for row in range(magnitude.shape[0]):
        for frame in range(total_x.size):
            total_x[frame] = 0.0
            total_y[frame] = 0.0
        for i in range(rows[row], rows[row + 1]):
            a, b = weights[0, i], weights[1, i]
            x, y = spectra[0, bins[i]], spectra[1, bins[i]]
            for frame in range(total_x.size):
                total_x[frame] += a * x[frame] - b * y[frame]
                total_y[frame] += a * y[frame] + b * x[frame]
        sizes = magnitude[row]
        for frame in range(total_x.size):
            u, v = np.float64(total_x[frame]), np.float64(total_y[frame])
            sizes[frame] = np.sqrt(u * u + v * v) / root_lengths[row]


def halved(samples: np.ndarray) -> np.ndarray:
    """The same sound at half the rate with its energy kept: ceil(n / 2) samples, dtype kept."""
    half = resampled(samples, 2, 1)
    half /= np.sqrt(0.5)
    return half
