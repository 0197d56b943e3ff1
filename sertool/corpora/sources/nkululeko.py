"""A configuration of nkululeko: its databases as one table, their words and sides with them."""

from __future__ import annotations

import ast
import configparser
import os
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


def table(file: Path) -> tuple[Table, dict[str, str]]:
    """The rows of all databases that a configuration names.

    Returns:
        The table, with the names of `columns.FIELDS`, and the mapping of words that there is.

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
    words = {str(word): str(emotion) for word, emotion in mapping.items()}
    return tables.stacked(file.name, file.parent, parts), words


def _settings(file: Path) -> configparser.ConfigParser:
    settings = configparser.ConfigParser(interpolation=None, strict=False)
    settings.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        settings.read_string(tables.text_of(file))
    except configparser.Error as error:
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
    seen = (file.parent / place, Path(place))
    found = next((each for each in seen if place and os.path.exists(each)), None)  # noqa: PTH110
    if found is None:
        raise NotFound(
            f"{file.name}: no database at {place!r}, seen from its folder or the working "
            "directory; correct the path"
        )
    part = audb.table(found) if found.is_dir() else tables.read(found)
    base = found if found.is_dir() else found.parent / about["audio_path"]
    layout = columns.layout(part, {"emotion": target} if target in part.columns else {})
    side = _SIDES.get(about["split_strategy"], "")
    kept = {
        place: field for field, place in layout.places.items() if not (side and field == "split")
    }
    heads = [part.columns[place] if kept[place] in layout.units else kept[place] for place in kept]
    lines = [
        (
            line,
            (*(_cell(cells[each], kept[each], base) for each in kept), *([side] if side else [])),
        )
        for line, cells in part.lines
    ]
    return Table(part.name, file.parent, (*heads, *(["split"] if side else [])), tuple(lines))


def _cell(text: str, field: str, base: Path) -> str:
    """A cell; a path is made whole, for each database has a folder of its own."""
    return str((base / text.replace("\\", "/")).absolute()) if field == "path" and text else text
