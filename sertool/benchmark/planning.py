"""A study and a store -> the fits that it takes, and what of it cannot be done and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sertool import registry, store
from sertool.benchmark import contracts, lacking, results, sharing
from sertool.benchmark.study import Study
from sertool.errors import BadChoice, NotEnough, choices
from sertool.learning.candidate import Candidate
from sertool.store.view import StoredCorpora, View, open_corpora
from sertool.types import EMOTIONS, SIX_EMOTIONS, VARIANTS, Protocol, Split, Variant


@dataclass(frozen=True)
class Dataset:
    """The rows that a protocol is run on.

    Attributes:
        identity: the identity columns of the store.
        features: shape (n_rows, n_features).
        feature_sets: which they are, joined by "+".
        emotions: which entered, as declared.
        digest: names the content of the rows.
        n_clips: clips of each (corpus, emotion) there were, those left out among them.
        n_dropped: clips left out because their sound has another name, too.
        n_lacking: clips left out because a feature set has no numbers of them.
        packages: feature set -> name and version of the package that measured it, sertool apart.
    """

    identity: pa.Table
    features: np.ndarray
    feature_sets: str
    emotions: str
    digest: str
    n_clips: Mapping[tuple[str, str], int]
    n_dropped: int = 0
    n_lacking: int = 0
    packages: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def labels(self) -> np.ndarray:
        """The emotions of the rows, each once, sorted, shape (n_labels,), str."""
        return np.unique(self.identity.column("emotion").unique().to_pylist())

    @cached_property
    def emotion(self) -> np.ndarray:
        """The emotion of each row, as its number among `labels`, shape (n_rows,)."""
        places = pc.index_in(self.identity.column("emotion"), pa.array(self.labels.tolist()))
        return _numbers(places)

    @cached_property
    def corpus(self) -> np.ndarray:
        """A number for the corpus of each row, shape (n_rows,)."""
        return _numbered(self.identity, "corpus")

    @cached_property
    def speaker(self) -> np.ndarray:
        """A number for the speaker of each row, of its own in each corpus, shape (n_rows,)."""
        return _numbered(self.identity, "corpus", "speaker")

    @cached_property
    def clip(self) -> np.ndarray:
        """A number for the clip of each row, of its own in each corpus, shape (n_rows,)."""
        return _numbered(self.identity, "corpus", "clip")

    @cached_property
    def sound(self) -> np.ndarray:
        """A number for the sound of each row, -1 = unknown, shape (n_rows,)."""
        unknown = pc.equal(self.identity.column("sha256"), "").to_numpy()
        return np.where(unknown, -1, _numbered(self.identity, "sha256"))


@dataclass(frozen=True)
class Fit:
    """One estimator on one split: the unit of work.

    `warnings` are what a reader should know of the rows and of how they were split.
    """

    protocol: Protocol
    split: Split
    dataset: Dataset = field(repr=False)
    normalisation: str
    candidate: Candidate
    seed: int
    train_variants: tuple[Variant, ...]
    warnings: tuple[str, ...]

    @property
    def key(self) -> results.Key:
        """The key of the result that this fit will have."""
        return results.key(
            self.protocol.name, self.split.name, self.normalisation, self.candidate.name,
            dict(self.candidate.parameters), self.dataset.emotions, self.train_variants,
            self.seed, self.dataset.digest,
        )  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """The fits of a study, and what of it cannot be done and why."""

    fits: tuple[Fit, ...] = field(repr=False)
    skipped: tuple[str, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings of all fits, each once."""
        return tuple(dict.fromkeys(warning for fit in self.fits for warning in fit.warnings))


