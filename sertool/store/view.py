"""A lazy view of a store: of the features no more is held than is asked for.

Features are read from disk when a matrix of them is wanted, some row groups at a time, so that
what is held is that matrix and no table beside it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sertool.errors import NotFound, UnknownName, choices
from sertool.features import sets
from sertool.storage import paths
from sertool.store import layout, parquet, stored_sets
from sertool.store.parquet import SealedFile
from sertool.store.rows import IDENTITY, OPTIONAL
from sertool.store.stored_sets import StoredSet
from sertool.types import VARIANTS


@dataclass(frozen=True)
class StoredCorpus:
    """A corpus of a store.

    Attributes:
        name: of the corpus.
        clips: the file that says who says what.
        sets: its feature sets, by name, as far as they are wanted.
    """

    name: str
    clips: SealedFile
    sets: Mapping[str, StoredSet]

    @cached_property
    def identity(self) -> pa.Table:
        """The columns of its clips that this sertool knows, a row for each."""
        known = {*IDENTITY, *OPTIONAL.names}
        return self.clips.table([name for name in self.clips.columns if name in known])


@dataclass(frozen=True)
class CorpusRows:
    """The variants of the clips of a corpus of which all sets that are wanted have numbers.

    Attributes:
        corpus: its name.
        identity: the identity columns, named `IDENTITY`, then those of `OPTIONAL` that are known.
        places: for each set the rows of its file, shape (n_rows,).
        stored: the sets, in the same order.
        n_lacking: clips of the corpus of which one of the sets has no numbers.
    """

    corpus: str
    identity: pa.Table
    places: tuple[np.ndarray, ...]
    stored: tuple[StoredSet, ...]
    n_lacking: int


@dataclass(frozen=True)
class View:
    """Some corpora of a store, seen through some feature sets.

    Attributes:
        identity: the identity columns of all rows.
        parts: the rows of each corpus, in order.
    """

    identity: pa.Table
    parts: tuple[CorpusRows, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the numbers, in order."""
        return tuple(name for each in self.parts[0].stored for name in each.columns)

    @property
    def packages(self) -> dict[str, str]:
        """Feature set -> name and version of the package that measured it, where not sertool."""
        said = {each.name: each.file.about["feature_set"] for each in self.parts[0].stored}
        return {name: about["plugin"] for name, about in said.items() if about.get("plugin")}

    @property
    def lacking(self) -> dict[str, int]:
        """Corpus -> clips that are left out, as one of the sets has no numbers of them."""
        return {each.corpus: each.n_lacking for each in self.parts if each.n_lacking}

    def matrix(self, rows: np.ndarray) -> np.ndarray:
        """The numbers of all sets of the rows that are numbered.

        Returns:
            Shape (n_rows, n_columns of all sets), float32.

        Raises:
            BadTable: a file is damaged, or was replaced since it was opened.
        """
        widths = [len(each.columns) for each in self.parts[0].stored]
        edges = np.cumsum([0, *widths])
        result = np.empty((len(rows), edges[-1]), dtype=np.float32)
        ends = np.cumsum([len(each.places[0]) for each in self.parts])
        part_of = np.searchsorted(ends, rows, side="right")
        for number, part in enumerate(self.parts):
            wanted = np.flatnonzero(part_of == number)
            own = rows[wanted] - (ends[number] - len(part.places[0]))
            if not wanted.size:
                continue
            for stored, places, begin, end in zip(
                part.stored, part.places, edges[:-1], edges[1:], strict=True
            ):
                _fill(result[:, begin:end], wanted, stored, places[own])
        return result


@dataclass(frozen=True)
class StoredCorpora:
    """Some corpora of a store whose files were verified; a view of them takes no further look."""

    corpora: tuple[StoredCorpus, ...]

    @property
    def sets(self) -> tuple[str, ...]:
        """The names of the sets that are wanted, in order."""
        return tuple(self.corpora[0].sets)

    def through(self, names: Sequence[str]) -> View:
        """The rows of which some feature sets have numbers.

        Args:
            names: of the sets, each held by all of these corpora.
        """
        columns = [column for name in names for column in self.corpora[0].sets[name].columns]
        if len({*columns}) < len(columns):
            raise NotFound(f"{' and '.join(names)} have columns of one name; read one at a time")
        parts = tuple(_rows(each, names) for each in self.corpora)
        tables = [part.identity for part in parts]
        return View(pa.concat_tables(tables, promote_options="default"), parts)


