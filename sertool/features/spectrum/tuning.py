"""Spectral peaks, and how far they lie off the tempered scale: one search serves both tunings."""

from __future__ import annotations

import numpy as np

from sertool.features.spectrum.banks import N_FFT

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


def _interpolated_peaks(
    magnitude: np.ndarray, first: int, stop: int, spacing: float
) -> tuple[np.ndarray, np.ndarray]:
    """Frequency and height of each local maximum between two bins.

    The vertex of the parabola through a maximum and its neighbours is found in float64, then
    rounded to the spectrum's precision like everything else: a peak must not change sides of a
    histogram's edge.
    """
    kind = magnitude.dtype.type
    lower, middle, upper = (magnitude[first + i : stop + i] for i in (-1, 0, 1))
    threshold = kind(THRESHOLD) * magnitude.max(axis=0)
    is_peak = (middle > threshold) & (middle > lower) & (middle >= upper)
    places = np.flatnonzero(is_peak)
    below, here, above = (part.ravel()[places] for part in (lower, middle, upper))
    curve = (above + below) - 2.0 * here.astype(np.float64)
    slope = (above - below).astype(np.float64) / 2
    inside = np.abs(slope) < np.abs(curve)
    offset = np.divide(-slope, curve, out=np.zeros_like(slope), where=inside).astype(kind)
    bins = first + places // magnitude.shape[1]
    frequencies = ((bins + offset) * spacing).astype(kind)
    return frequencies, here + kind(0.5) * slope.astype(kind) * offset


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
    above = bins_per_octave * np.log2(frequencies / (440.0 / 16))
    residual = above - np.floor(above)
    residual -= residual >= 0.5
    place = ((residual - _EDGES[0]) * (_EDGES.size - 1)).astype(np.intp)
    place -= residual < _EDGES[place]  # a product may round across an edge
    place += residual >= _EDGES[place + 1]
    return float(_EDGES[np.argmax(np.bincount(place))])