def plan(study: Study, folder: str | Path) -> Plan:
    """Divide a study into fits.

    Args:
        study: what is asked.
        folder: of the store; a text may be a remote path (`s3://bucket/features`).

    Raises:
        NotFound, BadTable, UnknownName: as `sertool.read_store` says.
        NotEnough: nothing of what is asked can be done (the reasons are in the message).
        BadPlugin: a protocol of another package fails.

    >>> from sertool.benchmark.study import study
    >>> from sertool.storage import paths
    >>> asked = study(protocols=["clips"], corpora=["emodb"], estimators=["svm", "forest"],
    ...               features=["librosa178"])
    >>> fits = plan(asked, paths.ASSETS / "store").fits  # five folds for each estimator
    >>> len(fits), fits[0].split.name
    (10, 'emodb/fold-1')
    """
    stored = open_corpora(folder, study.corpora, study.feature_sets)
    fits: list[Fit] = []
    skipped: list[str] = []
    scopes = dict.fromkeys(protocol.scope for protocol in study.protocols)
    datasets = {scope: tuple(_datasets(study, scope, stored)) for scope in scopes}
    for protocol in study.protocols:
        for name, dataset in datasets[protocol.scope]:
            for seed in study.seeds:
                try:
                    with registry.running("protocols", protocol.name):
                        splits = list(protocol.splits(dataset.identity, name=name, seed=seed))
                    contracts.check_splits(protocol, splits, dataset.identity.num_rows)
                except NotEnough as error:
                    why = _remedy(name, dataset) or error
                    skipped.append(f"{protocol.name}: {why}")
                    continue
                warnings = tuple(_split_warnings(protocol, name, dataset, splits))
                for fit in _fits(study, protocol, dataset, splits, seed, warnings):
                    if _can_choose(fit):
                        fits.append(fit)
                    else:
                        skipped.append(_no_choice(fit))
    if not fits:
        raise NotEnough("; ".join(dict.fromkeys(skipped)) or "nothing was asked for")
    return Plan(tuple(fits), tuple(dict.fromkeys(skipped)))


def _datasets(study: Study, scope: str, stored: StoredCorpora) -> Iterator[tuple[str, Dataset]]:
    """Each pool by itself, or all of them as one table where the protocols cross them."""
    for sets in study.features:
        view = stored.through(sets)
        if scope == "across":
            pooled = (_pool(view.identity, pool) for pool in study.pools)
            identity = pa.concat_tables(map(_as_one_corpus, pooled, study.pools))
            yield "", _dataset(study, view, identity, sets, default="six")
            continue
        for pool in study.pools:
            default = "all" if len(pool) == 1 else "six"
            yield "+".join(pool), _dataset(study, view, _pool(view.identity, pool), sets, default)


def _pool(identity: pa.Table, pool: Sequence[str]) -> pa.Table:
    """The identity of the rows of some corpora, with their row numbers in column `row`."""
    numbered = identity.append_column("row", pa.array(np.arange(identity.num_rows)))
    return numbered.filter(pc.is_in(identity.column("corpus"), pa.array(pool)))


def _as_one_corpus(table: pa.Table, pool: Sequence[str]) -> pa.Table:
    """Several corpora under one name; their speakers and clips stay apart."""
    if len(pool) == 1:
        return table
    for name in ("speaker", "clip"):
        prefixed = pc.binary_join_element_wise(table.column("corpus"), table.column(name), "/")
        table = table.set_column(table.column_names.index(name), name, prefixed)
    corpus = pa.array(["+".join(pool)] * table.num_rows)
    return table.set_column(table.column_names.index("corpus"), "corpus", corpus)


def _dataset(
    study: Study, view: View, identity: pa.Table, sets: Sequence[str], default: str
) -> Dataset:
    declared = default if study.emotions == "default" else study.emotions
    kept, n_dropped = _without_duplicates(identity) if study.drop_duplicates else (identity, 0)
    n_clips = _clips_by_emotion(kept)
    if declared != "all":
        wanted = SIX_EMOTIONS if declared == "six" else declared
        if declared != "six":
            _check_emotions(wanted, kept)
        kept = kept.filter(pc.is_in(kept.column("emotion"), pa.array(wanted)))
    if not kept.num_rows and n_clips:
        raise NotEnough(lacking.sentence("+".join(_corpora(identity)), declared, n_clips))
    if not kept.num_rows:
        raise NotEnough(
            f"{'+'.join(sets)} has numbers of no clip of "
            f"{', '.join(_corpora(identity)) or 'these corpora'}; extract again"
        )
    if VARIANTS[0] not in kept.column("variant").unique().to_pylist():
        raise NotEnough(
            f"{'+'.join(sets)} is not measured on original recordings, which is what is tested; "
            "add it to a set that is"
        )
    X = view.matrix(kept.column("row").to_numpy())
    corpora = "+".join(identity.column("corpus").unique().to_pylist()).split("+")
    kept = kept.drop_columns("row")
    return Dataset(
        identity=kept,
        features=X,
        feature_sets="+".join(sets),
        emotions=declared if isinstance(declared, str) else ",".join(declared),
        digest=store.digest_of(kept, X, sets),
        n_clips=n_clips,
        n_dropped=n_dropped,
        packages=view.packages,
        n_lacking=sum(count for name, count in view.lacking.items() if name in corpora),
    )


