"""Trained on one corpus, tested on another: rooms, actors and instructions all differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sertool.protocols import _folds
from sertool.types import Protocol, Split

if TYPE_CHECKING:
    import pyarrow as pa


def splits(identity: pa.Table, *, name: str, seed: int) -> Iterator[Split]:
    """Every ordered pair of corpora; from three corpora on, also "others" against each.

    Emotions that the two sides do not share are dropped from both. Nothing is drawn: `name` and
    `seed` do not matter.

    Raises:
        NotEnough: one corpus, or no pair that shares two emotions.
    """
    yield from _folds.across(_folds.clips_of(identity, name=name), "corpus")


protocol = Protocol(
    name="cross_corpus",
    question="Trained on one corpus, how well on another?",
    leaks=(),
    scope="across",
    splits=splits,
)
