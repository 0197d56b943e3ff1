"""What sertool is for, on recordings made up here, with the sertool beside this Python.

`python .ci/smoke.py` takes the core; `python .ci/smoke.py extras` what each extra adds, too.
"""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import sysconfig
import tempfile
import urllib.request
import wave
from array import array
from collections.abc import Callable
from pathlib import Path

RATE = 16_000
SERTOOL = Path(sysconfig.get_path("scripts"), "sertool")
SPEAKERS = ("03", "08", "09", "10", "11")
EMOTIONS = "WTN"
"""Angry, sad, neutral, by the letters that EmoDB's names have."""


def say(path: Path, pitch: float, seconds: float = 1.6) -> Path:
    """Write a tone that is loud and soft in turn, as syllables are."""
    loudness = (8000 if n / RATE % 0.5 < 0.3 else 80 for n in range(int(seconds * RATE)))
    values = [
        int(loud * sum(math.sin(2 * math.pi * pitch * k * n / RATE) / k for k in (1, 2, 3)))
        for n, loud in enumerate(loudness)
    ]
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, len(values), "NONE", ""))
        file.writeframes(array("h", values).tobytes())
    return path


def make_corpus(folder: Path) -> Path:
    """Recordings with the names of EmoDB: three emotions, two sentences, five speakers."""
    folder.mkdir()
    for place, speaker in enumerate(SPEAKERS):
        for high, emotion in enumerate(EMOTIONS):
            for sentence in ("a01", "b02"):
                name = f"{speaker}{sentence}{emotion}a.wav"
                say(folder / name, 110 + 9 * place + 60 * high + (sentence == "b02"))
    return folder


def run(*words: object, expect: str) -> str:
    """A command, which must end well and say what is expected."""
    print("sertool", *words, flush=True)
    ran = subprocess.run([SERTOOL, *map(str, words)], capture_output=True, text=True)
    said = ran.stdout + ran.stderr
    if ran.returncode or "Traceback" in said or expect not in said:
        sys.exit(f"exit code {ran.returncode}, {expect!r} expected:\n{said}")
    return ran.stdout


def smoke_core(here: Path, estimators: str) -> None:
    """Extract, benchmark, report, train, predict, and the models that ship."""
    corpus, store, results = make_corpus(here / "emodb"), here / "store", here / "results"
    run("--version", expect="sertool ")
    run("extract", "--help", expect="--store")
    sets = "librosa178,functionals"
    run("extract", f"emodb={corpus}", "--store", store, "--features", sets, expect="30 clips")
    run("store", "check", store, expect="emodb")
    study = here / "study.toml"
    study.write_text(
        'protocols = ["clips", "speakers"]\ntrain_variants = ["original"]\n[estimators]\n'
        + "\n".join(f"{name} = {{}}" for name in estimators.split(","))
    )
    run("benchmark", study, "--store", store, "--results", results, expect="svm")
    run("report", results, "--html", here / "page.html", expect="")
    tables = (results / "tables.md").read_text(encoding="utf-8")
    assert "speakers" in tables, tables
    assert (here / "page.html").stat().st_size > 10_000
    model = here / "mine.sertool"
    run("train", "--estimator", "svm", "--store", store, "--output", model, expect="")
    recording = say(here / "said.wav", 200, 4.0)
    run("predict", recording, "--model", model, expect="said.wav")
    for name in ("logistic", "svm", "forest", "xgboost", "cnn"):
        answer = json.loads(
            run("predict", recording, "--backend", name, "--format", "json", expect="")
        )
        assert abs(sum(answer[0]["probabilities"].values()) - 1) < 0.01, answer
    run("predict", recording, "--timeline", "--output", here / "said.png", expect="")
    run("listen", "--replay", recording, "--speed", 4, "--format", "json", expect="emotion")


def smoke_extras(here: Path) -> None:
    """A compressed recording, a path of fsspec, a Dask cluster, and the web page."""
    compressed = here / "said.m4a"
    compress(here / "said.wav", compressed)
    run("predict", compressed, expect="said.m4a")
    remote, store = f"emodb=local://{here}/emodb", here / "afar"
    with_dask(lambda *where: run("extract", remote, "--store", store, *where, expect="30 clips"))
    serve()


def compress(recording: Path, compressed: Path) -> None:
    """Write a recording as AAC, with the library that will decode it."""
    import av

    with av.open(str(recording)) as source, av.open(str(compressed), "w") as target:
        stream = target.add_stream("aac", rate=RATE)
        for frame in source.decode(audio=0):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))


def with_dask(work: Callable[..., object]) -> None:
    """Have something done with the options that name a cluster of one worker."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        work("--engine", "dask", "--scheduler", cluster.scheduler_address)


def serve() -> None:
    """Start the web page, ask what it is, and stop it."""
    print("sertool serve", flush=True)
    with subprocess.Popen(
        [SERTOOL, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        lines = (line.split()[0] for line in process.stderr if line.startswith("http://"))
        try:
            address = next(lines)  # libraries may warn before it, and name https addresses
            with urllib.request.urlopen(f"{address}/api", timeout=60) as answer:
                assert "sertool" in json.load(answer)
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


if __name__ == "__main__":
    extras = sys.argv[1:] == ["extras"]
    with tempfile.TemporaryDirectory() as name:
        os.environ["SERTOOL_HOME"] = str(Path(name, "home"))
        classical = "majority,logistic,svm,forest,xgboost"
        smoke_core(Path(name), f"{classical},cnn" if extras else classical)
        if extras:
            smoke_extras(Path(name))
    print("smoke test passed")
