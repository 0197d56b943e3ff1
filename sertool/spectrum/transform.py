"""Frames and the short-time Fourier transform."""

from __future__ import annotations

import numpy as np
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view

from sertool.spectrum.banks import HOP, N_FFT, hann


def framed(samples: np.ndarray, length: int, hop: int) -> np.ndarray:
    """Overlapping frames centred on every `hop`-th sample, zeros beyond the ends.

    Returns:
        A view of shape (1 + n // hop, length).

    >>> framed(np.arange(1.0, 5.0), 4, 2)
    array([[0., 0., 1., 2.],
           [1., 2., 3., 4.],
           [3., 4., 0., 0.]])
    """
    padded = np.pad(samples, length // 2)
    return sliding_window_view(padded, length)[::hop]


def stft(samples: np.ndarray) -> np.ndarray:
    """Hann-windowed spectra of centred frames, shape (n_frames, 1025).

    Computed in float64, then rounded to complex64 for float32 samples, as librosa does.
    """
    spectra = scipy.fft.rfft(framed(samples, N_FFT, HOP) * hann(N_FFT))
    return spectra.astype(np.result_type(samples.dtype, np.complex64), copy=False)
