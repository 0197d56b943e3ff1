"""A package beside sertool that brings a plug-in of each kind: `tests/plugin`, in an environment.

The environment is made for it, sees what is installed for the tests, and is all that sees the
package. The tests are steps of one way, from installing it to what is left when it is gone.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from cluster import dask_cluster
from synthetic import syllables, write_sound

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "tests" / "plugin"
KINDS = {
    "corpora": "toys",
    "features": "peak",
    "feature sets": "loudness",
    "estimators": "centroids",
    "protocols": "halves",
    "normalisations": "ranks",
    "metrics": "kappa",
}


@dataclass(frozen=True)
class Example:
    """An environment with the package, and a folder with recordings of its corpus."""

    python: Path
    folder: Path

    def run(self, *arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        """A command of sertool, with standard output and error as text."""
        ran = subprocess.run(
            [self.python, "-m", "sertool", *map(str, arguments)],
            capture_output=True, text=True, cwd=self.folder, env=environment(self.folder),
        )  # fmt: skip
        assert ran.returncode == code, ran.stdout + ran.stderr
        assert "Traceback" not in ran.stderr
        return ran

    def evaluated(self, code: str) -> object:
        """What an expression amounts to there, as JSON."""
        words = [self.python, "-c", f"import json, sertool; print(json.dumps({code}))"]
        ran = subprocess.run(
            words, capture_output=True, text=True, cwd=self.folder, env=environment(self.folder)
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return kept | {"SERTOOL_HOME": str(folder / "home"), "COLUMNS": "200"}


def results(folder: Path) -> list[dict]:
    """The lines of a results.jsonl."""
    return [json.loads(line) for line in (folder / "results.jsonl").read_text().splitlines()]


def pip(python: Path, *words: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), *words],
        capture_output=True, text=True, env=environment(python.parent),
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    pytest.importorskip("hatchling")
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=False)
    base = {"base": str(place), "platbase": str(place)}
    library = Path(sysconfig.get_path("purelib", vars=base))
    installed = sysconfig.get_path("purelib")
    lines = (str(ROOT), f"import site; site.addsitedir({installed!r})")
    (library / "tests.pth").write_text("\n".join(lines))
    python = place / ("Scripts" if os.name == "nt" else "bin") / Path(sys.executable).name
    pip(python, "install", "--no-index", "--no-deps", "--no-build-isolation", str(PACKAGE))
    folder = tmp_path_factory.mktemp("work")
    for number in range(24):
        speaker, emotion, take = number // 6, ("angry", "sad")[number % 2], number // 2 % 3
        loud = (1.0 if emotion == "angry" else 0.2) * (1 + 0.05 * take)
        sound = loud * syllables(1.5 + 0.1 * speaker)
        write_sound(
            folder / "toys" / f"toy{speaker}_{emotion}_{take}.wav", sound.astype(np.float32)
        )
    return Example(python, folder)


def test_everything_is_listed_with_its_package(example: Example) -> None:
    listed = dict(line.split(": ", 1) for line in example.run("list").stdout.splitlines())
    for kind, name in KINDS.items():
        assert f"{name} (sertool-example 1.0)" in listed[kind], listed[kind]


def test_it_is_extracted_by_two_processes(example: Example) -> None:
    sets = "librosa178,functionals,loudness"
    example.run("extract", "toys=toys", "--features", sets, "--store", "store", "--jobs", 2)
    checked = example.run("store", "check", "store").stdout
    assert "librosa178, functionals, loudness" in checked
    assert "whole" in checked
    rows = example.evaluated("sertool.read_store('store', wanted=['loudness']).num_rows")
    assert rows == 24 * 2  # of its two variants
    rows = example.evaluated("sertool.read_store('store', wanted=['librosa178']).num_rows")
    assert rows == 24 * 3


def test_its_numbers_are_those_of_its_code(example: Example) -> None:
    measured = (
        "sertool.read_store('store', wanted=['loudness']).select("
        "['clip', 'variant', 'loudness_mean']).to_pylist()[0]"
    )
    row = example.evaluated(measured)
    assert isinstance(row, dict)
    own = (
        "(lambda audio, loudness: float(loudness.measure(audio.load("
        f"'toys/{row['clip']}', audio.rule('utterance', 16000)).signal)[0]))"
        "(__import__('sertool.audio').audio, "
        "__import__('sertool_example.loudness').loudness)"
    )
    assert row["variant"] == "original"
    assert row["loudness_mean"] == pytest.approx(example.evaluated(own), rel=1e-6)


def test_a_dask_cluster_measures_the_same(example: Example) -> None:
    pytest.importorskip("distributed")
    sets = "librosa178,functionals,loudness"
    with dask_cluster(2, example.python) as (address, _):
        example.run(
            "extract", f"toys={example.folder / 'toys'}", "--features", sets,
            "--store", example.folder / "by_dask",
            "--engine", "dask", "--scheduler", address,
        )  # fmt: skip
    for name in ("clips", "librosa178.study", "functionals.utterance", "loudness.utterance"):
        file = Path("toys") / f"{name}.parquet"
        same = f"__import__('pyarrow.parquet').parquet.read_table('{{}}/{file}').to_pylist()"
        equal = f"{same.format('store')} == {same.format('by_dask')}"
        assert example.evaluated(equal) is True, name


def test_it_is_compared(example: Example) -> None:
    example.run(
        "benchmark", "--store", "store", "--results", "results", "--protocols", "halves,speakers",
        "--estimators", "centroids,svm", "--features", "loudness,librosa178",
        "--normalisation", "ranks", "--train-variants", "original", "--jobs", 2,
    )  # fmt: skip
    text = (example.folder / "results" / "results.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    ours = [each for each in lines if each["estimator"] == "centroids"]
    assert {each["protocol"] for each in ours} == {"halves", "speakers"}
    for each in ours:
        assert each["normalisation"] == "ranks"
        assert each["versions"]["plugin estimator centroids"] == "sertool-example 1.0"
        assert each["versions"]["plugin normalisation ranks"] == "sertool-example 1.0"
    assert max(each["uar"] for each in ours if each["features"] == "loudness") > 0.9
    tables = (example.folder / "results" / "tables.md").read_text()
    assert "kappa" in tables
    assert "How well are the speakers of the second half recognised?" in tables


def test_kappa_of_results_that_lie_there_already(example: Example) -> None:
    shutil.copytree(ROOT / "results" / "per_corpus", example.folder / "per_corpus")
    before = (example.folder / "per_corpus" / "results.jsonl").read_bytes()
    example.run("report", "per_corpus")
    assert (example.folder / "per_corpus" / "results.jsonl").read_bytes() == before  # no fit
    tables = (example.folder / "per_corpus" / "tables.md").read_text()
    assert "kappa" in tables
    assert expected_kappa(example.folder / "per_corpus") in tables


def expected_kappa(folder: Path) -> str:
    """Scikit-learn's kappa of XGBoost on new speakers of EmoDB, as a table writes it."""
    from sklearn.metrics import cohen_kappa_score

    total = np.zeros((7, 7), int)
    for line in (folder / "results.jsonl").read_text().splitlines():
        each = json.loads(line)
        asked = (each["protocol"], each["test_on"], each["estimator"], each["normalisation"])
        if asked == ("speakers", "emodb", "xgboost", "train"):
            total += np.array(each["confusion"])
    true, answered = np.nonzero(total)
    weights = total[true, answered]
    found = cohen_kappa_score(np.repeat(true, weights), np.repeat(answered, weights))
    return f"{100 * found:.1f}"


