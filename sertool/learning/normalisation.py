"""The declared axis of every result: by whose statistics features are standardised.

`none` and `train` are what a recogniser in the field can do. `corpus` and `speaker` are
transductive: they use the test rows' own (unlabelled) statistics, so they need several clips of
whoever is to be recognised. `extremes` is the mistake of the 2021 study on other languages, kept
to show what it does. Statistics come from exactly the rows that are passed: give the
training rows in all their variants and the test rows as originals, and a test speaker or corpus
that was not trained on is standardised by its original recordings alone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sertool.errors import BadChoice, NotEnough, choices
from sertool.types import Normalisation

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


def minmax_all(X: np.ndarray) -> np.ndarray:
    """X of shape (n, d), brought to [0, 1] by all of its own rows: the scaling of `original`.

    Constant features become 0; the precision is that of X.

    Raises:
        NotEnough: X has no rows.

    >>> minmax_all(np.array([[1.0], [2.0], [5.0]])).ravel().tolist()
    [0.0, 0.25, 1.0]
    """
    return scaled(X, *extremes(X), np.empty_like(X))


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


def normalise(
    X: np.ndarray,
    *,
    how: Normalisation,
    train: np.ndarray,
    corpora: np.ndarray,
    speakers: np.ndarray,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """X, standardised feature by feature; same shape (n, d) and precision.

    Args:
        X: features, shape (n, d), finite floats.
        how: `none`: as it is. `train`: by the mean and standard deviation of the training rows.
            `corpus`: each corpus by those of its own rows. `speaker`: each speaker (of each
            corpus) by those of its own rows; a speaker's only row becomes 0, and the clips of a
            corpus whose speaker is unknown ("") count as one speaker's. `extremes`: the training
            rows, and the others, brought to [0, 1] by their own least and greatest values.
        train: row numbers of the training rows, shape (n_train,); `train` and `extremes` look at
            them.
        corpora: shape (n,), names or numbers.
        speakers: shape (n,), names or numbers, unique inside a corpus.
        out: where the result goes, shape and precision of X; X itself spares a second copy of it.

    Raises:
        BadChoice: no such normalisation.
        NotEnough: `train` or `extremes` without training rows.

    >>> X = np.array([[1.0], [3.0], [10.0], [30.0]])
    >>> axes = {"corpora": np.array(["a"] * 4), "speakers": np.array(["f", "f", "m", "m"])}
    >>> normalise(X, how="train", train=np.array([0, 1]), **axes).ravel().tolist()
    [-1.0, 1.0, 8.0, 28.0]
    >>> normalise(X, how="speaker", train=np.array([0, 1]), **axes).ravel().tolist()
    [-1.0, 1.0, -1.0, 1.0]
    """
    if how not in _WAYS:
        raise BadChoice(f"no normalisation {choices(how, _WAYS)}")
    result = np.empty_like(X) if out is None else out
    _WAYS[how](X, train, corpora, speakers, result)
    return result


def _unchanged(
    X: np.ndarray, train: np.ndarray, corpora: np.ndarray, speakers: np.ndarray, out: np.ndarray
) -> None:
    if out is not X:
        out[:] = X


def _by_training_rows(
    X: np.ndarray, train: np.ndarray, corpora: np.ndarray, speakers: np.ndarray, out: np.ndarray
) -> None:
    scaled(X, *statistics(X, train), out)


def _by_corpus(
    X: np.ndarray, train: np.ndarray, corpora: np.ndarray, speakers: np.ndarray, out: np.ndarray
) -> None:
    _, corpus = np.unique(corpora, return_inverse=True)
    _each(X, corpus, out)


def _by_speaker(
    X: np.ndarray, train: np.ndarray, corpora: np.ndarray, speakers: np.ndarray, out: np.ndarray
) -> None:
    _, corpus = np.unique(corpora, return_inverse=True)
    names, speaker = np.unique(speakers, return_inverse=True)
    _each(X, corpus * len(names) + speaker, out)


def _by_own_extremes(
    X: np.ndarray, train: np.ndarray, corpora: np.ndarray, speakers: np.ndarray, out: np.ndarray
) -> None:
    others = np.setdiff1d(np.arange(len(X)), train)
    for rows in (train, others) if others.size else (train,):
        out[rows] = minmax_all(X[rows])


_Way = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray], None]
_WAYS: dict[str, _Way] = {
    "none": _unchanged,
    "train": _by_training_rows,
    "corpus": _by_corpus,
    "speaker": _by_speaker,
    "extremes": _by_own_extremes,
}


def _each(X: np.ndarray, group: np.ndarray, out: np.ndarray) -> None:
    """Standardise each group of rows by itself; `group` of shape (n,) numbers them."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order])) + 1
    for rows in np.split(order, starts):
        members = X[rows]
        out[rows] = scaled(members, *statistics(members), members)


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
