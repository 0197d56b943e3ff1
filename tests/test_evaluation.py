"""Planning and running a study on stores of made-up features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
from sklearn.dummy import DummyClassifier
from studied import run

from sertool.benchmark import evaluation, planning, predictions, results
from sertool.benchmark.study import study
from sertool.errors import BadChoice, BadPlugin, NotEnough
from sertool.learning.candidate import brought
from sertool.types import VARIANTS

MakeStore = Callable[..., Path]


def test_speakers_leaves_out_each_speaker_once(make_store: MakeStore, tmp_path: Path) -> None:
    found = run(tmp_path / "r", make_store(), protocols=["speakers"], estimators=["svm"])
    assert [result.split for result in found] == [f"emodb/speaker-{n:02}" for n in range(6)]
    assert all(result.n_shared_speakers == 0 for result in found)
    assert sum(result.n_test for result in found) == 6 * 4 * 4
    assert all(result.n_train == 5 * 4 * 4 for result in found)
    assert all(list(result.by_speaker) == [f"emodb/{n:02}"] for n, result in enumerate(found))


def test_feature_sets_are_compared(make_store: MakeStore, tmp_path: Path) -> None:
    both = ("librosa178", "functionals")
    asked = ["librosa178", "functionals+librosa178"]
    found = run(
        tmp_path / "r", make_store(sets=both), protocols=["clips"], estimators=["svm"],
        features=asked,
    )  # fmt: skip
    again = run(
        tmp_path / "r", make_store(sets=both), protocols=["clips"], estimators=["svm"],
        features=["librosa178"],
    )  # fmt: skip
    by_set = {name: [one for one in found if one.features == name] for name in dict.fromkeys(
        one.features for one in found)}  # fmt: skip
    assert list(by_set) == ["librosa178", "librosa178+functionals"]
    assert len({one.store for one in found}) == 2
    assert again == []  # the 178 are those that were compared already


def test_svm_beats_chance_and_majority_is_chance(make_store: MakeStore, tmp_path: Path) -> None:
    found = run(tmp_path / "r", make_store(), protocols=["clips"])
    mean = {
        name: np.mean([result.uar for result in found if result.estimator == name])
        for name in ("majority", "svm")
    }
    assert mean["majority"] == pytest.approx(0.25, abs=0.01)
    assert mean["svm"] > 0.6


def test_figures_follow_from_the_confusion_matrix(make_store: MakeStore, tmp_path: Path) -> None:
    (result, *_) = run(tmp_path / "r", make_store(), protocols=["clips"], estimators=["svm"])
    confusion = np.array(result.confusion)
    assert confusion.sum() == result.n_test == result.n_test_clips
    assert result.accuracy == pytest.approx(np.trace(confusion) / confusion.sum())
    assert result.uar == pytest.approx(np.mean(np.diag(confusion) / confusion.sum(axis=1)))
    assert np.sum(list(result.by_speaker.values()), axis=0).tolist() == result.confusion


def test_probabilities_are_those_of_the_estimator_and_labels_those_that_it_predicts(
    make_store: MakeStore, tmp_path: Path
) -> None:
    place = make_store()
    keys = {"protocols": ["clips"], "train_variants": VARIANTS}
    run(tmp_path / "r", place, **keys, estimators=["majority", "svm", "logistic"])
    found = predictions.read(tmp_path / "r")
    asked = study(**keys, corpora=["emodb"], estimators=["logistic"])
    fit = planning.plan(asked, place).fits[0]
    data, split = fit.dataset, fit.split
    means = data.features[split.train].mean(axis=0), data.features[split.train].std(axis=0)
    X = (data.features - means[0]) / np.where(means[1] == 0, 1, means[1])
    y = data.labels[data.emotion]
    model = fit.candidate.fitted(X[split.train], y[split.train], seed=fit.seed)
    mine = pc.and_(pc.equal(found["estimator"], "logistic"), pc.equal(found["split"], split.name))
    rows = found.filter(mine)
    expected = model.predict_proba(X[split.test])
    shares = predictions.probabilities(rows, data.labels.tolist())
    np.testing.assert_allclose(shares, expected, atol=0.002)
    assert rows["predicted"].to_pylist() == model.predict(X[split.test]).tolist()
    of_svm = found.filter(pc.equal(found["estimator"], "svm"))
    assert np.isnan(predictions.probabilities(of_svm, ["sad"])).all()


class Odd(DummyClassifier):
    """Says that it is surer than anything can be."""

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        return 8 * super().predict_proba(X)


def test_probabilities_that_are_none_are_named(make_store: MakeStore, tmp_path: Path) -> None:
    asked = study(protocols=["clips"], corpora=["emodb"], estimators=["majority"])
    plan = planning.plan(asked, make_store())
    odd = brought("odd", Odd)
    broken = replace(plan, fits=tuple(replace(fit, candidate=odd) for fit in plan.fits))
    with pytest.raises(BadPlugin, match=r"the estimator odd of .*Odd.* gives probabilities"):
        list(evaluation.run(broken, tmp_path / "r"))


def test_any_number_of_workers_gives_the_same(make_store: MakeStore, tmp_path: Path) -> None:
    asked = study(protocols=["clips"], corpora=["emodb"], estimators=["majority", "svm", "forest"])
    plan = planning.plan(asked, make_store())
    one, two = (
        [result for _, result in evaluation.run(plan, tmp_path / str(jobs), jobs=jobs)]
        for jobs in (1, 2)
    )
    took = {"fit_seconds": 0.0, "predict_ms": 0.0, "model_bytes": 0}
    assert [replace(result, **took) for result in one] == [
        replace(result, **took) for result in two
    ]
    sizes = [[result.model_bytes for result in each] for each in (one, two)]
    assert sizes[0] == pytest.approx(sizes[1], rel=0.01, abs=200)
    assert results.read(tmp_path / "2") == two


def test_open_parameters_are_chosen_within_the_training_rows(
    make_store: MakeStore, tmp_path: Path
) -> None:
    """With gamma=1e6 no two rows are alike and all are taken for one emotion: the worse choice."""
    asked = {"svm": [{"gamma": [1e6, 0.27]}, {}]}
    found = run(tmp_path / "r", make_store(), protocols=["speakers"], estimators=asked)
    by_parameters = [
        [one for one in found if one.parameters == parameters] for parameters in asked["svm"]
    ]
    for open_, given in zip(*by_parameters, strict=True):
        assert (open_.chosen, given.chosen) == ({"gamma": 0.27}, {})
        assert open_.confusion == given.confusion
    assert results.read(tmp_path / "r") == found


def test_what_cannot_choose_is_left_out_and_the_rest_is_done(
    make_store: MakeStore, tmp_path: Path
) -> None:
    """Of two speakers one is left to train on: nobody is left to choose on."""
    asked = {"svm": [{"C": [1.0, 3.0]}, {}]}
    place = make_store(speakers=2)
    plan = planning.plan(study(protocols=["speakers"], corpora=["emodb"], estimators=asked), place)
    assert [fit.candidate.parameters for fit in plan.fits] == [{}, {}]
    assert plan.skipped[0] == (
        "speakers: emodb/speaker-00 has one speaker to train on, choosing C of svm takes two; "
        "give one value"
    )
    assert len(list(evaluation.run(plan, tmp_path / "r"))) == 2


def test_a_search_is_not_done_again(make_store: MakeStore, tmp_path: Path) -> None:
    asked = study(protocols=["clips"], corpora=["emodb"], estimators={"svm": {"C": [1.0, 3.0]}})
    plan = planning.plan(asked, make_store())
    made = [result for _, result in evaluation.run(plan, tmp_path / "r")]
    assert all(set(result.chosen) == {"C"} for result in made)
    assert evaluation.outstanding(plan, results.latest(tmp_path / "r")) == []


def test_a_refused_parameter_is_named(make_store: MakeStore, tmp_path: Path) -> None:
    with pytest.raises(BadChoice, match=r"svm cannot learn with {'C': -1}: The 'C' parameter"):
        run(tmp_path / "r", make_store(), protocols=["clips"], estimators={"svm": {"C": -1}})


@pytest.mark.parametrize("how", ["none", "train", "corpus", "speaker", "extremes"])
def test_every_normalisation_runs(make_store: MakeStore, tmp_path: Path, how: str) -> None:
    found = run(tmp_path / "r", make_store(), protocols=["clips"], normalisation=[how])
    assert {result.normalisation for result in found} == {how}
    assert np.mean([result.uar for result in found if result.estimator == "svm"]) > 0.5


def test_original_mixes_variants_and_scales_by_everything(
    make_store: MakeStore, tmp_path: Path
) -> None:
    place = make_store(corpora=("emodb", "savee"))
    (result,) = run(
        tmp_path / "r", place, protocols=["original"], corpora=["emodb+savee"], estimators=["svm"],
        train_variants=["original"],
    )  # fmt: skip
    n_rows = 3 * 2 * 6 * 4 * 4
    assert (result.n_train, result.n_test) == (int(n_rows * 0.8), -(-n_rows // 10))
    assert result.n_shared_clips > 0
    assert result.normalisation == "minmax_all"
    assert result.train_variants == ("original", "noise", "stretch_pitch")
    assert result.emotions == "six"
    assert set(result.leaks) >= {"clip", "speaker"}


def test_languages_are_crossed_and_share_emotions(make_store: MakeStore, tmp_path: Path) -> None:
    place = make_store(corpora=("emodb",), emotions=("angry", "boredom", "sad"))
    make_store(corpora=("savee",), emotions=("angry", "sad", "surprise"))
    found = run(
        tmp_path / "r", place, protocols=["cross_language"], emotions="all", estimators=["svm"]
    )
    assert [result.split for result in found] == ["de->en", "en->de"]
    assert all(result.labels == ("angry", "sad") for result in found)
    assert [result.left_out for result in found] == [{"surprise": 24}, {"boredom": 24}]
    assert all(result.n_shared_speakers == 0 for result in found)


def test_emotions_default_to_all_within_and_six_across(
    make_store: MakeStore, tmp_path: Path
) -> None:
    place = make_store(corpora=("emodb", "savee"), emotions=("angry", "boredom", "sad"))
    found = run(tmp_path / "r", place, protocols=["clips", "cross_corpus"], estimators=["majority"])
    within = [result for result in found if result.protocol == "clips"]
    across = [result for result in found if result.protocol == "cross_corpus"]
    assert {result.labels for result in within} == {("angry", "boredom", "sad")}
    assert {result.labels for result in across} == {("angry", "sad")}
    assert all(result.left_out == {"boredom": 24} for result in across)


def test_pools_in_a_crossing_are_one_corpus(make_store: MakeStore, tmp_path: Path) -> None:
    place = make_store(corpora=("emodb", "savee", "emovo"))
    found = run(
        tmp_path / "r", place, protocols=["cross_corpus"],
        corpora=["emodb+savee", "emovo"], estimators=["majority"],
    )  # fmt: skip
    assert {result.split for result in found} == {"emodb+savee->emovo", "emovo->emodb+savee"}
    assert {result.n_test_speakers for result in found} == {6, 12}


def test_training_on_originals_alone(make_store: MakeStore, tmp_path: Path) -> None:
    found = run(
        tmp_path / "r", make_store(), protocols=["clips"], estimators=["majority"],
        train_variants=["original"],
    )  # fmt: skip
    assert all(result.n_train == result.n_train_clips for result in found)


def test_two_speakers_get_a_warning(make_store: MakeStore, tmp_path: Path) -> None:
    found = run(
        tmp_path / "r", make_store(speakers=2), protocols=["speakers"], estimators=["majority"]
    )
    assert all("2 speakers" in result.warnings[0] for result in found)


def test_one_speaker_cannot_be_left_out(make_store: MakeStore, tmp_path: Path) -> None:
    with pytest.raises(NotEnough, match="speaker"):
        run(tmp_path / "r", make_store(speakers=1), protocols=["speakers"])


def test_what_cannot_be_done_is_said_beside_what_can(make_store: MakeStore) -> None:
    asked = study(protocols=["clips", "speakers"], corpora=["emodb"], estimators=["majority"])
    plan = planning.plan(asked, make_store(speakers=1))
    assert {fit.protocol.name for fit in plan.fits} == {"clips"}
    assert len(plan.skipped) == 1
    assert plan.skipped[0].startswith("speakers: ")


def test_a_misspelt_emotion_is_answered(make_store: MakeStore, tmp_path: Path) -> None:
    with pytest.raises(BadChoice, match="did you mean 'happy'"):
        run(tmp_path / "r", make_store(), protocols=["clips"], emotions=["hapy", "sad"])


def test_names_that_are_repeated_count_once() -> None:
    asked = study(
        protocols=["clips"] * 2, corpora=["emodb"] * 2, estimators=["svm"] * 2, seeds=[1, 1]
    )
    assert (len(asked.protocols), len(asked.pools), len(asked.estimators)) == (1, 1, 1)
    assert asked.seeds == (1,)
