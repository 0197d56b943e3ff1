"""The answers on many recordings in one file, which grows by one recording at a time.

What is answered goes to a journal beside the file, a line of JSON for each recording, which
outlives a kill; `finish` makes the file of it, whole or not at all. Neither is ever held in memory.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sertool.errors import BadChoice, BadTable
from sertool.storage import writing

Row = Mapping[str, Any]
"""A value for each column: a text, a number, whether something is so, or None."""

ASKED = "asked"
"""The column that says what was asked: answers of another question are refused."""
ROWS_AT_A_TIME = 10_000
TYPES = {str: pa.string(), float: pa.float64(), bool: pa.bool_()}


@dataclass(frozen=True)
class AnswerFile:
    r"""A file of answers, and the journal of what is not in it yet.

    Attributes:
        file: ending in .parquet, .csv or .jsonl.
        columns: in their order, `str`, `float` or `bool` for each; "path" is among them.
        asked: what is asked of every recording, such as the model's name.

    Raises:
        BadChoice: another suffix.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     answers = AnswerFile(Path(folder, "a.csv"), {"path": str, "emotion": str}, "svm")
    ...     with answers.writing() as keep:
    ...         keep("a.wav", [{"path": "a.wav", "emotion": "sad"}])
    ...     answers.finish(), answers.answered(), answers.file.read_text()
    (1, {'a.wav': ''}, 'path,emotion,asked\na.wav,sad,svm\n')
    """

    file: Path
    columns: Mapping[str, type]
    asked: str

    def __post_init__(self) -> None:
        if self.file.suffix.lower() not in FORMATS:
            raise BadChoice(
                f"--output {self.file}: no format {self.file.suffix!r} for many recordings; give "
                f"a name that ends in {' '.join(FORMATS)}"
            )

    @property
    def journal(self) -> Path:
        """What is answered and not in the file yet."""
        return self.file.with_name(f".{self.file.name}.journal")

    def answered(self) -> dict[str, str]:
        """The paths that are answered already, each with the error of one that is bad, or "".

        Raises:
            BadChoice: the file answers another question.
            BadTable: it holds no answers.
        """
        found = {str(row["path"]): str(row.get("error") or "") for row in self._finished()}
        for path, rows in self._journalled():
            found[path] = next((str(row["error"]) for row in rows if row.get("error")), "")
        return found

    @contextmanager
    def writing(self) -> Iterator[Callable[[str, Sequence[Row]], None]]:
        """A function that keeps the rows of a recording, by its path; they outlive a kill."""
        with writing.failures_in_words(self.file):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self._cut()
            with self.journal.open("a", encoding="ascii") as journal:

                def keep(path: str, rows: Sequence[Row]) -> None:
                    line = {"path": path, ASKED: self.asked, "rows": [dict(row) for row in rows]}
                    journal.write(json.dumps(line) + "\n")
                    journal.flush()

                yield keep

    def finish(self) -> int:
        """Bring the file up to date and take the journal away; how many recordings it holds."""
        if not self.journal.exists():
            return len(self.answered())
        columns = {**self.columns, ASKED: str}
        paths: set[str] = set()

        def rows() -> Iterator[Row]:
            for row in self._finished():
                paths.add(str(row["path"]))
                yield row
            for path, some in self._journalled():
                if path not in paths:
                    paths.add(path)
                    yield from ({**row, ASKED: self.asked} for row in some)

        with writing.replacing(self.file) as unfinished:
            _WRITE[self.file.suffix.lower()](unfinished, columns, rows())
        self.journal.unlink()
        return len(paths)

    def _finished(self) -> Iterator[Row]:
        if not self.file.exists():
            return
        try:
            for row in _READ[self.file.suffix.lower()](self.file, self.columns):
                self._check(row)
                yield row
        except (OSError, ValueError, KeyError, TypeError, csv.Error, pa.ArrowException) as error:
            if isinstance(error, BadChoice):
                raise
            raise BadTable(
                f"{self.file} is there and holds no answers of sertool predict ({error}); name "
                "another file"
            ) from None

    def _journalled(self) -> Iterator[tuple[str, Sequence[Row]]]:
        """Recordings and rows of the journal, without a last line that a kill has cut."""
        if not self.journal.exists():
            return
        with self.journal.open(encoding="ascii") as lines:
            for line in lines:
                if not line.endswith("\n"):
                    return
                try:
                    entry = json.loads(line)
                    self._check(entry)
                    yield str(entry["path"]), entry["rows"]
                except (ValueError, KeyError, TypeError) as error:
                    if isinstance(error, BadChoice):
                        raise
                    raise BadTable(
                        f"{self.journal} is damaged ({error}); name another --output"
                    ) from None

    def _check(self, row: Row) -> None:
        if row[ASKED] != self.asked:
            raise BadChoice(
                f"{self.file} holds answers of '{row[ASKED]}', and '{self.asked}' is asked; name "
                "another file"
            )

    def _cut(self) -> None:
        """Take a line away that a kill has cut."""
        if not self.journal.exists():
            return
        with self.journal.open("rb+") as journal:
            end = 0
            for line in journal:
                end += len(line) if line.endswith(b"\n") else 0
            journal.truncate(end)


def _read_csv(file: Path, columns: Mapping[str, type]) -> Iterator[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, strict=True)


def _write_csv(file: Path, columns: Mapping[str, type], rows: Iterable[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(plain(row.get(name)) for name in columns)


def _read_jsonl(file: Path, columns: Mapping[str, type]) -> Iterator[Row]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _write_jsonl(file: Path, columns: Mapping[str, type], rows: Iterable[Row]) -> None:
    with file.open("w", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps({name: row.get(name) for name in columns}) + "\n")


def _read_parquet(file: Path, columns: Mapping[str, type]) -> Iterator[Row]:
    with pq.ParquetFile(file) as table:
        for batch in table.iter_batches(ROWS_AT_A_TIME):
            yield from batch.to_pylist()


def _write_parquet(file: Path, columns: Mapping[str, type], rows: Iterable[Row]) -> None:
    schema = pa.schema([(name, TYPES[kind]) for name, kind in columns.items()])
    iterator = iter(rows)
    with pq.ParquetWriter(file, schema) as writer:
        while some := list(islice(iterator, ROWS_AT_A_TIME)):
            table = [{name: row.get(name) for name in columns} for row in some]
            writer.write_table(pa.Table.from_pylist(table, schema))


def plain(value: object) -> object:
    """A value as CSV has it.

    >>> plain(True), plain(None), plain(0.5)
    ('true', '', 0.5)
    """
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value


_READ = {".parquet": _read_parquet, ".csv": _read_csv, ".jsonl": _read_jsonl}
_WRITE = {".parquet": _write_parquet, ".csv": _write_csv, ".jsonl": _write_jsonl}
FORMATS = tuple(_WRITE)
"""What a file of answers may end in."""
