"""What the file of a feature set says of itself, and whether more of it can be measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sertool import registry
from sertool.errors import BadPlugin, BadTable, UnknownName
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


def about(feature_set: FeatureSet) -> dict[str, Any]:
    """What a file that holds a set says of it."""
    origin = registry.origin("feature_sets", feature_set.plugin)
    return {
        "holds": "feature set",
        "feature_set": {
            "name": feature_set.plugin,
            "version": feature_set.version,
            "window": feature_set.window,
            "rate": feature_set.rate,
            "source": feature_set.source,
            "licence": feature_set.licence,
            "plugin": str(origin or ""),
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
    name = f"{said.get('name')}@{said.get('window')}"
    try:
        found = sets.get(name)
    except UnknownName:
        where = said.get("plugin") or "its package"
        return StoredSet(name, sealed, None, f"{where} is not installed")
    except (BadPlugin, BadTable) as error:
        return StoredSet(name, sealed, None, str(error))
    if found.version != said.get("version"):
        why = f"version {said.get('version')} is stored, {found.version} is measured now"
        return StoredSet(found.name, sealed, None, why, is_outdated=True)
    if sealed.columns[len(KEYS) :] != found.columns:
        why = "its columns are others now"
        return StoredSet(found.name, sealed, None, why, is_outdated=True)
    return StoredSet(found.name, sealed, found)


def of_corpus(folder: Path, corpus: str) -> dict[str, Path]:
    """The files of the feature sets of a corpus by name, those among them that nothing can measure.

    No file is opened.
    """
    return {_name(file): file for file in layout.set_files(folder, corpus)}


def _name(file: Path) -> str:
    """The name of the set in a file; with the rule for windows where its plug-in is missing."""
    stored = layout.set_name(file)
    try:
        return sets.get(stored).name
    except (UnknownName, BadPlugin):
        return stored


def held(folder: Path, corpus: str) -> dict[str, str]:
    """The sets that store or journal hold of a corpus, of some clips at least, by name.

    Returns:
        Name -> why nothing can measure more of it, "" = nothing stands in the way. One that is
        stored in another version than is measured now can be measured again.

    Raises:
        BadTable: a file is damaged.
    """
    files = [*layout.set_files(folder, corpus), *layout.journal_parts(folder, corpus)]
    by_name = {_name(file): file for file in files}
    known = sets.known()
    return {
        name: "" if name.partition("@")[0] in known else read(file).why
        for name, file in by_name.items()
    }


def refuse_missing(folder: Path, name: str) -> None:
    """Refuse a set that a store holds and no plug-in that works can measure.

    Raises:
        BadPlugin: with the package that brought it.
        BadTable: a file is damaged.
    """
    for corpus in layout.corpora(folder):
        for stored, why in held(folder, corpus).items():
            if why and name in (stored, stored.partition("@")[0]):
                raise BadPlugin(
                    f"{stored} can be read from {folder}, but not measured or compared: {why}; "
                    "install that package, or leave the set out"
                )


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


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Names of sets, known or not, in the order of `sets.in_order`."""
    return tuple(sorted(names, key=lambda name: (name not in sets.REFERENCE, name)))
