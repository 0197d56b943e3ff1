"""What is counted on the samples themselves, frame by frame."""

from __future__ import annotations

import numpy as np

from sertool.spectrum.banks import HOP, N_FFT
from sertool.spectrum.compiled import kernel
from sertool.spectrum.transform import frame_count

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
    hops = changed.reshape(-1, HOP).sum(axis=1, dtype=np.int64)
    whole = _sum_of_hops(hops)
    return whole - changed[::HOP][: whole.size]  # a frame does not see what came before it


def energy(samples: np.ndarray) -> np.ndarray:
    """Mean square of each centred frame of 2,048 samples, zeros beyond the ends, (n_frames,).

    Source: `librosa.feature.rms`.
    """
    padded = np.zeros((frame_count(samples.size) + _HOPS) * HOP, samples.dtype)
    padded[N_FFT // 2 : N_FFT // 2 + samples.size] = samples
    return _sum_of_hops(_hop_energy(padded.reshape(-1, HOP))) / N_FFT


@kernel
def _hop_energy(hops: np.ndarray) -> np.ndarray:
    """Sum of squares of each row, taken in eight partial sums side by side, float64."""
    energies = np.empty(hops.shape[0])
    partial = np.empty(8)
    for row in range(hops.shape[0]):
        eights = hops[row].reshape(-1, 8)
        partial[:] = 0
        for i in range(eights.shape[0]):
            for lane in range(8):
                partial[lane] += np.float64(eights[i, lane]) * eights[i, lane]
        energies[row] = partial.sum()
    return energies


def _sum_of_hops(hops: np.ndarray) -> np.ndarray:
    """Sums of as many neighbouring hops as make a frame, shape (n_frames,)."""
    count = hops.size - _HOPS
    sums: np.ndarray = sum(hops[first : first + count] for first in range(1, _HOPS)) + hops[:count]
    return sums
