"""A configuration of nkululeko: its databases as one table, their words and sides with them."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from sertool.corpora.sources import audb, columns
from sertool.corpora.sources import table as tables
from sertool.corpora.sources.table import Table
from sertool.errors import BadTable, NotFound

Kind = TypeVar("Kind")

_SIDES = {"train": "train", "test": "test", "dev": "dev"}
"""What `split_strategy` may say that is a side; all else is nkululeko's to draw."""


def table(file: Path) -> tuple[Table, dict[str, str], dict[str, str]]:
    """The rows of all databases that a configuration names.

    Returns:
        The table; the head of its emotions; the mapping of words that the configuration has.

    Raises:
        NotFound: a database that is not there.
        BadTable: no configuration, or no databases in it.
    """
    settings = _settings(file)
    data = settings["DATA"] if settings.has_section("DATA") else {}
    names = _value(data.get("databases", ""), list, file)
    if not names:
        raise BadTable(
            f"{file.name} names no databases: [DATA] needs databases = ['NAME'] and NAME = FILE"
        )
    target = data.get("target", "emotion")
    parts: list[Table] = []
    mapping: dict[object, object] = {}
    for name in map(str, names):
        about = {
            key: data.get(f"{name}.{key}", "") for key in ("type", "split_strategy", "audio_path")
        }
        parts.append(_part(file, data.get(name, ""), about, target))
        mapping |= _value(data.get(f"{name}.mapping", ""), dict, file)
    heads = {"emotion": target} if any(target in part.columns for part in parts) else {}
    return (
        tables.stacked(file.name, file.parent, parts),
        heads,
        {str(k): str(v) for k, v in mapping.items()},
    )


def _settings(file: Path) -> configparser.ConfigParser:
    settings = configparser.ConfigParser(interpolation=None, strict=False)
    settings.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        settings.read_string(file.read_text(encoding="utf-8-sig"))
    except (configparser.Error, UnicodeDecodeError) as error:
        reason = str(error).partition("\n")[0]
        raise BadTable(f"{file.name} is no configuration ({reason}); correct it") from None
    return settings


def _value(text: str, kind: type[Kind], file: Path) -> Kind:
    """A list or table in Python's notation; empty where there is none."""
    if not text.strip():
        return kind()
    try:
        found = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        found = None
    if not isinstance(found, kind):
        raise BadTable(f"{file.name}: {text[:60]!r} is no {kind.__name__} in Python's notation")
    return found


def _part(file: Path, place: str, about: Mapping[str, str], target: str) -> Table:
    """One database, a CSV file or a folder of audb, with whole paths and its side."""
    found = next(
        (each for each in (file.parent / place, Path(place)) if place and each.exists()), None
    )
    if found is None:
        raise NotFound(
            f"{file.name}: no database at {place!r}, seen from its folder or the working "
            "directory; correct the path"
        )
    part = audb.table(found) if found.is_dir() else tables.read(found)
    heads = {"emotion": target} if target in part.columns else {}
    number = columns.layout(part, heads).places["path"]
    base = found.parent / about["audio_path"] if not found.is_dir() else found
    side = _SIDES.get(about["split_strategy"], "")
    kept = [
        index
        for index, head in enumerate(part.columns)
        if index != number and not (side and head == "split")
    ]
    lines = [
        (line, (str((base / cells[number]).absolute()), *(cells[each] for each in kept), side))
        for line, cells in part.lines
        if cells[number]
    ]
    heads_kept = ("path", *(part.columns[each] for each in kept), "split")
    if not side:
        return Table(
            part.name, file.parent, heads_kept[:-1], tuple((line, row[:-1]) for line, row in lines)
        )
    return Table(part.name, file.parent, heads_kept, tuple(lines))
