"""Trained on one language, tested on another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sertool.protocols import _folds
from sertool.types import Protocol, Split

if TYPE_CHECKING:
    import pyarrow as pa


def splits(identity: pa.Table, *, name: str, seed: int) -> Iterator[Split]:
    """Every ordered pair of languages; from three on, also "others" against each.

    Emotions that the two sides do not share are dropped from both. Nothing is drawn: `name` and
    `seed` do not matter.

    Raises:
        NotEnough: one language, unknown languages, or no pair that shares two emotions.
    """
    yield from _folds.across(_folds.clips_of(identity, name=name), "language")


protocol = Protocol(
    name="cross_language",
    question="Trained on one language, how well on another?",
    leaks=(),
    scope="across",
    splits=splits,
)
