"""The plug-in files of docs/plugins.md, run as they stand there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from conftest import Run
from synthetic import syllables, write_sound

from sertool import registry, store
from sertool.features import sets

PAGE = (Path(__file__).parents[1] / "docs" / "plugins.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"```python\n# plug-in: (\w+\.py)\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files, and recordings of the corpus that one of them brings; forgotten afterwards."""
    monkeypatch.setattr(registry, "_FILES", {})
    sets.get.cache_clear()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    for speaker, pitch in (("ann", 220), ("bob", 120), ("cid", 160)):
        for emotion, loud in (("angry", 1.0), ("sad", 0.2)):
            for take in range(2):
                sound = loud * (1 + 0.1 * take) * syllables(1.3 + pitch / 1000)
                name = f"{speaker}-{emotion}-{take}.wav"
                write_sound(tmp_path / "sound" / name, sound.astype(np.float32))
    yield tmp_path
    sets.get.cache_clear()


def test_every_kind_has_a_file() -> None:
    assert len(FILES) == len(registry.KINDS)


def plugins(folder: Path, *names: str) -> list[object]:
    return [word for name in names for word in ("--plugin", folder / name)]


def test_they_work_together(work: Path, run: Run) -> None:
    extracted = run(
        "extract", f"mine={work / 'sound'}", "--store", work / "s", "--jobs", 2,
        "--features", "librosa178,levels,crests",
        *plugins(work, "my_corpus.py", "my_set.py", "my_feature.py"),
    )  # fmt: skip
    assert "12 clips extracted, 0 unchanged, 0 skipped" in extracted.out, extracted.err
    crests = store.read(work / "s", wanted=["crests"])
    assert (store.matrix(crests, ["crest"]) > 1).all()
    compared = run(
        "benchmark", "--store", work / "s", "--results", work / "r", "--features", "levels",
        "--protocols", "last", "--estimators", "my_bayes", "--normalisation", "median",
        "--train-variants", "original", "--jobs", 1,
        *plugins(work, "my_bayes.py", "my_protocol.py", "my_scaling.py", "my_metric.py"),
    )  # fmt: skip
    assert compared.code == 0, compared.err
    (line,) = (work / "r" / "results.jsonl").read_text().splitlines()
    result = json.loads(line)
    assert (result["n_train_clips"], result["n_test"]) == (8, 4)
    assert result["uar"] == 1.0  # angry is five times as loud
    assert result["warnings"] == []
    assert "worst recall" in (work / "r" / "tables.md").read_text()


def test_another_file_of_that_name_is_fitted_again(work: Path, run: Run) -> None:
    run(
        "extract", f"mine={work / 'sound'}", "--store", work / "s", "--jobs", 1,
        *plugins(work, "my_corpus.py"),
    )  # fmt: skip
    asked = (
        "benchmark", "--store", work / "s", "--results", work / "r", "--protocols", "speakers",
        "--estimators", "my_bayes", "--jobs", 1,
    )  # fmt: skip
    for _ in range(2):
        ran = run(*asked, *plugins(work, "my_bayes.py"))
        assert ran.code == 0, ran.err
    lines = (work / "r" / "results.jsonl").read_text().splitlines()
    assert len(lines) == 3  # a fold for each speaker, fitted once
    registry._FILES.clear()
    with (work / "my_bayes.py").open("a") as file:
        file.write("\nestimator = GaussianNB(var_smoothing=0.5)\n")
    run(*asked, *plugins(work, "my_bayes.py"))
    assert len((work / "r" / "results.jsonl").read_text().splitlines()) == 6


def test_a_protocol_that_does_not_say_what_is_shared(work: Path, run: Run) -> None:
    run(
        "extract", f"mine={work / 'sound'}", "--store", work / "s", "--jobs", 1,
        *plugins(work, "my_corpus.py"),
    )  # fmt: skip
    text = (work / "my_protocol.py").read_text()
    text = text.replace("is_last & is_original", "np.ones(len(speakers), bool)")
    (work / "my_protocol.py").write_text(text)
    run(
        "benchmark", "--store", work / "s", "--results", work / "r", "--protocols", "last",
        "--estimators", "majority", "--jobs", 1, *plugins(work, "my_protocol.py"),
    )  # fmt: skip
    (line,) = (work / "r" / "results.jsonl").read_text().splitlines()
    warnings = " ".join(json.loads(line)["warnings"])
    assert "2 speakers are in training and test rows, which the protocol last does not" in warnings
    assert "8 clips are in training and test rows" in warnings
    assert "36 rows of 12 clips are tested" in warnings
