"""Fit estimators on splits -> results, and a prediction for each test clip.

Work is a generator: each result is kept before it is yielded; whoever consumes it draws the bar.
"""

from __future__ import annotations

import pickle
import time
from collections import Counter
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sertool import parallel, store, versions
from sertool.benchmark import results
from sertool.benchmark.planning import OWN_SCALING, Fit, Plan
from sertool.benchmark.results import Key, Result
from sertool.learning import confounding, metrics, normalisation, search
from sertool.learning.candidate import Candidate, Plain
from sertool.storage import writing

if TYPE_CHECKING:
    from sertool.types import Normalisation


@dataclass(frozen=True)
class Recipe:
    """What of a fit a worker has to know, beside numbers."""

    candidate: Candidate
    seed: int
    normalisation: str
    labels: np.ndarray


@dataclass(frozen=True)
class Learnt:
    """What a worker reports of a fit: what it takes the test rows for, what it cost and chose."""

    predicted: np.ndarray
    fit_seconds: float
    predict_seconds: float
    model_bytes: int
    learning_curve: dict[str, list[float]]
    chosen: dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """The numbers of the rows to train on (declared variants only), validate on and test on."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def run(plan: Plan, folder: str | Path, *, jobs: int = 1) -> Generator[tuple[Fit, Result]]:
    """Do the fits that are `outstanding` in `folder`; each is kept before it is yielded.

    A worker gets numbers alone: the features and codes of a dataset, which all of its fits share,
    and row numbers. Who spoke what stays here, where results are worked out.

    Args:
        plan: from `planning.plan`.
        folder: where results are kept; made where it is not there.
        jobs: worker processes; 1 works in this process, -1 takes every core. Results come in the
            order of the plan and are the same for any number, but for the seconds that each fit
            takes: only those of 1 are undisturbed.

    Raises:
        BadChoice: an estimator refuses a parameter.
        CannotWrite: `folder` cannot be written to, the disk is full, or another process is
            writing results there.

    >>> import tempfile
    >>> from sertool.benchmark.planning import plan
    >>> from sertool.benchmark.study import study
    >>> from sertool.storage import paths
    >>> asked = study(protocols=["clips"], corpora=["emodb"], estimators=["majority"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = [result for _, result in run(plan(asked, paths.ASSETS / "store"), folder)]
    >>> len(found), len(found[0].labels), round(found[0].uar, 4)  # 1 / 7: always one emotion
    (5, 7, 0.1429)
    """
    folder = Path(folder)
    results.prepare(folder)
    with writing.alone(folder):
        todo = outstanding(plan, results.latest(folder))
        work = (_task(fit) for fit in todo)
        try:
            with closing(parallel.outcomes(learn, work, jobs)) as outcomes:
                for fit, learnt in zip(todo, outcomes, strict=True):
                    result, predictions = _result(fit, learnt)
                    results.add(folder, result, predictions)
                    yield fit, result
        finally:
            results.merge_predictions(folder)


def outstanding(plan: Plan, held: Mapping[Key, Result]) -> list[Fit]:
    """The fits of a plan that are not among the results held, `results.latest` of a folder.

    A result of an estimator whose defaults have changed since counts as none; one that does not
    say how its estimator was set counts as it is.
    """
    now: dict[tuple[int, int], dict[str, Plain]] = {}
    return [fit for fit in plan.fits if not _is_held(fit, held.get(fit.key), now)]


def _is_held(fit: Fit, result: Result | None, now: dict[tuple[int, int], dict[str, Plain]]) -> bool:
    """Whether a result is that of a fit; `now` keeps the settings of estimators met before."""
    if result is None:
        return False
    if not result.settings:
        return True
    estimator = (id(fit.candidate), fit.seed)
    if estimator not in now:
        now[estimator] = fit.candidate.settings(fit.seed)
    shared = now[estimator].keys() & result.settings.keys()
    return all(now[estimator][name] == result.settings[name] for name in shared)


def learn(
    features: np.ndarray,
    emotion: np.ndarray,
    corpus: np.ndarray,
    speaker: np.ndarray,
    rows: Rows,
    recipe: Recipe,
) -> Learnt:
    """Fit an estimator on the training rows of a dataset and let it hear the test rows.

    Args:
        features: shape (n_rows, n_features); only read.
        emotion: of each row, as its number in `recipe.labels`, shape (n_rows,).
        corpus: a number for that of each row.
        speaker: a number for that of each row.
        rows: which to learn from and to test.
        recipe: what to do with them.
    """
    parts = (rows.train, rows.validation, rows.test)
    X = _normalised(features, corpus, speaker, np.concatenate(parts), rows.train.size, recipe)
    X_train, X_validation, X_test = np.split(X, np.cumsum([rows.train.size, rows.validation.size]))
    y_train, y_validation = (recipe.labels[emotion[each]] for each in parts[:2])
    held = (X_validation, y_validation) if rows.validation.size else None
    started = time.perf_counter()
    voices = speaker[rows.train]
    setting = search.best(recipe.candidate, X_train, y_train, voices, seed=recipe.seed)
    model = setting.fitted(X_train, y_train, seed=recipe.seed, validation=held)
    fitted = time.perf_counter()
    predicted = model.predict(X_test)
    return Learnt(
        predicted=np.asarray(predicted),
        fit_seconds=fitted - started,
        predict_seconds=time.perf_counter() - fitted,
        model_bytes=len(pickle.dumps(model)),
        learning_curve=_learning_curve(model),
        chosen={name: setting.parameters[name] for name in recipe.candidate.open},
    )


def _task(
    fit: Fit,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Rows, Recipe]:
    """The arguments of `learn`."""
    data = fit.dataset
    recipe = Recipe(fit.candidate, fit.seed, fit.normalisation, data.labels)
    return data.features, data.emotion, data.corpus, data.speaker, _rows(fit), recipe


def _rows(fit: Fit) -> Rows:
    variants = fit.dataset.identity.column("variant")
    wanted = pc.is_in(variants, pa.array(fit.train_variants)).to_numpy()
    train, validation = (rows[wanted[rows]] for rows in (fit.split.train, fit.split.validation))
    return Rows(train, validation, fit.split.test)


def _normalised(
    features: np.ndarray,
    corpus: np.ndarray,
    speaker: np.ndarray,
    rows: np.ndarray,
    n_train: int,
    recipe: Recipe,
) -> np.ndarray:
    """Some rows, of which the first are trained on: the one copy of them that there is."""
    X: np.ndarray = features[rows]
    if recipe.normalisation == OWN_SCALING:
        return normalisation.scaled(X, *normalisation.extremes(features), out=X)
    return normalisation.normalise(
        X,
        how=cast("Normalisation", recipe.normalisation),
        train=np.arange(n_train),
        corpora=corpus[rows],
        speakers=speaker[rows],
        out=X,
    )


def _predictions(identity: pa.Table, predicted: np.ndarray) -> pa.Table:
    *columns, last = results.PREDICTED
    return identity.select(columns).append_column(last, pa.array(predicted.tolist()))


def _result(fit: Fit, learnt: Learnt) -> tuple[Result, pa.Table]:
    """What a fit came to, and what it took each test row for."""
    data, rows = fit.dataset, _rows(fit)
    predictions = _predictions(data.identity.take(pa.array(rows.test)), learnt.predicted)
    trained = data.labels[np.unique(data.emotion[rows.train])].tolist()
    truth, predicted = (predictions.column(name).to_pylist() for name in ("emotion", "predicted"))
    labels = tuple(sorted({*trained, *truth}))
    tested_speakers = store.qualified(predictions, "speaker")
    by_speaker = metrics.confusions(truth, predicted, labels, tested_speakers)
    confusion = by_speaker.sum(axis=0)
    n_clips, n_speakers = (_counts(each, rows) for each in (data.clip, data.speaker))
    result = Result(
        protocol=fit.protocol.name,
        question=fit.protocol.question,
        leaks=fit.protocol.leaks,
        split=fit.split.name,
        train_on=fit.split.train_on,
        test_on=fit.split.test_on,
        normalisation=fit.normalisation,
        estimator=fit.candidate.name,
        parameters=dict(fit.candidate.parameters),
        emotions=data.emotions,
        train_variants=fit.train_variants,
        seed=fit.seed,
        store=data.digest,
        labels=labels,
        confusion=confusion.tolist(),
        by_speaker=dict(zip(sorted({*tested_speakers}), by_speaker.tolist(), strict=True)),
        accuracy=float(metrics.accuracy(confusion)),
        uar=float(metrics.uar(confusion)),
        macro_f1=float(metrics.macro_f1(confusion)),
        left_out=_left_out(fit, predictions, labels),
        n_train=rows.train.size,
        n_test=rows.test.size,
        n_train_clips=n_clips[0],
        n_test_clips=n_clips[1],
        n_train_speakers=n_speakers[0],
        n_test_speakers=n_speakers[1],
        n_shared_clips=n_clips[2],
        n_shared_speakers=n_speakers[2],
        fit_seconds=round(learnt.fit_seconds, 4),
        predict_ms=round(1000 * learnt.predict_seconds / rows.test.size, 4),
        model_bytes=learnt.model_bytes,
        warnings=(*fit.notes, *_warnings(fit, rows, {*truth} - {*trained})),
        versions=versions.of_learning(),
        learning_curve=learnt.learning_curve,
        features=data.feature_sets,
        chosen=learnt.chosen,
        settings=fit.candidate.settings(fit.seed),
    )
    return result, predictions


def _counts(numbers: np.ndarray, rows: Rows) -> tuple[int, int, int]:
    """Different numbers among the training rows, among the test rows, and in both."""
    trained, tested = np.unique(numbers[rows.train]), np.unique(numbers[rows.test])
    return trained.size, tested.size, np.intersect1d(trained, tested).size


def _learning_curve(model: object) -> dict[str, list[float]]:
    curve = getattr(model, "history_", {})
    return {name: [round(value, 5) for value in values] for name, values in curve.items()}


def _left_out(fit: Fit, predictions: pa.Table, labels: Sequence[str]) -> dict[str, int]:
    """Clips of the tested corpora whose emotion did not enter, by emotion."""
    tested = set(predictions.column("corpus").to_pylist())
    counts: Counter[str] = Counter()
    for (corpus, emotion), n_clips in fit.dataset.n_clips.items():
        if corpus in tested and emotion not in labels:
            counts[emotion] += n_clips
    return dict(sorted(counts.items()))


def _warnings(fit: Fit, rows: Rows, untrained: Collection[str]) -> Iterator[str]:
    """What a reader should know before quoting the number."""
    n_speakers = np.unique(fit.dataset.speaker).size
    if "speaker" not in fit.protocol.leaks and fit.protocol.scope == "within" and n_speakers < 3:
        yield (
            f"{fit.split.test_on} has {n_speakers} speakers: a speaker-independent figure "
            "from so few says little about the next speaker"
        )
    if fit.normalisation == "speaker":
        tested = fit.dataset.identity.take(pa.array(fit.split.test))
        emotions = tested.column("emotion").to_pylist()
        if confounding.is_confounded(store.qualified(tested, "speaker"), emotions):
            yield (
                f"{fit.split.test_on}: most test speakers utter one emotion only, so speaker "
                "normalisation removes the very difference that is to be recognised"
            )
    sound = fit.dataset.sound
    both = np.intersect1d(sound[rows.train], sound[rows.test])
    n_both = np.count_nonzero(both >= 0)
    if n_both and "clip" not in fit.protocol.leaks:
        yield f"{fit.split.name}: sounds that are tested were trained on, too: {n_both:,}"
    if untrained:
        yield f"{fit.split.name}: {', '.join(sorted(untrained))} tested but never trained on"