def open_corpora(
    folder: str | Path, names: Sequence[str] = (), wanted: Sequence[str] | None = None
) -> StoredCorpora:
    """Some corpora of a store (all, where none is named), to be read as they are needed.

    Args:
        folder: of the store; a text may be a remote path (`s3://bucket/features`).
        names: of the corpora.
        wanted: feature sets that they must hold; left out = all that they have in common.

    Raises:
        NotFound: no store there, or it lacks a feature set.
        BadTable: damaged, or a store of another format.
        UnknownName: a corpus that the store does not hold, or a feature set that does not exist.
    """
    place = paths.path(folder)
    chosen = _chosen(place, names)
    files = {name: stored_sets.of_corpus(place, name) for name in chosen}
    asked = common(files) if wanted is None else _named(wanted, files)
    _check_held(place, files, asked)
    stored = {
        corpus: {name: stored_sets.read(files[corpus][name]) for name in asked} for corpus in chosen
    }
    if wanted is None:
        current = (all(not held[name].is_outdated for held in stored.values()) for name in asked)
        asked = tuple(itertools.compress(asked, current)) or asked
    _check_current(place, stored, asked)
    clips = (_clips(layout.clips_file(place, name)) for name in chosen)
    return StoredCorpora(
        tuple(
            StoredCorpus(name, file, {each: stored[name][each] for each in asked})
            for name, file in zip(chosen, clips, strict=True)
        )
    )


def _clips(file: Path) -> SealedFile:
    found = parquet.read(file)
    if found.about.get("holds") != "clips" or not {*found.columns} >= OF_CLIPS:
        raise parquet.damaged(file, "it holds no clips")
    return found


def _chosen(folder: Path, names: Sequence[str]) -> tuple[str, ...]:
    present = corpora_in(folder)
    for name in names:
        if name not in present:
            raise UnknownName(f"the store {folder} holds no corpus {choices(name, present)}")
    return tuple(names or present)


def corpora_in(folder: Path) -> tuple[str, ...]:
    """The names of the corpora of a store, at least one.

    Raises:
        NotFound: no store there.
        BadTable: one of an older format.
    """
    layout.refuse_old(folder)
    present = layout.corpora(folder)
    if present:
        return present
    raise NotFound(
        f"no feature store at {folder}; make one with: sertool extract NAME=FOLDER --store {folder}"
    )


OF_CLIPS = {*IDENTITY} - {"variant", "offset_s"}
"""The columns that the file of the clips must have."""

Held = Mapping[str, Mapping[str, Path]]
"""Corpus -> the files of its feature sets by name."""


def common(stored: Held) -> tuple[str, ...]:
    """The sets that all corpora hold, those among them that cannot be measured any more."""
    first, *others = (each.keys() for each in stored.values())
    return sets.ordered(name for name in first if all(name in other for other in others))


def _named(wanted: Sequence[str], stored: Held) -> tuple[str, ...]:
    """The sets that are wanted; one whose plug-in is missing is known from the store alone."""
    held = {name for each in stored.values() for name in each}
    return sets.ordered(name if name in held else sets.get(name).name for name in wanted)


def _check_held(folder: Path, stored: Held, asked: Sequence[str]) -> None:
    if not asked:
        raise NotFound(
            f"{', '.join(stored)} in {folder} have no feature set in common; measure one with: "
            f"sertool extract NAME=FOLDER --features NAME --store {folder}"
        )
    for name in asked:
        lacking = [corpus for corpus, held in stored.items() if name not in held]
        if lacking:
            raise NotFound(
                f"the store {folder} holds no {name} of {', '.join(lacking)}; measure them into a "
                f"store of your own with: sertool extract NAME=FOLDER --features {','.join(asked)} "
                "--store DIR"
            )


