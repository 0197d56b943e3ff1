"""What a few clips of a speaker are worth: UAR on speakers that were not trained on, by clips.

    python benchmarks/voice/study.py --store DIR --results results/voice --jobs 2

Two questions: a new speaker of the corpus that was trained on (folds of the protocol `speakers`),
and a speaker of a corpus that was not (trained on emodb and cremad, as the models that ship are).
Of each tested speaker 40 clips are drawn at random (fewer where 15 would not remain to test); the
first 5, 10, 20, 40 of them, without their labels, are what is known of the speaker. The same other
clips are tested each time. Writes one line a number to `results.jsonl`, then tables and figures
(`report.py` redoes those alone). What the results hold already is not done again, so the study can
be stopped and resumed, and estimators added.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import recorded
import report

from sertool import parallel, registry, store, versions
from sertool.features import sets
from sertool.learning import scaling
from sertool.learning.candidate import Candidate, named
from sertool.learning.confusion import confusion
from sertool.types import SIX_EMOTIONS

SETS = ("functionals@study",)
WITHIN = ("emodb", "emovo", "ravdess", "nemo", "cremad")
TRAINED = ("emodb", "cremad")
UNSEEN = ("ravdess", "savee", "emovo", "nemo")
LEAST_TESTED = 15
MOST_TESTED = 60
DRAWS = 3
SEED = 42
OTHERWISE = (5, 20)
"""Numbers of clips with which the ways that sertool does not go are tried."""


@dataclass(frozen=True)
class Data:
    """Original clips: features of shape (n, d), emotions and speakers of shape (n,)."""

    X: np.ndarray
    emotions: np.ndarray
    speakers: np.ndarray


@dataclass(frozen=True)
class Test:
    """The speakers of a corpus that an estimator is tried on, and how many clips may be known."""

    corpus: str
    data: Data
    levels: tuple[int, ...]
    digest: str


@dataclass(frozen=True)
class Task:
    """One estimator, trained on some clips, and what it is tried on."""

    question: str
    train_on: str
    candidate: Candidate
    train: Data
    tests: tuple[Test, ...]


@dataclass(frozen=True)
class Trained:
    """An estimator on features from which a centre is subtracted, divided by a scale."""

    estimator: Any
    centre: np.ndarray
    scale: np.ndarray

    def predict(self, X: np.ndarray, centre: np.ndarray) -> np.ndarray:
        """The emotions of clips of one speaker, whose centre this is."""
        found: np.ndarray = self.estimator.predict(((X - centre) / self.scale).astype(np.float32))
        return found


def main() -> None:
    """Do what the results do not hold yet, keep its lines, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--store", required=True, help="the eight corpora, with functionals")
    parser.add_argument("--results", default="results/voice", help="where to write")
    parser.add_argument("--estimators", default="logistic,svm,xgboost")
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    folder, place = Path(given.results), Path(given.store)
    folder.mkdir(parents=True, exist_ok=True)
    done = kept(folder)
    for corpus, candidate in product((*WITHIN, "+".join(TRAINED)), candidates(given.estimators)):
        if (corpus, candidate.name) in done:
            continue
        crossed = corpus not in WITHIN
        planned = unseen(place, candidate) if crossed else folds(place, corpus, candidate)
        add(folder, merged(parallel.outcomes(evaluate, ((fold,) for fold in planned), given.jobs)))
        print(corpus, candidate.name, flush=True)  # noqa: T201
    report.write(recorded.read(folder), folder)


def candidates(names: str) -> list[Candidate]:
    """Estimators by name, separated by commas, with their defaults."""
    return [named(name) for name in names.split(",")]


def kept(folder: Path) -> set[tuple[str, str]]:
    """What was trained on and the estimator, of all that the results hold."""
    file = folder / recorded.RESULTS
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return {(line["train_on"], line["estimator"]) for line in map(json.loads, lines)}


