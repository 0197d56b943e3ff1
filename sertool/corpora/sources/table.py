"""Tables as text: delimiters, quotes, heads and lines, whatever they hold."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sertool.errors import BadTable, NotFound
from sertool.storage import paths

DELIMITERS = ",;\t|"
STANDARD_INPUT = "-"
SUFFIXES = (".csv", ".tsv", ".txt", ".arff", ".ini", ".parquet")
"""What a file is called that is read as a table."""
_SEPARATOR = re.compile(r'"?sep=(.)"?[\r\n]*', re.IGNORECASE)
"""The line by which Excel is told the delimiter."""


@dataclass(frozen=True)
class Table:
    """A table as it was written.

    Attributes:
        name: of the file, for messages.
        folder: what paths in it are relative to.
        columns: its heads, stripped.
        lines: number of each line in the file, and its cells, stripped, one for each column.
    """

    name: str
    folder: Path
    columns: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...]], ...]


def read(file: Path) -> Table:
    """A table in a text or parquet file, or standard input ("-").

    Raises:
        NotFound: there is no such file.
        BadTable: it is no table.
    """
    if str(file) == STANDARD_INPUT:
        return delimited(
            _decoded(sys.stdin.buffer.read(), "standard input"), "standard input", Path()
        )
    if not is_file(file):
        raise NotFound(f"no manifest {file.as_posix()}: give a CSV file with columns path, emotion")
    if file.suffix.lower() == ".parquet":
        return _parquet(file)
    return delimited(text_of(file), file.name, file.parent)


def is_file(file: Path) -> bool:
    """Whether a file lies there, local or remote; a name that no file can have is none."""
    try:
        return file.is_file()
    except OSError:
        return False


def text_of(file: Path) -> str:
    """What a text file holds.

    Raises:
        NotFound: it may not be read.
        BadTable: it is not UTF-8.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise NotFound(
            f"{file.as_posix()} cannot be read ({error.strerror}); correct that"
        ) from None
    return _decoded(content, file.name)


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadTable(f"{name} is not UTF-8 text: save it as CSV in UTF-8") from error


def delimited(text: str, name: str, folder: Path) -> Table:
    r"""A table in commas, semicolons, tabs or bars; Excel's line `sep=;` is understood.

    Cells that a line lacks are blank.

    Raises:
        BadTable: broken quotes, or more cells than heads.

    >>> delimited("sep=;\npath;emotion\na.wav;sad\n", "m.csv", Path()).lines
    ((3, ('a.wav', 'sad')),)
    """
    separator = _SEPARATOR.match(text)
    n_skipped = 1 if separator else 0
    rest = text[separator.end() :] if separator else text
    first = rest.partition("\n")[0].partition("\r")[0]
    delimiter = separator[1] if separator else max(DELIMITERS, key=first.count)
    return rows(name, folder, rest, n_skipped, delimiter=delimiter)


def rows(
    name: str, folder: Path, text: str, n_skipped: int, *, delimiter: str, quote: str = '"'
) -> Table:
    """A table whose heads are the first line of a text.

    Args:
        name: of the file.
        folder: of the file.
        text: the heads and the lines below them.
        n_skipped: lines of the file before the text.
        delimiter: between cells.
        quote: around cells that hold a delimiter.

    Raises:
        BadTable: broken quotes, or more cells than heads.
    """
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote, strict=True
    )
    try:
        columns = tuple(cell.strip() for cell in next(reader, []))
        lines = tuple(
            (
                reader.line_num + n_skipped,
                _filled(fields, columns, name, reader.line_num + n_skipped),
            )
            for fields in reader
            if any(field.strip() for field in fields)
        )
    except csv.Error as error:
        line = reader.line_num + n_skipped
        raise BadTable(f"{name}, line {line}: {error}; fix the quotes") from error
    return Table(name, folder, columns, lines)


def stacked(name: str, folder: Path, parts: Sequence[Table]) -> Table:
    """Tables one below the other; cells of columns that one of them lacks are blank."""
    columns = tuple(dict.fromkeys(column for part in parts for column in part.columns))
    lines = []
    for part in parts:
        for line, cells in part.lines:
            known = dict(zip(part.columns, cells, strict=True))
            lines.append((line, tuple(known.get(column, "") for column in columns)))
    return Table(name, folder, columns, tuple(lines))


def _filled(fields: list[str], columns: tuple[str, ...], name: str, line: int) -> tuple[str, ...]:
    """As many cells as there are columns: blanks are added, blanks beyond them dropped."""
    cells = tuple(field.strip() for field in fields)
    if any(cells[len(columns) :]):
        raise BadTable(
            f"{name}, line {line}: {len(cells)} fields under {len(columns)} columns; put text that "
            "holds the delimiter in quotes"
        )
    return (*cells, *[""] * (len(columns) - len(cells)))[: len(columns)]


def _parquet(file: Path) -> Table:
    """A table in a parquet file; its rows count as lines, the heads as the first."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with paths.local_copy(file) as copy:
            found = pq.read_table(copy)
    except (pa.ArrowException, OSError) as error:
        raise BadTable(f"{file.name} is no parquet file ({error}); give it as CSV") from None
    cells = [[_cell(value) for value in column.to_pylist()] for column in found.columns]
    lines = enumerate(zip(*cells, strict=True), 2)
    return Table(file.name, file.parent, tuple(found.column_names), tuple(lines))


def _cell(value: object) -> str:
    return "" if value is None else str(value).strip()
