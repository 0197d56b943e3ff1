"""Rows of the store -> a model whose probabilities are calibrated on speakers it has not heard."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from sertool import audio, features, normalisation, registry, store, versions
from sertool.errors import NotEnough, UnknownName
from sertool.persistence import Model, scores
from sertool.specification import Candidate
from sertool.types import SIX_EMOTIONS, VARIANTS


def train(
    table: pa.Table,
    candidate: Candidate,
    *,
    feature_sets: Sequence[str] = features.REFERENCE,
    seed: int = 42,
    folds: int = 5,
) -> Model:
    """Fit an estimator on all rows and calibrate its probabilities on held-out speakers.

    Args:
        table: rows of the store with the emotions and variants to train on.
        candidate: the estimator and its parameters.
        feature_sets: what it learns from; the table has their columns.
        seed: of the folds and of the estimator.
        folds: groups of speakers that are held out in turn to calibrate.

    Returns:
        A model with everything that `sertool.persistence.save` stores.

    Raises:
        NotEnough: fewer than two emotions or two speakers, or an emotion of too few speakers.
    """
    columns = store.columns(feature_sets)
    X = store.matrix(table, columns)
    y = np.asarray(table.column("emotion").to_pylist())
    speakers = np.asarray(store.qualified(table, "speaker"))
    _check(y, speakers)
    center, scale = normalisation.statistics(X)
    estimator = _fit(candidate, (X - center) / scale, y, seed)
    variants = np.asarray(table.column("variant").to_pylist())
    heard = variants == (VARIANTS[0] if VARIANTS[0] in variants else variants[0])
    n_folds = min(folds, len(set(speakers)))
    splits = list(GroupKFold(n_folds, shuffle=True, random_state=seed).split(X, y, speakers))
    held_out = _held_out_scores(candidate, X, y, splits, seed)
    return Model(
        name=candidate.name,
        estimator=estimator,
        calibrator=LogisticRegression(max_iter=1000).fit(held_out[heard], y[heard]),
        features=columns,
        window=dataclasses.asdict(audio.RULE),
        center=center,
        scale=scale,
        labels=tuple(estimator.classes_.tolist()),
        about=_about(table, candidate, feature_sets, seed),
        versions=versions.of_learning(),
    )


def rows(
    table: pa.Table, emotions: Sequence[str] | str, variants: Sequence[str] = VARIANTS
) -> pa.Table:
    """The rows of some emotions ("six", "all" or a list) and variants.

    Raises:
        NotEnough: no row is left.
    """
    if emotions != "all":
        wanted = SIX_EMOTIONS if emotions == "six" else emotions
        table = table.filter(pc.is_in(table.column("emotion"), pa.array(wanted)))
    table = table.filter(pc.is_in(table.column("variant"), pa.array(variants)))
    if table.num_rows == 0:
        raise NotEnough(f"no rows of the emotions {emotions} in these corpora; try --emotions all")
    return table


def _fit(candidate: Candidate, X: np.ndarray, y: np.ndarray, seed: int) -> Any:
    return candidate.fitted(X.astype(np.float32), y, seed=seed)


def _held_out_scores(
    candidate: Candidate,
    X: np.ndarray,
    y: np.ndarray,
    splits: Sequence[tuple[np.ndarray, np.ndarray]],
    seed: int,
) -> np.ndarray:
    """Scores of all rows by estimators that never heard their speaker, in the order of rows."""
    parts = []
    for train_rows, test_rows in splits:
        lost = set(y.tolist()) - set(y[train_rows].tolist())
        if lost:
            raise NotEnough(
                f"calibration holds out speakers, and without some of them nobody is left who is "
                f"{', '.join(sorted(lost))}; add corpora, or leave these emotions out"
            )
        center, scale = normalisation.statistics(X[train_rows])
        estimator = _fit(candidate, (X[train_rows] - center) / scale, y[train_rows], seed)
        parts.append(scores(estimator, ((X[test_rows] - center) / scale).astype(np.float32)))
    values: np.ndarray = np.concatenate(parts)
    return values[np.argsort(np.concatenate([test_rows for _, test_rows in splits]))]


def _check(y: np.ndarray, speakers: np.ndarray) -> None:
    for what, values in (("emotions", y), ("speakers", speakers)):
        different = sorted(set(values.tolist()))
        if len(different) < 2:
            raise NotEnough(
                f"training needs at least two {what}, these rows have {different}; "
                "add corpora with --corpora"
            )


def _about(
    table: pa.Table, candidate: Candidate, feature_sets: Sequence[str], seed: int
) -> Mapping[str, Any]:
    """What a model card says of the training rows."""
    corpora = {}
    for name in sorted(set(table.column("corpus").to_pylist())):
        rows = table.filter(pc.equal(table.column("corpus"), name))
        corpora[name] = {
            "clips": len(set(rows.column("clip").to_pylist())),
            "speakers": len(set(rows.column("speaker").to_pylist())),
            "languages": sorted(set(rows.column("language").to_pylist())),
            **_licence(name),
        }
    return {
        "corpora": corpora,
        "variants": sorted(set(table.column("variant").to_pylist())),
        "parameters": dict(candidate.parameters),
        "seed": seed,
        "store": store.digest(table, feature_sets),
    }


def _licence(name: str) -> dict[str, str]:
    try:
        corpus = registry.get("corpora", name)
    except UnknownName:
        return {"licence": "", "citation": ""}
    return {"licence": corpus.licence, "citation": corpus.citation}
