"""Where the default store and the corpora's places are kept: `SERTOOL_HOME`."""

from __future__ import annotations

import json
import os
from pathlib import Path

from sertool.errors import BadTable, NotFound
from sertool.storage import paths, writing

EMBEDDED_STORE = paths.ASSETS / "store"
"""The features that ship with the package: EmoDB and the first speakers of CREMA-D."""


def home() -> Path:
    """The folder in `SERTOOL_HOME`, else the platform's folder for user data."""
    import platformdirs

    given = os.environ.get("SERTOOL_HOME")
    return Path(given) if given else Path(platformdirs.user_data_dir("sertool"))


def default_store() -> Path:
    """Where `sertool extract` writes unless it is told otherwise."""
    return home() / "store"


def features_of(place: Path) -> tuple[str, ...]:
    """The feature sets to take from a store where none is named: the best, if it holds them."""
    from sertool.cli import console
    from sertool.features import sets
    from sertool.store import layout, stored_sets

    held = [{*stored_sets.of_corpus(place, name)} for name in layout.corpora(place)]
    if not held or {*sets.BEST} <= set.union(*held):
        return sets.BEST
    shared = sets.ordered(set.intersection(*held)) or sets.BEST
    if place != EMBEDDED_STORE:
        console.say(
            f"features: {', '.join(shared)}, as {place} holds no {', '.join(sets.BEST)}, which "
            f"are better on new speakers: sertool extract --features {','.join(sets.BEST)} ..."
        )
    return shared


def store_to_read(given: str | None) -> Path:
    """The store that was asked for; else the default one, if it was filled; else the embedded."""
    if given is not None:
        return paths.path(given)
    own = default_store()
    return own if any(own.glob("*/clips.parquet")) else EMBEDDED_STORE


def store_to_change(given: str | None) -> Path:
    """The store that was asked for, else the default one; never the embedded one.

    Raises:
        NotFound: none was asked for, and the default one is not there.
    """
    own = paths.path(given) if given is not None else default_store()
    if given is None and not own.is_dir():
        raise NotFound(f"you have no store at {own}; name one: DIR")
    return own


def places() -> dict[str, Path]:
    """Where each corpus lies, as told by `sertool corpora add`."""
    file = home() / "corpora.json"
    if not file.is_file():
        return {}
    try:
        return {name: Path(place) for name, place in json.loads(file.read_text()).items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise BadTable(
            f"{file} is damaged ({error}); remove it and add the corpora again"
        ) from None


def remember(name: str, place: Path) -> None:
    """Note where a corpus lies."""
    file = home() / "corpora.json"
    known = {known: str(path) for known, path in places().items()}
    text = json.dumps({**known, name: str(place.resolve())}, indent=2) + "\n"
    writing.write(file, text.encode())
