"""Estimators, normalisations and protocols of another package, from study to prediction."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from packaged import publish, python
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from studied import run
from synthetic import syllables

import sertool
from sertool import audio, estimators, registry, store
from sertool.benchmark import results
from sertool.benchmark.study import study
from sertool.errors import BadChoice, BadModel, BadPlugin
from sertool.features import sets
from sertool.learning.candidate import brought, named
from sertool.models import card, persistence, training

MakeStore = Callable[..., Path]


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The package is installed until the patch is undone."""
    monkeypatch.syspath_prepend(str(publish(tmp_path / "packages")))
    yield monkeypatch
    sys.modules.pop("their_code", None)


@pytest.mark.usefixtures("theirs")
def test_a_study_runs_and_its_results_name_the_package(
    make_store: MakeStore, tmp_path: Path
) -> None:
    found = run(
        tmp_path / "r", make_store(), protocols=["halves"], normalisation=["train"],
        estimators={"nearest": {"sharpness": [1.0, 2.0]}, "svm": {}},
    )  # fmt: skip
    by_estimator = {one.estimator: one for one in found}
    assert by_estimator["nearest"].uar > 0.5
    assert by_estimator["nearest"].learning_curve == {"loss": [2.0, 1.0]}
    assert {one.normalisation for one in found} == {"half"}
    assert {one.train_variants for one in found} == {("original",)}
    plugins = {
        name: {key: each for key, each in one.versions.items() if key.startswith("plugin")}
        for name, one in by_estimator.items()
    }
    recipe = {"plugin protocol halves": "theirs 1.0", "plugin normalisation half": "theirs 1.0"}
    assert plugins == {
        "nearest": {**recipe, "plugin estimator nearest": "theirs 1.0"},
        "svm": recipe,
    }
    assert results.read(tmp_path / "r") == found


@pytest.mark.parametrize(
    ("keys", "match"),
    [
        (
            {"estimators": ["bad_fit"]},
            r"bad_fit of theirs 1.0 failed \(RuntimeError: no luck today",
        ),
        (
            {"estimators": ["bad_codes"]},
            "bad_codes of theirs 1.0 answers '0', which is none of the",
        ),
        (
            {"estimators": ["bad_shape"]},
            r"bad_shape .* answers 16 rows with an array of shape \(15,",
        ),
        ({"estimators": ["gone"]}, "gone of theirs 1.0 failed .*No module named 'their_lost_code'"),
        ({"estimators": ["word"]}, "word of theirs 1.0 is a str, no classifier"),
        ({"normalisation": ["nothing"]}, "nothing of theirs 1.0 makes what is no finite number"),
        ({"normalisation": ["renamed"]}, "renamed of theirs 1.0 calls itself half"),
        ({"protocols": ["falls"]}, r"falls of theirs 1.0 failed \(ZeroDivisionError: by nought\)"),
        ({"protocols": ["fixed_wrongly"]}, r"trains on \['noisy'\]; possible are original, noise"),
        ({"protocols": ["clips"]}, "clips is in two places: sertool itself and theirs"),
    ],
    ids=lambda given: str(given)[:40],
)
@pytest.mark.usefixtures("theirs")
def test_what_fails_is_one_line_and_what_was_finished_is_kept(
    make_store: MakeStore, tmp_path: Path, keys: dict, match: str
) -> None:
    place = make_store()
    asked = {"protocols": ["speakers"], "estimators": ["nearest"], **keys}
    before = run(tmp_path / "r", place, protocols=["speakers"], estimators=["majority"])
    with pytest.raises(BadPlugin, match=match) as caught:
        run(tmp_path / "r", place, **asked)
    assert "\n" not in str(caught.value)
    assert "uninstall theirs" in str(caught.value)
    assert results.read(tmp_path / "r") == before


@pytest.mark.parametrize("name", ["nearest", "trees"])
def test_a_model_is_trained_saved_and_loaded_while_its_package_is_here(
    theirs: pytest.MonkeyPatch, make_store: MakeStore, tmp_path: Path, name: str
) -> None:
    model = training.train(store.read(make_store()), named(name), folds=2)
    file = tmp_path / "m.sertool"
    persistence.save(model, file)
    assert model.about["plugins"] == {"estimators": {name: "theirs 1.0"}, "feature_sets": {}}
    assert f"* estimator {name} of theirs 1.0\n" in card.card(model)
    X = np.random.default_rng(0).normal(size=(20, 517)).astype(np.float32)
    loaded = persistence.load(file)
    np.testing.assert_array_equal(loaded.probabilities(X), model.probabilities(X))
    assert sertool.load(file)(syllables(2.0), rate=16_000).emotion in model.labels
    theirs.undo()
    with pytest.raises(
        BadModel, match=rf"takes the estimator {name} of theirs 1.0, .*: install theirs"
    ):
        persistence.load(file)


