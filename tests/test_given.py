"""The protocol that takes a corpus's own division, and what is said of a division that leaks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from identities import identity, named, recordings, splits
from studied import run as study
from synthetic import syllables, write_sound

from sertool.benchmark import planning, sharing
from sertool.benchmark.study import study as asked
from sertool.corpora.audit import audit, inspection
from sertool.corpora.sources import manifest_source
from sertool.errors import NotEnough
from sertool.store import extraction


def divided(
    side: Callable[[dict[str, Any]], str | None], column: str = "split", **sizes: int
) -> pa.Table:
    clips = recordings("mine", "en", **{"n_speakers": 6, "n_sentences": 4} | sizes)
    return identity([{**clip, column: side(clip)} for clip in clips])


def by_speaker(clip: dict[str, Any]) -> str:
    return {"00": "test", "01": "dev"}.get(clip["speaker"], "train")


def speakers(table: pa.Table, rows: Any) -> set[str]:
    return {speaker for (speaker,) in named(table, rows, "speaker")}


def test_train_dev_and_test_are_taken_as_they_are() -> None:
    table = divided(by_speaker)
    (split,) = splits("given", table)
    assert split.name == "pool"
    assert speakers(table, split.test) == {"00"}
    assert speakers(table, split.validation) == {"01"}
    assert speakers(table, split.train) == {"02", "03", "04", "05"}
    assert {variant for (variant,) in named(table, split.test, "variant")} == {"original"}
    assert len(split.train) == 3 * 4 * 4 * 3  # variants, speakers, sentences, emotions


def test_several_test_sets_are_tested_each_by_itself() -> None:
    sides = {"00": "test1", "01": "test2", "02": "dev"}
    table = divided(lambda clip: sides.get(clip["speaker"], "train"))
    found = splits("given", table)
    assert [split.name for split in found] == ["pool/test1", "pool/test2"]
    assert [speakers(table, split.test) for split in found] == [{"00"}, {"01"}]
    assert all(speakers(table, split.train) == {"03", "04", "05"} for split in found)


def test_dev_is_tested_where_there_is_no_test() -> None:
    table = divided(lambda clip: "dev" if clip["speaker"] == "00" else "train")
    (split,) = splits("given", table)
    assert (split.fold, speakers(table, split.test), split.validation.size) == ("dev", {"00"}, 0)


@pytest.mark.parametrize("column", ["split", "session"])
def test_folds_and_sessions_are_left_out_in_turn(column: str) -> None:
    table = divided(lambda clip: f"fold-{int(clip['speaker']) // 2}", column)
    found = splits("given", table)
    assert [split.fold for split in found] == ["fold-0", "fold-1", "fold-2"]
    assert [speakers(table, split.test) for split in found] == [
        {"00", "01"}, {"02", "03"}, {"04", "05"},
    ]  # fmt: skip
    assert speakers(table, found[0].train) == {"02", "03", "04", "05"}


def test_clips_on_no_side_are_left_out() -> None:
    table = divided(lambda clip: None if clip["speaker"] == "05" else by_speaker(clip))
    (split,) = splits("given", table)
    assert speakers(table, split.train) == {"02", "03", "04"}


def test_a_sound_that_is_tested_is_not_trained_on() -> None:
    table = divided(by_speaker)
    sounds = table.column("sha256").to_pylist()
    clips = table.column("clip").to_pylist()
    tested = sounds[clips.index("00/0-sad-0.wav")]
    alike = [
        tested if clip == "03/0-sad-0.wav" else own for clip, own in zip(clips, sounds, strict=True)
    ]
    table = table.set_column(table.column_names.index("sha256"), "sha256", pa.array(alike))
    (split,) = splits("given", table)
    assert split.n_same_sound == 1
    assert ("03/0-sad-0.wav",) not in named(table, split.train, "clip")


@pytest.mark.parametrize(
    ("side", "message"),
    [
        (
            lambda clip: None,
            "fill a column split .train, dev, test, or the number of a fold. or session",
        ),
        (lambda clip: "train", "neither 'test' nor 'dev'"),
        (lambda clip: "test", "has test and no 'train'"),
        (lambda clip: "fold-1", "number two folds or more"),
        (
            lambda clip: "train" if clip["emotion"] == "sad" else "test",
            "train on have fewer than 2 emotions",
        ),
    ],
)
def test_divisions_that_nothing_can_be_made_of(side: Callable[..., Any], message: str) -> None:
    with pytest.raises(NotEnough, match=message):
        splits("given", divided(side))
    bare = identity(recordings("mine", "en", n_speakers=2, n_sentences=2))
    with pytest.raises(NotEnough, match="fill a column split"):
        splits("given", bare)


def corpus(folder: Path, sides: Callable[[int], str], n_speakers: int = 20) -> Path:
    """A table of speakers with two clips each; how a clip's number says its side."""
    lines = ["path,emotion,speaker,sentence,split"]
    for number in range(2 * n_speakers):
        write_sound(folder / f"{number}.wav", syllables(0.8 + 0.01 * number))
        emotion = ("sad", "happy")[number % 2]
        lines.append(f"{number}.wav,{emotion},s{number // 2:02},t{number},{sides(number)}")
    (folder / "m.csv").write_text("\n".join(lines))
    return folder / "m.csv"


