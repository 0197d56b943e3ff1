"""How long one prediction takes, and how fast and in how much memory a long recording goes.

    python benchmarks/speed/latency.py [--models DIR] [--hour]

A clip of 2.5 s, model loaded, from samples to probabilities: the median of 200 calls, each back
end in a process of its own. With `--hour` also recordings of one minute and one hour of a made-up
voice: how many times faster than real time the timeline goes, and the largest resident memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from sertool.models import persistence, prediction
from sertool.types import Signal

RATE = 22_050
CALLS = 200
BACKENDS = ("logistic", "svm", "forest", "xgboost", "cnn")


def voice(seconds: float, generator: np.random.Generator) -> np.ndarray:
    """A buzz with the pitch, formants and pauses of speech, float32, shape (seconds * RATE,)."""
    time_s = np.arange(round(seconds * RATE)) / RATE
    pitch = 140 + 40 * np.sin(2 * np.pi * 0.7 * time_s + generator.uniform(0, 6))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    loud = np.maximum(0, np.sin(2 * np.pi * 2.1 * time_s + generator.uniform(0, 6))) ** 0.5
    buzz = sum(np.sin(k * phase) * np.exp(-(((k * 140 - 600) / 900) ** 2)) for k in range(1, 20))
    sound = 0.1 * loud * buzz + 0.001 * generator.standard_normal(time_s.size)
    return np.asarray(sound, np.float32)


def latencies(model: Path) -> list[tuple[float, float]]:
    """Milliseconds and those of processor time of each call on a clip of its own, once warm."""
    predictor = prediction.load(model)
    generator = np.random.default_rng(0)
    took = []
    for _ in range(CALLS + 10):
        clip = Signal(voice(2.5, generator), RATE)
        started, busy = time.perf_counter(), time.thread_time()
        predictor.window(clip)
        took.append((1e3 * (time.perf_counter() - started), 1e3 * (time.thread_time() - busy)))
    return took[10:]


def timeline(model: Path, recording: Path) -> dict[str, float]:
    """Seconds, those of processor time, windows and largest memory in MB of a timeline."""
    predictor = prediction.load(model)
    started, began = time.perf_counter(), time.process_time()
    windows = sum(1 for _ in predictor.timeline(recording))
    seconds, busy = time.perf_counter() - started, time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return {"seconds": seconds, "busy": busy, "windows": windows, "megabytes": peak}


def write_voice(path: Path, minutes: int) -> Path:
    """A recording of so many minutes, written minute by minute."""
    generator = np.random.default_rng(0)
    with soundfile.SoundFile(path, "w", RATE, 1, "PCM_16") as file:
        for _ in range(minutes):
            file.write(voice(60, generator))
    return path


def in_a_process(task: str, *arguments: str | Path) -> object:
    """What a task of this file prints as JSON in a fresh process."""
    command = [sys.executable, __file__, "--task", task, *map(str, arguments)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return json.loads(output.splitlines()[-1])


def rows(models: Path, hour: bool) -> Iterator[str]:
    """The tables, line by line."""
    yield "| back end | median ms | of processor time |"
    yield "| --- | ---: | ---: |"
    for name in BACKENDS:
        took = in_a_process("latencies", models / f"{name}{persistence.SUFFIX}")
        wall, busy = (statistics.median(column) for column in zip(*took, strict=True))
        yield f"| {name} | {wall:.1f} | {busy:.1f} |"
    if hour:
        yield from _hour(models)


def _hour(models: Path) -> Iterator[str]:
    yield ""
    yield "| back end | length | times real time | by processor time | windows | peak MB |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    with tempfile.TemporaryDirectory() as folder:
        recordings = {n: write_voice(Path(folder) / f"{n}.wav", n) for n in (1, 60)}
        for name in BACKENDS:
            for minutes, path in recordings.items():
                found = in_a_process("timeline", models / f"{name}{persistence.SUFFIX}", path)
                factor, busy = (60 * minutes / found[key] for key in ("seconds", "busy"))
                yield (
                    f"| {name} | {minutes} min | {factor:.0f} | {busy:.0f} | {found['windows']} | "
                    f"{found['megabytes']:.0f} |"
                )


def main() -> None:
    """Print the tables; with --task do the part of one process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, default=prediction.MODELS)
    parser.add_argument("--hour", action="store_true")
    parser.add_argument("--task", nargs="+")
    given = parser.parse_args()
    if given.task:
        task = {"latencies": latencies, "timeline": timeline}[given.task[0]]
        sys.stdout.write(json.dumps(task(*map(Path, given.task[1:]))) + "\n")
    else:
        for row in rows(given.models, given.hour):
            sys.stdout.write(row + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
