"""Folds over speakers: no test speaker is trained on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

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
    yield from _folds.leaving_out(
        _folds.clips_of(identity, name=name),
        "speaker",
        most_singly=MOST_LEFT_OUT_SINGLY,
        instead="'clips'",
        name=name,
        seed=seed,
    )


protocol = Protocol(
    name="speakers",
    question="How well is a new speaker recognised?",
    leaks=("sentence",),
    scope="within",
    splits=splits,
)
