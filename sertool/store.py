"""The feature store, a parquet dataset by corpus; the only file that knows the table.

A row is one variant of one clip and carries its clip's identity, so that the variants of a clip
can never be told apart by accident. The dataset reads as it lies with pandas, DuckDB, polars or
any other parquet reader::

    DIR/corpus=emodb/clips.parquet
    DIR/corpus=cremad/clips.parquet
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq

from sertool import features, versions
from sertool.errors import BadTable, NotFound, UnknownName, choices
from sertool.types import VARIANTS, Clip, Corpus

FEATURE_NAMES = features.columns(features.LIBROSA_178)
"""The names of the 178 features, in their order: `zcr`, `chroma_01` ... `tonnetz_06`."""

FORMAT = 1
"""The number of the table's schema; a store of another number is refused, never guessed at."""
JOURNAL = ".journal"
"""Where finished work waits, inside the store, until it is merged into the dataset."""
IDENTITY = (
    "corpus", "clip", "variant", "language", "speaker", "sentence", "gender", "emotion",
    "raw_label", "offset_s", "duration_s", "sha256",
)  # fmt: skip
MEASURED = ("offset_s", "duration_s", "sha256")
"""The identity columns that come from the sound; the others come from the corpus."""

FileStamp = tuple[int, int]
"""Size in bytes and time of last change in nanoseconds: how a changed recording is noticed."""


def columns(sets: Sequence[str] = features.REFERENCE) -> tuple[str, ...]:
    """The names of the columns that hold the features of some sets, in order.

    >>> columns() == FEATURE_NAMES
    True
    """
    return features.columns(features.of_sets(sets))


def schema(sets: Sequence[str] = features.REFERENCE) -> pa.Schema:
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


@dataclass(frozen=True)
class Measurement:
    """What extraction learns from one recording.

    Attributes:
        clip: the path inside its corpus.
        stamp: the file's size and time of change.
        offset_s: where the analysed window begins.
        duration_s: length of the whole recording.
        sha256: of the decoded sound.
        features: shape (n_variants, n_features), float32, in the orders of `VARIANTS` and of
            `columns()`.
    """

    clip: str
    stamp: FileStamp
    offset_s: float
    duration_s: float
    sha256: str
    features: np.ndarray


def corpora(folder: Path) -> tuple[str, ...]:
    """The names of the corpora that the store holds, sorted."""
    return tuple(sorted(path.parent.name.removeprefix("corpus=") for path in _files(folder)))


def sets(folder: Path, names: Sequence[str] = ()) -> tuple[str, ...]:
    """The feature sets that the store holds of each of some corpora (all, where none is named).

    Raises:
        BadTable: a store of another format.
    """
    held = [_sets(_file(folder, name)) for name in names or corpora(folder)]
    return tuple(name for name in features.SETS if all(name in each for each in held))


def sets_at_hand(folder: Path, corpus: str) -> tuple[str, ...]:
    """The feature sets that the store or its journal holds of a corpus, of some clips at least."""
    held = {name for file in _parts(folder, corpus, ()) for name in _sets(file)}
    return tuple(name for name in features.SETS if name in held)


def read(
    folder: str | Path, names: Sequence[str] = (), wanted: Sequence[str] | None = None
) -> pa.Table:
    """The rows of some corpora (all, where none is named), in the columns of `schema()`.

    Args:
        folder: of the store.
        names: of the corpora.
        wanted: feature sets; left out = all that these corpora have in common.

    Raises:
        NotFound: no store there, or it lacks a feature set.
        BadTable: a store of another format.
        UnknownName: a corpus that the store does not hold, or a feature set that does not exist.
    """
    folder = Path(folder)
    present = corpora(folder)
    if not present:
        raise NotFound(
            f"no feature store at {folder}; make one with: "
            f"sertool extract NAME=FOLDER --store {folder}"
        )
    for name in names:
        if name not in present:
            raise UnknownName(f"the store {folder} holds no corpus {choices(name, present)}")
    held = sets(folder, names)
    chosen = held if wanted is None else features.in_order(wanted)
    lacking = [name for name in chosen if name not in held]
    if lacking:
        raise NotFound(
            f"the store {folder} holds no {' and no '.join(lacking)} of "
            f"{', '.join(names or present)}; measure them into a store of your own with: "
            f"sertool extract NAME=FOLDER --features {','.join(chosen)} --store DIR"
        )
    partitioning = pyarrow.dataset.partitioning(pa.schema([("corpus", pa.string())]), flavor="hive")
    dataset = pyarrow.dataset.dataset(
        [str(_file(folder, name)) for name in names or present],
        schema=schema(chosen),
        partitioning=partitioning,
        partition_base_dir=str(folder),
    )
    return dataset.to_table(columns=schema(chosen).names)


