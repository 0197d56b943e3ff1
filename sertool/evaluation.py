"""Fit estimators on splits -> results, and a prediction for each test clip.

Work is a generator: each result is kept before it is yielded; whoever consumes it draws the bar.
"""

from __future__ import annotations

import pickle
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sertool import files, metrics, normalisation, parallel, results, store, versions
from sertool.planning import Fit, Plan
from sertool.results import Result

if TYPE_CHECKING:
    from sertool.types import Normalisation


def run(plan: Plan, folder: str | Path, *, jobs: int = 1) -> Generator[tuple[Fit, Result]]:
    """Do the fits whose results `folder` does not hold yet; each is kept before it is yielded.

    Args:
        plan: from `planning.plan`.
        folder: where results are kept; made where it is not there.
        jobs: worker processes; 1 works in this process, -1 takes every core. Results come in the
            order of the plan and are the same for any number, but for the seconds that each fit
            takes: only those of 1 are undisturbed.

    Raises:
        BadChoice: `folder` cannot be written to, or an estimator refuses a parameter.
        CannotWrite: the disk is full, or another process is writing results there.
    """
    folder = Path(folder)
    results.prepare(folder)
    with files.alone(folder):
        done = results.keys(folder)
        todo = [fit for fit in plan.fits if fit.key not in done]
        try:
            with closing(parallel.outcomes(evaluate, todo, jobs)) as outcomes:
                for fit, (result, predictions) in zip(todo, outcomes, strict=True):
                    results.add(folder, result, predictions)
                    yield fit, result
        finally:
            results.merge_predictions(folder)


def evaluate(fit: Fit) -> tuple[Result, pa.Table]:
    """Fit one estimator on one split and measure it on the test rows.

    The predictions have the columns `corpus, clip, variant, speaker, emotion, predicted`.
    """
    train, validation, test = _rows(fit)
    emotions = np.asarray(fit.dataset.identity.column("emotion").to_pylist())
    X = _normalised(fit, np.concatenate([train, validation, test]), train.size)
    X_train, X_validation, X_test = np.split(X, [train.size, train.size + validation.size])
    held = (X_validation, emotions[validation]) if validation.size else None
    started = time.perf_counter()
    model = fit.candidate.fitted(X_train, emotions[train], seed=fit.seed, validation=held)
    fitted = time.perf_counter()
    predicted = model.predict(X_test)
    seconds = (fitted - started, time.perf_counter() - fitted)
    predictions = _predictions(fit.dataset.identity.take(pa.array(test)), predicted)
    return _result(fit, train, predictions, seconds, model), predictions


