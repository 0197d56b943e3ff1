"""What may be given as a table: a file, standard input, or a folder that others' tools made."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sertool.corpora.sources import arff, audb, huggingface, nkululeko
from sertool.corpora.sources import table as tables
from sertool.corpora.sources.table import Table
from sertool.storage import paths
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
    return tables.is_file(there) or _is_folder(there)


def read(path: Path) -> Listed:
    """The table that a path leads to.

    Raises:
        NotFound: nothing lies there, or a folder without a table.
        BadTable: it is no table.
    """
    if not _is_folder(path):
        return _file(path)
    return Listed(audb.table(path) if audb.is_folder(path) else huggingface.table(path))


def _is_folder(path: Path) -> bool:
    """Whether a path is a folder of this machine with tables in it."""
    # os.path, as Path.is_dir() raises where a name is too long
    if not (paths.is_local(path) and os.path.isdir(path)):  # noqa: PTH112
        return False
    return audb.is_folder(path) or huggingface.is_folder(path)


def _file(path: Path) -> Listed:
    if path.suffix.lower() == ".ini" and tables.is_file(path):
        return Listed(*nkululeko.table(path))
    if path.suffix.lower() == ".arff" and tables.is_file(path):
        return Listed(arff.table(tables.text_of(path), path.name, path.parent))
    return Listed(tables.read(path))
