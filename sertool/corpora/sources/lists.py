"""What may be given as a table: a file, standard input, or a folder that others' tools made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sertool.corpora.sources import arff, audb, huggingface, nkululeko
from sertool.corpora.sources import table as tables
from sertool.corpora.sources.table import Table
from sertool.types import Emotion


@dataclass(frozen=True)
class Listed:
    """A table, and what its source says of it.

    Attributes:
        table: all rows in one.
        mapping: word -> emotion.
    """

    table: Table
    mapping: Mapping[str, Emotion] = field(default_factory=dict)


def is_list(place: str) -> bool:
    """Whether a place on the command line is a table, rather than the folder of a known corpus.

    >>> is_list("mine.TSV"), is_list("-"), is_list("no/such/folder")
    (True, True, False)
    """
    if place == tables.STANDARD_INPUT or place.lower().endswith(tables.SUFFIXES):
        return True
    if "://" in place:
        return False
    there = Path(place).expanduser()
    return there.is_file() or audb.is_folder(there) or huggingface.is_folder(there)


def read(path: Path) -> Listed:
    """The table that a path leads to.

    Raises:
        NotFound: nothing lies there, or a folder without a table.
        BadTable: it is no table.
    """
    if path.is_file():
        return _file(path)
    if audb.is_folder(path):
        return Listed(audb.table(path))
    if huggingface.is_folder(path):
        return Listed(huggingface.table(path))
    return Listed(tables.read(path))


def _file(path: Path) -> Listed:
    if path.suffix.lower() == ".ini":
        return Listed(*nkululeko.table(path))
    if path.suffix.lower() == ".arff":
        return Listed(arff.table(tables.text_of(path), path.name, path.parent))
    return Listed(tables.read(path))