def _rows(fit: Fit) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row numbers to train on (declared variants only), to validate on and to test on."""
    variants = fit.dataset.identity.column("variant")
    wanted = pc.is_in(variants, pa.array(fit.train_variants)).to_numpy(zero_copy_only=False)
    train, validation = (rows[wanted[rows]] for rows in (fit.split.train, fit.split.validation))
    return train, validation, fit.split.test


def _normalised(fit: Fit, rows: np.ndarray, n_train: int) -> np.ndarray:
    if fit.protocol.own_scaling:
        scaled: np.ndarray = normalisation.minmax_all(fit.dataset.features)[rows]
        return scaled
    identity = fit.dataset.identity.take(pa.array(rows))
    result: np.ndarray = normalisation.normalise(
        fit.dataset.features[rows],
        how=cast("Normalisation", fit.normalisation),
        train=np.arange(n_train),
        corpora=np.asarray(identity.column("corpus").to_pylist()),
        speakers=np.asarray(identity.column("speaker").to_pylist()),
    )
    return result


def _predictions(identity: pa.Table, predicted: np.ndarray) -> pa.Table:
    columns = ["corpus", "clip", "variant", "speaker", "emotion"]
    return identity.select(columns).append_column("predicted", pa.array(predicted.tolist()))


def _result(
    fit: Fit,
    train: np.ndarray,
    predictions: pa.Table,
    seconds: tuple[float, float],
    model: object,
) -> Result:
    trained = fit.dataset.identity.take(pa.array(train))
    truth, predicted = (predictions.column(name).to_pylist() for name in ("emotion", "predicted"))
    labels = tuple(sorted({*trained.column("emotion").to_pylist(), *truth}))
    tested_speakers = store.qualified(predictions, "speaker")
    by_speaker = metrics.confusions(truth, predicted, labels, tested_speakers)
    confusion = by_speaker.sum(axis=0)
    clips = [set(store.qualified(rows, "clip")) for rows in (trained, predictions)]
    speakers = [set(store.qualified(rows, "speaker")) for rows in (trained, predictions)]
    fit_seconds, predict_seconds = seconds
    return Result(
        protocol=fit.protocol.name,
        question=fit.protocol.question,
        leaks=fit.protocol.leaks,
        split=fit.split.name,
        train_on=fit.split.train_on,
        test_on=fit.split.test_on,
        normalisation=fit.normalisation,
        estimator=fit.candidate.name,
        parameters=dict(fit.candidate.parameters),
        emotions=fit.dataset.emotions,
        train_variants=fit.train_variants,
        seed=fit.seed,
        store=fit.dataset.digest,
        labels=labels,
        confusion=confusion.tolist(),
        by_speaker=dict(zip(sorted(speakers[1]), by_speaker.tolist(), strict=True)),
        accuracy=float(metrics.accuracy(confusion)),
        uar=float(metrics.uar(confusion)),
        macro_f1=float(metrics.macro_f1(confusion)),
        left_out=_left_out(fit, predictions, labels),
        n_train=train.size,
        n_test=predictions.num_rows,
        n_train_clips=len(clips[0]),
        n_test_clips=len(clips[1]),
        n_train_speakers=len(speakers[0]),
        n_test_speakers=len(speakers[1]),
        n_shared_clips=len(clips[0] & clips[1]),
        n_shared_speakers=len(speakers[0] & speakers[1]),
        fit_seconds=round(fit_seconds, 4),
        predict_ms=round(1000 * predict_seconds / predictions.num_rows, 4),
        model_bytes=len(pickle.dumps(model)),
        warnings=(*fit.notes, *_warnings(fit, trained)),
        versions=versions.of_learning(),
        learning_curve=_learning_curve(model),
        features=fit.dataset.feature_sets,
    )


def _learning_curve(model: object) -> dict[str, list[float]]:
    curve = getattr(model, "history_", {})
    return {name: [round(value, 5) for value in values] for name, values in curve.items()}


def _left_out(fit: Fit, predictions: pa.Table, labels: Sequence[str]) -> dict[str, int]:
    """Clips of the tested corpora whose emotion did not enter, by emotion."""
    tested = set(predictions.column("corpus").to_pylist())
    counts: Counter[str] = Counter()
    for (corpus, emotion), n_clips in fit.dataset.clips.items():
        if corpus in tested and emotion not in labels:
            counts[emotion] += n_clips
    return dict(sorted(counts.items()))


def _warnings(fit: Fit, trained: pa.Table) -> Iterator[str]:
    """What a reader should know before quoting the number."""
    identity = fit.dataset.identity
    tested = identity.take(pa.array(fit.split.test))
    n_speakers = len(set(store.qualified(identity, "speaker")))
    if "speaker" not in fit.protocol.leaks and fit.protocol.scope == "within" and n_speakers < 3:
        yield (
            f"{fit.split.test_on} has {n_speakers} speakers: a speaker-independent figure "
            "from so few says little about the next speaker"
        )
    if fit.normalisation == "speaker":
        emotions = tested.column("emotion").to_pylist()
        if normalisation.confounded(store.qualified(tested, "speaker"), emotions):
            yield (
                f"{fit.split.test_on}: most test speakers utter one emotion only, so speaker "
                "normalisation removes the very difference that is to be recognised"
            )
    both = _values(trained, "sha256") & _values(tested, "sha256") - {""}
    if both and "clip" not in fit.protocol.leaks:
        yield f"{fit.split.name}: sounds that are tested were trained on, too: {len(both):,}"
    untrained = _values(tested, "emotion") - _values(trained, "emotion")
    if untrained:
        yield f"{fit.split.name}: {', '.join(sorted(untrained))} tested but never trained on"


def _values(identity: pa.Table, column: str) -> set[str]:
    return set(identity.column(column).to_pylist())
