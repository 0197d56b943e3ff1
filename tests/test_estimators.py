"""Every registered estimator keeps scikit-learn's contract; the CNN is the study's network."""

from __future__ import annotations

import copy
import importlib.util
import pickle
import re
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.metrics import recall_score
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import has_fit_parameter

from sertool import estimators, registry, versions
from sertool.errors import BadChoice, MissingExtra
from sertool.estimators import _network
from sertool.models import trust

NAMES = registry.names("estimators")
needs_keras = pytest.mark.skipif(
    importlib.util.find_spec("keras") is None, reason="needs the extra cnn"
)
EACH = [pytest.param(name, marks=needs_keras if name == "cnn" else ()) for name in NAMES]
QUICK: dict[str, dict[str, Any]] = {
    "cnn": {"epochs": 8, "batch_size": 8, "learning_rate": 1e-3},
    "forest": {"n_estimators": 20},
    "xgboost": {"n_estimators": 20, "n_jobs": 1},
}
"""Parameters that make an estimator quick enough to be fitted in every test."""
TRANSPORTS = {
    "pickle": lambda estimator: pickle.loads(pickle.dumps(estimator)),
    "deepcopy": copy.deepcopy,
}
OWN_FAILURES = {
    "RandomForestClassifier": {
        "check_classifiers_one_label_sample_weights": "its error does not speak of classes",
        "check_sample_weight_equivalence_on_dense_data": "a row of weight 2 is drawn as one row",
        "check_sample_weight_equivalence_on_sparse_data": "a row of weight 2 is drawn as one row",
    },
    "Pipeline": {
        "check_estimators_overwrite_params": "the steps that were given are fitted in place",
        "check_dont_overwrite_parameters": "the steps that were given are fitted in place",
    },
}
"""Checks that scikit-learn's own classes fail, and why."""
REFUSE_ONE_LABEL = ("logistic", "majority", "svm")


def make(name: str, **parameters: Any) -> Any:
    chosen = {"random_state": 0} | QUICK.get(name, {}) | parameters
    return estimators.get(name).made(**chosen)


