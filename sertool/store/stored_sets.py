"""What the file of a feature set says of itself, and whether more of it can be measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sertool.errors import BadChoice, BadPlugin, BadTable, UnknownName
from sertool.features import sets
from sertool.features.sets import FeatureSet
from sertool.store import layout, parquet
from sertool.store.parquet import SealedFile
from sertool.store.rows import KEYS


@dataclass(frozen=True)
class StoredSet:
    """A feature set of a corpus, or a part of it that waits in the journal.

    Attributes:
        name: of the set, as `sertool.features.sets` has it.
        file: that holds it.
        feature_set: what can measure more of it; None where nothing can.
        why: what stands in the way, a phrase; "" = nothing.
        is_outdated: whether its plug-in measures something else now.
    """

    name: str
    file: SealedFile
    feature_set: FeatureSet | None
    why: str = ""
    is_outdated: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its numbers, also where its plug-in is missing."""
        return self.file.columns[len(KEYS) :]


MISSING = (UnknownName, BadPlugin, BadChoice)
"""What looking up a set ends in that nothing here can measure."""


def about(feature_set: FeatureSet) -> dict[str, Any]:
    """What a file that holds a set says of it."""
    return {
        "holds": "feature set",
        "feature_set": {
            "name": feature_set.plugin,
            "version": feature_set.version,
            "window": feature_set.window,
            "is_own_window": feature_set.name == feature_set.plugin,
            "rate": feature_set.rate,
            "variants": [*feature_set.variants],
            "source": feature_set.source,
            "licence": feature_set.licence,
            "plugin": feature_set.package,
        },
    }


def read(file: Path) -> StoredSet:
    """Verify the file of a feature set and look its set up.

    Raises:
        BadTable: damaged, of another format, or no feature set.
    """
    sealed = parquet.read(file)
    said = sealed.about.get("feature_set")
    if not isinstance(said, dict) or sealed.columns[: len(KEYS)] != KEYS:
        raise parquet.damaged(file, "it holds no feature set")
    if layout.set_name(file) != f"{said.get('name')}@{said.get('window')}":
        raise parquet.damaged(file, f"it holds {said.get('name')}, by its name another set")
    try:
        found = sets.get(f"{said.get('name')}@{said.get('window')}")
    except UnknownName:
        return StoredSet(_stored_name(said), sealed, None, _remedy(said.get("plugin")))
    except (BadPlugin, BadChoice) as error:
        return StoredSet(_stored_name(said), sealed, None, str(error))
    for why in _changes(found, said, sealed):
        return StoredSet(found.name, sealed, None, why, is_outdated=True)
    return StoredSet(found.name, sealed, found)


def _remedy(package: str | None) -> str:
    """What to do about a plug-in that is missing, by the name and version of what brought it."""
    name = (package or "").partition(" ")[0]
    if name.endswith(".py"):
        return f"it is of {package}, which was not given; add --plugin {name}"
    return f"{package or 'the package that brings it'} is not installed; install it"


def _stored_name(said: Mapping[str, Any]) -> str:
    """The name of a set whose plug-in is missing, as it was called when that was there."""
    rule = "" if said.get("is_own_window", True) else f"@{said.get('window')}"
    return f"{said.get('name')}{rule}"


def _changes(found: FeatureSet, said: Mapping[str, Any], sealed: SealedFile) -> Iterator[str]:
    """What the set that is measured now has other than the one that is stored."""
    if found.version != said.get("version"):
        yield f"version {said.get('version')} is stored, {found.version} is measured now"
    if sealed.columns[len(KEYS) :] != found.columns:
        yield "it has other columns now"
    if said.get("rate") != found.rate:
        yield f"it was measured at {said.get('rate')} Hz, now it is at {found.rate} Hz"
    if said.get("variants") != [*found.variants]:
        yield "it is measured on other variants now"


def of_corpus(folder: Path, corpus: str) -> dict[str, Path]:
    """The files of the feature sets of a corpus by name, those among them that nothing can measure.

    Only files of sets whose plug-in is missing are opened.
    """
    return {_name(file): file for file in layout.set_files(folder, corpus)}


def _name(file: Path) -> str:
    """The name of the set in a file."""
    stored = layout.set_name(file)
    try:
        return sets.get(stored).name
    except MISSING:
        pass
    try:
        return read(file).name
    except BadTable:  # said where the set is wanted
        return stored


def held(folder: Path, corpus: str) -> dict[str, str]:
    """The sets that store or journal hold of a corpus, of some clips at least, by name.

    Returns:
        Name -> why nothing can measure more of it, "" = nothing stands in the way. One that is
        stored in another version than is measured now can be measured again.

    Raises:
        BadTable: the file of a set whose plug-in is missing is damaged.
    """
    found: dict[str, str] = {}
    for file in [*layout.set_files(folder, corpus), *layout.journal_parts(folder, corpus)]:
        try:
            found[sets.get(layout.set_name(file)).name] = ""
        except MISSING:
            stored = read(file)
            found[stored.name] = stored.why
    return found


def waiting(folder: Path, corpus: str) -> list[tuple[str, Path]]:
    """The files of a corpus in the journal, each with the name of its set."""
    return [(_name(file), file) for file in layout.journal_parts(folder, corpus)]


def refuse_missing(folder: Path, name: str) -> None:
    """Refuse to measure a set that a store holds and no plug-in that works can measure.

    Raises:
        BadPlugin: with the package that brought it.
        BadTable: a file is damaged.
    """
    for corpus in layout.corpora(folder):
        why = held(folder, corpus).get(name)
        if why:
            raise BadPlugin(f"{name} can be read from {folder}, but not measured: {why}")


def with_journal(folder: Path, corpus: str, feature_set: FeatureSet) -> Iterator[StoredSet]:
    """The files that hold a set of a corpus, oldest first, if they are of its present version.

    Raises:
        BadTable: a file is damaged.
    """
    whole = layout.set_file(folder, corpus, feature_set)
    waiting = layout.journal_parts(folder, corpus, feature_set)
    for file in [whole, *waiting] if whole.is_file() else waiting:
        found = read(file)
        if found.feature_set is not None:
            yield found
