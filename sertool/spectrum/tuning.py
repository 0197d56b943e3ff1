"""Spectral peaks, and how far they lie off the tempered scale: one search serves both tunings."""

from __future__ import annotations

import numpy as np

from sertool.spectrum.banks import N_FFT

LOWEST_HZ = 150.0
HIGHEST_HZ = 4000.0
THRESHOLD = 0.1
"""A peak rises above this share of its frame's largest magnitude."""

_EDGES = np.linspace(-0.5, 0.5, 101)


def peaks(magnitude: np.ndarray, rate: int) -> np.ndarray:
    """Frequencies in Hz of the louder half of all spectral peaks, by parabolic interpolation.

    Args:
        magnitude: shape (n_frames, 1025).
        rate: in Hz.

    Source: `librosa.piptrack` and the median threshold of `librosa.estimate_tuning`.
    """
    inner, below, above = magnitude[:, 1:-1], magnitude[:, :-2], magnitude[:, 2:]
    hertz = np.arange(1, N_FFT // 2) * rate / N_FFT
    loud = np.where(magnitude > THRESHOLD * magnitude.max(axis=1, keepdims=True), magnitude, 0)
    is_peak = (loud[:, 1:-1] > loud[:, :-2]) & (loud[:, 1:-1] >= loud[:, 2:])
    frames, bins = np.nonzero(is_peak & (hertz >= LOWEST_HZ) & (hertz < HIGHEST_HZ))
    here, low, high = (part[frames, bins] for part in (inner, below, above))
    curve = (low + high) - 2.0 * here.astype(np.float64)
    slope = (high - low).astype(np.float64) / 2
    outside = np.abs(slope) >= np.abs(curve)
    offset = np.where(outside, 0, -slope / np.where(outside, 1, curve)).astype(magnitude.dtype)
    height = here + magnitude.dtype.type(0.5) * ((high - low) / 2) * offset
    found = ((bins + 1 + offset) * float(rate) / N_FFT).astype(magnitude.dtype)
    return found[height >= np.median(height)] if found.size else found


def tuning(frequencies: np.ndarray, bins_per_octave: int) -> float:
    """The commonest deviation from the tempered scale at A4 = 440 Hz, in bins, [-0.5, 0.5).

    Args:
        frequencies: in Hz, shape (n,); 0.0 is answered where there are none.
        bins_per_octave: 12 for semitones.

    Source: `librosa.pitch_tuning` at its resolution of a hundredth of a bin.

    >>> round(tuning(np.array([440.0, 440.0 * 2 ** (0.251 / 12)] * 2 + [452.0] * 3), 12), 2)
    0.46
    """
    if not frequencies.size:
        return 0.0
    residual = np.mod(bins_per_octave * np.log2(frequencies / (440.0 / 16)), 1.0)
    residual[residual >= 0.5] -= 1.0
    counts, _ = np.histogram(residual, _EDGES)
    return float(_EDGES[np.argmax(counts)])
