"""The division that a corpus comes with: train, dev and test, folds, or sessions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sertool.errors import NotEnough
from sertool.protocols import _folds
from sertool.protocols._folds import Clips
from sertool.types import Protocol, Split

if TYPE_CHECKING:
    import pyarrow as pa

TRAIN, DEV, TEST = "train", "dev", "test"


def splits(identity: pa.Table, *, name: str, seed: int) -> Iterator[Split]:
    """Train on what the corpus says, test on what it says; folds and sessions are left out in turn.

    Clips of "dev" are validation rows; where there is no "test", they are tested instead. Of
    several test sets ("test1", "test2") each is tested by itself. Clips that the corpus puts on no
    side are left out, and so are training clips whose very sound is tested. Nothing is drawn:
    `seed` does not matter.

    Raises:
        NotEnough: the corpus has no division, one without a side to train or to test on, or fewer
            than two emotions to train on.
    """
    clips = _folds.clips_of(identity, name=name)
    sides = _sides(clips, "split")
    if TRAIN in sides:
        yield from _by_sides(clips, sides, name)
        return
    column = "split" if np.any(sides != "") else "session"
    values = _sides(clips, column)
    parts = sorted({*values} - {""})
    if not parts:
        raise NotEnough(
            f"{name} says of no clip to which side it belongs; fill a column split (train, dev, "
            "test, or the number of a fold) or session of its table, or use the protocol 'speakers'"
        )
    if len(parts) < 2 or {*parts} & {DEV, TEST}:
        raise NotEnough(
            f"{name}: its column {column} has {', '.join(parts)} and no 'train'; name the clips to "
            "train on, or number two folds or more"
        )
    for part in parts:
        yield _split(clips, (values != "") & (values != part), values == part, name, fold=part)


def _sides(clips: Clips, column: str) -> np.ndarray:
    """A column of the division, shape (n_clips,), "" = the corpus says nothing."""
    if column not in clips.table.column_names:
        return np.full(clips.table.num_rows, "", dtype=object)
    return np.array([value or "" for value in clips.table.column(column).to_pylist()], dtype=object)


def _by_sides(clips: Clips, sides: np.ndarray, name: str) -> Iterator[Split]:
    tests = sorted(side for side in {*sides} if side.startswith(TEST))
    tested = tests or [DEV]
    if not np.isin(sides, tested).any():
        raise NotEnough(
            f"{name}: its column split has 'train' and neither 'test' nor 'dev'; name the clips to "
            "test on"
        )
    held = sides == DEV if tests else np.zeros(len(sides), dtype=bool)
    for side in tested:
        fold = "" if tested == [TEST] else side
        yield _split(clips, sides == TRAIN, sides == side, name, fold=fold, held=held)


def _split(
    clips: Clips,
    train: np.ndarray,
    test: np.ndarray,
    name: str,
    *,
    fold: str,
    held: np.ndarray | None = None,
) -> Split:
    """One split, without training or validation clips whose sound is tested."""
    sound = np.unique(clips.sound(), return_inverse=True)[1]
    same = np.isin(sound, sound[test])
    kept = train & ~same
    if len({*clips.column("emotion")[kept]}) < 2:
        raise NotEnough(
            f"{name}: the clips to train on have fewer than 2 emotions; name others, or add some"
        )
    validation = np.zeros(len(test), dtype=bool) if held is None else held & ~same
    return Split(
        train_on=name,
        test_on=name,
        fold=fold,
        train=clips.rows[kept[clips.clip_of]],
        test=clips.column("row")[test],
        validation=clips.rows[validation[clips.clip_of]],
        n_same_sound=int((train & same).sum()),
    )


protocol = Protocol(
    name="given",
    question="How well are the test clips recognised that the corpus itself names?",
    leaks=("corpus",),
    scope="within",
    splits=splits,
)
