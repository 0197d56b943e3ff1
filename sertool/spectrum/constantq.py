"""The constant-Q transform: seven octaves with one filter bank, halving the rate in between.

The filters are applied in the frequency domain to frames without a window. Frames round a silence
hold little but rounding noise in the filters' bins, which chroma then scales up to full size, so
the order of operations is librosa's to the last bit: FFT in float64, rounded to the signal's
precision, then the sparse product, bin by bin in that precision.
"""

from __future__ import annotations

import numpy as np
import soxr

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
    roots = bank.root_lengths.reshape(OCTAVES, BINS_PER_OCTAVE)
    for octave in range(OCTAVES):
        hop = HOP >> octave
        spectra = (leaping if hop > SLIDE else sliding)(samples, bank, hop, n_frames)
        weights = (bank.weights * np.sqrt(2.0**octave)).astype(bank.weights.dtype)
        place = OCTAVES - 1 - octave
        _filter(spectra, weights, bank.bins, bank.rows, roots[place], magnitude[place])
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
    magnitude: np.ndarray,
) -> None:
    """A sparse matrix times spectra, the sums taken in the order of the bins.

    Args:
        spectra: real and imaginary parts, shape (2, n_bins, n_frames).
        weights: the matrix's non-zeros row by row, shape (n,), complex64.
        bins: their columns, counted from the first row of `spectra`, shape (n,).
        rows: where each row begins in `weights`, and the end, shape (n_rows + 1,).
        root_lengths: what each row is divided by at last, shape (n_rows,).
        magnitude: the result, shape (n_rows, n_frames).
    """
    kind = magnitude.dtype.type
    n_frames = spectra.shape[2]
    total_x = np.empty(n_frames, magnitude.dtype)
    total_y = np.empty(n_frames, magnitude.dtype)
    for row in range(root_lengths.size):
        total_x[:] = 0
        total_y[:] = 0
        for i in range(rows[row], rows[row + 1]):
            a, b = kind(weights[i].real), kind(weights[i].imag)
            x, y = spectra[0, bins[i]], spectra[1, bins[i]]
            for frame in range(n_frames):
                total_x[frame] += a * x[frame] - b * y[frame]
                total_y[frame] += a * y[frame] + b * x[frame]
        for frame in range(n_frames):
            square = np.float64(total_x[frame]) ** 2 + np.float64(total_y[frame]) ** 2
            magnitude[row, frame] = np.sqrt(square) / root_lengths[row]


def halved(samples: np.ndarray) -> np.ndarray:
    """The same sound at half the rate with its energy kept: ceil(n / 2) samples, dtype kept."""
    half = np.zeros((samples.size + 1) // 2, samples.dtype)
    resampled = soxr.resample(samples, 2, 1, quality="HQ")[: half.size]
    half[: resampled.size] = resampled
    half /= np.sqrt(0.5)
    return half
