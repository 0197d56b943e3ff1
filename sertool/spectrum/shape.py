"""The shape of magnitude spectra, frame by frame: bands, moments, rolloff, extremes.

`magnitude` is of shape (1025, n_frames) throughout, float32 or float64.
"""

from __future__ import annotations

import numpy as np

from sertool.spectrum.compiled import kernel

ROLLOFF = 0.85
"""Share of the magnitude that lies below the rolloff."""


@kernel
def banded(spectra: np.ndarray, bank: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """A bank of filters times spectra.

    Args:
        spectra: shape (n_bins, n_frames), magnitude or power.
        bank: shape (n_bands, n_bins).
        edges: first bin and last bin + 1 of each band where its filter is not zero, (n_bands, 2).

    Returns:
        Shape (n_bands, n_frames).
    """
    bands = np.zeros((bank.shape[0], spectra.shape[1]), spectra.dtype)
    for band in range(bank.shape[0]):
        total = bands[band]
        for i in range(edges[band, 0], edges[band, 1]):
            row, weight = spectra[i], bank[band, i]
            for frame in range(total.size):
                total[frame] += row[frame] * weight
    return bands


@kernel
def projected(spectra: np.ndarray, bank: np.ndarray) -> np.ndarray:
    """A bank of few filters without zeros times spectra: (n_bands, n_bins) x (n_bins, n_frames).

    Four rows of the spectra at a time are added to each band, which is read and written once then.
    """
    bands = np.zeros((bank.shape[0], spectra.shape[1]), spectra.dtype)
    fours = spectra.shape[0] // 4 * 4
    for i in range(0, fours, 4):
        first, second, third, fourth = spectra[i], spectra[i + 1], spectra[i + 2], spectra[i + 3]
        for band in range(bank.shape[0]):
            total, weights = bands[band], bank[band]
            a, b, c, d = weights[i], weights[i + 1], weights[i + 2], weights[i + 3]
            for frame in range(total.size):
                low = a * first[frame] + b * second[frame]
                total[frame] += low + (c * third[frame] + d * fourth[frame])
    for i in range(fours, spectra.shape[0]):
        for band in range(bank.shape[0]):
            bands[band] += spectra[i] * bank[band, i]
    return bands


@kernel
def moments(magnitude: np.ndarray, frequencies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centre of gravity of each spectrum and root mean square distance from it, both in Hz.

    Two arrays of shape (n_frames,), float64; both are 0 where the spectrum is.
    """
    n_bins, n_frames = magnitude.shape
    total = np.zeros(n_frames)
    centroid = np.zeros(n_frames)
    spread = np.zeros(n_frames)
    for i in range(n_bins):
        row, frequency = magnitude[i], frequencies[i]
        for frame in range(n_frames):
            total[frame] += row[frame]
            centroid[frame] += frequency * row[frame]
    total[total == 0] = 1.0
    centroid /= total
    for i in range(n_bins):
        row, frequency = magnitude[i], frequencies[i]
        for frame in range(n_frames):
            distance = frequency - centroid[frame]
            spread[frame] += distance * distance * row[frame]
    return centroid, np.sqrt(spread / total)


@kernel
def rolloff(magnitude: np.ndarray) -> np.ndarray:
    """First bin at which the running sum reaches 85 % of the whole, shape (n_frames,).

    The sum is rounded to the spectrum's own precision at every bin, as librosa's is.
    """
    n_bins, n_frames = magnitude.shape
    whole = np.zeros(n_frames, magnitude.dtype)
    for i in range(n_bins):
        row = magnitude[i]
        for frame in range(n_frames):
            whole[frame] += row[frame]
    threshold = whole * magnitude.dtype.type(ROLLOFF)
    running = np.zeros(n_frames, magnitude.dtype)
    bins_below = np.zeros(n_frames, np.int32)
    for i in range(n_bins):
        row = magnitude[i]
        for frame in range(n_frames):
            running[frame] += row[frame]
            bins_below[frame] += running[frame] < threshold[frame]
    return bins_below


@kernel
def extremes(magnitude: np.ndarray, bands: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of the smallest and of the largest magnitudes in each band.

    Every bin passes through the lists of the smallest and of the largest so far, in all frames at
    once: no branch and no sort.

    Args:
        magnitude: as above.
        bands: first bin, last bin + 1 and how many values are averaged, shape (n_bands, 3).

    Returns:
        Valleys and peaks, each of shape (n_bands, n_frames), float64.
    """
    n_frames = magnitude.shape[1]
    valleys = np.zeros((bands.shape[0], n_frames))
    peaks = np.zeros((bands.shape[0], n_frames))
    for band in range(bands.shape[0]):
        first, stop, count = bands[band]
        smallest = np.full((count, n_frames), np.inf, magnitude.dtype)
        largest = np.full((count, n_frames), -np.inf, magnitude.dtype)
        passing = np.empty(n_frames, magnitude.dtype)
        for i in range(first, stop):
            passing[:] = magnitude[i]
            for place in range(count):
                _keep_smaller(smallest[place], passing)
            passing[:] = magnitude[i]
            for place in range(count):
                _keep_larger(largest[place], passing)
        for place in range(count):
            valleys[band] += smallest[place]
            peaks[band] += largest[place]
        valleys[band] /= count
        peaks[band] /= count
    return valleys, peaks


@kernel
def _keep_smaller(kept: np.ndarray, passing: np.ndarray) -> None:
    for frame in range(kept.size):
        old, new = kept[frame], passing[frame]
        kept[frame] = min(old, new)
        passing[frame] = max(old, new)


@kernel
def _keep_larger(kept: np.ndarray, passing: np.ndarray) -> None:
    for frame in range(kept.size):
        old, new = kept[frame], passing[frame]
        kept[frame] = max(old, new)
        passing[frame] = min(old, new)
