"""Features brought to a common scale: the numbers that normalisations and models share."""

from __future__ import annotations

import numpy as np

from sertool.errors import NotEnough

COLUMNS_AT_A_TIME = 16
ROWS_AT_A_TIME = 8192
"""What is held in double precision beside features in single precision."""


def statistics(
    X: np.ndarray, rows: np.ndarray | slice = slice(None)
) -> tuple[np.ndarray, np.ndarray]:
    """Centre and scale, float64, shape (d,) each: (X - centre) / scale has mean 0 and spread 1.

    A constant feature, and so every feature of a single row, has scale 1 and becomes exactly 0.

    Args:
        X: features, shape (n, d), finite floats.
        rows: the numbers of those that count; left out = all.

    Raises:
        NotEnough: X has no rows.

    >>> centre, scale = statistics(np.array([[1.0, 5.0], [3.0, 5.0]]))
    >>> centre.tolist(), scale.tolist()
    ([2.0, 5.0], [1.0, 1.0])
    """
    _require_rows(np.arange(len(X))[rows])
    found = [_block_statistics(X[rows, block]) for block in _blocks(X.shape[1], COLUMNS_AT_A_TIME)]
    return np.concatenate([centre for centre, _ in found]), np.concatenate([s for _, s in found])


PRIOR_CLIPS = 5
"""How many clips of a speaker the training rows weigh as much as, in `speaker_centre`."""


def speaker_centre(centre: np.ndarray, means: np.ndarray, n_clips: int) -> np.ndarray:
    """The centre for one speaker: the mean of their few clips, shrunk towards that of training.

    The speaker's own mean weighs n / (n + 5), so that a few clips are not believed too much. With
    5 clips that recognises more than the plain mean, with 20 no less; a scale of the speaker's own
    adds nothing to logistic and svm, and up to 3 points to xgboost (`results/voice`).

    Args:
        centre: of the training rows, shape (d,).
        means: of the speaker's clips, shape (d,).
        n_clips: how many clips these are means of, 0 or more.

    >>> speaker_centre(np.array([0.0, 4.0]), np.array([1.0, 1.0]), 10).round(2).tolist()
    [0.67, 2.0]
    """
    weight = n_clips / (n_clips + PRIOR_CLIPS)
    return np.asarray(centre + weight * (means - centre))


def minmax(X: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """X of shape (n, d), brought to [0, 1] by its own rows.

    Constant features become 0; the precision is that of X.

    Args:
        X: features.
        out: where the result goes; X itself spares a copy.

    Raises:
        NotEnough: X has no rows.

    >>> minmax(np.array([[1.0], [2.0], [5.0]])).ravel().tolist()
    [0.0, 0.25, 1.0]
    """
    return scaled(X, *extremes(X), np.empty_like(X) if out is None else out)


def extremes(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The least value of each feature and its distance to the greatest, or 1 where that is 0.

    Raises:
        NotEnough: X has no rows.

    >>> low, extent = extremes(np.array([[1.0, 3.0], [5.0, 3.0]]))
    >>> low.tolist(), extent.tolist()
    ([1.0, 3.0], [4.0, 1.0])
    """
    _require_rows(X)
    low = X.min(axis=0).astype(np.float64)
    extent = X.max(axis=0) - low
    return low, np.where(extent > 0, extent, 1.0)


def scaled(X: np.ndarray, centre: np.ndarray, scale: np.ndarray, out: np.ndarray) -> np.ndarray:
    """`out`, filled with (X - centre) / scale; it may be X itself.

    >>> scaled(np.array([[1.0, 4.0]]), np.array([1, 2]), np.array([1, 2]), np.empty((1, 2)))
    array([[0., 1.]])
    """
    for block in _blocks(len(X), ROWS_AT_A_TIME):
        out[block] = (X[block] - centre) / scale
    return out


def each_scaled(X: np.ndarray, group: np.ndarray, out: np.ndarray) -> np.ndarray:
    """`out`, filled with each group of rows standardised by itself; it may be X itself.

    Args:
        X: features, shape (n, d).
        group: the number of each row's group, shape (n,).
        out: shape and precision of X.

    >>> X = np.array([[1.0], [10.0], [3.0], [30.0]])
    >>> each_scaled(X, np.array([0, 1, 0, 1]), np.empty_like(X)).ravel().tolist()
    [-1.0, -1.0, 1.0, 1.0]
    """
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order])) + 1
    for rows in np.split(order, starts):
        members = X[rows]
        out[rows] = scaled(members, *statistics(members), members)
    return out


def _block_statistics(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of some columns: numpy works them out on copies in double precision."""
    means, spreads = X.mean(axis=0, dtype=np.float64), X.std(axis=0, dtype=np.float64)
    # Asked of X itself: the mean of equal numbers may miss them by a rounding error, which
    # division by an equally tiny spread would blow up to 1.
    varies = X.max(axis=0) > X.min(axis=0)
    return np.where(varies, means, X[0]), np.where(varies, spreads, 1.0)


def _blocks(n: int, size: int) -> list[slice]:
    return [slice(start, start + size) for start in range(0, n, size)]


def _require_rows(X: np.ndarray) -> None:
    if len(X) == 0:
        raise NotEnough("no rows to take a mean and a spread from; give at least one clip")
