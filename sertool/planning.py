"""A study and a store -> the fits that it takes, and what of it cannot be done and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sertool import results, store
from sertool.errors import BadChoice, NotEnough, choices
from sertool.specification import Candidate, Study
from sertool.types import EMOTIONS, SIX_EMOTIONS, VARIANTS, Protocol, Split, Variant

OWN_SCALING = "minmax_all"
"""What stands as normalisation where the protocol fixes the scaling."""


@dataclass(frozen=True)
class Dataset:
    """The rows that a protocol is run on.

    Attributes:
        identity: the identity columns of the store.
        features: shape (n_rows, n_features).
        feature_sets: which they are, joined by "+".
        emotions: which entered, as declared.
        digest: names the content of the rows.
        clips: clips of each (corpus, emotion) there were, those left out among them.
    """

    identity: pa.Table
    features: np.ndarray
    feature_sets: str
    emotions: str
    digest: str
    clips: Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Fit:
    """One estimator on one split: the unit of work."""

    protocol: Protocol
    split: Split
    dataset: Dataset = field(repr=False)
    normalisation: str
    candidate: Candidate
    seed: int
    train_variants: tuple[Variant, ...]

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
    impossible: tuple[str, ...]


def plan(study: Study, table: pa.Table) -> Plan:
    """Divide a study into fits.

    Args:
        study: what is asked.
        table: rows of the store, all corpora of the study among them.

    Raises:
        NotEnough: nothing of what is asked can be done (the reasons are in the message).
    """
    fits: list[Fit] = []
    impossible: list[str] = []
    for protocol in study.protocols:
        for name, dataset in _datasets(study, protocol, table):
            for seed in study.seeds:
                try:
                    splits = list(protocol.splits(dataset.identity, name=name, seed=seed))
                except NotEnough as error:
                    impossible.append(f"{protocol.name}: {error}")
                    continue
                fits += _fits(study, protocol, dataset, splits, seed)
    if not fits:
        raise NotEnough("; ".join(dict.fromkeys(impossible)) or "nothing was asked for")
    return Plan(tuple(fits), tuple(dict.fromkeys(impossible)))


def _datasets(study: Study, protocol: Protocol, table: pa.Table) -> Iterator[tuple[str, Dataset]]:
    """Each pool by itself, or all of them as one table where the protocol crosses them."""
    for sets in study.features:
        if protocol.scope == "across":
            joined = pa.concat_tables(
                [_as_one_corpus(_pool(table, pool), pool) for pool in study.pools]
            )
            yield "", _dataset(study.emotions, joined, sets, default="six")
            continue
        for pool in study.pools:
            default = "all" if len(pool) == 1 else "six"
            yield "+".join(pool), _dataset(study.emotions, _pool(table, pool), sets, default)


def _pool(table: pa.Table, pool: Sequence[str]) -> pa.Table:
    return table.filter(pc.is_in(table.column("corpus"), pa.array(pool)))


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
    emotions: tuple[str, ...] | str, table: pa.Table, sets: Sequence[str], default: str
) -> Dataset:
    declared = default if emotions == "default" else emotions
    clips = _clips_by_emotion(table)
    if declared != "all":
        wanted = SIX_EMOTIONS if declared == "six" else declared
        if declared != "six":
            _check_emotions(wanted, table)
        table = table.filter(pc.is_in(table.column("emotion"), pa.array(wanted)))
    return Dataset(
        identity=table.select(store.IDENTITY),
        features=store.matrix(table, store.columns(sets)),
        feature_sets="+".join(sets),
        emotions=declared if isinstance(declared, str) else ",".join(declared),
        digest=store.digest(table, sets),
        clips=clips,
    )


def _check_emotions(wanted: Sequence[str], table: pa.Table) -> None:
    present = sorted(set(table.column("emotion").to_pylist()))
    for emotion in wanted:
        if emotion not in {*EMOTIONS, *present}:
            raise BadChoice(f"no emotion {choices(emotion, present)}")


def _clips_by_emotion(table: pa.Table) -> dict[tuple[str, str], int]:
    originals = table.filter(pc.equal(table.column("variant"), VARIANTS[0]))
    pairs = zip(
        originals.column("corpus").to_pylist(), originals.column("emotion").to_pylist(), strict=True
    )
    return dict(Counter(pairs))


def _fits(
    study: Study, protocol: Protocol, dataset: Dataset, splits: Sequence[Split], seed: int
) -> list[Fit]:
    normalisations = (OWN_SCALING,) if protocol.own_scaling else study.normalisations
    return [
        Fit(protocol, split, dataset, how, candidate, seed, study.train_variants)
        for how in normalisations
        for split in splits
        for candidate in study.estimators
    ]
