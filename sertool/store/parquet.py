"""One parquet file of the store: written in one step, sealed with a checksum, verified when read.

Parquet has checksums of its own, of its pages; they leave out the footer, which says what a column
is called and where it lies. So a part carries one sha256 of every byte of itself. It stands in the
footer, as metadata that other readers pass over, so that part and checksum are replaced as one.
It is verified before anything else of the part is looked at.

Of a part that lies elsewhere than on this machine only what is needed is fetched, and the checksums
of those pages are verified instead of the whole.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from sertool import versions
from sertool.errors import BadTable
from sertool.features import sets as feature_sets
from sertool.storage import paths, writing
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
    RuntimeError, MemoryError,
)  # fmt: skip
"""What reading a damaged or foreign part ends in."""

GROUP_ROWS = 24_576
"""Rows that are written, and can be read, at a time: 17 MB of the 178 features."""
LARGEST_FOOTER = 2**30
"""Bytes of a footer, which holds a stamp for each clip: some 60 a clip."""
BLOCK_BYTES = 2**20

FileStamp = paths.Stamp


@dataclass(frozen=True)
class Part:
    """A part whose checksum was right, or which is too old to have one.

    Attributes:
        file: where it lies.
        is_sealed: whether it has a checksum.
        sets: the feature sets that it holds.
        group_rows: rows of each of its row groups.
        outdated: feature sets that it has with other columns than they have now.
        stamp: of the file before it was read: another one now means other rows.
    """

    file: Path
    is_sealed: bool
    sets: tuple[str, ...]
    group_rows: tuple[int, ...]
    outdated: tuple[str, ...] = ()
    stamp: FileStamp | None = None

    @property
    def n_rows(self) -> int:
        """One for each variant of each clip."""
        return sum(self.group_rows)

    @property
    def stamps(self) -> dict[str, FileStamp]:
        """Clip -> stamp of the recording that its rows were measured from."""
        clips = self.table(["clip"]).column("clip").to_pylist()
        try:
            with _opened(self.file) as content:
                stored = json.loads(content.metadata.metadata[b"sertool.stamps"])
            stamps = {clip: (size, changed) for clip, (size, changed) in stored.items()}
        except DAMAGED as error:
            raise damaged(self.file, error) from None
        if dict(Counter(clips)) != dict.fromkeys(stamps, len(VARIANTS)):
            raise damaged(self.file, "its stamps are not those of its clips")
        return stamps

    def table(self, columns: Sequence[str], groups: Sequence[int] | None = None) -> pa.Table:
        """Some columns of all rows, or of some row groups."""
        chosen = range(len(self.group_rows)) if groups is None else groups
        (whole,) = self._tables(columns, [chosen])
        return whole

    def tables(self, columns: Sequence[str], groups: Iterable[int]) -> Iterator[pa.Table]:
        """Some columns of some row groups, one group at a time."""
        yield from self._tables(columns, ([group] for group in groups))

    def _tables(
        self, columns: Sequence[str], pieces: Iterable[Sequence[int]]
    ) -> Iterator[pa.Table]:
        try:
            with _opened(self.file) as content:
                for groups in pieces:
                    table = content.read_row_groups([*groups], columns=[*columns])
                    table = table.select([*columns])
                    table.validate(full=True)
                    yield table
        except DAMAGED as error:
            raise damaged(self.file, error) from None


def read(file: Path) -> Part:
    """Verify a part and read what it says of itself.

    Raises:
        BadTable: damaged, no parquet, of another format, or with a feature set that this sertool
            does not know.
    """
    stamp = paths.stamp(file)
    try:
        n_bytes = _verified_size(file)
        with _opened(file) as parquet:
            metadata = parquet.metadata
        said = metadata.metadata or {}
        about = json.loads(said.get(b"sertool", b"{}"))
        number, held = about.get("format"), str(about.get("feature_set"))
        names = frozenset(metadata.schema.names)
        is_sealed = said.get(b"sertool.seal", b"").startswith(SEAL)
        groups = tuple(metadata.row_group(n).num_rows for n in range(metadata.num_row_groups))
    except DAMAGED as error:
        raise damaged(file, error) from None
    known = {*held.split("+")} <= {*feature_sets.known()}
    if number not in (1, FORMAT) or not known:
        raise BadTable(
            f"{file} is a store of format {number} with feature set {held}; this sertool reads "
            f"format {FORMAT} with {', '.join(feature_sets.known())}: extract again into another "
            "folder"
        )
    if number == FORMAT and not is_sealed:
        raise damaged(file, "its checksum is gone")
    n_rows = max(metadata.num_rows, sum(groups))
    if n_rows * metadata.num_columns * 4 > MOST_TIMES * n_bytes:
        raise damaged(file, f"it claims {n_rows} rows")
    said_sets = feature_sets.in_order(held.split("+"))
    sets = tuple(name for name in said_sets if names >= {*feature_sets.columns([name])})
    outdated = tuple(name for name in said_sets if name not in sets)
    return Part(file, is_sealed, sets, groups, outdated, stamp)


def write(
    table: pa.Table, stamps: Mapping[str, FileStamp], sets: Sequence[str], file: Path
) -> None:
    """Replace a part in one step.

    Raises:
        CannotWrite: the disk is full, or the folder may not be written to.
    """
    write_groups([table], stamps, sets, file)


def write_groups(
    tables: Iterable[pa.Table], stamps: Mapping[str, FileStamp], sets: Sequence[str], file: Path
) -> None:
    """Replace a part in one step by the rows of some tables, of which one at a time is held.

    Raises:
        CannotWrite: the disk is full, or the folder may not be written to.
    """
    about = {"format": FORMAT, "feature_set": "+".join(sets), "versions": versions.of_extraction()}
    last = {"sertool.stamps": json.dumps(stamps), "sertool.seal": (SEAL + BLANK).decode()}
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
    """The error for a part that cannot be used, with its remedy."""
    return BadTable(
        f"{file} is no part of a store or is damaged ({cause}): remove that file and run sertool "
        "extract again, which measures its clips anew"
    )


@contextmanager
def _opened(file: Path) -> Iterator[pq.ParquetFile]:
    """A part as parquet; of one that lies elsewhere nothing is fetched but what is asked for."""
    if paths.is_here(file):
        with pq.ParquetFile(file, thrift_string_size_limit=LARGEST_FOOTER) as parquet:
            yield parquet
        return
    with (
        file.open("rb", cache_type="none") as content,  # type: ignore[call-overload]
        pq.ParquetFile(
            content,
            pre_buffer=True,
            page_checksum_verification=True,
            thrift_string_size_limit=LARGEST_FOOTER,
        ) as parquet,
    ):
        yield parquet


def _verified_size(file: Path) -> int:
    """The size of a part whose checksum, where it has one and lies here, is right.

    Raises:
        ValueError: it is wrong.
    """
    if not paths.is_here(file):
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
