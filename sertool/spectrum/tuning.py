"""Spectral peaks, and how far they lie off the tempered scale: one search serves both tunings."""

from __future__ import annotations

import numpy as np

from sertool.spectrum.banks import N_FFT
from sertool.spectrum.compiled import kernel

LOWEST_HZ = 150.0
HIGHEST_HZ = 4000.0
THRESHOLD = 0.1
"""A peak rises above this share of its frame's largest magnitude."""

_EDGES = np.linspace(-0.5, 0.5, 101)


def peaks(magnitude: np.ndarray, rate: int) -> np.ndarray:
    """Frequencies in Hz of the louder half of all spectral peaks, by parabolic interpolation.

    Args:
        magnitude: shape (1025, n_frames).
        rate: in Hz.

    Source: `librosa.piptrack` and the median threshold of `librosa.estimate_tuning`.
    """
    spacing = rate / N_FFT
    first = int(np.ceil(LOWEST_HZ / spacing))
    stop = int(np.ceil(min(HIGHEST_HZ, rate / 2) / spacing))
    frequencies, heights = _interpolated_peaks(magnitude, first, stop, spacing)
    if not heights.size:
        return frequencies
    middle = (heights.size - 1) // 2, heights.size // 2
    ordered = np.partition(heights, middle)
    median = (ordered[middle[0]] + ordered[middle[1]]) / heights.dtype.type(2)
    louder: np.ndarray = frequencies[heights >= median]
    return louder


@kernel
def _interpolated_peaks(
    magnitude: np.ndarray, first: int, stop: int, spacing: float
) -> tuple[np.ndarray, np.ndarray]:
    """Frequency and height of each local maximum between two bins.

    The vertex of the parabola through a maximum and its neighbours is found in float64, then
    rounded to the spectrum's precision like everything else: a peak must not change sides of a
    histogram's edge.
    """
    kind = magnitude.dtype.type
    n_frames = magnitude.shape[1]
    loudest = np.zeros(n_frames, magnitude.dtype)
    for row in magnitude:
        for frame in range(n_frames):
            loudest[frame] = max(loudest[frame], row[frame])
    threshold = loudest * kind(THRESHOLD)
    frequencies = np.empty(n_frames * ((stop - first) // 2 + 1), magnitude.dtype)
    heights = np.empty_like(frequencies)
    is_peak = np.empty(n_frames, np.bool_)
    found = 0
    for i in range(first, stop):
        lower, row, upper = magnitude[i - 1], magnitude[i], magnitude[i + 1]
        for frame in range(n_frames):
            here = row[frame]
            is_peak[frame] = (
                (here > threshold[frame]) & (here > lower[frame]) & (here >= upper[frame])
            )
        for frame in range(n_frames):
            if is_peak[frame]:
                here, below, above = row[frame], lower[frame], upper[frame]
                curve = (above + below) - 2.0 * here
                slope = (above - below) / 2.0
                offset = kind(0.0 if abs(slope) >= abs(curve) else -slope / curve)
                frequencies[found] = kind((i + np.float64(offset)) * spacing)
                heights[found] = here + kind(0.5) * kind(slope) * offset
                found += 1
    return frequencies[:found], heights[:found]


def deviation(frequencies: np.ndarray, bins_per_octave: int) -> float:
    """The commonest deviation from the tempered scale at A4 = 440 Hz, in bins, [-0.5, 0.5).

    Args:
        frequencies: in Hz, shape (n,); 0.0 is answered where there are none.
        bins_per_octave: 12 for semitones.

    Source: `librosa.pitch_tuning` at its resolution of a hundredth of a bin.

    >>> round(deviation(np.array([440.0, 440.0 * 2 ** (0.251 / 12)] * 2 + [452.0] * 3), 12), 2)
    0.46
    """
    if not frequencies.size:
        return 0.0
    residual = np.mod(bins_per_octave * np.log2(frequencies / (440.0 / 16)), 1.0)
    residual[residual >= 0.5] -= 1.0
    return float(_EDGES[np.argmax(_histogram(residual, _EDGES))])


@kernel
def _histogram(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """How many values lie in [edges[i], edges[i + 1]), for evenly spaced edges, (n_edges - 1,)."""
    counts = np.zeros(edges.size - 1, np.int64)
    for value in values:
        place = min(int((value - edges[0]) * counts.size), counts.size - 1)
        if value < edges[place]:
            place -= 1
        elif place < counts.size - 1 and value >= edges[place + 1]:
            place += 1
        counts[place] += 1
    return counts
