"""One parquet file of the store: written in one step, sealed with a checksum, verified when read.

Parquet has checksums of its own, of its pages; they leave out the footer, which says what a column
is called and where it lies. So a file carries one sha256 of every byte of itself. It stands in the
footer, as metadata that other readers pass over, so that content and checksum are replaced as one.
It is verified before anything else of the file is looked at.

Of a remote file only what is needed is fetched, and the checksums
of those pages are verified instead of the whole.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sertool import versions
from sertool.errors import BadTable
from sertool.storage import paths, writing

FORMAT = 3
"""The number of what a file holds; stores of formats 1 and 2 are converted, see `upgrade`."""
SEAL = b"sertool.sha256="
BLANK = b"0" * 64
"""What stands in the place of the checksum while it is reckoned."""
MOST_TIMES = 1000
"""A file whose rows would take this many times its size in memory is no store of features."""

DAMAGED = (
    pa.ArrowException, OSError, ValueError, LookupError, TypeError, AttributeError,
    RuntimeError, MemoryError,
)  # fmt: skip
"""What reading a damaged or foreign file ends in."""

GROUP_ROWS = 24_576
"""Rows that are written, and can be read, at a time: 17 MB of the 178 features."""
LARGEST_FOOTER = 2**30
"""Bytes of a footer, which holds a stamp for each clip: some 60 a clip."""
BLOCK_BYTES = 2**20

FileStamp = paths.Stamp


@dataclass(frozen=True)
class SealedFile:
    """A file of a store whose checksum was right.

    Attributes:
        file: where it lies.
        about: what it says of itself: its format, what it holds, versions of libraries.
        metadata: its footer, as pyarrow has it.
        stamp: of the file before it was read: another one now means other rows.
    """

    file: Path
    about: Mapping[str, Any]
    metadata: pq.FileMetaData = field(repr=False)
    stamp: FileStamp | None

    @property
    def group_rows(self) -> tuple[int, ...]:
        """Rows of each row group."""
        groups = range(self.metadata.num_row_groups)
        return tuple(self.metadata.row_group(number).num_rows for number in groups)

    @property
    def n_rows(self) -> int:
        """Rows of all row groups."""
        return int(self.metadata.num_rows)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns, in their order."""
        return tuple(self.metadata.schema.to_arrow_schema().names)

    @property
    def stamps(self) -> dict[str, FileStamp]:
        """Clip -> stamp of the recording that its rows were measured from.

        Raises:
            BadTable: they are not those of its clips.
        """
        try:
            stored = json.loads(self.metadata.metadata[b"sertool.stamps"])
            stamps = {clip: (size, changed) for clip, (size, changed) in stored.items()}
        except DAMAGED as error:
            raise damaged(self.file, error) from None
        rows_of = Counter(self.table(["clip"]).column("clip").to_pylist())
        if rows_of.keys() != stamps.keys() or len({*rows_of.values()}) > 1:
            raise damaged(self.file, "its stamps are not those of its clips")
        return stamps

    def table(self, columns: Sequence[str], groups: Sequence[int] | None = None) -> pa.Table:
        """Some columns of all rows, or of some row groups."""
        chosen = range(self.metadata.num_row_groups) if groups is None else groups
        (whole,) = self._tables(columns, [chosen])
        return whole

    def tables(self, columns: Sequence[str], groups: Iterable[int]) -> Iterator[pa.Table]:
        """Some columns of some row groups, one group at a time."""
        yield from self._tables(columns, ([group] for group in groups))

    def _tables(
        self, columns: Sequence[str], pieces: Iterable[Sequence[int]]
    ) -> Iterator[pa.Table]:
        self.check_unchanged()
        try:
            with _opened(self.file, self.metadata) as content:
                for groups in pieces:
                    table = content.read_row_groups([*groups], columns=[*columns])
                    table = table.select([*columns])
                    table.validate(full=True)
                    yield table
        except DAMAGED as error:
            self.check_unchanged()
            raise damaged(self.file, error) from None

    def check_unchanged(self) -> None:
        """Refuse rows of another file than the one that was verified.

        Raises:
            BadTable: it was replaced since.
        """
        if paths.stamp(self.file) != self.stamp:
            raise BadTable(f"{self.file} was replaced while it was read; run that again")


def read(file: Path) -> SealedFile:
    """Verify a file and read what it says of itself.

    Raises:
        BadTable: damaged, no parquet, or of another format.
    """
    found = read_any(file)
    number = found.about.get("format")
    if isinstance(number, int) and number > FORMAT:
        raise BadTable(
            f"{file} is of format {number}; this sertool reads format {FORMAT}: update sertool, or "
            "extract again into another folder"
        )
    if number != FORMAT:
        raise damaged(file, f"its format is {number}, not {FORMAT}")
    return found


