"""What the sides of a corpus's own division share, in names and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from sertool.types import Split

N_NAMED = 5
"""So many speakers or sentences are named."""


def warnings(name: str, identity: pa.Table, splits: Sequence[Split]) -> Iterator[str]:
    """What a reader should know before quoting a figure of a division that nobody checked.

    Args:
        name: of the corpus or pool.
        identity: of the rows that the splits number.
        splits: of the division.
    """
    for column in ("speaker", "sentence"):
        yield from _on_both(name, identity, splits, column)
    used = {row for split in splits for part in _parts(split) for row in part.tolist()}
    clips = _names(identity, "clip")
    n_left = len({*clips} - {*clips[sorted(used)]})
    if n_left:
        yield f"{name}: clips that its split puts on no side, left out: {n_left:,}"
    if [split.fold for split in splits] == ["dev"]:
        yield f"{name}: its split has no 'test', so 'dev' is tested"


def _on_both(name: str, identity: pa.Table, splits: Sequence[Split], column: str) -> Iterator[str]:
    """The speakers or sentences that are trained on and tested in any of the splits."""
    values, clips = _names(identity, column), _names(identity, "clip")
    both: set[str] = set()
    affected: set[str] = set()
    tested: set[str] = set()
    for split in splits:
        train, test, validation = _parts(split)
        shared = {*values[train], *values[validation]} & {*values[test]} - {""}
        both |= shared
        tested |= {*clips[test]}
        affected |= {*clips[test[np.isin(values[test], [*shared])]]}
    if both:
        n_all = len({*values} - {""})
        names = ", ".join(sorted(both)[:N_NAMED])
        more = f" and {len(both) - N_NAMED:,} more" if len(both) > N_NAMED else ""
        yield (
            f"{name}: {len(both):,} of {n_all:,} {column}s are trained on and tested ({names}{more}"
            f"): {len(affected):,} of {len(tested):,} test clips are theirs, and the figure is "
            f"none for new {column}s"
        )


def _names(identity: pa.Table, column: str) -> np.ndarray:
    """A column, "" = unknown; where corpora are pooled each value is preceded by its corpus."""
    values = identity.column(column).to_numpy(zero_copy_only=False)
    corpora = identity.column("corpus").to_numpy(zero_copy_only=False)
    return values if len({*corpora}) == 1 else np.where(values == "", "", corpora + "/" + values)


def _parts(split: Split) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return split.train, split.test, split.validation.astype(np.int64)
