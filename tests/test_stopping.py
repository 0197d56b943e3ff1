"""Ctrl-C at random moments, as a terminal sends it: to all processes of a command."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from synthetic import EMODB_NAMES, syllables, write_sound

from sertool import store
from sertool.benchmark import results
from sertool.cli import stopping
from sertool.storage import writing

FEW, MANY = 3, 20
N_CLIPS = 96
N_FITS = 44
"""Five folds over clips and six speakers, four estimators each."""


def heeding() -> None:
    """Heed SIGINT, which a shell has its background jobs ignore."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def _heeding() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Command:
    """A command line whose processes are a group of their own, as in a terminal."""

    def __init__(self, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sertool", *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            preexec_fn=heeding,
        )  # fmt: skip

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)

    def wait_for(self, file: Path) -> None:
        while self.process.poll() is None and not file.exists():
            time.sleep(0.01)

    def ended(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=300)
        code = self.process.returncode
        return (code if code >= 0 else 128 - code), out, err  # as a shell has it


def stop_and_resume(
    arguments: Callable[[Path], list[object]], place: Path, times: int
) -> list[str]:
    """Stop a command at random moments, several times, and then let it complete.

    Every other time the moment is counted from when it begins to write.

    Returns:
        What the stopped commands said on standard error.
    """
    generator = np.random.default_rng(5)
    said: list[str] = []
    n_rounds = 0
    while len(said) < times:
        folder = place / str(n_rounds)
        (folder / writing.LOCK).unlink(missing_ok=True)
        command = Command(*arguments(folder))
        is_at_work = len(said) % 2 == 1
        if is_at_work:
            command.wait_for(folder / writing.LOCK)
        time.sleep(generator.uniform(0, 1) if is_at_work else generator.uniform(0.3, 3))
        command.stop()
        code, out, err = command.ended()
        is_python_itself = "stopped" not in err and "sertool/__main__.py" not in err
        if code and is_python_itself:  # which had not come to sertool
            continue
        assert "Traceback" not in out + err, out + err
        if code == 0:
            n_rounds += 1
            assert n_rounds < 2 * times + 5
            continue
        assert code == stopping.STOPPED, err
        lines = [each for each in err.splitlines() if each.startswith("stopped")]
        assert len(lines) == 1, err
        (line,) = lines
        assert err.splitlines()[-1] == line
        assert not re.search(r"joblib|loky|leaked|Error|Exception", err), err
        said.append(line)
    for number in range(n_rounds + 1):
        code, _, err = Command(*arguments(place / str(number))).ended()
        assert code == 0, err

    return said


def n_kept(err: str, what: str) -> int:
    """How many the line says are kept; 0 where work had not begun."""
    found = re.search(rf"^stopped; ([\d,]+) {what} kept; the same command goes on$", err, re.M)
    return int(found[1].replace(",", "")) if found else 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Recordings as EmoDB calls them: three speakers, two sentences, sixteen takes each."""
    for take in range(N_CLIPS // 6):
        for number in range(6):
            name = EMODB_NAMES[3 * number].replace("a.wav", f"{chr(97 + take)}.wav")
            sound = syllables(1.2, pitch=100 + 5 * take + 30 * number)
            write_sound(tmp_path / "emodb" / "wav" / name, sound)
    return tmp_path / "emodb"


def check_extract(folder: Path, tmp_path: Path, times: int) -> None:
    def arguments(place: Path) -> list[object]:
        return ["extract", f"emodb={folder}", "--store", place, "--jobs", 2]

    for line in stop_and_resume(arguments, tmp_path / "stores", times):
        assert n_kept(line, "clips") <= N_CLIPS
    places = list((tmp_path / "stores").iterdir())
    assert places
    for place in places:
        assert store.read(place).num_rows == 3 * N_CLIPS


def check_benchmark(stored: Path, tmp_path: Path, times: int) -> None:
    def arguments(place: Path) -> list[object]:
        asked = ["--protocols", "clips,speakers", "--estimators", "majority,logistic,svm,forest"]
        return ["benchmark", "--store", stored, "--results", place, *asked, "--jobs", 2]

    for line in stop_and_resume(arguments, tmp_path / "results", times):
        assert n_kept(line, "fits") <= N_FITS
    places = list((tmp_path / "results").iterdir())
    assert places
    for place in places:
        assert len(results.read(place)) == len({str(r.key) for r in results.read(place)}) == N_FITS


def test_extract_is_stopped(folder: Path, tmp_path: Path) -> None:
    check_extract(folder, tmp_path, FEW)


def test_a_benchmark_is_stopped(make_store: Callable[..., Path], tmp_path: Path) -> None:
    check_benchmark(make_store(), tmp_path, FEW)


@pytest.mark.slow
def test_extract_is_stopped_twenty_times(folder: Path, tmp_path: Path) -> None:
    check_extract(folder, tmp_path, MANY)


@pytest.mark.slow
def test_a_benchmark_is_stopped_twenty_times(
    make_store: Callable[..., Path], tmp_path: Path
) -> None:
    check_benchmark(make_store(), tmp_path, MANY)


def pressed_twice() -> None:
    try:
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.raise_signal(signal.SIGINT)  # passed over


@pytest.mark.usefixtures("_heeding")
def test_pressed_twice_it_stops_once() -> None:
    with pytest.raises(KeyboardInterrupt), stopping.once():
        pressed_twice()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


class Last:
    """Presses Ctrl-C in its finalizer, where Python swallows what is raised."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


def make_and_lose() -> None:
    Last()
    time.sleep(1)


@pytest.mark.usefixtures("_heeding")
def test_it_is_not_lost_where_python_swallows_it() -> None:
    with pytest.raises(KeyboardInterrupt), stopping.once():
        make_and_lose()