def test_a_model_is_not_loaded_by_another_package_of_its_name(
    theirs: pytest.MonkeyPatch, make_store: MakeStore, tmp_path: Path
) -> None:
    file = tmp_path / "m.sertool"
    persistence.save(training.train(store.read(make_store()), named("trees"), folds=2), file)
    theirs.setitem(
        registry._FILES, ("estimators", "trees"), (registry.Origin("mine.py", "0", "mine.py"), dict)
    )
    theirs.setattr(registry, "_published", lambda kind: {})
    with pytest.raises(BadModel, match=r"trees of theirs 1\.0, and here that is one of mine"):
        persistence.load(file)


@pytest.mark.parametrize(
    ("name", "match"),
    [
        (
            "undeclared",
            r"holds their_code.Centre and does not declare it, .*: name it among the types",
        ),
        ("bad_rows", r"has scores of shape \(119, 4\) for 120 rows"),
        ("bad_nan", "has scores or probabilities that are no finite numbers"),
        ("bad_fit", "failed .RuntimeError: no luck today"),
    ],
)
@pytest.mark.usefixtures("theirs")
def test_what_could_not_be_kept_is_refused_before_the_fit(
    make_store: MakeStore, monkeypatch: pytest.MonkeyPatch, name: str, match: str
) -> None:
    table = store.read(make_store(takes=8, speakers=8))
    monkeypatch.setattr(training, "_held_out_scores", None)  # the long fits begin there
    with pytest.raises(BadPlugin, match=f"the estimator {name} of theirs 1.0 {match}"):
        training.train(table, named(name))


def test_an_estimator_given_in_python_cannot_be_kept(make_store: MakeStore) -> None:
    with pytest.raises(BadChoice, match="mine is no plug-in, so nobody could load a model of it"):
        training.train(store.read(make_store()), brought("mine", KNeighborsClassifier()))


def test_a_type_that_another_estimator_declares_is_not_loaded(
    make_store: MakeStore, tmp_path: Path
) -> None:
    table = store.read(make_store())
    svm, logistic = (training.train(table, named(name), folds=2) for name in ("svm", "logistic"))
    with pytest.raises(BadModel, match=r"does not load: .*sertool\.estimators\.svm\.PerFeature"):
        persistence.save(replace(logistic, estimator=svm.estimator), tmp_path / "m.sertool")


def test_estimators_given_in_python_run_under_a_name_of_ones_own(
    make_store: MakeStore, tmp_path: Path
) -> None:
    pipeline = make_pipeline(StandardScaler(), LinearDiscriminantAnalysis())
    asked = {
        "instance": KNeighborsClassifier(3),
        "class": KNeighborsClassifier,
        "function": lambda *, random_state: KNeighborsClassifier(),
        "pipeline": pipeline,
        "svm": [{"C": 1.0}, {"C": 3.0}],
    }
    found = run(tmp_path / "r", make_store(), protocols=["clips"], estimators=asked)
    assert {one.estimator for one in found} == {*asked}
    by_name = {one.estimator: one for one in found}
    assert by_name["instance"].settings["n_neighbors"] == 3
    assert by_name["class"].confusion == by_name["function"].confusion
    assert not hasattr(pipeline[-1], "classes_")
    assert by_name["class"].versions["plugin estimator class"] == (
        "sklearn.neighbors._classification.KNeighborsClassifier given in Python"
    )
    assert not any(key.startswith("plugin") for key in by_name["svm"].versions)


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"svm": KNeighborsClassifier()}, "there is an estimator svm already; give yours another"),
        ({"mine": 3}, "the estimator mine is 3; give parameters of a plug-in"),
        ({"mine": "svm"}, "the estimator mine is 'svm'; give parameters of a plug-in"),
    ],
)
def test_what_is_no_estimator_is_answered(given: dict, match: str) -> None:
    with pytest.raises(BadChoice, match=match):
        study(protocols=["clips"], corpora=["emodb"], estimators=given)


def test_a_seed_reaches_whatever_takes_one() -> None:
    from sklearn.linear_model import LogisticRegression

    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    made = estimators.of(pipeline).made(random_state=7)
    assert made[-1].random_state == 7
    assert pipeline[-1].random_state is None
    assert estimators.of(KNeighborsClassifier).made(random_state=7).n_neighbors == 5


