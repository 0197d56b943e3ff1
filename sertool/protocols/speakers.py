"""Folds over speakers: nobody who is tested was heard in training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sertool.errors import NotEnough
from sertool.protocols import _folds
from sertool.types import Protocol, Split

if TYPE_CHECKING:
    import pyarrow as pa

MOST_LEFT_OUT_SINGLY = 10


def splits(identity: pa.Table, *, name: str, seed: int) -> Iterator[Split]:
    """Leave one speaker out up to ten speakers, else five groups of speakers even in emotions.

    Folds are called "speaker-03" ("speaker-emodb:03" in a pool) or "fold-1" to "fold-5".

    Raises:
        NotEnough: one speaker, unknown speakers, or too few emotions to train on.
    """
    clips = _folds.clips_of(identity, name=name)
    clips.known("speaker")
    speakers = clips.within_corpus("speaker")
    n_speakers = len(set(speakers))
    if n_speakers < 2:
        raise NotEnough(
            f"{name}: one speaker only ({speakers[0]}), at least 2 are needed to leave one out; "
            "use the protocol 'clips' instead"
        )
    if n_speakers <= MOST_LEFT_OUT_SINGLY:
        folds = _folds.each_out(speakers, prefix="speaker")
    else:
        folds = _folds.balanced(clips, speakers, seed=seed)
    yield from _folds.within(clips, folds, name=name)


protocol = Protocol(
    name="speakers",
    question="How well is a new speaker recognised?",
    leaks=("sentence",),
    scope="within",
    splits=splits,
)
