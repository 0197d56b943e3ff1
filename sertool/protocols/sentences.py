"""Folds over sentences: nothing that is said in the test was said in training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sertool.protocols import _folds
from sertool.types import Protocol, Split

if TYPE_CHECKING:
    import pyarrow as pa


def splits(identity: pa.Table, *, name: str, seed: int) -> Iterator[Split]:
    """Leave one sentence out up to five sentences, else five groups of them even in emotions.

    Folds are called "sentence-a01" ("sentence-emodb:a01" in a pool) or "fold-1" to "fold-5".

    Raises:
        NotEnough: one sentence, unknown sentences, or too few emotions to train on.
    """
    yield from _folds.leaving_out(
        _folds.clips_of(identity, name=name),
        "sentence",
        most_singly=_folds.N_FOLDS,
        instead="'clips' or 'speakers'",
        name=name,
        seed=seed,
    )


protocol = Protocol(
    name="sentences",
    question="How well is a new sentence recognised?",
    leaks=("speaker",),
    scope="within",
    splits=splits,
)
