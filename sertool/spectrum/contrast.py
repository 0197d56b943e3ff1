"""Peaks and valleys of the spectrum, band by band."""

from __future__ import annotations

import numpy as np


def extremes(
    magnitude: np.ndarray, bands: tuple[tuple[int, int, int], ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Mean of the smallest and of the largest magnitudes in each band.

    Args:
        magnitude: shape (n_frames, n_bins).
        bands: first bin, last bin + 1, how many values are averaged.

    Returns:
        Valleys and peaks, each of shape (n_frames, n_bands).
    """
    ordered = [np.sort(magnitude[:, first:stop], axis=1) for first, stop, _ in bands]
    counts = [count for _, _, count in bands]
    valleys = [rows[:, :n].mean(axis=1) for rows, n in zip(ordered, counts, strict=True)]
    peaks = [rows[:, -n:].mean(axis=1) for rows, n in zip(ordered, counts, strict=True)]
    return np.stack(valleys, axis=1), np.stack(peaks, axis=1)
