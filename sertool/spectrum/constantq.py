"""The constant-Q transform: seven octaves with one filter bank, halving the rate in between."""

from __future__ import annotations

import numpy as np
import scipy.fft
import scipy.sparse
import soxr

from sertool.spectrum.banks import HOP, OCTAVES, constant_q
from sertool.spectrum.transform import framed


def constant_q_magnitude(samples: np.ndarray, rate: int, tuning: float) -> np.ndarray:
    """Magnitudes of 252 bins from C1 upwards, 36 an octave.

    The filters are applied in the frequency domain to unwindowed frames. Silent frames hold
    nothing but rounding noise, which chroma later scales up to full size, so the order of
    operations is librosa's: FFT in float64, rounded to the signal's precision, then the sparse
    product in that precision.

    Args:
        samples: shape (n,), float32 or float64.
        rate: in Hz.
        tuning: in bins, in [-0.5, 0.5).

    Returns:
        Shape (252, n_frames), of the precision of `samples`.

    Source: `librosa.cqt`.
    """
    dtype = np.result_type(samples.dtype, np.complex64).type
    basis, root_lengths = constant_q(rate, tuning)
    n_fft = 2 * (basis.shape[1] - 1)
    octaves = []
    for octave in range(OCTAVES):
        frames = framed(samples, n_fft, HOP >> octave)
        spectra = scipy.fft.rfft(frames.astype(np.float64)).astype(dtype)
        scaled = scipy.sparse.csr_matrix(
            ((basis.data * np.sqrt(2.0**octave)).astype(dtype), basis.indices, basis.indptr),
            basis.shape,
        )
        octaves.append(scaled @ spectra.T)
        if octave < OCTAVES - 1:
            samples = halved(samples)
    n_frames = min(part.shape[1] for part in octaves)
    stacked = np.concatenate([part[:, :n_frames] for part in reversed(octaves)])
    magnitude: np.ndarray = np.abs((stacked / root_lengths[:, None]).astype(dtype))
    return magnitude


def halved(samples: np.ndarray) -> np.ndarray:
    """The same sound at half the rate with its energy kept: ceil(n / 2) samples, dtype kept."""
    length = (samples.size + 1) // 2
    resampled = soxr.resample(samples, 2, 1, quality="HQ")[:length]
    padded = np.pad(resampled, (0, length - resampled.size))
    return (padded / np.sqrt(0.5)).astype(samples.dtype)