def read_any(file: Path) -> SealedFile:
    """The same for a file of whatever format, 1 among them, which has no checksum."""
    stamp = paths.stamp(file)
    try:
        n_bytes = _verified_size(file)
        with _opened(file) as parquet:
            metadata = parquet.metadata
        said = metadata.metadata or {}
        about = dict(json.loads(said.get(b"sertool", b"{}")))
        is_sealed = said.get(b"sertool.seal", b"").startswith(SEAL)
        found = SealedFile(file, about, metadata, stamp)
        n_rows = max(found.n_rows, sum(found.group_rows))
    except DAMAGED as error:
        raise damaged(file, error) from None
    if about.get("format") in (2, FORMAT) and not is_sealed:
        raise damaged(file, "its checksum is gone")
    if n_rows * metadata.num_columns * 4 > MOST_TIMES * n_bytes:
        raise damaged(file, f"it claims {n_rows} rows")
    return found


def matrix(table: pa.Table, columns: Sequence[str], rows: np.ndarray | None = None) -> np.ndarray:
    """Some columns of all rows, or of those numbered: shape (n_rows, n_columns), float32."""
    n_rows = table.num_rows if rows is None else len(rows)
    result = np.empty((n_rows, len(columns)), dtype=np.float32)
    for number, column in enumerate(columns):
        values = table.column(column).to_numpy()
        result[:, number] = values if rows is None else values[rows]
    return result


def write(
    tables: Iterable[pa.Table],
    holds: Mapping[str, Any],
    file: Path,
    stamps: Mapping[str, FileStamp] | None = None,
) -> None:
    """Replace a file in one step by the rows of some tables, of which one at a time is held.

    Args:
        tables: at least one, all of one schema.
        holds: what the file says of itself, beside its format and the versions of libraries.
        file: which.
        stamps: clip -> stamp of the recording that its rows were measured from.

    Raises:
        CannotWrite: the disk is full, or the folder may not be written to.
    """
    about = {"format": FORMAT, **holds, "versions": versions.of_extraction()}
    last = {"sertool.seal": (SEAL + BLANK).decode()}
    if stamps is not None:
        last["sertool.stamps"] = json.dumps(stamps)
    with writing.replacing(file) as unfinished:
        _write_parquet(tables, {"sertool": json.dumps(about)}, last, unfinished)
        with unfinished.open("r+b") as content:
            start = _place(content)
            checksum = _checksum(content, start)
            content.seek(start)
            content.write(checksum)


def _write_parquet(
    tables: Iterable[pa.Table], about: Mapping[str, str], last: Mapping[str, str], file: Path
) -> None:
    """Metadata that many readers look at is kept twice by Arrow, what is `last` only once."""
    coming = iter(tables)
    first = next(coming)
    words = [field.name for field in first.schema if pa.types.is_string(field.type)]
    with pq.ParquetWriter(
        file,
        first.schema.with_metadata(about),
        compression="zstd",
        use_dictionary=words,  # numbers do not repeat
        write_page_checksum=True,
    ) as writer:
        for table in chain([first], coming):
            writer.write_table(table, row_group_size=GROUP_ROWS)
        writer.add_key_value_metadata(last)


def damaged(file: Path, cause: object) -> BadTable:
    """The error for a file that cannot be used, with its remedy."""
    return BadTable(
        f"{file} is no part of a store or is damaged ({cause}): name a store, "
        "or restore the file from a copy; if sertool wrote it, remove it and run sertool extract "
        "again, which measures its clips anew"
    )


@contextmanager
def _opened(file: Path, metadata: pq.FileMetaData | None = None) -> Iterator[pq.ParquetFile]:
    """A file as parquet; of a remote one nothing is fetched but what is asked for.

    A footer that was read before is not read again.
    """
    if paths.is_local(file):
        with pq.ParquetFile(
            file, metadata=metadata, thrift_string_size_limit=LARGEST_FOOTER
        ) as parquet:
            yield parquet
        return
    with (
        file.open("rb", cache_type="none") as content,  # type: ignore[call-overload]
        pq.ParquetFile(
            content,
            metadata=metadata,
            pre_buffer=True,
            page_checksum_verification=True,
            thrift_string_size_limit=LARGEST_FOOTER,
        ) as parquet,
    ):
        yield parquet


def _verified_size(file: Path) -> int:
    """The size of a file whose checksum, where it has one and lies here, is right.

    Raises:
        ValueError: it is wrong.
    """
    if not paths.is_local(file):
        return file.stat().st_size
    with file.open("rb") as content:
        start = _place(content)
        if start >= 0:
            content.seek(start)
            if content.read(len(BLANK)) != _checksum(content, start):
                raise ValueError("its checksum is wrong")
        return content.seek(0, os.SEEK_END)


def _place(content: BinaryIO) -> int:
    """Where the checksum begins; negative where there is none."""
    end = content.seek(0, os.SEEK_END)
    content.seek(max(0, end - 8))
    footer = int.from_bytes(content.read(8)[:4], "little") + 8
    begin = max(0, end - footer)
    content.seek(begin)
    found = content.read().rfind(SEAL)
    return -1 if found < 0 else begin + found + len(SEAL)


def _checksum(content: BinaryIO, start: int) -> bytes:
    """Of every byte, its own place, which begins at `start`, counted as blank."""
    state = hashlib.sha256()
    content.seek(0)
    remaining = start
    while remaining and (block := content.read(min(BLOCK_BYTES, remaining))):
        state.update(block)
        remaining -= len(block)
    state.update(BLANK)
    content.seek(start + len(BLANK))
    while block := content.read(BLOCK_BYTES):
        state.update(block)
    return state.hexdigest().encode()