def matrix(table: pa.Table, columns: Sequence[str] = FEATURE_NAMES) -> np.ndarray:
    """Some columns of a table as an array of shape (n_rows, n_columns), float32."""
    result = np.empty((table.num_rows, len(columns)), dtype=np.float32)
    for number, column in enumerate(columns):
        result[:, number] = table.column(column).to_numpy()
    return result


def qualified(table: pa.Table, column: str) -> list[str]:
    """Clips or speakers under a name that is unique across corpora: "emodb/03"."""
    corpora, values = (table.column(name).to_pylist() for name in ("corpus", column))
    return [f"{corpus}/{value}" for corpus, value in zip(corpora, values, strict=True)]


def digest(table: pa.Table, of: Sequence[str] = features.REFERENCE) -> str:
    """Twelve hex digits that name the content of a table, whatever the order of its rows.

    Identity and the features of some sets enter, where the files once lay does not.
    """
    of = features.in_order(of)
    keys = [(name, "ascending") for name in ("corpus", "clip", "variant")]
    ordered = table.select(schema(of).names).sort_by(keys)
    state = hashlib.sha256(f"{FORMAT} {'+'.join(of)}".encode())
    for name in IDENTITY:
        state.update("\0".join(map(str, ordered.column(name).to_pylist())).encode())
    state.update(np.ascontiguousarray(matrix(ordered, columns(of))).tobytes())
    return state.hexdigest()[:12]


def stamps(
    folder: Path, corpus: str, needed: Sequence[str] = features.REFERENCE
) -> dict[str, FileStamp]:
    """The clips of which the store and its journal hold the feature sets that are needed.

    Returns:
        Clip -> stamp of the file it came from.
    """
    known: dict[str, FileStamp] = {}
    for file in _parts(folder, corpus, needed):
        known.update(_read_stamps(file))
    return known


def append(
    folder: Path,
    corpus: str,
    measurements: Sequence[Measurement],
    of: Sequence[str] = features.REFERENCE,
) -> None:
    """Write finished measurements to the journal of a corpus: they outlive a kill from here on.

    Args:
        folder: of the store.
        corpus: its name.
        measurements: what was measured.
        of: the feature sets whose `columns()` the measurements have.
    """
    journal = _journal(folder, corpus)
    journal.mkdir(parents=True, exist_ok=True)
    number = 1 + max((int(part.stem) for part in _journal_parts(folder, corpus)), default=0)
    table = pa.concat_tables(_measured_table(each, columns(of)) for each in measurements)
    file_stamps = {each.clip: each.stamp for each in measurements}
    _write(table, file_stamps, of, journal / f"{number:08}.parquet")


def merge(
    folder: Path,
    corpus: Corpus,
    clips: Iterable[Clip],
    of: Sequence[str] = features.REFERENCE,
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
    known = stamps(folder, corpus.name, of)
    held = _read_stamps(file).keys() if file.is_file() else set()
    if (held & by_path.keys()) - known.keys():
        return
    kept = sorted(known.keys() & by_path.keys())
    if kept:
        measured = _newest(_parts(folder, corpus.name, of), kept, columns(of))
        table = _with_identity(measured, corpus, by_path)
        _write(table, {path: known[path] for path in kept}, of, file)
    else:
        file.unlink(missing_ok=True)
    shutil.rmtree(_journal(folder, corpus.name), ignore_errors=True)
    with contextlib.suppress(OSError):  # other corpora may still have a journal
        (folder / JOURNAL).rmdir()


def _file(folder: Path, corpus: str) -> Path:
    return folder / f"corpus={corpus}" / "clips.parquet"


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("corpus=*/clips.parquet"))


def _journal(folder: Path, corpus: str) -> Path:
    return folder / JOURNAL / corpus


