"""From recordings to the store: parallel, resumable, and no bad recording stops it.

Work is a generator of outcomes; whoever consumes it draws the progress bar. A worker measures some
clips that follow each other and writes them to the journal itself: a kill loses those few seconds,
and no features pass through the process that hands out the work.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np

from sertool import audio, parallel, store
from sertool.corpora.sources import Source
from sertool.errors import BadChoice, BadRecording, SertoolError, choices
from sertool.features import sets
from sertool.features.spectrum import augmentation
from sertool.storage import paths, writing
from sertool.types import VARIANTS, Clip, Variant

MOST_CLIPS = 128
"""A worker writes what it measured after so many clips, some four seconds, at the latest."""
LEAST_BATCHES = 64
"""Fewer clips are divided into so many parts at least, for all workers to be busy to the end."""


@dataclass(frozen=True)
class Task:
    """One recording that is to be measured."""

    source: Source
    clip: Clip


@dataclass(frozen=True)
class Outcome:
    """What became of one task: `cause` says why a recording was skipped, "" = it was not."""

    corpus: str
    clip: str
    cause: str


@dataclass(frozen=True)
class Plan:
    """What an extraction has to do.

    Attributes:
        store: where the store is.
        sources: all that the store shall hold of these corpora.
        tasks: the recordings that are new or changed.
        unchanged: how many clips need no work.
        leaving: how many clips of the store are no longer among the sources.
        feature_sets: what is measured: what was asked for and what the store holds already.
    """

    store: Path
    sources: tuple[Source, ...]
    tasks: tuple[Task, ...] = field(repr=False)
    unchanged: int
    leaving: int
    feature_sets: tuple[str, ...]


def plan(
    sources: Sequence[Source], folder: Path, feature_sets: Sequence[str] = sets.REFERENCE
) -> Plan:
    """Compare what lies in the corpora's folders with what the store at `folder` knows.

    Args:
        sources: what the store shall hold.
        folder: of the store.
        feature_sets: what shall be measured, beside what the store holds of these corpora already.

    Raises:
        BadChoice: two sources of one name.
        UnknownName: a feature set that does not exist.
    """
    names = [each.corpus.name for each in sources]
    if len(set(names)) < len(names):
        raise BadChoice(f"a corpus is named twice: {', '.join(sorted(names))}; give each once")
    held = [store.sets_at_hand(folder, name) for name in names]
    measured = sets.in_order([*sets.in_order(feature_sets), *chain(*held)])
    tasks: list[Task] = []
    unchanged = leaving = 0
    for each in sources:
        known = store.stamps(folder, each.corpus.name, measured)
        held_clips = [clip.path for clip in each.clips if clip.path in known]
        lying = paths.stamps(each.folder, held_clips)
        fresh = [
            clip
            for clip in each.clips
            if clip.path not in known or known[clip.path] != lying[clip.path]
        ]
        tasks += [Task(each, clip) for clip in fresh]
        unchanged += len(each.clips) - len(fresh)
        leaving += len(known.keys() - {clip.path for clip in each.clips})
    return Plan(folder, tuple(sources), tuple(tasks), unchanged, leaving, measured)


def extract(plan: Plan, *, jobs: int = 1) -> Generator[Outcome]:
    """Measure what is planned and bring the store up to date, yielding each outcome as it comes.

    Args:
        plan: from `plan()`.
        jobs: worker processes; 1 works in this process, -1 takes every core.

    Closing the generator early (Ctrl-C) keeps all that was finished.

    Raises:
        CannotWrite: the disk is full, the store may not be written to, or another process is
            extracting into it. What was finished before stays.
        BadTable: a part of the store is damaged.
    """
    todo = list(batches(plan))
    with writing.alone(plan.store):
        try:
            work = ((batch,) for batch in todo)
            with closing(parallel.outcomes(measure, work, jobs)) as results:
                for batch, causes in zip(todo, results, strict=True):
                    for clip, cause in zip(batch.clips, causes, strict=True):
                        yield Outcome(batch.corpus, clip, cause)
        finally:
            for each in plan.sources:
                store.merge(plan.store, each.corpus, each.clips, plan.feature_sets)


def clip_features(
    path: str | Path,
    variants: Sequence[Variant] = ("original",),
    feature_sets: Sequence[str] = sets.REFERENCE,
) -> np.ndarray:
    """The features of one recording, one row per variant.

    Args:
        path: a sound file, here or at an address (`s3://bucket/a.wav`); 2.5 s from 0.6 s on are
            used, at 22,050 Hz.
        variants: which of "original", "noise", "stretch_pitch".
        feature_sets: which of "librosa178", "functionals".

    Returns:
        Array of shape (n_variants, 178), float32, columns as in `sertool.FEATURE_NAMES`; of other
        sets as in `sertool.store.columns(feature_sets)`.

    Raises:
        NotFound: no such file.
        BadRecording: the file cannot be used.
        BadChoice: a variant that does not exist.
        UnknownName: a feature set that does not exist.
    """
    return _measure(
        paths.path(path), "", [sets.get(name) for name in feature_sets], variants
    ).features


@dataclass(frozen=True)
class Batch:
    """Clips of one corpus that a worker measures and writes as one part of the journal."""

    store: Path
    corpus: str
    folder: Path
    clips: tuple[str, ...]
    feature_sets: tuple[str, ...]
    name: str


def batches(plan: Plan) -> Iterator[Batch]:
    """What a plan is handed out in, corpus by corpus, clips in their order."""
    begun = time.time_ns()
    size = min(max(len(plan.tasks) // LEAST_BATCHES, 1), MOST_CLIPS)
    for each in plan.sources:
        clips = [task.clip.path for task in plan.tasks if task.source is each]
        for start in range(0, len(clips), size):
            yield Batch(
                plan.store, each.corpus.name, each.folder, tuple(clips[start : start + size]),
                plan.feature_sets, store.part_name(start // size, begun),
            )  # fmt: skip


def measure(batch: Batch) -> list[str]:
    """Runs in a worker: for each clip why there is no measurement, "" = it is in the journal."""
    names = [sets.get(name) for name in batch.feature_sets]
    results = [_attempt(batch.folder / clip, clip, names) for clip in batch.clips]
    measured = [result for result in results if not isinstance(result, str)]
    if measured:
        store.append(batch.store, batch.corpus, measured, batch.feature_sets, batch.name)
    return [result if isinstance(result, str) else "" for result in results]


def _attempt(path: Path, clip: str, names: Sequence[sets.FeatureSet]) -> store.Measurement | str:
    try:
        return _measure(path, clip, names, VARIANTS)
    except SertoolError as error:
        return str(error)


def _measure(
    path: Path, clip: str, names: Sequence[sets.FeatureSet], variants: Sequence[Variant]
) -> store.Measurement:
    for variant in variants:
        if variant not in VARIANTS:
            raise BadChoice(f"no variant {choices(variant, VARIANTS)}")
    stamp = paths.stamp(path)
    recording = _recording(path)
    spectra = augmentation.variants(recording.signal, recording.sha256, variants)
    return store.Measurement(
        clip=clip,
        stamp=stamp or (0, 0),
        offset_s=recording.offset_s,
        duration_s=recording.duration_s,
        sha256=recording.sha256,
        features=np.stack([sets.measure(names, spectrum) for spectrum in spectra]),
    )


def _recording(path: Path) -> audio.Recording:
    """What is described of a recording, wherever it lies; errors name it as it was given."""
    with paths.at_hand(path) as file:
        try:
            return audio.load(file)
        except BadRecording as error:
            raise BadRecording(str(error).replace(str(file), str(path))) from None