def rows(n: int = 96, n_features: int = 12, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three emotions whose features differ a little in the mean."""
    random = np.random.default_rng(seed)
    emotions = np.resize(["sad", "angry", "happy"], n)
    means = np.resize([-1.0, 0.0, 1.0], (n, 1))
    return random.normal(means, 0.7, (n, n_features)).astype(np.float32), emotions


def expected_failures(estimator: Any) -> dict[str, str]:
    return OWN_FAILURES.get(type(estimator).__name__, {})


@parametrize_with_checks(
    [make(name) for name in NAMES if name != "cnn"], expected_failed_checks=expected_failures
)
def test_scikit_learn_checks(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.parametrize("name", ["svm", "forest", "xgboost", "logistic"])
def test_rare_emotions_count_more_where_weights_are_balanced(name: str) -> None:
    random = np.random.default_rng(0)
    y = np.array(["sad"] * 270 + ["happy"] * 30)
    X = random.normal(np.where(y == "happy", 0.5, 0.0)[:, None], 1, (300, 6)).astype(np.float32)
    few = {"forest": {"min_samples_leaf": 20}}.get(name, {})
    share = {
        weight: np.mean(make(name, class_weight=weight, **few).fit(X, y).predict(X) == "happy")
        for weight in ("balanced", None)
    }
    assert share["balanced"] > 2 * share[None]


@pytest.mark.slow
@needs_keras
@parametrize_with_checks([make("cnn", epochs=20, validation_fraction=0.0)])
def test_scikit_learn_checks_of_the_network(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.parametrize("name", EACH)
def test_learns_words_and_answers_in_them(name: str) -> None:
    X, y = rows()
    # Nine rows set aside are too few to choose an epoch by: the last bits of the machine decide.
    longer = {"epochs": 16, "validation_fraction": 0.0} if name == "cnn" else {}
    estimator = make(name, **longer).fit(X, y)
    assert estimator.classes_.tolist() == ["angry", "happy", "sad"]
    uar = recall_score(y, estimator.predict(X), average="macro")
    assert uar == pytest.approx(1 / 3) if name == "majority" else uar > 0.9


@pytest.mark.parametrize("name", EACH)
def test_validation_rows_and_a_curve_are_optional_and_plain(name: str) -> None:
    """Where `fit` takes rows to choose an epoch by, it does without them, too; see `Estimator`."""
    shown = {"validation": rows(seed=1)} if has_fit_parameter(make(name), "validation") else {}
    fitted = make(name).fit(*rows(), **shown)
    curve = getattr(fitted, "history_", {})
    assert all(isinstance(each, str) for each in curve)
    assert len({len(values) for values in curve.values()}) <= 1
    assert np.isfinite([float(value) for values in curve.values() for value in values]).all()
    assert any("validation" in each for each in curve) == bool(shown)


@pytest.mark.parametrize("name", EACH)
def test_what_a_model_file_may_hold_is_declared(name: str) -> None:
    X, y = rows(n_features=20)
    fitted = make(name).fit(X, y)
    archive = trust.packed(fitted)
    assert trust.undeclared(archive, name) == []
    assert set(skops.io.get_untrusted_types(data=archive)) <= set(estimators.get(name).held)
    found = estimators.calibratable(name, trust.built(archive, name), X)
    np.testing.assert_array_equal(found, estimators.calibratable(name, fitted, X))
    assert found.shape == (len(X), 3)
    np.testing.assert_allclose(estimators.calibratable(name, fitted, X[:1]), found[:1], atol=1e-5)


@pytest.mark.parametrize("name", EACH)
def test_same_seed_same_answers(name: str) -> None:
    X, y = rows()
    first, second = (_answers(make(name).fit(X, y), X) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("name", EACH)
def test_travels(name: str, transport: str) -> None:
    X, y = rows()
    estimator = make(name).fit(X, y)
    there = TRANSPORTS[transport](estimator)
    np.testing.assert_array_equal(_answers(there, X), _answers(estimator, X))


@pytest.mark.parametrize("name", NAMES)
def test_clone_keeps_parameters_and_is_unfitted(name: str) -> None:
    estimator = make(name)
    copied = clone(estimator)
    assert repr(copied) == repr(estimator)
    assert not hasattr(copied, "n_features_in_")


@pytest.mark.parametrize("name", EACH)
def test_needs_no_more_than_the_clips_of_one_speaker(name: str) -> None:
    X, y = rows(n=6)
    assert set(make(name).fit(X, y).predict(X)) <= set(y)


@pytest.mark.parametrize("name", EACH)
def test_probability_or_score_for_each_label(name: str) -> None:
    X, y = rows()
    answers = _answers(make(name).fit(X, y), X)
    assert answers.shape == (len(X), 3)
    assert np.isfinite(answers).all()


@pytest.mark.parametrize("name", [name for name in NAMES if name not in REFUSE_ONE_LABEL])
def test_one_label_alone_is_certain(name: str) -> None:
    if name == "cnn":
        pytest.importorskip("keras")
    X, _ = rows(n=12)
    probabilities = make(name).fit(X, ["sad"] * 12).predict_proba(X)
    np.testing.assert_array_equal(probabilities, np.ones((12, 1)))


def test_xgboost_is_the_same_for_any_number_of_threads() -> None:
    X, y = rows(n=300)
    one, two = (make("xgboost", n_jobs=n).fit(X, y).predict_proba(X) for n in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_forest_is_the_same_for_any_number_of_threads() -> None:
    X, y = rows(n=300)
    one, two = (make("forest", n_jobs=n).fit(X, y).predict_proba(X) for n in (1, 2))
    np.testing.assert_allclose(one, two, rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_listing_and_making_need_no_keras(name: str) -> None:
    code = (
        "import sys; from sertool import estimators; "
        f"estimators.get({name!r}).made(random_state=0); "
        "sys.exit('keras' in sys.modules or 'tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestNetwork:
    """The CNN alone."""

    @needs_keras
    def test_has_the_parameters_of_the_study(self) -> None:
        X, y = rows(n=12, n_features=178)
        y[:3] = ["fear", "disgust", "neutral"]
        estimator = make("cnn", epochs=1).fit(X, y)
        assert sum(weight.size for weight in estimator.weights_) == 2_367_606

    @needs_keras
    @pytest.mark.parametrize("n_features", [1, 2, 7, 178])
    def test_numpy_computes_what_keras_does(self, n_features: int) -> None:
        X, y = rows(n=12, n_features=n_features)
        y[:3] = ["fear", "disgust", "neutral"]
        estimator = make("cnn", epochs=1, validation_fraction=0.0).fit(X, y)
        expected = _network.network(n_features, 6).logits(X)
        found = _network.logits(estimator.weights_, X)
        np.testing.assert_allclose(found, expected, atol=1e-5)

    @needs_keras
    def test_keeps_the_best_epoch_and_the_curve(self) -> None:
        (X, y), validation = rows(), rows(seed=1)
        estimator = make("cnn", epochs=6).fit(X, y, validation=validation)
        curve = estimator.history_
        assert {len(values) for values in curve.values()} == {6}
        best = max(curve["validation_accuracy"])
        assert curve["validation_accuracy"][estimator.best_epoch_] == best
        assert estimator.score(*validation) == pytest.approx(best)

    @needs_keras
    def test_without_validation_the_last_epoch_is_kept(self) -> None:
        estimator = make("cnn", validation_fraction=0.0).fit(*rows())
        assert estimator.best_epoch_ == 7
        assert sorted(estimator.history_) == ["accuracy", "loss"]

    @needs_keras
    def test_a_network_used_before_learns_as_a_fresh_one(self) -> None:
        X, y = rows()
        make("cnn", random_state=7, learning_rate=0.1).fit(*rows(n=40, seed=3))
        used = make("cnn").fit(X, y)
        _network.network.cache_clear()
        fresh = make("cnn").fit(X, y)
        for one, other in zip(used.weights_, fresh.weights_, strict=True):
            np.testing.assert_array_equal(one, other)
        assert used.history_ == fresh.history_

    @needs_keras
    def test_another_seed_is_another_network(self) -> None:
        X, y = rows()
        one, other = (make("cnn", epochs=1, random_state=seed).fit(X, y) for seed in (0, 1))
        assert np.abs(one.weights_[0] - other.weights_[0]).max() > 0.1

    @needs_keras
    def test_rows_of_any_number_get_the_same_answers(self) -> None:
        X, y = rows()
        estimator = make("cnn", epochs=1).fit(X, y)
        alone = np.concatenate([estimator.predict_proba(row[None]) for row in X])
        np.testing.assert_allclose(estimator.predict_proba(X), alone, atol=1e-6)

    def test_takes_validation_rows(self) -> None:
        assert has_fit_parameter(make("cnn"), "validation")

    @needs_keras
    def test_validation_with_a_label_of_its_own_is_refused(self) -> None:
        X, y = rows(n=12)
        with pytest.raises(BadChoice, match=r"\['surprise'\].*leave those rows out"):
            make("cnn").fit(X, y, validation=(X, ["surprise"] * 12))

    @pytest.mark.parametrize(
        "parameters",
        [
            {"epochs": 0},
            {"batch_size": 0},
            {"validation_fraction": 1.0},
            {"label_smoothing": -0.1},
            {"learning_rate": 0.0},
        ],
        ids=str,
    )
    def test_a_parameter_out_of_range_is_refused(self, parameters: dict[str, Any]) -> None:
        with pytest.raises(BadChoice, match=f"{next(iter(parameters))}="):
            make("cnn", **parameters).fit(*rows(n=12))

    def test_without_keras_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "keras", None)
        _network.network.cache_clear()
        with pytest.raises(MissingExtra, match=f"{re.escape(versions.hint('cnn'))}.*KERAS_BACKEND"):
            make("cnn").fit(*rows(n=12))

    @needs_keras
    def test_predicts_without_keras(self) -> None:
        X, y = rows()
        estimator = make("cnn", epochs=1).fit(X, y)
        code = (
            "import pickle, sys; sys.modules['keras'] = None; "
            "estimator, X = pickle.load(sys.stdin.buffer); "
            "sys.stdout.buffer.write(pickle.dumps(estimator.predict_proba(X)))"
        )
        answer = subprocess.run(
            [sys.executable, "-c", code],
            input=pickle.dumps((estimator, X)),
            capture_output=True,
            check=True,
        )
        np.testing.assert_array_equal(pickle.loads(answer.stdout), estimator.predict_proba(X))


def _answers(estimator: Any, X: np.ndarray) -> np.ndarray:
    """Probabilities, or the scores of an estimator that has none."""
    method = "predict_proba" if hasattr(estimator, "predict_proba") else "decision_function"
    return np.asarray(getattr(estimator, method)(X))
