"""Frames, the short-time Fourier transform and its inverse.

A few frames at a time are copied, windowed and transformed, so that they stay in the processor's
cache on the way; the transform itself is SciPy's.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft

from sertool.spectrum.banks import HOP, N_FFT, hann
from sertool.spectrum.compiled import kernel
from sertool.spectrum.memory import keep_freed_memory

BLOCK = 16
"""Frames that are transformed together."""


def frame_count(length: int) -> int:
    """Frames of a signal of that many samples, one every 512, the first centred on sample 0."""
    return 1 + length // HOP


def stft(samples: np.ndarray) -> np.ndarray:
    """Hann-windowed spectra of centred frames, shape (n_frames, 1025).

    Computed in float64, then rounded to complex64 for float32 samples, as librosa does.

    Source: `librosa.stft`.
    """
    keep_freed_memory()
    n_frames = frame_count(samples.size)
    dtype = np.result_type(samples.dtype, np.complex64)
    spectra = np.empty((n_frames, N_FFT // 2 + 1), dtype)
    frames = np.empty((BLOCK, N_FFT))
    for first in range(0, n_frames, BLOCK):
        room = frames[: n_frames - first]
        spectra[first : first + BLOCK] = scipy.fft.rfft(
            copied(samples, first, HOP, hann(N_FFT), room)
        )
    return spectra


def turned(rows: np.ndarray) -> np.ndarray:
    """The transposed array, laid out anew; tile by tile, as either side alone would miss the cache.

    Args:
        rows: shape (n, m).

    Returns:
        Shape (m, n).
    """
    columns = np.empty(rows.shape[::-1], rows.dtype)
    turn(rows, columns)
    return columns


@kernel
def turn(rows: np.ndarray, columns: np.ndarray) -> None:
    """Write the transposed `rows`, shape (n, m), to `columns`, shape (m, n)."""
    n, m = rows.shape
    for top in range(0, n, BLOCK):
        for left in range(0, m, BLOCK):
            for j in range(left, min(left + BLOCK, m)):
                for i in range(top, min(top + BLOCK, n)):
                    columns[j, i] = rows[i, j]


def copied(
    samples: np.ndarray, first: int, hop: int, window: np.ndarray, room: np.ndarray
) -> np.ndarray:
    """Windowed frames number `first` and following, as many as there is room for.

    Frame t is centred on sample t * hop; beyond the ends of the signal there are zeros.

    Args:
        samples: shape (n,), float32 or float64.
        first: number of the first frame.
        hop: in samples.
        window: shape (length,), float64.
        room: where the frames are written, shape (n_frames, length), float64.

    Returns:
        `room`.
    """
    _copy_frames(samples, first * hop - window.size // 2, hop, window, room)
    return room


@kernel
def _copy_frames(
    samples: np.ndarray, start: int, hop: int, window: np.ndarray, frames: np.ndarray
) -> None:
    for row in range(frames.shape[0]):
        frame = frames[row]
        low = min(max(0, -start), frame.size)
        high = max(low, min(frame.size, samples.size - start))
        for i in range(low):
            frame[i] = 0.0
        heard, shape, source = frame[low:high], window[low:high], samples[start + low :]
        for i in range(heard.size):
            heard[i] = source[i] * shape[i]
        for i in range(high, frame.size):
            frame[i] = 0.0
        start += hop


def inverse_stft(spectra: np.ndarray, length: int) -> np.ndarray:
    """The signal of that many samples with these spectra, by overlap and add.

    Args:
        spectra: shape (n_frames, 1025), complex64.
        length: in samples.

    Returns:
        Shape (length,), float32. The transform runs in float32, as librosa's does.

    Source: `librosa.istft`.
    """
    n_frames = min(len(spectra), -(-(length + N_FFT) // HOP))
    window, samples = hann(N_FFT), np.zeros(length, np.float32)
    for first in range(0, n_frames, BLOCK):
        block = scipy.fft.irfft(spectra[first : min(first + BLOCK, n_frames)])
        _overlap_add(block, first, window, samples)
    samples /= _overlap(n_frames, length)
    return samples


@lru_cache(maxsize=32)
def _overlap(n_frames: int, length: int) -> np.ndarray:
    """Sum of the squared windows over each sample, 1 where there is none, (length,), float32."""
    overlap = np.zeros(max(n_frames * HOP, length) + N_FFT, np.float32)
    for frame in range(n_frames):
        overlap[frame * HOP : frame * HOP + N_FFT] += hann(N_FFT) ** 2
    centred = overlap[N_FFT // 2 : N_FFT // 2 + length]
    centred[centred <= np.finfo(np.float32).tiny] = 1.0
    return centred


@kernel
def _overlap_add(frames: np.ndarray, first: int, window: np.ndarray, samples: np.ndarray) -> None:
    """Add windowed frames to `samples` in place, each sum rounded to float32 at once."""
    length = frames.shape[1]
    for row in range(frames.shape[0]):
        start = (first + row) * HOP - length // 2
        low, high = max(0, -start), min(length, samples.size - start)
        frame, heard = frames[row, low:high], window[low:high]
        sums = samples[start + low : start + high]
        for i in range(sums.size):
            sums[i] = np.float32(sums[i] + heard[i] * frame[i])