SCRIPT = """
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from synthetic import fill

import sertool
from sertool import registry

class Mine(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_, counts = np.unique(y, return_counts=True)
        self.most_ = self.classes_[counts.argmax()]
        return self

    def predict(self, X):
        return np.full(len(X), self.most_)

if __name__ == "__main__":
    Path("quarter.py").write_text(FILE)
    print(*registry.add_file(Path("quarter.py")))
    fill(Path("store"), registry.get("corpora", "emodb"), 4, ("angry", "sad"), 3)
    asked = sertool.study(
        protocols=["speakers"], corpora=["emodb"], normalisation=["quarter"],
        estimators={"mine": Mine(), "majority": {}},
    )
    found = [result for _, result in sertool.run(sertool.plan(asked, "store"), "r", jobs=2)]
    mine, majority = found[::2], found[1::2]
    assert [one.confusion for one in mine] == [one.confusion for one in majority]
    assert all(one.model_bytes > 100 for one in mine)
    print(sorted(each for each in mine[0].versions.items() if each[0].startswith("plugin")))
"""
FILE = """
from sertool.learning.normalisations import Normalisation


def quarter(X, groups):
    return X / 4


normalisation = Normalisation("quarter", "Features are quartered.", quarter, "nothing")
"""


def test_classes_of_a_script_and_plugins_of_a_file_reach_the_workers(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(f"FILE = '''{FILE}'''\n{SCRIPT}")
    added, plugins = python("script.py", path=str(tmp_path)).splitlines()
    assert added == "normalisation quarter"
    assert "('plugin estimator mine', '__main__.Mine given in Python')" in plugins
    assert "('plugin normalisation quarter', 'quarter.py " in plugins


def test_the_command_line_trains_and_predicts_with_theirs(
    make_store: MakeStore, tmp_path: Path
) -> None:
    place, packages = make_store(), str(publish(tmp_path / "packages"))
    listed = python("-m", "sertool", "list", path=packages)
    assert "nearest (theirs 1.0)" in listed
    assert "clips (refused: in sertool itself and theirs)" in listed
    assert "gone (theirs 1.0)" in listed
    file = str(tmp_path / "m.sertool")
    trained = python(
        "-m", "sertool", "train", "--estimator", "nearest", "--store", str(place),
        "--output", file, "--set", "sharpness=2.0", path=packages,
    )  # fmt: skip
    assert "UAR of new speakers: emodb" in trained
    assert "nearest of theirs 1.0" in (tmp_path / "m.md").read_text()
    ran = python(
        "-m", "sertool", "benchmark", "--store", str(place), "--results", str(tmp_path / "r"),
        "--protocols", "speakers", "--estimators", "nearest", "--normalisation", "half,train",
        "--jobs", "2", path=packages,
    )  # fmt: skip
    assert "half normalisation" in ran
    assert "Features are halved." in (tmp_path / "r" / "tables.md").read_text()
    again = python("-m", "sertool", "report", str(tmp_path / "r"), path=str(tmp_path))
    assert "half normalisation" in again
    assert "Normalisation: half." in (tmp_path / "r" / "tables.md").read_text()


def test_sets_of_two_rates_make_no_model(
    make_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = store.read(make_store(sets=("librosa178", "functionals")))
    other = replace(sets.get("functionals"), rate=16_000)
    get = sets.get
    monkeypatch.setattr(sets, "get", lambda name: other if name == "functionals" else get(name))
    both = ["librosa178", "functionals"]
    with pytest.raises(
        BadChoice, match=r"librosa178 \(study, 22,050 Hz\), functionals \(utterance, 16,"
    ):
        training.train(table, named("svm"), feature_sets=both)
    model = training.train(table, named("svm"), feature_sets=["functionals"], folds=2)
    assert audio.WindowRule(**model.window) == audio.rule("utterance", 16_000)


def test_a_set_that_changed_or_is_gone_is_named(
    make_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = training.train(store.read(make_store()), named("svm"), folds=2)
    assert model.about["feature_sets"] == {"functionals": "1"}
    assert sertool.Predictor(model).rule == audio.RULES["utterance"]
    newer = replace(model, about={**model.about, "feature_sets": {"functionals": "0"}})
    with pytest.raises(BadModel, match="uses functionals, which measures other numbers now"):
        sertool.Predictor(newer)
    plugins = {"estimators": {}, "feature_sets": {"loudness": "sertool-loudness 1.0"}}
    gone = {**model.about, "feature_sets": {"loudness": "1"}, "plugins": plugins}
    with pytest.raises(BadModel, match=r"named 'loudness'.*install sertool-loudness"):
        sertool.Predictor(replace(model, about=gone))
