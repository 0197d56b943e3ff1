"""The feature store: parquet files that hold who says what, and what was measured of it.

A row is one variant of one clip. Who says what stands once a corpus; each feature set lies in a
file of its own beside it, joined by corpus, clip and sound. The files read as they lie with pandas,
polars, DuckDB or any other parquet reader::

    DIR/emodb/clips.parquet                 corpus, clip, language, speaker, emotion, sha256 ...
    DIR/emodb/functionals.study.parquet     corpus, clip, variant, sha256 ... and the numbers

Every file is sealed (see `sertool.store.parquet`). Extraction alone writes to a store.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sertool.features import sets as feature_sets
from sertool.store import parquet, stored_sets, view
from sertool.store.rows import IDENTITY as IDENTITY
from sertool.store.rows import OPTIONAL as OPTIONAL

DIVISION = ("split", "session")
"""The optional columns that splits may be made of: results depend on them."""
FEATURE_NAMES = feature_sets.columns()
"""The names of the 178 features, in their order: `zcr`, `chroma_01` ... `tonnetz_06`."""


def schema(sets: Sequence[str] = feature_sets.REFERENCE) -> pa.Schema:
    """The columns of `read`: identity, then features; `OPTIONAL` ones follow where known.

    >>> len(schema())
    190
    >>> schema().field("zcr").type
    DataType(float)
    """
    numbers = {"offset_s", "duration_s", *feature_sets.columns(sets)}
    names = (*IDENTITY, *feature_sets.columns(sets))
    types = (pa.float32() if name in numbers else pa.string() for name in names)
    return pa.schema(list(zip(names, types, strict=True)))


def corpora(folder: Path) -> tuple[str, ...]:
    """The names of the corpora that the store holds, sorted.

    Raises:
        NotFound: no store there.
        BadTable: a store of an older format.
    """
    return view.corpora_in(folder)


def sets(folder: Path, names: Sequence[str] = ()) -> tuple[str, ...]:
    """The feature sets that the store holds of each of some corpora (all, where none is named).

    Raises:
        NotFound: no store there.
        BadTable: a store of an older format.
    """
    return view.common(
        {name: stored_sets.of_corpus(folder, name) for name in names or corpora(folder)}
    )


def read(
    folder: str | Path, names: Sequence[str] = (), wanted: Sequence[str] | None = None
) -> pa.Table:
    """The rows of some corpora (all, where none is named), in the columns of `schema()`.

    Clips of which one of the sets has no numbers are left out, and variants on which one of them
    is not measured.

    Args:
        folder: of the store; a text may be a remote path (`s3://bucket/features`).
        names: of the corpora.
        wanted: feature sets; left out = all that these corpora have in common, those among them
            whose plug-in is not installed.

    Returns:
        Identity columns, features as float32, then what is known of `OPTIONAL`.

    Raises:
        NotFound: no store there, or it lacks a feature set.
        BadTable: damaged, or a store of another format.
        UnknownName: a corpus that the store does not hold, or a feature set that does not exist.

    >>> from sertool.storage.paths import ASSETS
    >>> rows = read(ASSETS / "store", ["emodb"])
    >>> rows.num_rows, len(rows.column("clip").unique())  # each clip in three variants
    (1605, 535)
    """
    stored = view.open_corpora(folder, names, wanted)
    selected = stored.through(stored.sets)
    X = selected.matrix(np.arange(selected.identity.num_rows))
    columns = {name: selected.identity.column(name) for name in IDENTITY}
    columns |= {name: pa.chunked_array([X[:, at]]) for at, name in enumerate(selected.columns)}
    optional = [name for name in OPTIONAL.names if name in selected.identity.column_names]
    return pa.table(columns | {name: selected.identity.column(name) for name in optional})


def matrix(
    table: pa.Table, columns: Sequence[str] = FEATURE_NAMES, rows: np.ndarray | None = None
) -> np.ndarray:
    """Some columns of all rows, or of those numbered: shape (n_rows, n_columns), float32."""
    return parquet.matrix(table, columns, rows)


def qualified(table: pa.Table, column: str) -> list[str]:
    """Clips or speakers under a name that is unique across corpora: "emodb/03"."""
    corpora, values = (table.column(name).to_pylist() for name in ("corpus", column))
    return [f"{corpus}/{value}" for corpus, value in zip(corpora, values, strict=True)]


def digest(table: pa.Table, of: Sequence[str] = feature_sets.REFERENCE) -> str:
    """Twelve hex digits that name the content of a table, whatever the order of its rows.

    Identity and the features of some sets enter, where the files once lay does not.
    """
    of = feature_sets.in_order(of)
    known = [name for name in (*IDENTITY, *DIVISION) if name in table.column_names]
    return digest_of(table.select(known), matrix(table, feature_sets.columns(of)), of)


def digest_of(identity: pa.Table, X: np.ndarray, of: Sequence[str]) -> str:
    """The digest of a table in two: identity columns, and the features of some sets.

    Args:
        identity: with the columns `IDENTITY`; those of `DIVISION` enter where there are any.
        X: shape (n_rows, n_features), float32.
        of: the names of the feature sets, in order.
    """
    keys = [(name, "ascending") for name in ("corpus", "clip", "variant")]
    order = pc.sort_indices(identity, keys).to_numpy()
    # "1": results are known by this digest, so it outlives changes of how a store is kept
    state = hashlib.sha256(f"1 {'+'.join(of)}".encode())
    size = parquet.GROUP_ROWS
    blocks = [order[at : at + size] for at in range(0, len(order), size)]
    for name in (*IDENTITY, *(each for each in DIVISION if each in identity.column_names)):
        for number, block in enumerate(blocks):
            values = identity.column(name).take(pa.array(block)).to_pylist()
            state.update(("\0" * bool(number) + "\0".join(map(str, values))).encode())
    for block in blocks:
        state.update(np.ascontiguousarray(X[block]).data)
    return state.hexdigest()[:12]
