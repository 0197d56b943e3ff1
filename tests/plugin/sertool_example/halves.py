"""Train on the first half of the speakers, test on the second, on original recordings alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from sertool.types import Protocol, Recipe, Split


def splits(identity: pa.Table, *, name: str, seed: int) -> Iterator[Split]:
    """One split; `seed` is of no consequence."""
    speakers = np.asarray(identity.column("speaker").to_pylist())
    original = np.asarray(identity.column("variant").to_pylist()) == "original"
    first = np.isin(speakers, np.unique(speakers)[: len(np.unique(speakers)) // 2])
    none = np.array([], np.int64)
    yield Split(name, name, "", np.flatnonzero(first), np.flatnonzero(~first & original), none)


protocol = Protocol(
    name="halves",
    question="How well are the speakers of the second half recognised?",
    leaks=("sentence",),
    scope="within",
    splits=splits,
    recipe=Recipe(variants=("original",), scaling="ranks"),
)
