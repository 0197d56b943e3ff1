"""What a study asks, by names and in TOML."""

from __future__ import annotations

from pathlib import Path

import pytest
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from sertool.benchmark.study import read, study
from sertool.errors import BadChoice, NotFound, UnknownName
from sertool.estimators import Estimator
from sertool.learning.candidate import Candidate

ROOT = Path(__file__).parents[1]
SPECIFICATIONS = [ROOT / "sertool" / "assets" / "quick.toml", *ROOT.glob("benchmarks/*.toml")]


@pytest.mark.parametrize("file", SPECIFICATIONS, ids=lambda file: file.stem)
def test_every_specification_that_ships_can_be_read(file: Path) -> None:
    asked = study(**{"corpora": ["emodb"], **read(file)})
    assert asked.protocols
    assert len(asked.estimators) >= 3


def test_plus_joins_corpora() -> None:
    asked = study(protocols=[], corpora=["tess+savee", "emodb"], estimators=[])
    assert asked.pools == (("savee", "tess"), ("emodb",))
    assert asked.corpora == ("emodb", "savee", "tess")


def test_a_list_compares_settings_of_one_estimator() -> None:
    asked = study(
        protocols=[], corpora=[], estimators={"forest": {}, "svm": [{"C": 1.0}, {"C": 10.0}]}
    )
    assert [(each.name, each.parameters) for each in asked.estimators] == [
        ("forest", {}), ("svm", {"C": 1.0}), ("svm", {"C": 10.0}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "error", "match"),
    [
        ({"protocols": ["speaker"]}, UnknownName, "did you mean 'speakers'"),
        ({"estimators": ["svn"]}, UnknownName, "did you mean 'svm'"),
        ({"normalisation": ["speakers"]}, UnknownName, "did you mean 'speaker'"),
        ({"normalisation": ["minmax_all"]}, BadChoice, "such as original"),
        ({"train_variants": ["noisy"]}, BadChoice, "did you mean 'noise'"),
        ({"estimators": {"svm": {"c": 1}}}, BadChoice, "possible: C, class_weight, gamma"),
        ({"corpora": [""]}, BadChoice, "names no corpus"),
        ({"emotions": "seven"}, BadChoice, "possible: all, default, six"),
    ],
)
def test_what_does_not_exist_is_named(keys: dict, error: type[Exception], match: str) -> None:
    known = {"protocols": ["speakers"], "corpora": ["emodb"], "estimators": ["svm"]}
    with pytest.raises(error, match=match):
        study(**{**known, **keys})


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("protocol = ['speakers']", "did you mean 'protocols'"),
        ("protocols = 'speakers'", "must be a list"),
        ("protocols = [", "is not TOML"),
        ("seeds = [" + "1" * 5000 + "]", "is not TOML"),
        ("seeds = " + "[" * 5000 + "]" * 5000, "is not TOML"),
        ("seeds = ['one']", "must be a list of whole numbers"),
        ("[estimators]\nsvm = 3", "must be a list"),
        ("drop_duplicates = 'yes'", "must be true or false"),
    ],
    ids=lambda text: text[:20],
)
def test_bad_specification_is_answered(tmp_path: Path, text: str, match: str) -> None:
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(BadChoice, match=match):
        read(tmp_path / "bad.toml")


def test_no_such_specification(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="No such file"):
        read(tmp_path / "none.toml")


def test_an_empty_list_of_values_is_refused() -> None:
    with pytest.raises(BadChoice, match=r"C = \[\] leaves nothing to choose from"):
        study(protocols=[], corpora=["emodb"], estimators={"svm": {"C": []}})


def test_lists_of_values_are_combined() -> None:
    asked = study(
        protocols=[], corpora=["emodb"], estimators={"svm": {"C": [1, 3], "gamma": [0.1, 0.3]}}
    )
    (candidate,) = asked.estimators
    assert candidate.open == ("C", "gamma")
    assert [tuple(each.parameters.values()) for each in candidate.alternatives] == [
        (1, 0.1), (1, 0.3), (3, 0.1), (3, 0.3),
    ]  # fmt: skip


class Doubled(BaseEstimator):
    """Does arithmetic with a parameter, as a wrapper may."""

    def __init__(self, C: float = 1.0, width: float = float("nan"), random_state: int = 0) -> None:
        self.C = C
        self.width = width
        self.random_state = random_state


def doubled(*, C: float = 1.0, random_state: int = 0) -> Pipeline:
    return Pipeline([("one", Doubled(C=C * 2, random_state=random_state))])


def test_settings_are_all_plain_parameters_but_what_is_open() -> None:
    given = Candidate("doubled", Estimator(doubled), {"C": 3.0})
    assert given.settings(7) == {
        "memory": None, "transform_input": None, "verbose": False,
        "one__C": 6.0, "one__random_state": 7,
    }  # fmt: skip
    open_ = Candidate("doubled", Estimator(doubled), {"C": [1.0, 3.0]})
    assert open_.settings(7) == {
        name: value for name, value in given.settings(7).items() if name != "one__C"
    }