def _without_duplicates(table: pa.Table) -> tuple[pa.Table, int]:
    """Without clips whose sound has several emotions, one of each other sound; how many less."""
    originals = _originals(table)
    names = store.qualified(originals, "clip")
    sounds, emotions = (originals.column(name).to_pylist() for name in ("sha256", "emotion"))
    same: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, sound, emotion in sorted(zip(names, sounds, emotions, strict=True)):
        same[sound or name].append((name, emotion))
    kept = {group[0][0] for group in same.values() if len({emotion for _, emotion in group}) == 1}
    rows = pa.array([name in kept for name in store.qualified(table, "clip")], pa.bool_())
    return table.filter(rows), len(names) - len(kept)


def _numbered(identity: pa.Table, *columns: str) -> np.ndarray:
    """A number for each combination of values, shape (n_rows,), int32."""
    joined = pc.binary_join_element_wise(*(identity.column(name) for name in columns), "\0")
    return _numbers(pc.index_in(joined, joined.unique()))


def _numbers(numbers: pa.ChunkedArray) -> np.ndarray:
    return np.ascontiguousarray(numbers.to_numpy(), dtype=np.int32)


def _check_emotions(wanted: Sequence[str], table: pa.Table) -> None:
    present = sorted(set(table.column("emotion").to_pylist()))
    for emotion in wanted:
        if emotion not in {*EMOTIONS, *present}:
            raise BadChoice(f"no emotion {choices(emotion, present)}")


def _corpora(identity: pa.Table) -> list[str]:
    return cast(list[str], identity.column("corpus").unique().to_pylist())


def _remedy(name: str, dataset: Dataset) -> str:
    """What to say where the choice of emotions is what leaves fewer than two; "" = it is not."""
    if dataset.labels.size > 1 or len({emotion for _, emotion in dataset.n_clips}) < 2:
        return ""
    return lacking.sentence(name or "the corpora", dataset.emotions, dataset.n_clips)


def _clips_by_emotion(table: pa.Table) -> dict[tuple[str, str], int]:
    originals = _originals(table)
    pairs = zip(
        originals.column("corpus").to_pylist(), originals.column("emotion").to_pylist(), strict=True
    )
    return dict(Counter(pairs))


def _originals(table: pa.Table) -> pa.Table:
    return table.filter(pc.equal(table.column("variant"), VARIANTS[0]))


def _split_warnings(
    protocol: Protocol, name: str, dataset: Dataset, splits: Sequence[Split]
) -> Iterator[str]:
    """What a reader should know of clips that were left out, and of a division nobody checked."""
    yield from _sound_warnings(name or protocol.name, dataset, splits)
    if "corpus" in protocol.leaks:
        yield from sharing.warnings(name or protocol.name, dataset.identity, splits)


def _sound_warnings(name: str, dataset: Dataset, splits: Sequence[Split]) -> Iterator[str]:
    """What a reader should know of clips that were left out."""
    if dataset.n_lacking:
        yield (
            f"{name}: clips left out because {dataset.feature_sets} has no numbers of them: "
            f"{dataset.n_lacking:,}"
        )
    if dataset.n_dropped:
        yield (
            f"{name}: clips left out because their sound has another name, too: "
            f"{dataset.n_dropped:,}"
        )
    removed = [split.n_same_sound for split in splits if split.n_same_sound]
    if removed:
        yield (
            f"{name}: clips not trained on because their sound is tested under another name: "
            f"{sum(removed):,}, in {len(removed)} of {len(splits)} splits"
        )


def _can_choose(fit: Fit) -> bool:
    """Whether there are speakers to choose open parameters on, where some are open."""
    trained = fit.dataset.speaker[fit.split.train]
    return not fit.candidate.open or np.unique(trained).size > 1


def _no_choice(fit: Fit) -> str:
    return (
        f"{fit.protocol.name}: {fit.split.name} has one speaker to train on, choosing "
        f"{', '.join(fit.candidate.open)} of {fit.candidate.name} takes two; give one value"
    )


def _fits(
    study: Study,
    protocol: Protocol,
    dataset: Dataset,
    splits: Sequence[Split],
    seed: int,
    warnings: tuple[str, ...],
) -> list[Fit]:
    recipe = protocol.recipe
    normalisations = (recipe.scaling,) if recipe else study.normalisations
    train_variants = recipe.variants if recipe else study.train_variants
    return [
        Fit(protocol, split, dataset, how, candidate, seed, train_variants, warnings)
        for how in normalisations
        for split in splits
        for candidate in study.estimators
    ]
