"""From recordings to the store: parallel, resumable, and no bad recording stops it.

Work is a generator of outcomes; whoever consumes it draws the progress bar. A worker measures some
clips that follow each other and writes them to the journal itself: a kill loses those few seconds,
and no features pass through the process that hands out the work.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import numpy as np

from sertool import audio, parallel
from sertool.corpora.sources import Source
from sertool.errors import BadChoice, BadPlugin, BadRecording, SertoolError, choices
from sertool.features import sets
from sertool.features.sets import FeatureSet
from sertool.features.spectrum import augmentation
from sertool.storage import paths, writing
from sertool.store import cutting, layout, merging, stored_sets
from sertool.store.cutting import Decoded
from sertool.store.parquet import FileStamp
from sertool.store.rows import Measurement, Numbers
from sertool.types import VARIANTS, Clip, Signal, Variant

MOST_CLIPS = 128
"""A worker writes what it measured after so many clips, some four seconds, at the latest."""
LEAST_BATCHES = 64
"""Fewer clips are divided into so many parts at least, for all workers to be busy to the end."""


@dataclass(frozen=True)
class Task:
    """One recording of which some sets are to be measured."""

    source: Source
    clip: Clip
    sets: tuple[FeatureSet, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of one task.

    Attributes:
        corpus: its name.
        clip: its path.
        cause: why it was skipped, "" = it was not.
        note: what to know of it all the same, "" = nothing.
    """

    corpus: str
    clip: str
    cause: str
    note: str = ""


@dataclass(frozen=True)
class ExtractionPlan:
    """What an extraction has to do.

    Attributes:
        store: where the store is.
        sources: all that the store shall hold of these corpora.
        tasks: the recordings that are new or changed, or of which a set is missing.
        unchanged: how many clips need no work.
        leaving: how many clips of the store are no longer among the sources.
        feature_sets: the names of what is measured: what was asked for and what the store holds.
        untouched: set -> why it stays as it is: what the store holds and nothing can measure.
    """

    store: Path
    sources: tuple[Source, ...]
    tasks: tuple[Task, ...] = field(repr=False)
    unchanged: int
    leaving: int
    feature_sets: tuple[str, ...]
    untouched: Mapping[str, str] = field(default_factory=dict)


def plan(
    sources: Sequence[Source], folder: Path, feature_sets: Sequence[str] = sets.BEST
) -> ExtractionPlan:
    """Compare what lies in the corpora's folders with what the store at `folder` knows.

    Args:
        sources: what the store shall hold.
        folder: of the store.
        feature_sets: what shall be measured, beside what the store holds of these corpora already.

    Raises:
        BadChoice: two sources of one name.
        UnknownName: a feature set that does not exist.
        BadPlugin: a feature set whose plug-in is missing or cannot be used.
        BadTable: a file of the store is damaged, or it is of an older format.
    """
    names = [each.corpus.name for each in sources]
    if len(set(names)) < len(names):
        raise BadChoice(f"a corpus is named twice: {', '.join(sorted(names))}; give each once")
    layout.refuse_old(folder)
    held = dict(chain(*(stored_sets.held(folder, name).items() for name in names)))
    for name in feature_sets:
        stored_sets.refuse_missing(folder, name)
    asked = sets.in_order(feature_sets)
    untouched = {name: why for name, why in held.items() if why}
    measured = sets.in_order([*asked, *(name for name, why in held.items() if not why)])
    tasks: list[Task] = []
    n_leaving = 0
    for each in sources:
        known = {
            name: merging.stamps(folder, each.corpus.name, sets.get(name)) for name in measured
        }
        tasks += _tasks(each, known)
        n_leaving += len({*chain(*known.values())} - {clip.path for clip in each.clips})
    n_unchanged = sum(len(each.clips) for each in sources) - len(tasks)
    return ExtractionPlan(
        folder, tuple(sources), tuple(tasks), n_unchanged, n_leaving, measured, untouched
    )


