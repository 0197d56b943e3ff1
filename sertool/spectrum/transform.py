"""Frames, the short-time Fourier transform and its inverse.

A few frames at a time are copied, windowed and transformed, so that they stay in the processor's
cache on the way; the transform itself is SciPy's.
"""

from __future__ import annotations

import numpy as np
import scipy.fft

from sertool.spectrum.banks import HOP, N_FFT, hann
from sertool.spectrum.compiled import kernel
from sertool.spectrum.memory import keep_freed_memory

BLOCK = 16
"""Frames that are transformed together."""
_TINY = np.float32(1.1754944e-38)
"""Sums of windows below this are not divided by: the smallest normal float32."""


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
        block = frames[: n_frames - first]
        copy_frames(samples, first, HOP, hann(N_FFT), block)
        spectra[first : first + BLOCK] = scipy.fft.rfft(block)
    return spectra


@kernel
def turned(rows: np.ndarray) -> np.ndarray:
    """The transposed array, laid out anew; tile by tile, as either side alone would miss the cache.

    Args:
        rows: shape (n, m).

    Returns:
        Shape (m, n).
    """
    n, m = rows.shape
    columns = np.empty((m, n), rows.dtype)
    for top in range(0, n, BLOCK):
        for left in range(0, m, BLOCK):
            for j in range(left, min(left + BLOCK, m)):
                for i in range(top, min(top + BLOCK, n)):
                    columns[j, i] = rows[i, j]
    return columns


@kernel
def copy_frames(
    samples: np.ndarray, first: int, hop: int, window: np.ndarray, frames: np.ndarray
) -> None:
    """Fill `frames` (n, length), float64, with windowed frames number `first` and following.

    Frame t is centred on sample t * hop; beyond the ends of the signal there are zeros.
    """
    length = frames.shape[1]
    for row in range(frames.shape[0]):
        start = (first + row) * hop - length // 2
        low = min(max(0, -start), length)
        high = max(low, min(length, samples.size - start))
        frame, heard = frames[row, low:high], window[low:high]
        source = samples[start + low : start + high]
        for i in range(frame.size):
            frame[i] = source[i] * heard[i]
        frames[row, :low] = 0.0
        frames[row, high:] = 0.0


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
    samples = np.zeros(length, np.float32)
    for first in range(0, n_frames, BLOCK):
        block = scipy.fft.irfft(spectra[first : min(first + BLOCK, n_frames)])
        _overlap_add(block, first, hann(N_FFT), samples)
    _divide_by_overlap(samples, n_frames, hann(N_FFT) ** 2)
    return samples


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


@kernel
def _divide_by_overlap(samples: np.ndarray, n_frames: int, squared_window: np.ndarray) -> None:
    """Divide by the sum of the squared windows that lie over each sample, in place."""
    length = squared_window.size
    overlap = np.zeros(length + HOP * (n_frames - 1), np.float32)
    for frame in range(n_frames):
        sums = overlap[frame * HOP : frame * HOP + length]
        for i in range(length):
            sums[i] = np.float32(sums[i] + squared_window[i])
    centred = overlap[length // 2 :]
    for i in range(min(samples.size, centred.size)):
        samples[i] /= centred[i] if centred[i] > _TINY else np.float32(1.0)
