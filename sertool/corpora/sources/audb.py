"""A folder as audb publishes a corpus: sounds, `db.yaml`, and tables `db.*.csv` or `.parquet`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sertool.corpora.sources import columns, segments, splits, words
from sertool.corpora.sources import table as tables
from sertool.corpora.sources.columns import Row
from sertool.corpora.sources.table import Table
from sertool.errors import BadTable

HEAD = ("path", "start", "end")
"""How a row of these tables says which clip it is of."""
JOINED = tuple(field for field in columns.FIELDS if field not in (*HEAD, "duration", "offset"))

Key = tuple[str, segments.Span | None]


def is_folder(folder: Path) -> bool:
    """Whether a folder has a `db.yaml`, or tables named as audb names them."""
    return (folder / "db.yaml").is_file() or next(_files(folder), None) is not None


def table(folder: Path) -> Table:
    """The clips that any of the tables gives an emotion, with what all of them say of these.

    A table of a part named train, dev or test (`db.emotion.test.csv`) says the split. What stands
    in tables of whole files holds for each part of these; one that is indexed by the speaker holds
    for all clips of the speaker.

    Raises:
        BadTable: no table has an emotion, or two give one clip different ones.
    """
    found = [(file, tables.read(file)) for file in _files(folder)]
    clips: dict[Key, dict[str, str]] = {}
    whole: dict[str, dict[str, str]] = {}
    of_speakers: dict[str, dict[str, str]] = {}
    for file, each in found:
        for key, row, place in _keyed(each):
            if row.cells["emotion"] and not words.is_unknown(row.cells["emotion"]):
                _add(clips.setdefault(key, {"line": str(row.line)}), row, _side(file), place)
            elif key[1] is None:
                _fill(whole.setdefault(key[0], {}), row)
        for speaker, row in _speakers(each):
            _fill(of_speakers.setdefault(speaker, {}), row)
    if not clips:
        raise BadTable(
            f"no table db.*.csv in {folder.as_posix()} has files and an emotion; give the one that "
            "has, and say which columns: NAME=db.TABLE.csv --columns emotion=HEAD"
        )
    lines = [_line(key, cells, whole, of_speakers) for key, cells in clips.items()]
    return Table(folder.name, folder, (*HEAD, *JOINED), tuple(lines))


def _files(folder: Path) -> Iterator[Path]:
    """The tables, those of the whole corpus before those of its parts."""
    found = [*folder.glob("db.*.csv"), *folder.glob("db.*.parquet")]
    yield from sorted(found, key=lambda file: (bool(_side(file)), file.name))


def _side(file: Path) -> str:
    """The side of a split that a table's name says, "" = none."""
    return next(
        (side for part in file.name.split(".") if (side := splits.side_of_folder(f"{part}/"))), ""
    )


def _layout(found: Table, *needed: str) -> columns.Layout | None:
    """The columns of a table that has those that are needed."""
    heads = [*map(columns.plain, found.columns)]
    if not all(any(word in heads for word in columns.FIELDS[field].split()) for field in needed):
        return None
    return columns.known(found)


def _keyed(found: Table) -> Iterator[tuple[Key, Row, str]]:
    """The rows of a table of files or of their parts."""
    layout = _layout(found, "path")
    if layout is None:
        return
    rows = [*columns.rows(found, layout)]
    for row, span in zip(rows, segments.spans(rows, layout.units, found.name), strict=True):
        yield (row.cells["path"], span), row, f"{found.name}, line {row.line}"


def _speakers(found: Table) -> Iterator[tuple[str, Row]]:
    """The rows of a table of speakers."""
    layout = _layout(found, "speaker")
    if layout is None or "path" in layout.places:
        return
    for row in columns.rows(found, layout):
        yield row.cells["speaker"], row


def _add(cells: dict[str, str], row: Row, side: str, place: str) -> None:
    said = cells.get("emotion", row.cells["emotion"])
    if said != row.cells["emotion"]:
        raise BadTable(
            f"{place}: {row.cells['path']} is {row.cells['emotion']}, {said} in another table; "
            "give the table that counts: NAME=db.TABLE.csv"
        )
    _fill(cells, row)
    if side and not cells.get("split"):
        cells["split"] = side


def _fill(cells: dict[str, str], row: Row) -> None:
    for field in JOINED:
        if row.cells[field] and not cells.get(field):
            cells[field] = row.cells[field]


def _line(
    key: Key,
    cells: dict[str, str],
    whole: dict[str, dict[str, str]],
    of_speakers: dict[str, dict[str, str]],
) -> tuple[int, tuple[str, ...]]:
    """The line of one clip, its own cells before those of its file and its speaker."""
    known = whole.get(key[0], {}) | cells
    known = of_speakers.get(known.get("speaker", ""), {}) | known
    start, end = key[1] or (None, None)
    times = ("" if start is None else str(start), "" if end is None else str(end))
    return int(cells["line"]), (key[0], *times, *_cells(known, JOINED))


def _cells(known: dict[str, str], fields: Sequence[str]) -> list[str]:
    return [known.get(field, "") for field in fields]
