"""Folds over clips: training and test share speakers and sentences, but no recording."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sertool.errors import NotEnough
from sertool.protocols import _folds
from sertool.types import Protocol, Split

if TYPE_CHECKING:
    import pyarrow as pa


def splits(identity: pa.Table, *, name: str, seed: int) -> Iterator[Split]:
    """Five folds, stratified by emotion; variants and copies of a clip stay together.

    An emotion with fewer than five clips is missing from some of the folds.

    Raises:
        NotEnough: fewer than five different recordings or two emotions.
    """
    clips = _folds.clips_of(identity, name=name)
    n_sounds = len(set(clips.sound()))
    if n_sounds < _folds.N_FOLDS:
        raise NotEnough(
            f"{name}: {n_sounds} different recordings, at least {_folds.N_FOLDS} are needed for "
            f"{_folds.N_FOLDS} folds; add recordings"
        )
    yield from _folds.within(clips, _folds.balanced(clips, clips.sound(), seed=seed), name=name)


protocol = Protocol(
    name="clips",
    question="How well are new recordings of known speakers recognised?",
    leaks=("speaker", "sentence"),
    scope="within",
    splits=splits,
)
