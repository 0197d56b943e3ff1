"""A folder as Hugging Face's `audiofolder` reads it: sounds, and a `metadata.csv` beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sertool.corpora.sources import splits
from sertool.corpora.sources import table as tables
from sertool.corpora.sources.table import Table
from sertool.errors import BadTable

METADATA = "metadata.csv"
PATH = "file_name"


def is_folder(folder: Path) -> bool:
    """Whether a folder, or one in it, has a `metadata.csv`."""
    return next(_files(folder), None) is not None


def table(folder: Path) -> Table:
    """All that the folder's `metadata.csv` list; each file's folder says its split.

    Raises:
        BadTable: one of them is no table, or has no column `file_name`.
    """
    parts = [(file.parent.relative_to(folder), tables.read(file)) for file in _files(folder)]
    return tables.stacked(METADATA, folder, [_with_split(below, each) for below, each in parts])


def _files(folder: Path) -> Iterator[Path]:
    for pattern in (METADATA, f"*/{METADATA}", f"*/*/{METADATA}"):
        yield from sorted(folder.glob(pattern))


def _with_split(below: Path, found: Table) -> Table:
    """The same table with paths from the folder on, and the split where the folders say it."""
    if PATH not in found.columns:
        raise BadTable(
            f"{(below / found.name).as_posix()} has no column {PATH} (its first line: "
            f"{', '.join(found.columns) or 'empty'}): name it so, as Hugging Face does"
        )
    place = found.columns.index(PATH)
    lines = []
    for line, cells in found.lines:
        path = (below / cells[place]).as_posix() if cells[place] else ""
        side = splits.side_of_folder(path)
        lines.append((line, (*cells[:place], path, *cells[place + 1 :], side)))
    if "split" in found.columns or not any(cells[-1] for _, cells in lines):
        columns, lines = found.columns, [(line, cells[:-1]) for line, cells in lines]
    else:
        columns = (*found.columns, "split")
    return Table(found.name, found.folder, columns, tuple(lines))
