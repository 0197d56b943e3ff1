"""Planning and running a study on stores of made-up features."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from synthetic import name_sound_alike

from sertool import evaluation, parts, planning, results, store
from sertool.errors import BadChoice, BadTable, CannotWrite, NotEnough, NotFound
from sertool.estimators import svm
from sertool.planning import Plan
from sertool.results import Result
from sertool.specification import Candidate, study

MakeStore = Callable[..., Path]


def run(folder: Path, place: Path, **keys: Any) -> list[Result]:
    asked = study(**{"corpora": store.corpora(place), "estimators": ["majority", "svm"], **keys})
    plan = planning.plan(asked, place)
    return [result for _, result in evaluation.run(plan, folder)]


def test_speakers_leaves_out_each_speaker_once(make_store: MakeStore, tmp_path: Path) -> None:
    found = run(tmp_path / "r", make_store(), protocols=["speakers"], estimators=["svm"])
    assert [result.split for result in found] == [f"emodb/speaker-{n:02}" for n in range(6)]
    assert all(result.n_shared_speakers == 0 for result in found)
    assert sum(result.n_test for result in found) == 6 * 4 * 4
    assert all(result.n_train == 3 * 5 * 4 * 4 for result in found)
    assert all(list(result.by_speaker) == [f"emodb/{n:02}"] for n, result in enumerate(found))


def test_feature_sets_are_compared(make_store: MakeStore, tmp_path: Path) -> None:
    both = ("librosa178", "functionals")
    asked = ["librosa178", "functionals+librosa178"]
    found = run(
        tmp_path / "r", make_store(sets=both), protocols=["clips"], estimators=["svm"],
        features=asked,
    )  # fmt: skip
    again = run(tmp_path / "r", make_store(sets=both), protocols=["clips"], estimators=["svm"])
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


def test_a_study_goes_on_where_it_was(make_store: MakeStore, tmp_path: Path) -> None:
    place = make_store()
    asked = study(protocols=["speakers"], corpora=["emodb"], estimators=["majority"])
    plan = planning.plan(asked, place)
    running = evaluation.run(plan, tmp_path / "r")
    first, second = next(running)[1], next(running)[1]
    running.close()
    with (tmp_path / "r" / results.RESULTS).open("ab") as file:
        file.write(b'{"format": 1, "protocol": "spea')  # what a kill leaves of a line
    rest = [result for _, result in evaluation.run(plan, tmp_path / "r")]
    assert len(rest) == len(plan.fits) - 2
    assert results.read(tmp_path / "r") == [first, second, *rest]
    assert list(evaluation.run(plan, tmp_path / "r")) == []


def with_svm(plan: Plan, **defaults: float) -> Plan:
    """The same plan with other defaults of svm, as another version of it may have."""
    candidate = Candidate("svm", functools.partial(svm.estimator, **defaults))
    return replace(plan, fits=[replace(fit, candidate=candidate) for fit in plan.fits])


def test_what_was_made_with_other_defaults_is_made_again(
    make_store: MakeStore, tmp_path: Path
) -> None:
    asked = study(protocols=["clips"], corpora=["emodb"], estimators=["svm"])
    plan = planning.plan(asked, make_store())
    before = [result for _, result in evaluation.run(plan, tmp_path)]
    assert before[0].parameters == {}
    assert before[0].settings["svc__kernel"] == "rbf"
    assert evaluation.outstanding(plan, tmp_path) == []
    other = with_svm(plan, C=before[0].settings["svc__C"] / 2)
    assert evaluation.outstanding(other, tmp_path) == list(other.fits)
    after = [result for _, result in evaluation.run(other, tmp_path)]
    assert [result.key for result in after] == [result.key for result in before]
    assert evaluation.outstanding(other, tmp_path) == []
    assert [*results.latest(tmp_path).values()] == after


def test_results_that_do_not_say_how_their_estimator_was_set_count_as_they_are(
    make_store: MakeStore, tmp_path: Path
) -> None:
    asked = study(protocols=["clips"], corpora=["emodb"], estimators=["svm"])
    plan = planning.plan(asked, make_store())
    made = [result for _, result in evaluation.run(plan, tmp_path)]
    file = tmp_path / results.RESULTS
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    old = [
        {name: value for name, value in line.items() if name != "settings"} | {"format": 1}
        for line in lines
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in old))
    assert results.read(tmp_path) == [replace(result, settings={}) for result in made]
    assert evaluation.outstanding(with_svm(plan, C=99), tmp_path) == []


def test_any_number_of_workers_gives_the_same(make_store: MakeStore, tmp_path: Path) -> None:
    asked = study(protocols=["clips"], corpora=["emodb"], estimators=["majority", "svm", "forest"])
    plan = planning.plan(asked, make_store())
    one, two = (
        [result for _, result in evaluation.run(plan, tmp_path / str(jobs), jobs=jobs)]
        for jobs in (1, 2)
    )
    took = {"fit_seconds": 0.0, "predict_ms": 0.0}
    assert [replace(result, **took) for result in one] == [
        replace(result, **took) for result in two
    ]
    assert results.read(tmp_path / "2") == two


def test_a_folder_that_cannot_be_written_is_said_at_once(
    make_store: MakeStore, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite, match="results cannot be kept in"):
        run(tmp_path / "file" / "r", make_store(), protocols=["clips"])


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
    assert plan.impossible[0] == (
        "speakers: emodb/speaker-00 has one speaker to train on, choosing C of svm takes two; "
        "give one value"
    )
    assert len(list(evaluation.run(plan, tmp_path / "r"))) == 2


def test_a_search_is_not_done_again(make_store: MakeStore, tmp_path: Path) -> None:
    asked = study(protocols=["clips"], corpora=["emodb"], estimators={"svm": {"C": [1.0, 3.0]}})
    plan = planning.plan(asked, make_store())
    made = [result for _, result in evaluation.run(plan, tmp_path / "r")]
    assert all(set(result.chosen) == {"C"} for result in made)
    assert evaluation.outstanding(plan, tmp_path / "r") == []


def test_a_refused_parameter_is_named(make_store: MakeStore, tmp_path: Path) -> None:
    with pytest.raises(BadChoice, match=r"svm cannot learn with {'C': -1}: The 'C' parameter"):
        run(tmp_path / "r", make_store(), protocols=["clips"], estimators={"svm": {"C": -1}})


def test_predictions_of_every_fit_are_kept(make_store: MakeStore, tmp_path: Path) -> None:
    found = run(tmp_path / "r", make_store(), protocols=["clips"])
    table = pq.read_table(tmp_path / "r" / results.PREDICTIONS)
    assert table.num_rows == sum(result.n_test for result in found)
    assert table.column_names[: len(results.KEY)] == list(results.KEY)
    right = sum(
        row["emotion"] == row["predicted"]
        for row in table.select(["estimator", "emotion", "predicted"]).to_pylist()
        if row["estimator"] == "svm"
    )
    assert right == sum(np.trace(result.confusion) for result in found if result.estimator == "svm")


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
    assert result.normalisation == planning.OWN_SCALING
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
    assert len(plan.impossible) == 1
    assert plan.impossible[0].startswith("speakers: ")


def test_another_store_is_another_result(make_store: MakeStore, tmp_path: Path) -> None:
    keys = {"protocols": ["clips"], "estimators": ["majority"]}
    run(tmp_path / "r", make_store("one"), **keys)
    assert len(run(tmp_path / "r", make_store("two", takes=5), **keys)) == 5


@pytest.mark.parametrize("line", ["{}", '{"format": 2}', '{"format": 3}', "words", "[]"])
def test_results_of_another_format_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / results.RESULTS).write_text(line + "\n")
    with pytest.raises(BadTable, match=r"results\.jsonl:1"):
        results.read(tmp_path)


def test_no_results_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="sertool benchmark"):
        results.read(tmp_path)


def test_predictions_of_a_fit_done_again_count_once(make_store: MakeStore, tmp_path: Path) -> None:
    keys = {"protocols": ["clips"], "estimators": ["majority"]}
    place = make_store()
    run(tmp_path / "r", place, **keys)
    before = pq.read_table(tmp_path / "r" / results.PREDICTIONS)
    lines = (tmp_path / "r" / results.RESULTS).read_text().splitlines(keepends=True)
    (tmp_path / "r" / results.RESULTS).write_text("".join(lines[1:]))
    assert len(run(tmp_path / "r", place, **keys)) == 1
    assert pq.read_table(tmp_path / "r" / results.PREDICTIONS).num_rows == before.num_rows


def test_a_misspelt_emotion_is_answered(make_store: MakeStore, tmp_path: Path) -> None:
    with pytest.raises(BadChoice, match="did you mean 'happy'"):
        run(tmp_path / "r", make_store(), protocols=["clips"], emotions=["hapy", "sad"])


def test_names_that_are_repeated_count_once() -> None:
    asked = study(
        protocols=["clips"] * 2, corpora=["emodb"] * 2, estimators=["svm"] * 2, seeds=[1, 1]
    )
    assert (len(asked.protocols), len(asked.pools), len(asked.estimators)) == (1, 1, 1)
    assert asked.seeds == (1,)


def notes(place: Path, **keys: Any) -> tuple[str, ...]:
    asked = study(corpora=store.corpora(place), estimators=["majority"], **keys)
    return planning.plan(asked, place).notes


class TestRepeatedSounds:
    """Made-up stores of six speakers, four emotions and four takes: 96 clips."""

    def test_none_gives_no_note(self, make_store: MakeStore) -> None:
        place = make_store(corpora=("emodb", "savee"))
        asked = ["clips", "speakers", "sentences", "cross_corpus", "original"]
        assert notes(place, protocols=asked, drop_duplicates=True) == ()

    def test_what_is_kept_out_of_training_is_told_in_one_line(
        self, make_store: MakeStore, tmp_path: Path
    ) -> None:
        place = make_store()
        name_sound_alike(place, "00/sad-0.wav", "01/sad-0.wav")
        said = (
            "emodb: clips not trained on because their sound is tested under another name: 2, "
            "in 2 of 6 splits"
        )
        assert notes(place, protocols=["speakers"]) == (said,)
        assert notes(place, protocols=["clips"]) == ()  # copies are tested together there
        found = run(tmp_path / "r", place, protocols=["speakers"], estimators=["majority"])
        assert {result.warnings for result in found} == {(said,)}
        assert [result.n_train_clips for result in found] == [79, 79, 80, 80, 80, 80]

    def test_across_corpora(self, make_store: MakeStore) -> None:
        place = make_store(corpora=("emodb", "savee"))
        sound = store.read(place, ["savee"]).column("sha256")[0].as_py()
        file = place / "corpus=emodb" / "clips.parquet"
        table = pq.read_table(file, partitioning=None)
        sounds = [sound] * 3 + table.column("sha256").to_pylist()[3:]
        column = table.column_names.index("sha256")
        part = parts.read(file)
        parts.write(table.set_column(column, "sha256", [sounds]), part.stamps, part.sets, file)
        (said,) = notes(place, protocols=["cross_corpus"])
        assert said.startswith("cross_corpus: ")
        assert said.endswith(": 2, in 2 of 2 splits")

    @pytest.mark.parametrize(
        ("other", "left"), [("01/sad-0.wav", 95), ("01/happy-0.wav", 94)], ids=["same", "contrary"]
    )
    def test_dropped(self, make_store: MakeStore, tmp_path: Path, other: str, left: int) -> None:
        place = make_store()
        name_sound_alike(place, "00/sad-0.wav", other)
        keys = {"protocols": ["clips"], "estimators": ["majority"]}
        with_them = run(tmp_path / "r", place, **keys)
        without = run(tmp_path / "r", place, drop_duplicates=True, **keys)
        assert sum(result.n_test for result in with_them) == 96
        assert sum(result.n_test for result in without) == left
        assert with_them[0].store != without[0].store
        assert all(f"another name, too: {96 - left}" in each.warnings[0] for each in without)
        tested = pq.read_table(tmp_path / "r" / results.PREDICTIONS)
        tested = tested.filter(pc.equal(tested.column("store"), without[0].store))
        clips = set(tested.column("clip").to_pylist())
        assert len(clips) == left
        assert ("00/sad-0.wav" in clips) == (left == 95)  # the first name is kept
        assert other not in clips

    def test_three_names_of_which_one_is_contrary(self, make_store: MakeStore) -> None:
        place = make_store()
        for clip in ("00/sad-0.wav", "01/happy-0.wav"):
            name_sound_alike(place, clip, "02/sad-0.wav")
        assert notes(place, protocols=["clips"], drop_duplicates=True)[0].endswith(": 3")

    def test_an_emotion_that_does_not_enter_contradicts_still(self, make_store: MakeStore) -> None:
        place = make_store(emotions=("angry", "boredom", "sad"))
        name_sound_alike(place, "00/sad-0.wav", "01/boredom-0.wav")
        asked = study(
            protocols=["clips"], corpora=["emodb"], estimators=["majority"],
            emotions=["angry", "sad"], drop_duplicates=True,
        )  # fmt: skip
        (fit, *_) = planning.plan(asked, place).fits
        assert fit.dataset.identity.num_rows == 3 * (6 * 2 * 4 - 1)

    def test_nothing_dropped_is_the_same_result(
        self, make_store: MakeStore, tmp_path: Path
    ) -> None:
        keys = {"protocols": ["clips"], "estimators": ["majority"]}
        place = make_store()
        assert len(run(tmp_path / "r", place, **keys)) == 5
        assert run(tmp_path / "r", place, drop_duplicates=True, **keys) == []

    def test_a_protocol_that_lets_them_through_is_warned_of(
        self, make_store: MakeStore, tmp_path: Path
    ) -> None:
        place = make_store()
        name_sound_alike(place, "00/sad-0.wav", "01/sad-0.wav")
        asked = study(protocols=["speakers"], corpora=["emodb"], estimators=["majority"])
        fit = planning.plan(asked, place).fits[0]
        rows = np.arange(fit.dataset.identity.num_rows)
        careless = replace(fit, split=replace(fit.split, train=np.setdiff1d(rows, rows[: 3 * 16])))
        ((_, result),) = evaluation.run(planning.Plan((careless,), ()), tmp_path / "r")
        (_, *said) = result.warnings
        assert said == ["emodb/speaker-00: sounds that are tested were trained on, too: 1"]


def test_damaged_predictions_are_named(make_store: MakeStore, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    run(folder, make_store(), protocols=["clips"], estimators=["majority"])
    file = folder / results.PREDICTIONS
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(BadTable, match=r"predictions\.parquet is damaged .*remove it"):
        run(folder, make_store(), protocols=["clips"], estimators=["majority"], seeds=[1])