def test_a_twentieth_of_the_speakers_on_both_sides_is_warned_of(tmp_path: Path) -> None:
    """Speakers 0-9 train, 11-19 test, s10 has a clip on each side: 1 of 20, 1 of 19 test clips."""
    file = corpus(tmp_path, lambda number: "train" if number <= 20 else "test")
    source = manifest_source(file, name="mine")
    list(extraction.extract(extraction.plan([source], tmp_path / "s")))
    (result,) = study(tmp_path / "r", tmp_path / "s", protocols=["given"], estimators=["majority"])
    said = (
        "mine: 1 of 20 speakers are trained on and tested (s10): 1 of 19 test clips are theirs, "
        "and the figure is none for new speakers"
    )
    assert result.warnings == (said,)
    assert result.leaks == ("corpus",)
    inspections = list(inspection.inspect(source.folder, source.clips))
    (found,) = [
        each
        for each in audit(source, inspections).findings
        if each.kind == "speakers on both sides"
    ]
    assert found.severity == "worry"
    assert (
        "1 of 20 speakers are on several sides of the split (train 21, test 19), such as s10"
        in (found.says)
    )
    assert [*found.recordings] == ["20.wav", "21.wav"]


def test_results_depend_on_the_division(tmp_path: Path) -> None:
    """Another division of the same clips is another study, not one that was done already."""
    keys = []
    for sides in (lambda number: "train" if number < 8 else "test",
                  lambda number: "test" if number < 8 else "train"):  # fmt: skip
        source = manifest_source(corpus(tmp_path, sides, n_speakers=8), name="mine")
        list(extraction.extract(extraction.plan([source], tmp_path / "s")))
        one = asked(protocols=["given"], corpora=["mine"], estimators=["majority"])
        keys.append(planning.plan(one, tmp_path / "s").fits[0].key)
    assert keys[0] != keys[1]


def test_sentences_and_sounds_on_both_sides(tmp_path: Path) -> None:
    file = corpus(tmp_path, lambda number: ("train", "test")[number // 2 % 2], n_speakers=4)
    text = file.read_text().replace("t0,", "same,").replace("t2,", "same,")
    file.write_text(text)
    (tmp_path / "3.wav").write_bytes((tmp_path / "0.wav").read_bytes())
    source = manifest_source(file, name="mine")
    inspections = list(inspection.inspect(source.folder, source.clips))
    found = {each.kind: each for each in audit(source, inspections).findings}
    assert [*found["sentences on both sides"].recordings] == ["0.wav", "2.wav"]
    assert [*found["sounds on both sides"].recordings] == ["0.wav", "3.wav"]
    assert "speakers on both sides" not in found


def test_speakers_of_one_name_in_two_corpora_are_two() -> None:
    clips = [
        {**clip, "split": side}
        for corpus, side in (("mine", "train"), ("yours", "test"))
        for clip in recordings(corpus, "en", n_speakers=2, n_sentences=2)
    ]
    table = identity(clips)
    assert list(sharing.warnings("mine+yours", table, splits("given", table))) == []
    alike = identity(
        [{**clip, "corpus": "mine", "clip": f"{number}.wav"} for number, clip in enumerate(clips)]
    )
    said = list(sharing.warnings("mine", alike, splits("given", alike)))
    assert "2 of 2 speakers are trained on and tested (00, 01): 12 of 12 test clips" in said[0]
    assert "2 of 2 sentences are trained on and tested (s0, s1)" in said[1]
