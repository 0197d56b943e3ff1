"""Killed without mercy at random moments: what was there is whole, and a new run ends the same."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from synthetic import EMODB_NAMES, fill, tone, write_sound

from sertool import registry, store
from sertool.benchmark import evaluation, planning, predictions, results, study
from sertool.corpora import sources
from sertool.errors import CannotWrite, NotFound
from sertool.features import sets
from sertool.learning.candidate import named
from sertool.models import persistence, training
from sertool.storage import writing
from sertool.store import extraction, layout, merging

STUDY = ("librosa178",)
KILLS = 50
KILLS_A_ROUND = 5

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["sertool.benchmark.evaluation", "sertool.models.training", "sertool.store.extraction"]
)

Work = Callable[[Path, Path], None]
Wait = Callable[[BaseProcess, Path], None]


def extract(corpus: Path, place: Path) -> None:
    """Twelve recordings into a store; each clip is written as soon as it is measured."""
    source = sources.folder_source(registry.get("corpora", "emodb"), corpus)
    for _ in extraction.extract(extraction.plan([source], place, STUDY)):
        pass


def benchmark(stored: Path, folder: Path) -> None:
    """Twenty-four fits."""
    asked = study.study(
        protocols=["clips", "speakers"], corpora=["emodb"], estimators=["majority", "svm"]
    )
    for _ in evaluation.run(planning.plan(asked, stored), folder):
        pass


def train(stored: Path, file: Path) -> None:
    candidate = named("svm")
    persistence.save(training.train(store.read(stored), candidate, folds=2), file / "m.sertool")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for number, name in enumerate(EMODB_NAMES[:12]):
        write_sound(tmp_path / "emodb" / name, tone(0.8, pitch=120 + 15 * number))
    return tmp_path / "emodb"


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    fill(tmp_path / "store", registry.get("corpora", "emodb"), 6, ("angry", "happy", "sad"), 3)
    return tmp_path / "store"


def finish(work: Work, given: Path, place: Path) -> float:
    """Do work in a process of its own, undisturbed; how many seconds it took."""
    started = time.monotonic()
    process = CONTEXT.Process(target=work, args=(given, place))
    process.start()
    process.join()
    assert process.exitcode == 0
    return time.monotonic() - started


def is_killed(work: Work, given: Path, place: Path, wait: Wait) -> bool:
    """Begin work, wait and kill it; False where it was done before that."""
    process = CONTEXT.Process(target=work, args=(given, place))
    process.start()
    wait(process, place)
    process.kill()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def until_it_writes(process: BaseProcess, place: Path) -> None:
    before = content(place)
    while process.is_alive() and content(place) == before:
        time.sleep(0.0005)


def content(place: Path) -> dict[str, int]:
    """The size of each file but the lock; those that go while one looks are left out."""
    found = {}
    for folder, _, names in os.walk(place):
        for path in (Path(folder, name) for name in names if name != writing.LOCK):
            with contextlib.suppress(FileNotFoundError):
                found[str(path)] = path.stat().st_size
    return found


def kill_and_complete(
    work: Work, given: Path, tmp_path: Path, check: Callable[[Path], None]
) -> list[Path]:
    """Places that were completed after several kills each; `check` holds after every kill.

    Kills come in turn at any moment, and as soon as something is written.
    """
    generator = np.random.default_rng(0)
    finish(work, given, tmp_path / "whole")
    seconds = finish(work, given, tmp_path / "again")
    n_kills = n_traces = 0
    places: list[Path] = []
    while n_kills < KILLS:
        place = tmp_path / f"killed-{len(places)}"
        for number in range(KILLS_A_ROUND):
            before = content(place)
            moment = generator.uniform(0, seconds)
            begun = time.monotonic()
            wait: Wait = until_it_writes if number % 2 else lambda one, _, s=moment: one.join(s)
            if not is_killed(work, given, place, wait):
                seconds = seconds if number else time.monotonic() - begun  # less busy than before
                break
            n_kills += 1
            n_traces += content(place) != before
            check(place)
        finish(work, given, place)
        check(place)
        places.append(place)
    print(
        f"\n{work.__name__}: {n_kills} kills within {seconds:.1f} s, {n_traces} of them after "
        f"something was written; completed {len(places)} times"
    )
    return places


def check_store(place: Path) -> None:
    try:
        assert store.read(place).num_rows % 3 == 0
    except NotFound:
        assert not layout.corpora(place)
    for corpus in layout.waiting(place):
        merging.stamps(place, corpus, sets.get("librosa178"))


@pytest.mark.slow
def test_extraction_survives_kills(corpus: Path, tmp_path: Path) -> None:
    for place in kill_and_complete(extract, corpus, tmp_path, check_store):
        for name in ("clips.parquet", "librosa178.study.parquet"):
            ends = [each / "emodb" / name for each in (place, tmp_path / "whole")]
            assert ends[0].read_bytes() == ends[1].read_bytes()
        assert not (place / layout.JOURNAL).exists()


def check_results(folder: Path) -> None:
    if (folder / results.RESULTS).exists():
        results.read(folder)
    for file in folder.rglob("*.parquet"):
        pq.read_table(file)


def undated(folder: Path) -> tuple[list[dict], list[dict]]:
    """Results and predictions but for what a clock says."""
    lines = [vars(result) for result in results.read(folder)]
    for line in lines:
        line.update(fit_seconds=0.0, predict_ms=0.0)
    rows = pq.read_table(folder / predictions.PREDICTIONS).to_pylist()
    return lines, sorted(rows, key=str)


@pytest.mark.slow
def test_a_benchmark_survives_kills(stored: Path, tmp_path: Path) -> None:
    for place in kill_and_complete(benchmark, stored, tmp_path, check_results):
        assert undated(place) == undated(tmp_path / "whole")
        assert not (place / predictions.JOURNAL).exists()


@pytest.mark.slow
def test_training_survives_kills(stored: Path, tmp_path: Path) -> None:
    n_columns = len(sets.columns(sets.BEST))
    X = np.random.default_rng(1).normal(size=(20, n_columns)).astype(np.float32)

    def numbers(place: Path) -> np.ndarray:
        return persistence.load(place / "m.sertool").probabilities(X)

    def check(place: Path) -> None:
        if (place / "m.sertool").exists():
            np.testing.assert_array_equal(numbers(place), numbers(tmp_path / "whole"))

    for place in kill_and_complete(train, stored, tmp_path, check):
        assert [file.name for file in place.iterdir()] == ["m.sertool"]


def on_a_full_disk(work: Work, given: Path, place: Path, size: int) -> None:
    """Work where no file can grow beyond some bytes: the kernel refuses, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    with pytest.raises(CannotWrite, match="what was there is unharmed: make room"):
        work(given, place)