def _check_current(
    folder: Path, stored: Mapping[str, Mapping[str, StoredSet]], asked: Sequence[str]
) -> None:
    for name in asked:
        for corpus in (corpus for corpus, held in stored.items() if held[name].is_outdated):
            raise NotFound(
                f"{name} of {corpus} in {folder} is not what this sertool measures "
                f"({stored[corpus][name].why}); measure it again with: sertool extract "
                f"{corpus}=FOLDER --features {name} --store {folder}"
            )
        versions = {corpus: _version(held[name]) for corpus, held in stored.items()}
        if len({*versions.values()}) > 1:  # its plug-in is missing, or it would be outdated
            said = ", ".join(f"{corpus} {version}" for corpus, (version, _) in versions.items())
            raise NotFound(
                f"{name} is stored in several versions ({said}), which are not to be mixed; read "
                "these corpora one at a time"
            )


def _version(stored: StoredSet) -> tuple[str, tuple[str, ...]]:
    return str(stored.file.about["feature_set"].get("version")), stored.columns


def _rows(corpus: StoredCorpus, names: Sequence[str]) -> CorpusRows:
    clips = corpus.identity
    stored = tuple(corpus.sets[name] for name in names)
    keys = [each.file.table(["clip", "variant", "sha256", "offset_s"]) for each in stored]
    variants = [name for name in VARIANTS if all(_has(each, name) for each in keys)]
    if not variants:
        raise NotFound(
            f"{' and '.join(names)} of {corpus.name} were measured on no variant in common; read "
            "them one at a time"
        )
    found = np.stack([_found(clips, each, variants) for each in keys])  # (sets, clips, variants)
    complete = (found >= 0).all(axis=(0, 2))
    rows = np.repeat(np.flatnonzero(complete), len(variants))
    places = tuple(each[complete].ravel() for each in found)
    repeated = clips.take(pa.array(rows))
    columns = {name: repeated.column(name) for name in repeated.column_names}
    columns["variant"] = pa.array(variants * int(complete.sum()), pa.string())
    columns["offset_s"] = keys[0].column("offset_s").take(pa.array(places[0]))
    optional = [name for name in OPTIONAL.names if name in columns]
    identity = pa.table({name: columns[name] for name in (*IDENTITY, *optional)})
    n_lacking = int((~complete).sum())
    return CorpusRows(corpus.name, identity.replace_schema_metadata(), places, stored, n_lacking)


def _has(keys: pa.Table, variant: str) -> bool:
    return bool(pc.any(pc.equal(keys.column("variant"), variant)).as_py())


def _found(clips: pa.Table, keys: pa.Table, variants: Sequence[str]) -> np.ndarray:
    """The row of each variant of each clip, -1 = none, shape (n_clips, n_variants).

    A row of another sound than the clip has now is none of its.
    """
    sounds = pc.binary_join_element_wise(keys.column("clip"), keys.column("sha256"), "\0")
    wanted = pc.binary_join_element_wise(clips.column("clip"), clips.column("sha256"), "\0")
    result = np.empty((clips.num_rows, len(variants)), np.int64)
    for number, variant in enumerate(variants):
        rows = np.flatnonzero(pc.equal(keys.column("variant"), variant).to_numpy())
        places = pc.index_in(wanted, sounds.take(pa.array(rows)))
        found = places.fill_null(-1).to_numpy()
        result[:, number] = np.where(found < 0, -1, rows[found] if rows.size else -1)
    return result


def _fill(result: np.ndarray, wanted: np.ndarray, stored: StoredSet, places: np.ndarray) -> None:
    """Put rows of a set's file into rows of a matrix, a row group at a time."""
    order = np.argsort(places, kind="stable")
    edges = np.cumsum([0, *stored.file.group_rows])
    bounds = np.searchsorted(places[order], edges)
    groups = np.flatnonzero(np.diff(bounds)).tolist()
    for group, table in zip(groups, stored.file.tables(stored.columns, groups), strict=True):
        some = order[bounds[group] : bounds[group + 1]]
        result[wanted[some]] = parquet.matrix(table, stored.columns, places[some] - edges[group])
    stored.file.check_unchanged()