def merged(parts: Iterable[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The lines of several folds as one: each speaker is tested in one of them."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for line in chain.from_iterable(parts):
        known = found.setdefault(tuple(line[name] for name in recorded.KEY), line)
        known["by_speaker"].update(line["by_speaker"])
        known["clips_known"].update(line["clips_known"])
    return [found[key] for key in sorted(found)]


def add(folder: Path, lines: Sequence[dict[str, Any]]) -> None:
    """Append lines to the results, all of them at once."""
    with (folder / recorded.RESULTS).open("a", encoding="utf-8") as file:
        file.write("".join(json.dumps(line) + "\n" for line in lines))


def folds(place: Path, corpus: str, candidate: Candidate) -> Iterator[Task]:
    """New speakers of the corpus that is trained on."""
    table = rows(place, [corpus], ())
    identity = table.select(store.IDENTITY)
    for split in registry.get("protocols", "speakers").splits(identity, name=corpus, seed=SEED):
        train, test = (data(table.take(pa.array(each))) for each in (split.train, split.test))
        tests = (Test(corpus, test, *facts(table)),)
        yield Task(recorded.QUESTIONS[0], corpus, candidate, train, tests)


def unseen(place: Path, candidate: Candidate) -> Iterator[Task]:
    """Speakers of corpora that are not trained on."""
    tables = {name: rows(place, [name], SIX_EMOTIONS) for name in UNSEEN}
    tests = tuple(Test(name, data(table), *facts(table)) for name, table in tables.items())
    train = data(rows(place, TRAINED, SIX_EMOTIONS))
    yield Task(recorded.QUESTIONS[1], "+".join(TRAINED), candidate, train, tests)


def rows(place: Path, corpora: Sequence[str], emotions: Sequence[str]) -> pa.Table:
    """Original clips of some corpora, of some emotions (all, where none is named)."""
    table = store.read(place, corpora, SETS)
    table = table.filter(pc.equal(table.column("variant"), "original"))
    if emotions:
        table = table.filter(pc.is_in(table.column("emotion"), pa.array(emotions)))
    return table


def data(table: pa.Table) -> Data:
    """The columns that the study looks at."""
    return Data(
        X=store.matrix(table, sets.columns(SETS)),
        emotions=np.asarray(table.column("emotion").to_pylist()),
        speakers=np.asarray(store.qualified(table, "speaker")),
    )


def facts(table: pa.Table) -> tuple[tuple[int, ...], str]:
    """The numbers of clips that leave enough of every speaker to test; the digest of the clips."""
    fewest = min(Counter(store.qualified(table, "speaker")).values())
    known = tuple(level for level in recorded.LEVELS if level + LEAST_TESTED <= fewest)
    return known, store.digest(table, SETS)


def evaluate(task: Task) -> list[dict[str, Any]]:
    """The lines of one task: confusion matrices by speaker, summed over draws."""
    by_rows = fit(task, scaling.statistics(task.train.X), np.zeros_like(task.train.X))
    means = means_of_speakers(task.train)
    pooled = scaling.statistics(task.train.X - means)[1]
    by_speakers = fit(task, (by_rows.centre, pooled), means - by_rows.centre)
    lines = (tried(task, test, by_rows, by_speakers) for test in task.tests)
    return list(chain.from_iterable(lines))


def tried(
    task: Task, test: Test, by_rows: Trained, by_speakers: Trained
) -> Iterable[dict[str, Any]]:
    """The lines of one corpus that is tested."""
    labels = sorted({*task.train.emotions, *test.data.emotions})
    lines: dict[tuple[str, int], dict[str, Any]] = {}
    for speaker in map(str, np.unique(test.data.speakers)):
        for draw in range(DRAWS):
            own = drawn(test.data.speakers, speaker, draw)
            known, tested = np.split(own, [test.levels[-1]])
            tested = tested[:MOST_TESTED]
            found = answers(test, by_rows, by_speakers, known, tested)
            for way, level, n_known, predicted in found:
                line = lines.setdefault((way, level), empty_line(task, test, way, level, labels))
                matrix = confusion(test.data.emotions[tested], predicted, labels)
                before = np.array(line["by_speaker"].get(speaker, np.zeros_like(matrix)))
                line["by_speaker"][speaker] = (before + matrix).tolist()
                line["clips_known"].setdefault(speaker, []).append(n_known)
    return lines.values()


def answers(
    test: Test, by_rows: Trained, by_speakers: Trained, known: np.ndarray, tested: np.ndarray
) -> Iterator[tuple[str, int, int, np.ndarray]]:
    """Way, level, number of clips that are known, and the emotions that are answered."""
    every = test.data.X.astype(np.float64)
    X = every[tested]
    for level in test.levels:
        clips = every[known[:level]]
        own = shrunk(by_rows, clips)
        yield recorded.SHRUNK, level, level, by_rows.predict(X, own)
        if level in OTHERWISE:
            yield recorded.PLAIN, level, level, by_rows.predict(X, clips.mean(axis=0))
            yield recorded.SCALED, level, level, own_scale(by_rows, clips).predict(X, own)
        if level in (0, *OTHERWISE):
            own = shrunk(by_speakers, clips)
            yield recorded.SPEAKERS, level, level, by_speakers.predict(X, own)
    neutral = known[test.data.emotions[known] == "neutral"][: recorded.MOST_NEUTRAL]
    own = shrunk(by_rows, every[neutral])
    yield recorded.NEUTRAL, recorded.MOST_NEUTRAL, neutral.size, by_rows.predict(X, own)


def fit(task: Task, statistics: tuple[np.ndarray, np.ndarray], moved: np.ndarray) -> Trained:
    """The estimator on the training rows less `moved`, standardised by these statistics."""
    centre, scale = statistics
    X = ((task.train.X - moved - centre) / scale).astype(np.float32)
    return Trained(task.candidate.fitted(X, task.train.emotions, seed=SEED), centre, scale)


def shrunk(trained: Trained, clips: np.ndarray) -> np.ndarray:
    """What sertool does with the clips of a speaker."""
    means = clips.mean(axis=0) if len(clips) else trained.centre
    return scaling.speaker_centre(trained.centre, means, len(clips))


def own_scale(trained: Trained, clips: np.ndarray) -> Trained:
    """The same with the speaker's own scale, shrunk as the centre is."""
    spread = scaling.speaker_centre(trained.scale, clips.std(axis=0), len(clips))
    return Trained(trained.estimator, trained.centre, spread)


def means_of_speakers(train: Data) -> np.ndarray:
    """For each row the mean of its speaker, shape (n, d)."""
    _, speaker = np.unique(train.speakers, return_inverse=True)
    sums = np.zeros((speaker.max() + 1, train.X.shape[1]))
    np.add.at(sums, speaker, train.X)
    means: np.ndarray = sums / np.bincount(speaker)[:, None]
    return means[speaker]


def drawn(speakers: np.ndarray, speaker: str, draw: int) -> np.ndarray:
    """The clips of a speaker in an order of this draw."""
    generator = np.random.default_rng([SEED, draw, zlib.crc32(speaker.encode())])
    shuffled: np.ndarray = generator.permutation(np.flatnonzero(speakers == speaker))
    return shuffled


def empty_line(
    task: Task, test: Test, way: str, level: int, labels: Sequence[str]
) -> dict[str, Any]:
    """What a line says beside its numbers."""
    return {
        "format": recorded.FORMAT,
        "question": task.question,
        "corpus": test.corpus,
        "train_on": task.train_on,
        "estimator": task.candidate.name,
        "way": way,
        "clips": level,
        "labels": list(labels),
        "features": "+".join(SETS),
        "seed": SEED,
        "draws": DRAWS,
        "store": test.digest,
        "versions": dict(versions.of_learning()),
        "clips_known": {},
        "by_speaker": {},
    }


if __name__ == "__main__":
    main()
