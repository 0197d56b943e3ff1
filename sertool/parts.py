"""One parquet file of the store: written in one step, sealed with a checksum, verified when read.

Parquet has checksums of its own, of its pages; they leave out the footer, which says what a column
is called and where it lies. So a part carries one sha256 of every byte of itself. It stands in the
footer, as metadata that other readers pass over, so that part and checksum are replaced as one.
It is verified before anything else of the part is looked at.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sertool import features, files, versions
from sertool.errors import BadTable
from sertool.types import VARIANTS

FORMAT = 2
"""The number of what a part holds; beyond it only format 1 is read, which has no checksum."""
SEAL = b"sertool.sha256="
BLANK = b"0" * 64
"""What stands in the place of the checksum while it is reckoned."""
MOST_TIMES = 1000
"""A part whose rows would take this many times its size in memory is no store of features."""

DAMAGED = (
    pa.ArrowException, OSError, ValueError, LookupError, TypeError, AttributeError,
    NotImplementedError, RecursionError, MemoryError,
)  # fmt: skip
"""What reading a damaged or foreign part ends in."""

FileStamp = tuple[int, int]
"""Size in bytes and time of last change in nanoseconds: how a changed recording is noticed."""


@dataclass(frozen=True)
class Part:
    """A part whose checksum was right, or which is too old to have one.

    Attributes:
        file: where it lies.
        is_sealed: whether it has a checksum.
        sets: the feature sets that it holds.
        n_rows: one for each variant of each clip.
    """

    file: Path
    is_sealed: bool
    sets: tuple[str, ...]
    n_rows: int
    _content: pq.ParquetFile = field(repr=False)

    @property
    def stamps(self) -> dict[str, FileStamp]:
        """Clip -> stamp of the recording that its rows were measured from."""
        clips = self.table(["clip"]).column("clip").to_pylist()
        try:
            stored = json.loads(self._content.metadata.metadata[b"sertool.stamps"])
            stamps = {clip: (size, changed) for clip, (size, changed) in stored.items()}
        except DAMAGED as error:
            raise damaged(self.file, error) from None
        if dict(Counter(clips)) != dict.fromkeys(stamps, len(VARIANTS)):
            raise damaged(self.file, "its stamps are not those of its clips")
        return stamps

    def table(self, columns: Sequence[str]) -> pa.Table:
        """Some columns of all rows."""
        try:
            table = self._content.read(columns=list(columns)).select(list(columns))
            table.validate(full=True)
        except DAMAGED as error:
            raise damaged(self.file, error) from None
        return table


def read(file: Path) -> Part:
    """Verify a part and read what it says of itself.

    Raises:
        BadTable: damaged, no parquet, of another format, or with a feature set that this sertool
            does not know.
    """
    try:
        content = file.read_bytes()
        is_sealed = _is_sealed(content)
        parquet = pq.ParquetFile(pa.BufferReader(content))
        about = json.loads((parquet.metadata.metadata or {}).get(b"sertool", b"{}"))
        number, held = about.get("format"), str(about.get("feature_set"))
    except DAMAGED as error:
        raise damaged(file, error) from None
    known = {*held.split("+")} <= {*features.SETS}
    if number not in (1, FORMAT) or not known:
        raise BadTable(
            f"{file} is a store of format {number} with feature set {held}; this sertool reads "
            f"format {FORMAT} with {', '.join(features.SETS)}: extract again into another folder"
        )
    if number == FORMAT and not is_sealed:
        raise damaged(file, "its checksum is gone")
    if parquet.metadata.num_rows * parquet.metadata.num_columns * 4 > MOST_TIMES * len(content):
        raise damaged(file, f"it claims {parquet.metadata.num_rows} rows")
    sets = features.in_order(held.split("+"))
    return Part(file, is_sealed, sets, parquet.metadata.num_rows, parquet)


def write(
    table: pa.Table, stamps: Mapping[str, FileStamp], sets: Sequence[str], file: Path
) -> None:
    """Replace a part in one step.

    Raises:
        CannotWrite: the disk is full, or the folder may not be written to.
    """
    about = {"format": FORMAT, "feature_set": "+".join(sets), "versions": versions.of_extraction()}
    metadata = {"sertool": json.dumps(about), "sertool.stamps": json.dumps(stamps)}
    files.write(file, packed(table.replace_schema_metadata(metadata)))


def packed(table: pa.Table) -> bytes:
    """A table with its metadata as a sealed part."""
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, table.schema, compression="zstd") as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({"sertool.seal": (SEAL + BLANK).decode()})
    content = sink.getvalue()
    start, end = _place(content)
    return content[:start] + _checksum(content) + content[end:]


def damaged(file: Path, cause: object) -> BadTable:
    """The error for a part that cannot be used, with its remedy."""
    return BadTable(
        f"{file} is no part of a store or is damaged ({cause}): remove that file and run sertool "
        "extract again, which measures its clips anew"
    )


def _is_sealed(content: bytes) -> bool:
    """Whether there is a checksum, which then is right.

    Raises:
        ValueError: it is wrong.
    """
    start, end = _place(content)
    if start < 0:
        return False
    if content[start:end] != _checksum(content):
        raise ValueError("its checksum is wrong")
    return True


def _place(content: bytes) -> tuple[int, int]:
    """Where the checksum begins and ends; negative where there is none."""
    found = content.rfind(SEAL)
    return (-1, -1) if found < 0 else (found + len(SEAL), found + len(SEAL + BLANK))


def _checksum(content: bytes) -> bytes:
    """Of every byte, its own place counted as blank."""
    start, end = _place(content)
    state = hashlib.sha256(memoryview(content)[:start])
    state.update(BLANK)
    state.update(memoryview(content)[end:])
    return state.hexdigest().encode()