def _tasks(source: Source, known: Mapping[str, Mapping[str, FileStamp]]) -> Iterator[Task]:
    """The clips of which a set is missing, or was measured before the recording changed."""
    held = {*chain(*known.values())}
    files = dict.fromkeys(clip.file for clip in source.clips if clip.path in held)
    lying = paths.stamps(source.folder, files)
    for clip in source.clips:
        stamp = lying.get(clip.file)
        missing = [name for name, each in known.items() if each.get(clip.path) != stamp]
        if clip.path not in held:
            missing = [*known]
        if missing:
            yield Task(source, clip, tuple(map(sets.get, missing)))


def extract(plan: ExtractionPlan, *, jobs: int = 1) -> Generator[Outcome]:
    """Measure what is planned and bring the store up to date, yielding each outcome as it comes.

    Args:
        plan: from `plan()`.
        jobs: worker processes; 1 works in this process, -1 takes every core.

    Closing the generator early (Ctrl-C) keeps all that was finished.

    Raises:
        CannotWrite: the disk is full, the store may not be written to, or another process is
            extracting into it. What was finished before stays.
        BadPlugin: a feature set of another package breaks its contract; the same.
        BadTable: a part of the store is damaged.
    """
    todo = list(batches(plan))
    with writing.alone(plan.store):
        n_tried = 0
        try:
            work = ((batch,) for batch in todo)
            with closing(parallel.outcomes(measure, work, jobs)) as results:
                for outcomes in results:
                    n_tried += 1
                    yield from outcomes
        finally:
            measured = [sets.get(name) for name in plan.feature_sets]
            for each in plan.sources:
                merging.merge(
                    plan.store, each.corpus, each.clips, measured, all_tried=n_tried == len(todo)
                )


def clip_features(
    path: str | Path,
    variants: Sequence[Variant] = ("original",),
    feature_sets: Sequence[str] = sets.REFERENCE,
) -> np.ndarray:
    """The features of one recording, one row per variant.

    Args:
        path: a sound file, local or remote (`s3://bucket/a.wav`); cut by the rule of each
            set, by the study's 2.5 s from 0.6 s on at 22,050 Hz.
        variants: which of "original", "noise", "stretch_pitch".
        feature_sets: names of sets, such as "librosa178" and "functionals".

    Returns:
        Array of shape (n_variants, 178), float32, columns as in `sertool.FEATURE_NAMES`; of other
        sets as in `sertool.features.sets.columns(feature_sets)`.

    Raises:
        NotFound: no such file.
        BadRecording: the file cannot be used.
        BadChoice: a variant that does not exist.
        UnknownName: a feature set that does not exist.

    >>> import tempfile, soundfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(f"{folder}/a.wav", np.sin(np.arange(32_000) / 20) / 10, 16_000)
    ...     clip_features(f"{folder}/a.wav", ["original", "noise"]).shape
    (2, 178)
    """
    for variant in variants:
        if variant not in VARIANTS:
            raise BadChoice(f"no variant {choices(variant, VARIANTS)}")
    asked = [
        replace(sets.get(name), variants=tuple(variants)) for name in sets.in_order(feature_sets)
    ]
    failures: list[SertoolError] = []
    place = paths.path(path)
    measured = _measure(cutting.sound(place), str(place), asked, failures)[1]
    for error in failures:
        raise error
    return np.concatenate([measured[each.name].values for each in asked], axis=1)


@dataclass(frozen=True)
class Batch:
    """Clips of one corpus of which a worker measures some sets, for the journal."""

    store: Path
    corpus: str
    folder: Path
    clips: tuple[Clip, ...]
    sets: tuple[FeatureSet, ...]
    name: str


