"""Rows of the store -> a model whose probabilities are calibrated on held-out speakers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from logging import getLogger
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from sertool import audio, estimators, registry, store, versions
from sertool.corpora import find_corpus
from sertool.errors import BadChoice, NotEnough, UnknownName
from sertool.features import sets
from sertool.learning import calibration, scaling, search
from sertool.learning.candidate import Candidate
from sertool.models import assessment, remarks, trial
from sertool.models.assessment import Answers
from sertool.models.persistence import Model
from sertool.types import SIX_EMOTIONS, TRAIN_VARIANTS, VARIANTS

LOG = getLogger(__name__)


def train(
    table: pa.Table,
    candidate: Candidate,
    *,
    feature_sets: Sequence[str] = sets.BEST,
    seed: int = 42,
    folds: int = 5,
) -> Model:
    """Fit an estimator on all rows and calibrate its probabilities on held-out speakers.

    Args:
        table: rows of the store with the emotions and variants to train on.
        candidate: the estimator and its parameters; those with a list of values are chosen from
            it on held-out speakers, within each fold of the calibration anew.
        feature_sets: what it learns from; the table has their columns.
        seed: of the folds and of the estimator.
        folds: groups of speakers that are held out in turn to calibrate.

    Returns:
        A model with everything that `sertool.models.persistence.save` stores.

    Raises:
        NotEnough: fewer than two emotions or two speakers, or an emotion of too few speakers.
        BadChoice: feature sets of different rates or windows, or an estimator that is no plug-in.
        BadPlugin: an estimator of another package fails, or is made of what no model file may hold.
    """
    rule = _rule(feature_sets)
    columns = sets.columns(feature_sets)
    X = store.matrix(table, columns)
    y = np.asarray(table.column("emotion").to_pylist())
    speakers = np.asarray(store.qualified(table, "speaker"))
    _check(y, speakers)
    centre, scale = scaling.statistics(X)
    standardised = ((X - centre) / scale).astype(np.float32)
    trial.check(candidate, standardised, y, seed=seed)
    splits = list(_folds(folds, speakers, seed))
    held_out = _held_out_scores(candidate, X, y, speakers, splits, seed)
    is_original = _is_original(table)
    answers = _answers(table, X, held_out, splits, is_original)
    sure_from = calibration.confidence_threshold(answers.confidence, answers.right)
    most_outside = remarks.most_outside(answers.outside, answers.corpora)
    lowest, highest = remarks.bounds(X, _corpora(table))
    LOG.info("fitting on all speakers")
    setting, estimator = _fit(candidate, standardised, y, speakers, seed)
    return Model(
        name=candidate.name,
        estimator=estimator,
        calibrator=_calibrator(held_out[is_original], y[is_original]),
        features=columns,
        window=dataclasses.asdict(rule),
        center=centre,
        scale=scale,
        labels=answers.labels,
        sure_from=sure_from,
        lowest=lowest,
        highest=highest,
        most_outside=most_outside,
        about={
            **_about(table, setting, feature_sets, seed),
            "calibration": assessment.calibrated(answers),
            "held_out": assessment.by_corpus(answers, sure_from, most_outside),
        },
        versions=versions.of_learning(),
    )


def assessed(model: Model, table: pa.Table) -> Model:
    """The same model, whose `about` also says how it does on unseen corpora.

    Args:
        model: from `train`.
        table: rows of other corpora; original clips of the model's emotions count.

    Raises:
        BadChoice: a corpus that the model was trained on.
        NotEnough: no such clips.
    """
    known = sorted(set(_corpora(table)) & set(model.about["corpora"]))
    if known:
        raise BadChoice(f"{', '.join(known)}: the model was trained on it; name unseen corpora")
    table = select_rows(table, model.labels, VARIANTS[:1])
    X = store.matrix(table, model.features)
    answers = Answers(
        probabilities=model.probabilities(X),
        labels=model.labels,
        emotions=np.asarray(table.column("emotion").to_pylist()),
        speakers=np.asarray(store.qualified(table, "speaker")),
        corpora=_corpora(table),
        outside=remarks.share_outside(X, model.lowest, model.highest),
    )
    unseen = assessment.by_corpus(answers, model.sure_from, model.most_outside)
    return dataclasses.replace(model, about={**model.about, "unseen": unseen})


def select_rows(
    table: pa.Table, emotions: Sequence[str] | str, variants: Sequence[str] = TRAIN_VARIANTS
) -> pa.Table:
    """The rows of some emotions ("six", "all" or a list) and variants.

    Raises:
        NotEnough: no row is left.
    """
    if emotions != "all":
        wanted = SIX_EMOTIONS if emotions == "six" else emotions
        table = table.filter(pc.is_in(table.column("emotion"), pa.array(wanted)))
    if table.num_rows == 0:
        raise NotEnough(f"no rows of the emotions {emotions} in these corpora; try --emotions all")
    there = table.column("variant").unique().to_pylist()
    table = table.filter(pc.is_in(table.column("variant"), pa.array(variants)))
    if table.num_rows == 0:
        raise NotEnough(
            f"no rows of the variants {', '.join(variants)}; these feature sets are measured on "
            f"{', '.join(there)}: train on those with --train-variants"
        )
    return table


def _folds(folds: int, speakers: np.ndarray, seed: int) -> Iterator[calibration.HeldOut]:
    kfold = GroupKFold(min(folds, len(set(speakers))), shuffle=True, random_state=seed)
    yield from kfold.split(speakers, groups=speakers)


def _is_original(table: pa.Table) -> np.ndarray:
    """Which rows calibration and assessment go by: the original clips, where there are some."""
    variants = np.asarray(table.column("variant").to_pylist())
    return np.asarray(variants == (VARIANTS[0] if VARIANTS[0] in variants else variants[0]))


def _corpora(table: pa.Table) -> np.ndarray:
    return np.asarray(table.column("corpus").to_pylist())


def _fit(
    candidate: Candidate, X: np.ndarray, y: np.ndarray, speakers: np.ndarray, seed: int
) -> tuple[Candidate, Any]:
    """The setting that was chosen, and the estimator fitted with it."""
    X = X.astype(np.float32)
    setting = search.best(candidate, X, y, speakers, seed=seed)
    return setting, setting.fitted(X, y, seed=seed)


def _calibrator(scores: np.ndarray, y: np.ndarray) -> LogisticRegression:
    return LogisticRegression(max_iter=2000).fit(scores, y)


def _answers(
    table: pa.Table,
    X: np.ndarray,
    held_out: np.ndarray,
    splits: Sequence[calibration.HeldOut],
    is_original: np.ndarray,
) -> Answers:
    """Answers by estimators and calibrators that were both fitted on other speakers."""
    y = np.asarray(table.column("emotion").to_pylist())
    corpora = _corpora(table)
    probabilities = np.empty((y.size, len(set(y.tolist()))))
    outside = np.empty(y.size)
    for others, own in splits:
        fitted = _calibrator(*(each[others][is_original[others]] for each in (held_out, y)))
        probabilities[own] = fitted.predict_proba(held_out[own])
        bounds = remarks.bounds(X[others], corpora[others])
        outside[own] = remarks.share_outside(X[own], *bounds)
    return Answers(
        probabilities=probabilities[is_original],
        labels=tuple(np.unique(y).tolist()),
        emotions=y[is_original],
        speakers=np.asarray(store.qualified(table, "speaker"))[is_original],
        corpora=corpora[is_original],
        outside=outside[is_original],
    )


def _held_out_scores(
    candidate: Candidate,
    X: np.ndarray,
    y: np.ndarray,
    speakers: np.ndarray,
    splits: Sequence[calibration.HeldOut],
    seed: int,
) -> np.ndarray:
    """Scores of all rows by estimators not trained on their speaker, in the order of rows."""
    parts = []
    for number, (train_rows, test_rows) in enumerate(splits, 1):
        LOG.info("speakers held out: group %d of %d", number, len(splits))
        lost = set(y.tolist()) - set(y[train_rows].tolist())
        if lost:
            raise NotEnough(
                f"calibration holds out speakers, and without some of them nobody is left who is "
                f"{', '.join(sorted(lost))}; add corpora, or leave these emotions out"
            )
        centre, scale = scaling.statistics(X[train_rows])
        standardised = (X[train_rows] - centre) / scale
        _, estimator = _fit(candidate, standardised, y[train_rows], speakers[train_rows], seed)
        held = ((X[test_rows] - centre) / scale).astype(np.float32)
        parts.append(estimators.calibratable(candidate.name, estimator, held))
    values: np.ndarray = np.concatenate(parts)
    return values[np.argsort(np.concatenate([test_rows for _, test_rows in splits]))]


def _check(y: np.ndarray, speakers: np.ndarray) -> None:
    for what, values, remedy in (
        ("emotions", y, "name more with --emotions, or more corpora with --corpora"),
        ("speakers", speakers, "name more corpora with --corpora"),
    ):
        different = sorted(set(values.tolist()))
        if len(different) < 2:
            raise NotEnough(
                f"training needs at least two {what}, these rows have "
                f"{', '.join(different) or 'none'}; {remedy}"
            )


def _about(
    table: pa.Table, candidate: Candidate, feature_sets: Sequence[str], seed: int
) -> dict[str, Any]:
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
        "feature_sets": {name: sets.get(name).version for name in sets.in_order(feature_sets)},
        "parameters": dict(candidate.parameters),
        "seed": seed,
        "store": store.digest(table, feature_sets),
        "plugins": {
            "estimators": registry.origins("estimators", (candidate.name,)),
            "feature_sets": registry.origins(
                "feature_sets", tuple(sets.get(name).plugin for name in feature_sets)
            ),
        },
    }


def _rule(feature_sets: Sequence[str]) -> audio.WindowRule:
    """The one rule that a model's recordings are cut by."""
    chosen = [sets.get(name) for name in sets.in_order(feature_sets)]
    rules = {audio.rule(each.window, each.rate) for each in chosen}
    if len(rules) > 1:
        each = ", ".join(f"{one.name} ({one.window}, {one.rate:,} Hz)" for one in chosen)
        raise BadChoice(
            f"a model takes recordings by one window at one rate, and these sets differ: {each}; "
            "train on those that agree"
        )
    return rules.pop()


def _licence(name: str) -> dict[str, str]:
    try:
        corpus = find_corpus(name)
    except UnknownName:
        return {"licence": "", "citation": ""}
    return {"licence": corpus.licence, "citation": corpus.citation}
