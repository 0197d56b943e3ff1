"""The feature store, a parquet dataset by corpus; the only file that knows the table.

A row is one variant of one clip and carries its clip's identity, so that the variants of a clip
can never be told apart by accident. The dataset reads as it lies with pandas, DuckDB, polars or
any other parquet reader::

    DIR/corpus=emodb/clips.parquet
    DIR/corpus=cremad/clips.parquet

Every file of it is a sealed part (see `sertool.store.parquet`). Extraction alone writes to it.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sertool.errors import NotFound, UnknownName, choices
from sertool.features import sets as feature_sets
from sertool.storage import paths, writing
from sertool.store import parquet, rows
from sertool.store.parquet import FileStamp as FileStamp
from sertool.store.parquet import Part
from sertool.store.rows import MEASURED
from sertool.store.rows import Measurement as Measurement
from sertool.types import Clip, Corpus

FEATURE_NAMES = feature_sets.columns()
"""The names of the 178 features, in their order: `zcr`, `chroma_01` ... `tonnetz_06`."""

JOURNAL = ".journal"
"""Where finished work waits, inside the store, until it is merged into the dataset."""
IDENTITY = (
    "corpus", "clip", "variant", "language", "speaker", "sentence", "gender", "emotion",
    "raw_label", "offset_s", "duration_s", "sha256",
)  # fmt: skip


def columns(sets: Sequence[str] = feature_sets.REFERENCE) -> tuple[str, ...]:
    """The names of the columns that hold the features of some sets, in order.

    >>> columns() == FEATURE_NAMES
    True
    """
    return feature_sets.columns(sets)


def schema(sets: Sequence[str] = feature_sets.REFERENCE) -> pa.Schema:
    """The columns of a store: identity, then its features; the only definition there is.

    >>> len(schema())
    190
    >>> schema().field("zcr").type
    DataType(float)
    """
    text = [pa.field(name, pa.string()) for name in IDENTITY if name not in MEASURED]
    measured = [
        pa.field("offset_s", pa.float32()),
        pa.field("duration_s", pa.float32()),
        pa.field("sha256", pa.string()),
    ]
    numbers = [pa.field(name, pa.float32()) for name in columns(sets)]
    return pa.schema([*text, *measured, *numbers])


def corpora(folder: Path) -> tuple[str, ...]:
    """The names of the corpora that the store holds, sorted."""
    found = folder.glob("corpus=*/clips.parquet")
    return tuple(sorted(file.parent.name.removeprefix("corpus=") for file in found))


def waiting(folder: Path) -> tuple[str, ...]:
    """The names of the corpora of which work waits in the journal, sorted."""
    return tuple(sorted({file.parent.name for file in (folder / JOURNAL).glob("*/*.parquet")}))


def files_of(folder: Path, corpus: str) -> list[Path]:
    """The files that hold a corpus: the one that is read, where there is one, then the journal."""
    whole = _file(folder, corpus)
    waiting = _journal_files(folder, corpus)
    return [whole, *waiting] if whole.is_file() else waiting


def sets(folder: Path, names: Sequence[str] = ()) -> tuple[str, ...]:
    """The feature sets that the store holds of each of some corpora (all, where none is named).

    Raises:
        BadTable: damaged, or a store of another format.
    """
    held = [parquet.read(_file(folder, name)).sets for name in names or corpora(folder)]
    return tuple(name for name in feature_sets.known() if all(name in each for each in held))


def sets_at_hand(folder: Path, corpus: str) -> tuple[str, ...]:
    """The feature sets that the store or its journal holds of a corpus, of some clips at least.

    Those with other columns than they have now are among them.
    """
    found = _parts(folder, corpus, ())
    held = {name for part in found for name in (*part.sets, *part.outdated)}
    return tuple(name for name in feature_sets.known() if name in held)


def read(
    folder: str | Path, names: Sequence[str] = (), wanted: Sequence[str] | None = None
) -> pa.Table:
    """The rows of some corpora (all, where none is named), in the columns of `schema()`.

    Args:
        folder: of the store; a text may be an address (`s3://bucket/features`).
        names: of the corpora.
        wanted: feature sets; left out = all that these corpora have in common.

    Raises:
        NotFound: no store there, or it lacks a feature set.
        BadTable: damaged, or a store of another format.
        UnknownName: a corpus that the store does not hold, or a feature set that does not exist.
    """
    found, held = chosen(paths.path(folder), names, wanted)
    return pa.concat_tables(rows_of(part, name, schema(held)) for name, part in found.items())


def chosen(
    folder: Path, names: Sequence[str], wanted: Sequence[str] | None
) -> tuple[dict[str, Part], tuple[str, ...]]:
    """The part of each corpus that is to be read, and the feature sets that all of them hold.

    Args:
        folder: of the store.
        names: as `read` has them.
        wanted: as `read` has it; those are then the sets.

    Raises:
        NotFound, BadTable, UnknownName: as `read` says.
    """
    present = corpora(folder)
    if not present:
        raise NotFound(
            f"no feature store at {folder}; make one with: "
            f"sertool extract NAME=FOLDER --store {folder}"
        )
    for name in names:
        if name not in present:
            raise UnknownName(f"the store {folder} holds no corpus {choices(name, present)}")
    found = {name: parquet.read(_file(folder, name)) for name in names or present}
    held = [
        name for name in feature_sets.known() if all(name in part.sets for part in found.values())
    ]
    if not held and wanted is None:
        raise NotFound(
            f"the features in {folder} have other columns than this sertool measures; measure them "
            f"again with: sertool extract NAME=FOLDER --store {folder}"
        )
    asked = held if wanted is None else feature_sets.in_order(wanted)
    lacking = [name for name in asked if name not in held]
    if lacking:
        raise NotFound(
            f"the store {folder} holds no {' and no '.join(lacking)} of "
            f"{', '.join(names or present)}; measure them into a store of your own with: "
            f"sertool extract NAME=FOLDER --features {','.join(asked)} --store DIR"
        )
    return found, tuple(asked)


def rows_of(part: Part, corpus: str, columns: pa.Schema) -> pa.Table:
    """A corpus in some columns of `schema()`, the first of which is `corpus`."""
    stored = columns.remove(IDENTITY.index("corpus"))
    table = part.table(stored.names)
    try:
        names = pa.array([corpus] * table.num_rows, pa.string())
        return table.cast(stored).add_column(0, "corpus", names).replace_schema_metadata()
    except parquet.DAMAGED as error:
        raise parquet.damaged(part.file, error) from None


def matrix(
    table: pa.Table, columns: Sequence[str] = FEATURE_NAMES, rows: np.ndarray | None = None
) -> np.ndarray:
    """Some columns of all rows, or of those numbered: shape (n_rows, n_columns), float32."""
    n_rows = table.num_rows if rows is None else len(rows)
    result = np.empty((n_rows, len(columns)), dtype=np.float32)
    for number, column in enumerate(columns):
        values = table.column(column).to_numpy()
        result[:, number] = values if rows is None else values[rows]
    return result


def qualified(table: pa.Table, column: str) -> list[str]:
    """Clips or speakers under a name that is unique across corpora: "emodb/03"."""
    corpora, values = (table.column(name).to_pylist() for name in ("corpus", column))
    return [f"{corpus}/{value}" for corpus, value in zip(corpora, values, strict=True)]


def digest(table: pa.Table, of: Sequence[str] = feature_sets.REFERENCE) -> str:
    """Twelve hex digits that name the content of a table, whatever the order of its rows.

    Identity and the features of some sets enter, where the files once lay does not.
    """
    of = feature_sets.in_order(of)
    return digest_of(table.select(IDENTITY), matrix(table, columns(of)), of)


def digest_of(identity: pa.Table, X: np.ndarray, of: Sequence[str]) -> str:
    """The digest of a table in two: identity columns, and the features of some sets.

    Args:
        identity: with the columns `IDENTITY`.
        X: shape (n_rows, n_features), float32, with the columns of `columns(of)`.
        of: the feature sets.
    """
    keys = [(name, "ascending") for name in ("corpus", "clip", "variant")]
    order = pc.sort_indices(identity, keys).to_numpy()
    # "1": results are known by this digest, so it outlives changes of how a store is kept
    state = hashlib.sha256(f"1 {'+'.join(of)}".encode())
    blocks = [
        order[at : at + parquet.GROUP_ROWS] for at in range(0, len(order), parquet.GROUP_ROWS)
    ]
    for name in IDENTITY:
        for number, block in enumerate(blocks):
            values = identity.column(name).take(pa.array(block)).to_pylist()
            state.update(("\0" * bool(number) + "\0".join(map(str, values))).encode())
    for block in blocks:
        state.update(np.ascontiguousarray(X[block]).data)
    return state.hexdigest()[:12]


def stamps(
    folder: Path, corpus: str, needed: Sequence[str] = feature_sets.REFERENCE
) -> dict[str, FileStamp]:
    """The clips of which the store and its journal hold the feature sets that are needed.

    Returns:
        Clip -> stamp of the file it came from.
    """
    known: dict[str, FileStamp] = {}
    for part in _parts(folder, corpus, needed):
        known.update(part.stamps)
    return known


def append(
    folder: Path,
    corpus: str,
    measurements: Sequence[Measurement],
    of: Sequence[str] = feature_sets.REFERENCE,
    name: str = "",
) -> None:
    """Write finished measurements to the journal of a corpus: they outlive a kill from here on.

    Args:
        folder: of the store.
        corpus: its name.
        measurements: what was measured.
        of: the feature sets whose `columns()` the measurements have.
        name: of the part; of two that hold a clip the later by name counts. Left out = now. Work
            that is done again under its name replaces what it wrote before.
    """
    table = rows.measured(measurements, columns(of))
    file_stamps = {each.clip: each.stamp for each in measurements}
    file = _journal(folder, corpus) / f"{name or part_name()}.parquet"
    parquet.write(table, file_stamps, of, file)


def part_name(number: int = 0, begun: int | None = None) -> str:
    """A name for a part of the journal that sorts behind those of earlier runs.

    Args:
        number: of the part in its run.
        begun: when that was, in nanoseconds since 1970; left out = now.

    >>> part_name(7, begun=0)
    '00000000000000000000-00000007'
    """
    return f"{time.time_ns() if begun is None else begun:020}-{number:08}"


def merge(
    folder: Path,
    corpus: Corpus,
    clips: Iterable[Clip],
    of: Sequence[str] = feature_sets.REFERENCE,
) -> None:
    """Bring the store of a corpus up to date: its clips, with what store and journal know of them.

    Identities are taken from `clips` anew, so a label that was mended reaches the store without
    another extraction; a clip that is not in `clips` leaves the store. The file is replaced in one
    step; the journal is emptied after it, and merging it twice gives the same table. It then holds
    the feature sets `of`. While one of them is still to be measured of a clip that the store holds,
    the store stays as it is and the journal waits: adding a set loses nothing.
    """
    by_path = {clip.path: clip for clip in clips}
    file = _file(folder, corpus.name)
    waiting = _journal_files(folder, corpus.name)
    newest = list(_parts(folder, corpus.name, of))
    known = {clip: stamp for part in newest for clip, stamp in part.stamps.items()}
    held = parquet.read(file).stamps.keys() if file.is_file() else set()
    if (held & by_path.keys()) - known.keys():
        return
    kept = sorted(known.keys() & by_path.keys())
    if kept:
        tables = (
            rows.with_identity(measured, corpus, by_path)
            for measured in rows.newest(newest, kept, columns(of))
        )
        parquet.write_groups(tables, {path: known[path] for path in kept}, of, file)
    else:
        with writing.failures_in_words(file):
            file.unlink(missing_ok=True)
    _remove(waiting, _journal(folder, corpus.name))


def _file(folder: Path, corpus: str) -> Path:
    return folder / f"corpus={corpus}" / "clips.parquet"


def _journal(folder: Path, corpus: str) -> Path:
    return folder / JOURNAL / corpus


def _journal_files(folder: Path, corpus: str) -> list[Path]:
    """The parts of a corpus in the journal, oldest first."""
    return sorted(_journal(folder, corpus).glob("*.parquet"), key=lambda file: file.name)


def _remove(merged: Sequence[Path], journal: Path) -> None:
    """Take merged parts out of the journal, and its folders where nothing else is in them."""
    for file in [*merged, *journal.glob(".*.unfinished")]:
        file.unlink(missing_ok=True)
    if paths.is_here(journal):
        for folder in (journal, journal.parent):
            with contextlib.suppress(OSError):  # not there, or other work waits in it
                folder.rmdir()


def _parts(folder: Path, corpus: str, needed: Sequence[str]) -> Iterator[Part]:
    """The parts, oldest first, that hold the feature sets that are needed of a corpus."""
    for file in files_of(folder, corpus):
        part = parquet.read(file)
        if {*needed} <= {*part.sets}:
            yield part
