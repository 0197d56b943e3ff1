"""What is counted on the samples themselves, frame by frame."""

from __future__ import annotations

import numpy as np

from sertool.features.spectrum.banks import HOP, N_FFT
from sertool.features.spectrum.stft import frame_count

SILENCE = 1e-10
"""Amplitudes up to this have no sign."""
_HOPS = N_FFT // HOP


def sign_changes(samples: np.ndarray) -> np.ndarray:
    """Changes of sign inside each centred frame of 2,048 samples, shape (n_frames,).

    Beyond its ends the signal keeps its first and last value.

    Source: `librosa.feature.zero_crossing_rate`.
    """
    before = N_FFT // 2
    changed = np.zeros((frame_count(samples.size) + _HOPS) * HOP, np.uint8)
    negative = samples < -SILENCE
    np.not_equal(negative[1:], negative[:-1], out=changed[before + 1 : before + samples.size])
    counts = changed.view(np.uint64).reshape(-1, HOP // 8).sum(axis=1)  # of eight places at once
    hops = counts.view(np.uint8).reshape(-1, 8).sum(axis=1, dtype=np.int64)
    whole = _sum_of_hops(hops)
    return whole - changed[::HOP][: whole.size]  # a frame does not see what came before it


def energy(samples: np.ndarray) -> np.ndarray:
    """Mean square of each centred frame of 2,048 samples, zeros beyond the ends, (n_frames,).

    Source: `librosa.feature.rms`.
    """
    padded = np.zeros((frame_count(samples.size) + _HOPS) * HOP, samples.dtype)
    padded[N_FFT // 2 : N_FFT // 2 + samples.size] = samples
    hops = padded.reshape(-1, HOP)
    return _sum_of_hops(np.einsum("ij,ij->i", hops, hops)) / N_FFT


def _sum_of_hops(hops: np.ndarray) -> np.ndarray:
    """Sums of as many neighbouring hops as make a frame, shape (n_frames,)."""
    count = hops.size - _HOPS
    sums: np.ndarray = sum(hops[first : first + count] for first in range(1, _HOPS)) + hops[:count]
    return sums
