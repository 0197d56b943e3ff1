"""Right and wrong answers as confusion matrices, and what is read off them directly.

A confusion matrix has shape (..., k, k): rows are true emotions, columns predicted ones, entries
numbers of clips. Leading axes (speakers, folds, bootstrap repeats) are carried along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sertool.errors import BadChoice, choices


@dataclass(frozen=True)
class Chance:
    """What guessing reaches, in [0, 1]: `accuracy` of the commonest emotion, `uar` of any guess."""

    accuracy: float
    uar: float


def confusion(
    true: npt.ArrayLike, predicted: npt.ArrayLike, labels: Sequence[str]
) -> npt.NDArray[np.int64]:
    """The confusion matrix of shape (k, k) in the order of `labels`.

    Args:
        true: what was said, shape (n_clips,).
        predicted: what was answered, shape (n_clips,).
        labels: the k emotions.

    Raises:
        BadChoice: an emotion that is not among `labels`, or two arrays of different lengths.

    >>> confusion(["sad", "sad", "happy"], ["sad", "happy", "happy"], ["happy", "sad"])
    array([[1, 0],
           [1, 1]])
    """
    one_group = np.zeros(len(np.asarray(true)), dtype=np.int64)
    by_group = confusions(true, predicted, labels, one_group)
    return np.asarray(by_group.sum(axis=0), dtype=np.int64)


def confusions(
    true: npt.ArrayLike, predicted: npt.ArrayLike, labels: Sequence[str], groups: npt.ArrayLike
) -> npt.NDArray[np.int64]:
    """One confusion matrix per group (speaker), shape (n_groups, k, k), groups sorted by name.

    Args:
        true: what was said, shape (n_clips,).
        predicted: what was answered, shape (n_clips,).
        labels: the k emotions.
        groups: whose clip it is, shape (n_clips,).

    Raises:
        BadChoice: an emotion that is not among `labels`, or arrays of different lengths.

    >>> confusions(["sad", "sad"], ["sad", "happy"], ["happy", "sad"], ["03", "08"])[:, 1]
    array([[0, 1],
           [1, 0]])
    """
    k = len(labels)
    names, group = np.unique(np.asarray(groups), return_inverse=True)
    rows, columns = _numbered(true, labels), _numbered(predicted, labels)
    if not len(group) == len(rows) == len(columns):
        raise BadChoice(
            f"{len(rows)} true emotions, {len(columns)} predicted ones and {len(group)} groups: "
            "give one of each per clip"
        )
    cells = (group * k + rows) * k + columns
    return np.bincount(cells, minlength=len(names) * k * k).reshape(len(names), k, k)


def recalls(confusion: np.ndarray) -> np.ndarray:
    """The share of each emotion's clips answered rightly, shape (..., k); nan where it has none.

    >>> recalls(np.array([[3, 1, 0], [0, 4, 0], [0, 0, 0]])).tolist()
    [0.75, 1.0, nan]
    """
    return ratio(hits(confusion), confusion.sum(axis=-1))


def chance(truth_counts: npt.ArrayLike) -> Chance:
    """What guessing reaches, from the number of clips of each emotion, shape (k,).

    >>> chance([6, 2, 2, 0])
    Chance(accuracy=0.6, uar=0.3333333333333333)
    """
    counts = np.asarray(truth_counts)
    return Chance(
        accuracy=float(ratio(counts.max(), counts.sum())),
        uar=float(ratio(np.int64(1), np.count_nonzero(counts))),
    )


def hits(confusion: np.ndarray) -> np.ndarray:
    """The clips of each emotion that were answered rightly, shape (..., k).

    >>> hits(np.array([[3, 1], [0, 4]])).tolist()
    [3, 4]
    """
    return np.asarray(np.diagonal(confusion, axis1=-2, axis2=-1))


def ratio(part: npt.ArrayLike, whole: npt.ArrayLike) -> np.ndarray:
    """Divide; nan where the whole is 0.

    >>> ratio([1, 2], [4, 0]).tolist()
    [0.25, nan]
    """
    part, whole = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    missing = np.full(part.shape, np.nan)
    return np.asarray(np.divide(part, whole, out=missing, where=whole > 0))


def _numbered(emotions: npt.ArrayLike, labels: Sequence[str]) -> npt.NDArray[np.int64]:
    names, which = np.unique(np.asarray(emotions, dtype=str), return_inverse=True)
    position = {label: number for number, label in enumerate(labels)}
    for name in names:
        if name not in position:
            raise BadChoice(f"no emotion {choices(str(name), labels)}; add it to the labels")
    return np.array([position[name] for name in names], dtype=np.int64)[which]
