"""One study asked by options, by TOML and in Python: the same numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
import studied
from conftest import Run

from sertool import store
from sertool.benchmark import results, study
from sertool.benchmark.results import Result
from sertool.models import training

MakeStore = Callable[..., Path]
BY_CLOCK = {"fit_seconds": 0.0, "predict_ms": 0.0, "model_bytes": 0}


def undated(found: list[Result]) -> list[Result]:
    """Results but for what a clock says, and the few bytes that `evaluation.run` speaks of."""
    return sorted((dataclasses.replace(each, **BY_CLOCK) for each in found), key=str)


def test_three_ways_to_ask_are_one_study(make_store: MakeStore, run: Run, tmp_path: Path) -> None:
    place = make_store()
    spec = tmp_path / "asked.toml"
    spec.write_text('protocols = ["clips", "original"]\nestimators = ["majority", "svm"]\n')
    options = ["--protocols", "clips,original", "--estimators", "majority,svm"]
    for folder, given in (("options", options), ("toml", [spec])):
        ran = run(
            "benchmark", *given, "--store", place, "--results", tmp_path / folder, "--jobs", 1
        )
        assert ran.code == 0, ran.err
    studied.run(tmp_path / "python", place, protocols=["clips", "original"])

    by_options, by_toml, by_python = (
        undated(results.read(tmp_path / name)) for name in ("options", "toml", "python")
    )
    assert by_options == by_toml == by_python
    fair = [each for each in by_python if each.protocol != "original"]
    assert {each.train_variants for each in fair} == {("original",)}
    leaky = [each for each in by_python if each.protocol == "original"]
    assert {each.train_variants for each in leaky} == {("original", "noise", "stretch_pitch")}


@pytest.mark.parametrize("estimator", ["cnn", "svm"])
def test_an_estimator_named_by_option_has_its_own_defaults(estimator: str) -> None:
    """The short recipe of the quick study is for the quick study alone."""
    from sertool.cli import benchmark

    none = dict.fromkeys(("protocols", "corpora", "features", "emotions", "seeds"))
    asked = benchmark._asked(None, {**none, "estimators": estimator}, benchmark.home.EMBEDDED_STORE)
    named = {**asked, "estimators": [estimator]}
    assert study.study(**asked).estimators == study.study(**named).estimators


def test_a_model_is_trained_on_originals(make_store: MakeStore, run: Run, tmp_path: Path) -> None:
    place = make_store()
    assert set(training.select_rows(store.read(place), "six").column("variant").to_pylist()) == {
        "original"
    }
    model = tmp_path / "m.sertool"
    ran = run("train", "--store", place, "--estimator", "svm", "--output", model, "--folds", 2)
    assert ran.code == 0, ran.err
    from sertool.models import persistence

    assert persistence.load(model).about["variants"] == ["original"]
