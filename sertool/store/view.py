"""The rows of a store, of which no more is held than who spoke what.

Features are read from disk when a matrix of them is wanted, some row groups at a time, so that
what is held is that matrix and no table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from sertool import store
from sertool.errors import BadTable
from sertool.storage import paths
from sertool.store.parquet import Part


@dataclass(frozen=True)
class Opened:
    """Some corpora of a store.

    Attributes:
        identity: the identity columns of all rows, named `store.IDENTITY`.
        parts: the files that the rows lie in, in their order.
    """

    identity: pa.Table
    parts: tuple[Part, ...]

    def matrix(self, columns: Sequence[str], rows: np.ndarray) -> np.ndarray:
        """Some columns of the rows that are numbered, shape (n_rows, n_columns), float32.

        Raises:
            BadTable: a part is damaged, or was replaced since it was opened.
        """
        result = np.empty((len(rows), len(columns)), dtype=np.float32)
        order = np.argsort(rows, kind="stable")
        begin = 0
        for part in self.parts:
            edges = begin + np.cumsum([0, *part.group_rows])
            places = np.searchsorted(rows[order], edges)
            groups = np.flatnonzero(np.diff(places)).tolist()
            for group, table in zip(groups, part.tables(columns, groups), strict=True):
                wanted = order[places[group] : places[group + 1]]
                result[wanted] = store.matrix(table, columns, rows[wanted] - edges[group])
            if paths.stamp(part.file) != part.stamp:
                raise BadTable(f"{part.file} was replaced while it was read; run that again")
            begin = edges[-1]
        return result


def opened(
    folder: str | Path, names: Sequence[str] = (), wanted: Sequence[str] | None = None
) -> Opened:
    """Some corpora of a store (all, where none is named), to be read as they are needed.

    Args:
        folder: of the store; a text may be an address (`s3://bucket/features`).
        names: of the corpora.
        wanted: feature sets that they must hold; left out = any.

    Raises:
        NotFound, BadTable, UnknownName: as `store.read` says.
    """
    found, _ = store.chosen(paths.path(folder), names, wanted)
    identity = pa.schema([store.schema().field(name) for name in store.IDENTITY])
    return Opened(
        pa.concat_tables(store.rows_of(part, name, identity) for name, part in found.items()),
        tuple(found.values()),
    )