def _journal_parts(folder: Path, corpus: str) -> list[Path]:
    return sorted(_journal(folder, corpus).glob("*.parquet"))


def _parts(folder: Path, corpus: str, needed: Sequence[str]) -> list[Path]:
    """The files, oldest first, that hold the feature sets that are needed of a corpus."""
    files = [_file(folder, corpus), *_journal_parts(folder, corpus)]
    return [file for file in files if file.is_file() and {*needed} <= {*_sets(file)}]


def _measured_table(measurement: Measurement, names: Sequence[str]) -> pa.Table:
    n_variants = len(VARIANTS)
    values: dict[str, pa.Array] = {
        "clip": pa.array([measurement.clip] * n_variants),
        "variant": pa.array(VARIANTS),
        "offset_s": pa.array([measurement.offset_s] * n_variants, pa.float32()),
        "duration_s": pa.array([measurement.duration_s] * n_variants, pa.float32()),
        "sha256": pa.array([measurement.sha256] * n_variants),
    }
    for number, name in enumerate(names):
        values[name] = pa.array(measurement.features[:, number], pa.float32())
    return pa.table(values)


def _newest(parts: Sequence[Path], clips: Sequence[str], names: Sequence[str]) -> pa.Table:
    """The measured columns of some clips, each as the last part that holds it has it.

    Relies on how rows are written: the variants of a clip stand together, in their order.
    """
    wanted = ["clip", "variant", *MEASURED, *names]
    table = pa.concat_tables(
        pq.read_table(part, columns=wanted, partitioning=None) for part in parts
    )
    last = {path: row for row, path in enumerate(table.column("clip").to_pylist())}
    first_rows = np.array([last[path] for path in clips]) - (len(VARIANTS) - 1)
    return table.take(pa.array((first_rows[:, None] + np.arange(len(VARIANTS))).ravel()))


def _with_identity(measured: pa.Table, corpus: Corpus, clips: Mapping[str, Clip]) -> pa.Table:
    rows = [clips[path] for path in measured.column("clip").to_pylist()]
    identity = {
        "clip": measured.column("clip"),
        "variant": measured.column("variant"),
        "language": pa.array([clip.language or corpus.language for clip in rows]),
        "speaker": pa.array([clip.speaker for clip in rows]),
        "sentence": pa.array([clip.sentence for clip in rows]),
        "gender": pa.array([clip.gender for clip in rows]),
        "emotion": pa.array([clip.emotion for clip in rows]),
        "raw_label": pa.array([clip.raw_label for clip in rows]),
    }
    rest = [name for name in measured.column_names if name not in identity]
    return pa.table(identity | {name: measured.column(name) for name in rest}).combine_chunks()


def _write(
    table: pa.Table, file_stamps: Mapping[str, FileStamp], of: Sequence[str], file: Path
) -> None:
    """Replace `file` in one step: a kill leaves the old file or the new one, never a part."""
    about = {"format": FORMAT, "feature_set": "+".join(of), "versions": versions.of_extraction()}
    metadata = {"sertool": json.dumps(about), "sertool.stamps": json.dumps(file_stamps)}
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    pq.write_table(table.replace_schema_metadata(metadata), unfinished, compression="zstd")
    unfinished.replace(file)


def _read_stamps(file: Path) -> dict[str, FileStamp]:
    stored = json.loads(pq.read_schema(file).metadata[b"sertool.stamps"])
    return {clip: (size, changed) for clip, (size, changed) in stored.items()}


def _sets(file: Path) -> tuple[str, ...]:
    """The feature sets that a file holds.

    Raises:
        BadTable: no parquet, another format, or a feature set that this sertool does not know.
    """
    try:
        metadata = pq.read_schema(file).metadata or {}
    except (pa.ArrowInvalid, OSError) as error:
        raise BadTable(
            f"{file} is no parquet file ({error}); remove it and extract again"
        ) from None
    about = json.loads(metadata.get(b"sertool", b"{}"))
    held = str(about.get("feature_set")).split("+")
    if about.get("format") != FORMAT or not {*held} <= {*features.SETS}:
        raise BadTable(
            f"{file} is a store of format {about.get('format')} with feature set "
            f"{about.get('feature_set')}; this sertool reads format {FORMAT} with "
            f"{', '.join(features.SETS)}: extract again into another folder"
        )
    return features.in_order(held)
