"""Clips whose sound has several names: kept out of training, dropped where asked, told of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from studied import run
from synthetic import name_sound_alike, rewrite

from sertool import store
from sertool.benchmark import evaluation, planning, predictions
from sertool.benchmark.study import study

MakeStore = Callable[..., Path]


def notes(place: Path, **keys: Any) -> tuple[str, ...]:
    asked = study(corpora=store.corpora(place), estimators=["majority"], **keys)
    return planning.plan(asked, place).warnings


def of_sound(sound: str, n_rows: int, table: pa.Table) -> pa.Table:
    """The same table, whose first rows are of a sound."""
    sounds = [sound] * n_rows + table.column("sha256").to_pylist()[n_rows:]
    return table.set_column(table.column_names.index("sha256"), "sha256", pa.array(sounds))


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
        for name, n_rows in (("clips", 1), ("functionals.utterance", 3)):
            rewrite(place / "emodb" / f"{name}.parquet", partial(of_sound, sound, n_rows))
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
        tested = pq.read_table(tmp_path / "r" / predictions.PREDICTIONS)
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
