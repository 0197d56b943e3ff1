"""Fit estimators on splits -> results, and a prediction for each test clip.

Work is a generator: each result is kept before it is yielded; whoever consumes it draws the bar.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sertool import parallel, registry, store, versions
from sertool.benchmark import predictions, results
from sertool.benchmark.fitting import Assignment, FitOutcome, RowNumbers, learn
from sertool.benchmark.planning import Fit, Plan
from sertool.benchmark.results import Key, Result
from sertool.learning import confounding, normalisations
from sertool.learning.candidate import Plain
from sertool.learning.confusion import confusions
from sertool.learning.metrics.accuracy import accuracy
from sertool.learning.metrics.macro_f1 import macro_f1
from sertool.learning.metrics.uar import uar
from sertool.storage import writing


@dataclass(frozen=True)
class Session:
    """A folder of results that one study is run in, and no other process writes to.

    Attributes:
        plan: the fits of the study.
        folder: where results are kept.
        held: the results that the folder holds by their keys, to which `fits` adds each new one.
        outstanding: the fits that it held no result of.
    """

    plan: Plan
    folder: Path
    held: dict[Key, Result]
    outstanding: list[Fit]

    def fits(self, jobs: int = 1) -> Generator[tuple[Fit, Result]]:
        """Do the fits that are outstanding; each is kept before it is yielded.

        Args:
            jobs: as for `run`.
        """
        work = (_task(fit) for fit in self.outstanding)
        try:
            with closing(parallel.outcomes(learn, work, jobs)) as outcomes:
                for fit, outcome in zip(self.outstanding, outcomes, strict=True):
                    result, tested = _result(fit, outcome)
                    predictions.keep(self.folder, result.key, tested)
                    self.held[result.key] = results.add(self.folder, result)
                    yield fit, self.held[result.key]
        finally:
            predictions.merge(self.folder)


@contextmanager
def session(plan: Plan, folder: str | Path) -> Iterator[Session]:
    """Open a folder of results for a study: it is made where it is not there, and read once.

    Raises:
        CannotWrite: `folder` cannot be written to, or another process is writing results there.
        BadTable: what it holds are no results.
    """
    folder = Path(folder)
    results.prepare(folder)
    with writing.alone(folder):
        held = results.latest(folder)
        yield Session(plan, folder, held, outstanding(plan, held))


def run(plan: Plan, folder: str | Path, *, jobs: int = 1) -> Generator[tuple[Fit, Result]]:
    """Do the fits that are `outstanding` in `folder`; each is kept before it is yielded.

    A worker gets numbers alone: the features and codes of a dataset, which all of its fits share,
    and row numbers. Who spoke what stays here, where results are worked out.

    Args:
        plan: from `planning.plan`.
        folder: where results are kept; made where it is not there.
        jobs: worker processes; 1 works in this process, -1 takes every core. Results come in the
            order of the plan and are the same for any number, but for the seconds that each fit
            takes (only those of 1 are undisturbed) and a few bytes of `model_bytes`: pickle writes
            a word again where it is an equal object and not the same one.

    Raises:
        BadChoice: an estimator refuses a parameter.
        BadPlugin: code of another package fails or breaks its contract; what was finished is kept.
        CannotWrite: `folder` cannot be written to, the disk is full, or another process is
            writing results there.

    >>> import tempfile
    >>> from sertool.benchmark.planning import plan
    >>> from sertool.benchmark.study import study
    >>> from sertool.storage import paths
    >>> asked = study(protocols=["clips"], corpora=["emodb"], estimators=["majority"],
    ...               features=["librosa178"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = [result for _, result in run(plan(asked, paths.ASSETS / "store"), folder)]
    >>> len(found), len(found[0].labels), round(found[0].uar, 4)  # 1 / 7: always one emotion
    (5, 7, 0.1429)
    """
    with session(plan, folder) as begun, closing(begun.fits(jobs)) as fits:
        yield from fits


def outstanding(plan: Plan, held: Mapping[Key, Result]) -> list[Fit]:
    """The fits of a plan that are not among the results held, `results.latest` of a folder.

    A result of an estimator whose defaults have changed since counts as none, and so does one of
    another version of a plug-in; one that does not say how its estimator was set counts as it is.
    """
    now: dict[tuple[int, int], dict[str, Plain]] = {}
    return [fit for fit in plan.fits if not _is_held(fit, held.get(fit.key), now)]


def _is_held(fit: Fit, result: Result | None, now: dict[tuple[int, int], dict[str, Plain]]) -> bool:
    """Whether a result is that of a fit; `now` keeps the settings of estimators met before."""
    if result is None:
        return False
    brought = {name: each for name, each in result.versions.items() if name.startswith("plugin ")}
    if brought != _plugins(fit):
        return False
    if not result.settings:
        return True
    estimator = (id(fit.candidate), fit.seed)
    if estimator not in now:
        now[estimator] = fit.candidate.settings(fit.seed)
    shared = now[estimator].keys() & result.settings.keys()
    return all(now[estimator][name] == result.settings[name] for name in shared)


def _task(
    fit: Fit,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, RowNumbers, Assignment]:
    """The arguments of `learn`."""
    data = fit.dataset
    assigned = Assignment(
        fit.candidate,
        fit.seed,
        normalisations.get(fit.normalisation),
        registry.origin("normalisations", fit.normalisation),
        data.labels,
    )
    return data.features, data.emotion, data.corpus, data.speaker, _row_numbers(fit), assigned


def _row_numbers(fit: Fit) -> RowNumbers:
    variants = fit.dataset.identity.column("variant")
    wanted = pc.is_in(variants, pa.array(fit.train_variants)).to_numpy()
    train, validation = (rows[wanted[rows]] for rows in (fit.split.train, fit.split.validation))
    return RowNumbers(train, validation, fit.split.test)


def _result(fit: Fit, outcome: FitOutcome) -> tuple[Result, pa.Table]:
    """What a fit came to, and what it took each test row for."""
    data, rows = fit.dataset, _row_numbers(fit)
    tested = predictions.table(
        data.identity.take(pa.array(rows.test)), outcome.predicted.tolist(), outcome.probabilities
    )
    trained = data.labels[np.unique(data.emotion[rows.train])].tolist()
    truth, predicted = (tested.column(name).to_pylist() for name in ("emotion", "predicted"))
    labels = tuple(sorted({*trained, *truth}))
    tested_speakers = store.qualified(tested, "speaker")
    by_speaker = confusions(truth, predicted, labels, tested_speakers)
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
        accuracy=float(accuracy(confusion)),
        uar=float(uar(confusion)),
        macro_f1=float(macro_f1(confusion)),
        left_out=_left_out(fit, tested, labels),
        n_train=rows.train.size,
        n_test=rows.test.size,
        n_train_clips=n_clips[0],
        n_test_clips=n_clips[1],
        n_train_speakers=n_speakers[0],
        n_test_speakers=n_speakers[1],
        n_shared_clips=n_clips[2],
        n_shared_speakers=n_speakers[2],
        fit_seconds=round(outcome.fit_seconds, 4),
        predict_ms=round(1000 * outcome.predict_seconds / rows.test.size, 4),
        model_bytes=outcome.model_bytes,
        warnings=(*fit.warnings, *_warnings(fit, rows, {*truth} - {*trained})),
        versions={**versions.of_learning(), **_plugins(fit)},
        learning_curve=outcome.learning_curve,
        features=data.feature_sets,
        chosen=outcome.chosen,
        settings=fit.candidate.settings(fit.seed),
    )
    return result, tested


def _plugins(fit: Fit) -> dict[str, str]:
    """Package and version of what took part and is not built in, by kind and name."""
    brought = fit.candidate.origin
    taken = {
        "protocol": registry.origins("protocols", (fit.protocol.name,)),
        "normalisation": registry.origins("normalisations", (fit.normalisation,)),
        "feature set": fit.dataset.packages,
        "estimator": {fit.candidate.name: str(brought)} if brought else {},
    }
    return {
        f"plugin {kind} {name}": package
        for kind, found in taken.items()
        for name, package in found.items()
    }


def _counts(numbers: np.ndarray, rows: RowNumbers) -> tuple[int, int, int]:
    """Different numbers among the training rows, among the test rows, and in both."""
    trained, tested = np.unique(numbers[rows.train]), np.unique(numbers[rows.test])
    return trained.size, tested.size, np.intersect1d(trained, tested).size


def _left_out(fit: Fit, rows: pa.Table, labels: Sequence[str]) -> dict[str, int]:
    """Clips of the tested corpora whose emotion did not enter, by emotion."""
    tested = set(rows.column("corpus").to_pylist())
    counts: Counter[str] = Counter()
    for (corpus, emotion), n_clips in fit.dataset.n_clips.items():
        if corpus in tested and emotion not in labels:
            counts[emotion] += n_clips
    return dict(sorted(counts.items()))


def _warnings(fit: Fit, rows: RowNumbers, untrained: Collection[str]) -> Iterator[str]:
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
    if registry.origin("protocols", fit.protocol.name) is not None:
        yield from _undeclared(fit, rows)


def _undeclared(fit: Fit, rows: RowNumbers) -> Iterator[str]:
    """What a protocol of another package lets train and test share, and does not say."""
    for leak, numbers in (("speaker", fit.dataset.speaker), ("clip", fit.dataset.clip)):
        *_, n_shared = _counts(numbers, rows)
        if n_shared and not {leak, "clip"} & {*fit.protocol.leaks}:
            yield (
                f"{fit.split.name}: {n_shared:,} {leak}s are in training and test rows, which the "
                f"protocol {fit.protocol.name} does not declare"
            )
    n_rows, (_, n_clips, _) = rows.test.size, _counts(fit.dataset.clip, rows)
    if n_rows > n_clips and "clip" not in fit.protocol.leaks:
        yield (
            f"{fit.split.name}: {n_rows:,} rows of {n_clips:,} clips are tested, augmented ones "
            "among them"
        )