def fails_on_a_full_disk(work: Work, given: Path, place: Path, size: int) -> None:
    process = CONTEXT.Process(target=on_a_full_disk, args=(work, given, place, size))
    process.start()
    process.join()
    assert process.exitcode == 0


def test_extraction_on_a_full_disk(corpus: Path, tmp_path: Path) -> None:
    extract(corpus, tmp_path / "s")
    before = store.read(tmp_path / "s")
    write_sound(corpus / EMODB_NAMES[12], tone(0.8))
    fails_on_a_full_disk(extract, corpus, tmp_path / "s", 40_000)
    assert store.read(tmp_path / "s").equals(before)
    extract(corpus, tmp_path / "s")
    assert store.read(tmp_path / "s").num_rows == before.num_rows + 3


def test_a_benchmark_on_a_full_disk(stored: Path, tmp_path: Path) -> None:
    fails_on_a_full_disk(benchmark, stored, tmp_path / "r", 20_000)
    n_before = len(results.read(tmp_path / "r"))
    assert n_before > 0
    benchmark(stored, tmp_path / "r")
    benchmark(stored, tmp_path / "whole")
    assert len(results.read(tmp_path / "r")) > n_before
    assert undated(tmp_path / "r") == undated(tmp_path / "whole")


def test_training_on_a_full_disk(stored: Path, tmp_path: Path) -> None:
    train(stored, tmp_path)
    before = (tmp_path / "m.sertool").read_bytes()
    fails_on_a_full_disk(train, stored, tmp_path, 10_000)
    assert (tmp_path / "m.sertool").read_bytes() == before


@pytest.mark.parametrize("work", [extract, train])
def test_a_folder_that_may_not_be_written_to(work: Work, corpus: Path, stored: Path) -> None:
    with pytest.raises(CannotWrite, match="cannot write '/proc/"):
        work(corpus if work is extract else stored, Path("/proc/none"))


def test_a_second_writer_is_told_to_wait(corpus: Path, stored: Path, tmp_path: Path) -> None:
    for work, given in ((extract, corpus), (benchmark, stored)):
        with (
            writing.alone(tmp_path / "taken"),
            pytest.raises(CannotWrite, match="another sertool is writing"),
        ):
            work(given, tmp_path / "taken")
