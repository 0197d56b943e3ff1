"""Frames, the short-time Fourier transform, and how frames become a signal again."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sertool.features.spectrum.banks import HOP, N_FFT, hann
from sertool.features.spectrum.kernels import fft
from sertool.features.spectrum.kernels.compiled import kernel
from sertool.features.spectrum.kernels.fft import join_eight, transform_parts
from sertool.features.spectrum.kernels.memory import keep_freed_memory
from sertool.features.spectrum.kernels.simd import MOST_LANES, lanes
from sertool.features.spectrum.kernels.twiddles import twiddle_factors


def frame_count(length: int) -> int:
    """Frames of a signal of that many samples, one every 512, the first centred on sample 0."""
    return 1 + length // HOP


def stft(samples: np.ndarray) -> np.ndarray:
    """Hann-windowed spectra of centred frames, shape (1025, n_frames).

    Computed in float64, then rounded to complex64 for float32 samples, as librosa does.

    Source: `librosa.stft`.
    """
    return _transformed(samples, np.result_type(samples.dtype, np.complex64))


def magnitude(samples: np.ndarray) -> np.ndarray:
    """Absolute values of float64 spectra, shape (1025, n_frames), without the spectra themselves.

    They are not NumPy's to the last bit, of which float32 ones would show.
    """
    return _transformed(samples, samples.dtype)


def _transformed(samples: np.ndarray, dtype: np.dtype) -> np.ndarray:
    keep_freed_memory()
    n_frames = frame_count(samples.size)
    spectra = np.empty((N_FFT // 2 + 1, max(n_frames, MOST_LANES)), dtype)
    hops = fft.hops(samples, N_FFT, HOP, n_frames, np.float64)
    _transform(hops, hann(N_FFT), twiddle_factors(N_FFT), fft.room(N_FFT, np.float64), spectra)
    return np.ascontiguousarray(spectra[:, :n_frames])


@kernel
def _transform(
    hops: np.ndarray,
    window: np.ndarray,
    factors: tuple[np.ndarray, ...],
    room: np.ndarray,
    spectra: np.ndarray,
) -> None:
    """Fill in the spectra of eight frames at a time, the last eight again if fewer are left."""
    lines = window.size * lanes(room)
    parts, others = room[:lines], room[lines : 2 * lines]
    for start in range(0, spectra.shape[1], lanes(room)):
        frame = min(start, spectra.shape[1] - lanes(room))
        transform_parts(hops, window, frame, factors[:3], room[2 * lines :], parts)
        join_eight(parts, factors[3:], others, frame, spectra)


@lru_cache(maxsize=32)
def overlap(n_frames: int, length: int) -> np.ndarray:
    """Sum of the squared windows over each sample, 1 where there is none, (length,), float32."""
    sums = np.zeros(max(n_frames * HOP, length) + N_FFT, np.float32)
    for frame in range(n_frames):
        sums[frame * HOP : frame * HOP + N_FFT] += hann(N_FFT) ** 2
    centred = sums[N_FFT // 2 : N_FFT // 2 + length]
    centred[centred <= np.finfo(np.float32).tiny] = 1.0
    return centred


@kernel
def overlap_add(frames: np.ndarray, first: int, window: np.ndarray, samples: np.ndarray) -> None:
    """Add windowed frames to `samples` in place, each sum rounded to float32 at once."""
    length = frames.shape[1]
    for row in range(frames.shape[0]):
        start = (first + row) * HOP - length // 2
        low, high = max(0, -start), min(length, samples.size - start)
        frame, weights = frames[row, low:high], window[low:high]
        sums = samples[start + low : start + high]
        for i in range(sums.size):
            sums[i] = np.float32(sums[i] + weights[i] * frame[i])