def batches(plan: ExtractionPlan) -> Iterator[Batch]:
    """What a plan is handed out in, corpus by corpus, clips in their order."""
    begun = time.time_ns()
    size = min(max(len(plan.tasks) // LEAST_BATCHES, 1), MOST_CLIPS)
    alike: dict[tuple[str, tuple[str, ...]], list[Task]] = {}
    for task in plan.tasks:
        names = tuple(each.name for each in task.sets)
        alike.setdefault((task.source.corpus.name, names), []).append(task)
    divided = (some for tasks in alike.values() for some in _divided(tasks, size))
    for number, tasks in enumerate(divided):
        yield Batch(
            plan.store, tasks[0].source.corpus.name, tasks[0].source.folder,
            tuple(task.clip for task in tasks), tasks[0].sets,
            merging.part_name(number, begun),
        )  # fmt: skip


def _divided(tasks: Sequence[Task], size: int) -> Iterator[list[Task]]:
    """Tasks in groups of a size; the parts of a file stay together up to `MOST_CLIPS`."""
    some: list[Task] = []
    for task in tasks:
        is_part = task.clip.start_s is not None
        goes_on = bool(some) and is_part and task.clip.file == some[-1].clip.file
        if some and (len(some) >= MOST_CLIPS or (len(some) >= size and not goes_on)):
            yield some
            some = []
        some.append(task)
    if some:
        yield some


def measure(batch: Batch) -> list[Outcome]:
    """Runs in a worker: what became of each clip; what was measured is in the journal."""
    measured: list[Measurement] = []
    outcomes: list[Outcome] = []
    broken: list[BadPlugin] = []
    for each in cutting.decoded(batch.folder, batch.clips):
        failures: list[SertoolError] = []
        try:
            found = _measurement(batch, each, failures)
            measured += [found] if found.numbers else []
        except SertoolError as error:
            failures.append(error)
        cause = "; ".join(dict.fromkeys(map(str, failures)))
        outcomes.append(Outcome(batch.corpus, each.clip.path, cause, each.note))
        broken = [error for error in failures if isinstance(error, BadPlugin)]
        if broken:
            break
    merging.append(batch.store, batch.corpus, measured, batch.sets, batch.name)
    for breach in broken:
        raise breach
    return outcomes


def _measurement(batch: Batch, of: Decoded, failures: list[SertoolError]) -> Measurement:
    """What the sets of a batch measure of a clip, for the journal."""
    if isinstance(of.sound, SertoolError):
        raise of.sound
    name = str(batch.folder / of.clip.path)
    sha256, numbers = _measure(of.sound, name, batch.sets, failures)
    duration_s = of.sound.samples.size / of.sound.rate
    return Measurement(of.clip.path, of.stamp, duration_s, sha256, numbers)


def _measure(
    sound: Signal, name: str, asked: Sequence[FeatureSet], failures: list[SertoolError]
) -> tuple[str, dict[str, Numbers]]:
    """The digest of a sound, and what some sets measure of it.

    What one of them fails of is added to `failures`.
    """
    sha256 = audio.digest(sound)
    numbers: dict[str, Numbers] = {}
    for rule in dict.fromkeys(_rule(each) for each in asked):
        some = [each for each in asked if _rule(each) == rule]
        try:
            signal, offset_s = audio.described(sound, rule, name)
        except BadRecording as error:
            failures.append(error)
            continue
        measured = _variants(some, signal, sha256, failures)
        numbers |= {each: Numbers(offset_s, values) for each, values in measured.items()}
    return sha256, numbers


def _rule(feature_set: FeatureSet) -> audio.WindowRule:
    return audio.rule(feature_set.window, feature_set.rate)


def _variants(
    some: Sequence[FeatureSet], signal: Signal, sha256: str, failures: list[SertoolError]
) -> dict[str, np.ndarray]:
    """What sets of one rule measure: by name, shape (n_variants, n_columns), float32."""
    names = tuple(dict.fromkeys(name for each in some for name in each.variants))
    found: dict[tuple[str, str], np.ndarray] = {}
    failed: set[str] = set()
    for name, spectrum in zip(names, augmentation.variants(signal, sha256, names), strict=True):
        for each in some:
            if name not in each.variants or each.name in failed:
                continue
            try:
                found[each.name, name] = sets.measure([each], spectrum)
            except (BadPlugin, BadRecording) as error:
                failed.add(each.name)
                failures.append(error)
    return {
        each.name: np.stack([found[each.name, name] for name in each.variants])
        for each in some
        if each.name not in failed
    }
