"""Where the recordings of a table lie: relative to what, and under which Unicode form of a name."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from pathlib import Path

from sertool.corpora.sources.note import Note
from sertool.corpora.sources.words import normal
from sertool.storage import paths


def located(texts: Collection[str], folder: Path) -> tuple[dict[str, str], list[Note]]:
    """Path as a table writes it -> path as it is opened, and what to know of that.

    Paths are relative to the table's folder. Where nothing lies there, and something does seen from
    the working directory, they are relative to that.

    Args:
        texts: of the table, each once.
        folder: of the table.

    Returns:
        POSIX paths, relative to the folder where the file lies below it, else absolute; links stay
        as named. A name that lies on the disk in another Unicode form is given in that form.
    """
    places = {text: relative(text, folder) for text in texts}
    if not paths.is_local(folder):
        return places, []
    listing = cache(_names)
    there = {text: _on_disk(place, folder, listing) for text, place in places.items()}
    if any(there.values()):
        return {text: there[text] or place for text, place in places.items()}, []
    from_here = {text: os.path.join(os.getcwd(), _posix(text)) for text in texts}  # noqa: PTH109, PTH118
    elsewhere = {text: relative(place, folder) for text, place in from_here.items()}
    there = {text: _on_disk(place, folder, listing) for text, place in elsewhere.items()}
    n_found = sum(bool(place) for place in there.values())
    if not n_found:
        return places, []
    note = Note(
        "paths of the working directory", "note",
        f"no path leads to a recording from the table's folder, {n_found} of {len(places)} do from "
        "the working directory",
        "they are taken from there; to be independent of it, move the table or write whole paths",
    )  # fmt: skip
    return {text: there[text] or place for text, place in elsewhere.items()}, [note]


def relative(text: str, folder: Path) -> str:
    """POSIX, relative to the folder where it lies below it, else absolute; links stay as named."""
    if not paths.is_local(folder):
        return os.path.normpath(text).replace("\\", "/")
    base = Path(os.path.normpath(folder.absolute()))
    place = Path(os.path.normpath(base / _posix(text)))
    return (place.relative_to(base) if place.is_relative_to(base) else place).as_posix()


def _posix(text: str) -> str:
    return text.replace("\\", "/")


Listing = Callable[[Path], Mapping[str, str]]
"""What says which names are in a folder, by their composed form."""


def _on_disk(place: str, folder: Path, listing: Listing) -> str:
    """A path as its parts are written on the disk; "" = there is no such file."""
    if os.path.exists(folder / place):  # noqa: PTH110 - Path.exists() raises where a name is too long
        return place
    if place.isascii():
        return ""
    return next(_in_other_form(place, folder, listing), "")


def _in_other_form(place: str, folder: Path, listing: Listing) -> Iterator[str]:
    """The path on the disk whose parts differ from these in nothing but their Unicode form."""
    parts = Path(place).parts
    found = Path(parts[0]) if Path(place).is_absolute() else Path()
    for part in parts[1:] if Path(place).is_absolute() else parts:
        if not os.path.exists(folder / found / part):  # noqa: PTH110
            part = listing(folder / found).get(normal(part), "")
        if not part:
            return
        found /= part
    yield found.as_posix()


def _names(folder: Path) -> Mapping[str, str]:
    """The names in a folder by their composed form."""
    try:
        return {normal(name): name for name in os.listdir(folder)}  # noqa: PTH208
    except (OSError, ValueError):
        return {}
