"""What to know of a corpus, found in corpora that were made to have it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from corpus_files import emodb_files
from synthetic import SAMPLE, needs_sample, syllables, write_sound

from sertool import registry
from sertool.corpora.audit import Finding, absent, audit
from sertool.corpora.audit.inspection import Inspection, Sound, inspect
from sertool.corpora.sources import Source, folder_source, manifest_source

RATE = 16_000


def findings(of: Source) -> dict[str, Finding]:
    """By kind; each kind is found once."""
    found = audit(of, list(inspect(of.folder, of.clips))).findings
    assert len({each.kind for each in found}) == len(found)
    for each in found:
        assert each.says
        assert each.advice
    return {each.kind: each for each in found}


def emodb(folder: Path) -> dict[str, Finding]:
    return findings(folder_source(registry.get("corpora", "emodb"), folder))


def listed(folder: Path, rows: Iterable[str]) -> dict[str, Finding]:
    """The findings of a manifest with the columns path, emotion, speaker."""
    (folder / "m.csv").write_text("\n".join(["path,emotion,speaker", *rows]))
    return findings(manifest_source(folder / "m.csv", name="mine", vocabulary=None))


@pytest.fixture
def mine(tmp_path: Path) -> list[str]:
    """The lines of a manifest of three speakers and two emotions without anything to say of."""
    lines = [
        f"{who}-{emotion}.wav,{emotion},{who}" for who in "abc" for emotion in ("happy", "sad")
    ]
    for number, line in enumerate(lines):
        write_sound(tmp_path / line.split(",")[0], syllables(1.5, pitch=100 + 10 * number))
    return lines


def test_nothing_to_say_of_a_good_manifest(tmp_path: Path, mine: list[str]) -> None:
    assert listed(tmp_path, mine) == {}


def test_nothing_to_say_of_a_complete_copy_but_that_no_file_is_there(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "emodb")
    clips = tuple(map(corpus.parse, emodb_files()))
    inspections = [
        Inspection(clip, Sound(RATE, 1, 2.0, False, True, 0.0, 0, f"{number:064x}"))
        for number, clip in enumerate(clips)
    ]
    report = audit(Source(corpus, tmp_path, clips), inspections)
    assert [each.kind for each in report.findings] == ["missing recordings"]
    assert len(report.findings[0].recordings) == report.n_recordings == 535


def test_a_part_of_a_corpus(emodb_folder: Path) -> None:
    missing = emodb(emodb_folder)["missing recordings"]
    assert missing.severity == "worry"
    assert missing.says == "517 of 535 recordings are missing, 3 of 10 speakers are there"
    assert "emodb.bilderbar.info" in missing.advice


def test_more_than_a_complete_copy(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "savee")
    clips = tuple(
        registry.get("corpora", "urdu").parse(f"SM1_F1_A{number:03}.wav") for number in range(500)
    )
    report = audit(Source(corpus, tmp_path, clips), [])
    kinds = {each.kind: each for each in report.findings}
    assert kinds["unexpected recordings"].severity == "worry"
    assert "500 recordings, where a complete copy holds 480" in kinds["unexpected recordings"].says


def test_a_nested_second_copy(emodb_folder: Path) -> None:
    shutil.copytree(emodb_folder / "wav", emodb_folder / "emodb" / "wav")
    copies = emodb(emodb_folder)["second copies"]
    assert copies.severity == "worry"
    assert len(copies.recordings) == 18
    assert copies.recordings["emodb/wav/03a01Wa.wav"] == "again wav/03a01Wa.wav"


def test_another_format_is_no_worry(emodb_folder: Path) -> None:
    write_sound(emodb_folder / "flac" / "03a01Wa.flac", syllables(1.5))
    found = emodb(emodb_folder)
    assert "second copies" not in found
    assert found["other formats"].severity == "note"
    assert found["other formats"].recordings == {"flac/03a01Wa.flac": "again wav/03a01Wa.wav"}


def test_unexpected_files_are_sounds_alone(emodb_folder: Path) -> None:
    write_sound(emodb_folder / "wav" / "music.wav", syllables(1.5))
    (emodb_folder / "wav" / "readme.txt").write_text("words")
    unexpected = emodb(emodb_folder)["unexpected files"]
    assert unexpected.severity == "note"
    assert list(unexpected.recordings) == ["wav/music.wav"]


def test_a_manifest_names_all_that_is_expected(tmp_path: Path, mine: list[str]) -> None:
    write_sound(tmp_path / "music.wav", syllables(1.5))
    assert listed(tmp_path, mine) == {}


def test_missing_and_unreadable(tmp_path: Path, mine: list[str]) -> None:
    (tmp_path / "a-sad.wav").unlink()
    whole = (tmp_path / "b-sad.wav").read_bytes()
    (tmp_path / "b-sad.wav").write_bytes(whole[:-1000])
    (tmp_path / "c-sad.wav").write_text("no sound")
    found = listed(tmp_path, mine)
    assert {kind: list(each.recordings) for kind, each in found.items()} == {
        "missing recordings": ["a-sad.wav"], "unreadable": ["c-sad.wav"],
        "incomplete": ["b-sad.wav"],
    }  # fmt: skip
    assert {each.severity for each in found.values()} == {"worry"}
    assert "seconds are there" in found["incomplete"].recordings["b-sad.wav"]


def test_one_sound_under_several_names(tmp_path: Path, mine: list[str]) -> None:
    shutil.copy(tmp_path / "a-sad.wav", tmp_path / "b-happy.wav")
    shutil.copy(tmp_path / "b-sad.wav", tmp_path / "c-sad.wav")
    found = listed(tmp_path, mine)
    contrary = found.pop("same sound, different emotions")
    same = found.pop("same sound, same emotion")
    assert found == {}
    assert (contrary.severity, same.severity) == ("worry", "note")
    assert contrary.recordings == {
        "a-sad.wav": "sad, as b-happy.wav (happy)", "b-happy.wav": "happy, as a-sad.wav (sad)",
    }  # fmt: skip
    assert list(same.recordings) == ["b-sad.wav", "c-sad.wav"]
    assert "--drop-duplicates" in contrary.advice


def test_of_many_alike_a_few_are_named(tmp_path: Path, mine: list[str]) -> None:
    for name in ("a-happy", "a-sad", "b-happy", "b-sad", "c-sad"):
        shutil.copy(tmp_path / "c-happy.wav", tmp_path / f"{name}.wav")
    (found,) = listed(tmp_path, mine).values()
    assert len(found.recordings) == 6
    assert found.recordings["a-sad.wav"] == (
        "sad, as a-happy.wav (happy), b-happy.wav (happy), b-sad.wav (sad) and 2 more"
    )


def test_silence_is_silence_and_no_sound_in_common(tmp_path: Path, mine: list[str]) -> None:
    for name in ("a-sad.wav", "b-happy.wav"):
        write_sound(tmp_path / name, np.zeros(RATE))
    found = listed(tmp_path, mine)
    assert list(found) == ["digital silence"]
    assert found["digital silence"].severity == "worry"
    assert found["digital silence"].recordings == {"a-sad.wav": "sad", "b-happy.wav": "happy"}


def test_clipping_is_counted_by_emotion(tmp_path: Path, mine: list[str]) -> None:
    for name in ("a-sad.wav", "b-happy.wav", "c-happy.wav"):
        write_sound(
            tmp_path / name, np.clip(9 * syllables(1.5, pitch=len(name) * ord(name[0])), -1, 1)
        )
    found = listed(tmp_path, mine)
    assert list(found) == ["clipping"]
    assert found["clipping"].severity == "note"
    assert "happy 2, sad 1" in found["clipping"].says


@pytest.mark.parametrize(
    ("usual", "other", "severity"),
    [(16_000, 44_100, "worry"), (48_000, 16_000, "worry"), (24_000, 96_000, "note")],
)
def test_an_odd_rate_worries_where_it_limits_what_is_heard(
    tmp_path: Path, mine: list[str], usual: int, other: int, severity: str
) -> None:
    for number, line in enumerate(mine):
        rate = usual if number else other
        sound = syllables(1.5, rate, pitch=100 + 10 * number)
        write_sound(tmp_path / line.split(",")[0], sound, rate)
    found = listed(tmp_path, mine)
    assert list(found) == ["sampling rate"]
    assert found["sampling rate"].severity == severity
    assert found["sampling rate"].recordings == {"a-happy.wav": f"{other:,} Hz"}


def test_an_odd_number_of_channels(tmp_path: Path, mine: list[str]) -> None:
    write_sound(
        tmp_path / "c-sad.wav",
        np.stack([syllables(1.5, pitch=90), syllables(1.5, pitch=95)], axis=1),
    )
    found = listed(tmp_path, mine)
    assert list(found) == ["channels"]
    assert found["channels"].recordings == {"c-sad.wav": "2 channels"}


def test_short_and_too_short(tmp_path: Path, mine: list[str]) -> None:
    write_sound(tmp_path / "a-sad.wav", syllables(0.09))
    write_sound(tmp_path / "b-sad.wav", syllables(0.65))
    found = listed(tmp_path, mine)
    assert found["too short"].severity == "worry"
    assert found["too short"].recordings == {"a-sad.wav": "0.09 s"}
    assert found["short"].severity == "note"
    assert found["short"].recordings == {"b-sad.wav": "0.65 s"}


def test_speakers_of_one_emotion(tmp_path: Path, mine: list[str]) -> None:
    one = listed(tmp_path, [line for line in mine if line[:5] != "a-sad"])
    assert one["speakers of one emotion"].severity == "note"
    assert "1 of 3 speakers" in one["speakers of one emotion"].says
    assert one["speakers of one emotion"].recordings == {"a-happy.wav": "a: happy"}
    two = listed(tmp_path, [line for line in mine if line[:5] not in ("a-sad", "b-hap")])
    assert two["speakers of one emotion"].severity == "worry"


def test_an_emotion_of_one_speaker_is_not_sent_to_the_protocol_speakers(
    tmp_path: Path, mine: list[str]
) -> None:
    """A new speaker would utter what was never trained on: 0 by construction."""
    kind = "speakers of one emotion"
    shared = listed(tmp_path, [line for line in mine if line[:5] not in ("b-sad", "c-hap")])[kind]
    assert "quote the protocol speakers, not clips" in shared.advice
    alone = listed(tmp_path, [line for line in mine if line[:5] in ("a-hap", "b-sad")])[kind]
    assert "protocol speakers" not in alone.advice
    assert "happy, sad of one speaker only cannot be recognised of a new one" in alone.advice
    assert all("do not normalise by speaker" in each.advice for each in (shared, alone))


def test_words_that_are_no_emotions_of_sertool(tmp_path: Path, mine: list[str]) -> None:
    assert listed(tmp_path, [line.replace(",happy,", ",HAPPY,") for line in mine]) == {}
    found = listed(tmp_path, [line.replace(",happy,", ",joy,") for line in mine])
    assert list(found) == ["emotions of your own"]
    assert found["emotions of your own"].severity == "note"
    assert "(joy 3)" in found["emotions of your own"].says
    assert "--map joy=happy" in found["emotions of your own"].advice
    assert {*found["emotions of your own"].recordings.values()} == {"joy"}


@pytest.mark.parametrize(("n_speakers", "says"), [(2, "a, b"), (1, "a"), (0, "none")])
def test_few_speakers(tmp_path: Path, mine: list[str], n_speakers: int, says: str) -> None:
    lines = mine[: 2 * n_speakers] or [line[:-1] for line in mine]
    found = listed(tmp_path, lines)
    assert list(found) == ["few speakers"]
    assert found["few speakers"].severity == "note"
    assert found["few speakers"].says.endswith(f": {says}")


def test_worries_come_first(tmp_path: Path, mine: list[str]) -> None:
    (tmp_path / "a-sad.wav").unlink()
    shutil.copy(tmp_path / "b-sad.wav", tmp_path / "c-sad.wav")
    assert [each.severity for each in listed(tmp_path, mine).values()] == ["worry", "note"]


def test_a_corpus_that_is_gone() -> None:
    (finding,) = absent("tess", "no folder").findings
    assert (finding.severity, finding.says) == ("worry", "no folder")


@needs_sample
def test_real_recordings_raise_no_false_alarm() -> None:
    """All of the sample is incomplete; nothing else worries in what is there of EmoDB."""
    found = emodb(SAMPLE / "emodb")
    assert [name for name, each in found.items() if each.severity == "worry"] == [
        "missing recordings"
    ]
    assert {*found} == {"missing recordings", "constant"}