def test_it_is_trained_and_answers(example: Example) -> None:
    example.run(
        "train", "--estimator", "centroids", "--features", "loudness", "--store", "store",
        "--emotions", "all", "--output", "toys.sertool",
    )  # fmt: skip
    card = (example.folder / "toys.md").read_text()
    assert "sertool-example 1.0" in card
    answered = example.run(
        "predict", "toys/toy0_angry_0.wav", "toys/toy3_sad_2.wav", "--model", "toys.sertool",
        "--format", "json",
    ).stdout  # fmt: skip
    assert [each["emotion"] for each in json.loads(answered)] == ["angry", "sad"]
    spans = example.run(
        "predict", "toys/toy0_angry_0.wav", "--model", "toys.sertool", "--timeline",
        "--format", "csv",
    ).stdout  # fmt: skip
    assert "angry" in spans


def test_without_it_everything_else_still_works(example: Example) -> None:
    pip(example.python, "uninstall", "--yes", "sertool-example")
    listed = example.run("list").stdout
    assert "sertool-example" not in listed
    assert not any(re.search(rf"\b{name}\b", listed) for name in KINDS.values())
    checked = example.run("store", "check", "store").stdout
    assert "loudness (sertool-example 1.0 is not installed; install it)" in checked
    read = "sertool.read_store('store').column('loudness_mean').to_pylist()"
    assert len(example.evaluated(read)) == 24 * 2
    example.run(
        "benchmark", "--store", "store", "--results", "after", "--protocols", "speakers",
        "--estimators", "svm", "--features", "functionals",
    )  # fmt: skip
    example.run(  # what a store holds is compared without the package that measured it
        "benchmark", "--store", "store", "--results", "after", "--protocols", "speakers",
        "--estimators", "svm", "--features", "loudness", "--train-variants", "original",
    )  # fmt: skip
    lines = results(example.folder / "after")
    assert lines[-1]["features"] == "loudness"
    assert lines[-1]["versions"]["plugin feature set loudness"] == "sertool-example 1.0"
    example.run("report", "results")
    tables = (example.folder / "results" / "tables.md").read_text()
    assert "kappa" not in tables
    assert "centroids" in tables


def test_what_needs_it_names_it(example: Example) -> None:
    (example.folder / "mine.csv").write_text("path,emotion\ntoys/toy0_angry_0.wav,angry\n")
    for arguments in (
        ("extract", "mine=mine.csv", "--features", "loudness", "--store", "store"),
        ("train", "--store", "store", "--features", "loudness", "--output", "none.sertool"),
        ("predict", "toys/toy0_angry_0.wav", "--model", "toys.sertool"),
    ):
        (line,) = example.run(*arguments, code=2).stderr.splitlines()
        assert "sertool-example 1.0" in line
        assert "install" in line
