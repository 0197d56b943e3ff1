"""What the features of the set `functionals` share: contours over frames, their statistics."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from sertool.features import Feature

if TYPE_CHECKING:
    from sertool.features.spectrum import Spectrum

PERCENTILES = (5, 50, 95)
STATISTICS = (
    "mean", "deviation", "skewness", "change", *(f"p{share:02}" for share in PERCENTILES),
)  # fmt: skip
STILL = 1e-6
"""Is added to deviations: the skewness of a contour that stands still is 0, not 0 / 0."""
LOWEST_HZ = 50.0
"""Is added to frequencies before their logarithm is taken, so that silence does not dominate."""


def contour_feature(
    name: str,
    size: int,
    unit: str,
    source: str,
    contours: Callable[[Spectrum], np.ndarray],
    frames: Callable[[Spectrum], np.ndarray] = attrgetter("active"),
) -> Feature:
    """A feature that consists of the statistics of some contours.

    Args:
        name: of the plug-in.
        size: how many contours.
        unit: of the contours, and so of the statistics.
        source: what defines the contours.
        contours: from the spectrum, shape (size, n_frames).
        frames: which of them count, from the spectrum, shape (n_frames,), bool.
    """
    return Feature(
        name=name,
        size=size * len(STATISTICS),
        unit=unit,
        source=source,
        compute=lambda spectrum: functionals(contours(spectrum), frames(spectrum)),
        parts=parts(size),
    )


def parts(size: int = 1) -> tuple[str, ...]:
    """The names of the statistics of that many contours.

    >>> parts()
    ('mean', 'deviation', 'skewness', 'change', 'p05', 'p50', 'p95')
    >>> parts(2)[:3]
    ('mean_01', 'mean_02', 'deviation_01')
    """
    numbers = [f"_{number:02}" for number in range(1, size + 1)] if size > 1 else [""]
    return tuple(f"{statistic}{number}" for statistic in STATISTICS for number in numbers)


def functionals(contours: np.ndarray, active: np.ndarray) -> np.ndarray:
    """The statistics of each contour over some frames, those of one kind side by side.

    Args:
        contours: shape (n_contours, n_frames).
        active: which frames count, shape (n_frames,), bool; without any all is 0.

    Returns:
        Shape (7 * n_contours,): means, deviations, skewness, mean sizes of the change between two
        neighbours that both count, percentiles.

    >>> functionals(np.array([[1.0, 2.0, 3.0, 9.0]]), np.array([True, True, True, False])).round(2)
    array([2.  , 0.82, 0.  , 1.  , 1.1 , 2.  , 2.9 ])
    """
    if not active.any():
        return np.zeros(len(STATISTICS) * len(contours))
    counted = contours[:, active].astype(np.float64)
    means = counted.mean(axis=1)
    away = counted - means[:, None]
    squares = away * away
    deviations = np.sqrt(squares.mean(axis=1))
    skewness = (squares * away).mean(axis=1) / (deviations + STILL) ** 3
    both = active[1:] & active[:-1]
    changes = np.abs(np.diff(contours, axis=1)[:, both]).sum(axis=1) / max(both.sum(), 1)
    percentiles = _percentiles(counted)
    return np.concatenate([means, deviations, skewness, changes, percentiles.ravel()])


def _percentiles(contours: np.ndarray) -> np.ndarray:
    """`PERCENTILES` of each contour, shape (3, n_contours), as `np.percentile` has them."""
    ordered = np.sort(contours, axis=1)
    places = np.array(PERCENTILES) / 100 * (contours.shape[1] - 1)
    below = places.astype(int)
    above = np.minimum(below + 1, contours.shape[1] - 1)
    rest = (places - below) * (ordered[:, above] - ordered[:, below])
    percentiles: np.ndarray = (ordered[:, below] + rest).T
    return percentiles


def octaves(frequencies: np.ndarray) -> np.ndarray:
    """Frequencies in Hz, shape (n_frames,), as one contour in octaves above 1 Hz, (1, n_frames)."""
    return np.log2(frequencies + LOWEST_HZ)[None]
