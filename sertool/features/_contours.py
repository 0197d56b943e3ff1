"""What the features of the set `functionals` share: contours over frames, their statistics."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sertool.types import Feature

if TYPE_CHECKING:
    from sertool.spectrum import Spectrum

PERCENTILES = (5, 50, 95)
STATISTICS = ("mean", "deviation", *(f"p{share:02}" for share in PERCENTILES))
REACH = 4
"""How many frames to each side a slope is fitted over."""
LOWEST_HZ = 50.0
"""Is added to frequencies before their logarithm is taken, so that silence does not dominate."""


def contour_feature(
    name: str, size: int, unit: str, source: str, contours: Callable[[Spectrum], np.ndarray]
) -> Feature:
    """A feature that consists of the statistics of some contours.

    Args:
        name: of the plug-in.
        size: how many contours.
        unit: of the contours, and so of the statistics.
        source: what defines the contours.
        contours: from the spectrum, shape (size, n_frames).
    """
    return Feature(
        name=name,
        size=size * len(STATISTICS),
        unit=unit,
        source=source,
        compute=lambda spectrum: functionals(contours(spectrum)),
        parts=parts(size),
    )


def parts(size: int = 1) -> tuple[str, ...]:
    """The names of the statistics of that many contours.

    >>> parts()
    ('mean', 'deviation', 'p05', 'p50', 'p95')
    >>> parts(2)[:3]
    ('mean_01', 'mean_02', 'deviation_01')
    """
    numbers = [f"_{number:02}" for number in range(1, size + 1)] if size > 1 else [""]
    return tuple(f"{statistic}{number}" for statistic in STATISTICS for number in numbers)


def functionals(contours: np.ndarray) -> np.ndarray:
    """The statistics of each contour, those of one kind side by side.

    Args:
        contours: shape (n_contours, n_frames); without any frame all is 0.

    Returns:
        Shape (5 * n_contours,): means, deviations, percentiles.

    >>> functionals(np.array([[1.0, 2.0, 3.0]])).round(2)
    array([2.  , 0.82, 1.1 , 2.  , 2.9 ])
    """
    n_contours, n_frames = contours.shape
    if not n_frames:
        return np.zeros(len(STATISTICS) * n_contours)
    ordered = np.sort(contours, axis=1).astype(np.float64)
    places = np.array(PERCENTILES) / 100 * (n_frames - 1)
    below = places.astype(int)
    above = np.minimum(below + 1, n_frames - 1)
    shares = ordered[:, below] + (places - below) * (ordered[:, above] - ordered[:, below])
    moments = contours.mean(axis=1, dtype=np.float64), contours.std(axis=1, dtype=np.float64)
    return np.concatenate([*moments, shares.T.ravel()])


def slopes(contours: np.ndarray) -> np.ndarray:
    """The slope per frame of the line through nine neighbours, the ends repeated; shape kept.

    Source: the delta coefficients of the HTK book.

    >>> slopes(np.arange(12.0)[None])[0, 4:8]
    array([1., 1., 1., 1.])
    """
    padded = np.pad(contours, [(0, 0), (REACH, REACH)], mode="edge")
    n_frames = contours.shape[1]
    rises = [
        away * (padded[:, REACH + away :][:, :n_frames] - padded[:, REACH - away :][:, :n_frames])
        for away in range(1, REACH + 1)
    ]
    sums: np.ndarray = sum(rises)
    return sums / (2 * sum(away**2 for away in range(1, REACH + 1)))


def octaves(frequencies: np.ndarray) -> np.ndarray:
    """Frequencies in Hz, shape (n_frames,), as one contour in octaves above 1 Hz, (1, n_frames)."""
    return np.log2(frequencies + LOWEST_HZ)[None]
