"""The shape of magnitude spectra, frame by frame: bands, moments, rolloff, extremes.

`magnitude` is of shape (1025, n_frames), float32 unless said otherwise.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sertool.features.spectrum.kernels.compiled import kernel
from sertool.features.spectrum.kernels.simd import (
    MOST_LANES,
    greatest,
    lanes,
    least,
    load,
    load_at,
    spread,
    store,
    wide,
)

ROLLOFF = 0.85
"""Share of the magnitude that lies below the rolloff."""


def banded(magnitude: np.ndarray, bank: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """A bank of filters times power, the square of the magnitude.

    Args:
        magnitude: shape (n_bins, n_frames), float32.
        bank: shape (n_bands, n_bins), float32.
        edges: first bin and last bin + 1 of each band where its filter is not zero, (n_bands, 2).

    Returns:
        Shape (n_bands, n_frames), float32.
    """
    bands = np.zeros((len(bank), magnitude.shape[1]), np.float32)
    _add_bands(magnitude, bank, edges, bands)
    return bands


@kernel
def _add_bands(
    magnitude: np.ndarray, bank: np.ndarray, edges: np.ndarray, bands: np.ndarray
) -> None:
    for band in range(bank.shape[0]):
        total = bands[band]
        for i in range(edges[band, 0], edges[band, 1]):
            row, weight = magnitude[i], bank[band, i]
            for frame in range(total.size):
                total[frame] += row[frame] * row[frame] * weight


def moments(magnitude: np.ndarray, frequencies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centre of gravity of each spectrum and root mean square distance from it, both in Hz.

    Two arrays of shape (n_frames,), float64; both are 0 where the spectrum is.
    """
    total, centroid, spread = np.zeros((3, magnitude.shape[1]))
    _add_moments(magnitude, frequencies, total, centroid)
    total[total == 0] = 1.0
    centroid /= total
    _add_distances(magnitude, frequencies, centroid, spread)
    return centroid, np.sqrt(spread / total)


@kernel
def _add_moments(
    magnitude: np.ndarray, frequencies: np.ndarray, total: np.ndarray, weighted: np.ndarray
) -> None:
    for i in range(magnitude.shape[0]):
        row, frequency = magnitude[i], frequencies[i]
        for frame in range(total.size):
            total[frame] += row[frame]
            weighted[frame] += frequency * row[frame]


@kernel
def _add_distances(
    magnitude: np.ndarray, frequencies: np.ndarray, centre: np.ndarray, spread: np.ndarray
) -> None:
    for i in range(magnitude.shape[0]):
        row, frequency = magnitude[i], frequencies[i]
        for frame in range(centre.size):
            distance = frequency - centre[frame]
            spread[frame] += distance * distance * row[frame]


def rolloff(magnitude: np.ndarray) -> np.ndarray:
    """First bin at which the running sum reaches 85 % of the whole, shape (n_frames,).

    Args:
        magnitude: shape (1025, n_frames), float32 or float64; the sums are rounded to the same
            precision at every bin, as librosa's are.
    """
    whole, running = np.zeros((2, magnitude.shape[1]), magnitude.dtype)
    below = np.zeros(magnitude.shape[1], np.int32)
    _count_below(magnitude, np.full_like(whole, -1.0), whole, below)
    _count_below(magnitude, magnitude.dtype.type(ROLLOFF) * whole, running, below)
    return below


@kernel
def _count_below(
    magnitude: np.ndarray, threshold: np.ndarray, running: np.ndarray, below: np.ndarray
) -> None:
    """Add up each spectrum from zero on and count the bins at which `threshold` is not reached."""
    for i in range(magnitude.shape[0]):
        row = magnitude[i]
        for frame in range(running.size):
            running[frame] += row[frame]
            below[frame] += running[frame] < threshold[frame]


def extremes(magnitude: np.ndarray, bands: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of the smallest and of the largest magnitudes in each band.

    Args:
        magnitude: as above.
        bands: first bin, last bin + 1 and how many values are averaged, shape (n_bands, 3).

    Returns:
        Valleys and peaks, each of shape (n_bands, n_frames), float64.
    """
    n_frames = magnitude.shape[1]
    magnitude = wide(magnitude)
    means = np.empty((2, len(bands), magnitude.shape[1]))
    for band, (first, stop, count) in enumerate(bands):
        for sign, mean in zip((1, -1), means[:, band], strict=True):
            room = np.empty(count * MOST_LANES, np.float32)
            _average_smallest(magnitude[first:stop], np.float32(sign), room, mean)
    return means[0, :, :n_frames], means[1, :, :n_frames]


@kernel
def _average_smallest(
    rows: np.ndarray, sign: np.float32, smallest: np.ndarray, mean: np.ndarray
) -> None:
    """Mean of the smallest values of each column, or with a sign of -1 of the largest.

    Every row passes through the list of the smallest so far, in sixteen frames at once: what is
    smaller stays, what is larger is passed on. No branch and no sort; four rows pass together, so
    that the list is read and written a quarter as often.

    Args:
        rows: shape (n_bins, n_frames), float32.
        sign: by which the rows are multiplied first, and the mean at last.
        smallest: room for the list, a line of sixteen frames for each place.
        mean: the result, shape (n_frames,), float64.
    """
    width = lanes(rows)
    for start in range(0, rows.shape[1], width):
        frame = min(start, rows.shape[1] - width)
        smallest[:] = np.inf
        for i in range(0, rows.shape[0], 4):
            a = _entering(rows, i, frame, sign)
            b = _entering(rows, i + 1, frame, sign)
            c = _entering(rows, i + 2, frame, sign)
            d = _entering(rows, i + 3, frame, sign)
            for place in range(smallest.size // width):
                kept = load(smallest, place)
                kept, a = least(kept, a), greatest(kept, a)
                kept, b = least(kept, b), greatest(kept, b)
                kept, c = least(kept, c), greatest(kept, c)
                kept, d = least(kept, d), greatest(kept, d)
                store(smallest, place, kept)
        for lane in range(width):
            total = 0.0
            for value in smallest[lane::width]:
                total += value
            mean[frame + lane] = sign * total / (smallest.size // width)


@kernel
def _entering(rows: np.ndarray, i: int, frame: int, sign: np.float32) -> Any:
    """Row i of sixteen frames; beyond the last row what is never kept."""
    row = load_at(rows, min(i, rows.shape[0] - 1), frame)
    return row * spread(row, sign) if i < rows.shape[0] else spread(row, np.float32(np.inf))
