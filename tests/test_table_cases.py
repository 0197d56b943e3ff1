"""Tables as people brought them, from the command line: made by the scripts of the reports."""

from __future__ import annotations

import csv
import io
import sys
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Run
from synthetic import syllables, tone, write_sound

from sertool import store


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, rows: list[tuple[Any, ...]], delimiter: str = ",") -> None:
    with Path(name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


def extracted(run: Run, given: str, *options: object) -> tuple[Any, Any]:
    ran = run("extract", given, "--store", "st", "--jobs", 1, *options)
    return ran, (store.read("st") if ran.code == 0 else None)


def test_labels_go_to_the_seconds_that_the_table_names(run: Run, here: Path) -> None:
    """5 s in which nobody speaks, then two voices of 3 s each."""
    silence = 0.0005 * np.random.default_rng(1).standard_normal(16_000 * 5)
    one, other = syllables(3.0), tone(3.0, pitch=240.0)
    for name in "ab":
        write_sound(here / f"{name}.wav", np.concatenate([silence, one, other]).astype(np.float32))
    head = ("path", "start", "end", "emotion", "speaker")
    write(
        "one_row_per_file.csv",
        [head, ("a.wav", 5.0, 8.0, "sad", "a"), ("b.wav", 8.0, 11.0, "happy", "b")],
    )
    write(
        "rows_of_one_file.csv",
        [head, ("a.wav", 5.0, 8.0, "sad", "a"), ("a.wav", 8.0, 11.0, "happy", "b")],
    )
    write(
        "audformat.csv",
        [("file", *head[1:]), ("a.wav", "0 days 00:00:05", "0 days 00:00:08", "sad", "a"),
         ("a.wav", "0 days 00:00:08", "0 days 00:00:11", "happy", "b")],
    )  # fmt: skip
    for name in ("one_row_per_file", "rows_of_one_file", "audformat"):
        _, table = extracted(run, f"m={name}.csv", "--features", "librosa178")
        levels = dict(zip(table["emotion"].to_pylist(), table["rms"].to_pylist(), strict=True))
        assert min(levels.values()) > 0.03  # the noise has 0.0005
        assert len({*table["sha256"].to_pylist()}) == 2
        assert table["end_s"].to_pylist() == [8.0] * 3 + [11.0] * 3


def test_placeholders_are_no_speakers(run: Run, here: Path) -> None:
    speakers = ("ann", "bob", "nan", "Unknown", "NA", "N/A", "None", "-")
    pairs = [(emotion, speaker) for speaker in speakers for emotion in ("happy", "sad", "angry")]
    rows = [(f"{number}.wav", *pair) for number, pair in enumerate(pairs)]
    for number, (name, _, _) in enumerate(rows):
        write_sound(here / name, syllables(1.0 + number / 100))
    write("m.csv", [("path", "emotion", "speaker"), *rows])
    ran, table = extracted(run, "m=m.csv")
    assert "18 rows name no speaker (nan 3, Unknown 3, NA 3, N/A 3, None 3, - 3)" in ran.err
    assert {*table["speaker"].to_pylist()} == {"ann", "bob", ""}
    refused = run(
        "benchmark", "--store", "st", "--protocols", "speakers", "--estimators", "majority"
    )
    assert refused.code == 2
    assert "the speaker of 18 of 24 clips in m is unknown" in refused.err


def test_the_line_that_is_proposed_works_when_it_is_copied(run: Run, here: Path) -> None:
    labels = ("anger", "sadness", "happiness", "fearful", "xxx", "")
    for number, _ in enumerate(labels):
        write_sound(here / f"{number}.wav", syllables(1.0 + number / 10))
    rows = [(f"{number}.wav", label) for number, label in enumerate(labels)]
    write("m.csv", [("path", "emotion"), *rows])
    refused, _ = extracted(run, "m=m.csv")
    assert refused.code == 2
    line = refused.err.replace("\n", " ").partition("map them with ")[2].partition(";")[0]
    ran, table = extracted(run, "m=m.csv", *line.split())
    assert [*dict.fromkeys(table["emotion"].to_pylist())] == ["angry", "sad", "happy", "fear"]
    assert "1 of 6 rows have no emotion (blank 1)" in ran.err
    assert "1 of 6 rows have labels that are mapped to nothing (xxx 1)" in ran.err


def test_names_from_a_mac(run: Run, here: Path) -> None:
    write_sound(here / unicodedata.normalize("NFD", "tränen.wav"), syllables(1.0))
    write("m.csv", [("path", "emotion"), (unicodedata.normalize("NFC", "tränen.wav"), "sad")])
    ran, _ = extracted(run, "m=m.csv")
    assert ran.out.startswith("1 clips extracted")


STRICT = {
    "gender.csv": "path,emotion,gender\n0.wav,sad,Female\n1.wav,happy,Unknown\n2.wav,angry,w\n",
    "short.csv": "path,emotion,speaker,notes\n0.wav,sad,ann\n1.wav,happy,bob,ok\n",
    "tab.tsv": "path\temotion\n0.wav\tsad\n1.wav\thappy\n",
    "sep.csv": "sep=;\npath;emotion\n0.wav;sad\n",
    "names.csv": "file,label,speaker\n0.wav,sad,a\n1.wav,happy,b\n",
    "pipe.csv": "path|emotion\n0.wav|sad\n",
}


@pytest.mark.parametrize("name", STRICT)
def test_tables_that_were_refused(run: Run, here: Path, name: str) -> None:
    for number in range(3):
        write_sound(here / f"{number}.wav", syllables(1.0 + number / 10))
    Path(name).write_text(STRICT[name])
    _, table = extracted(run, f"m={name}")
    assert table.num_rows == 3 * (STRICT[name].count(".wav"))
    assert table["emotion"][0].as_py() == "sad"


def test_a_table_from_standard_input(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sound(here / "a.wav", syllables(1.0))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"file\tlabel\na.wav\tsad\n")))
    _, table = extracted(run, "m=-")
    assert table["clip"].to_pylist() == ["a.wav"] * 3


def test_columns_by_their_names(run: Run, here: Path) -> None:
    write_sound(here / "a.wav", syllables(1.0))
    write("m.csv", [("sound", "feeling"), ("a.wav", "sad")])
    refused, _ = extracted(run, "m=m.csv")
    assert "--columns path=HEAD" in refused.err
    _, table = extracted(run, "m=m.csv", "--columns", "path=sound,emotion=feeling")
    assert table.num_rows == 3
    for wrong in ("path", "=sound"):
        ran, _ = extracted(run, "m=m.csv", "--columns", wrong)
        assert "must read FIELD=HEAD" in ran.err


def test_the_division_of_a_table(run: Run, here: Path) -> None:
    rows: list[tuple[str, ...]] = [("path", "emotion", "speaker", "split")]
    for number in range(12):
        write_sound(here / f"{number}.wav", syllables(1.0 + number / 20))
        speaker = "abcdef"[number // 2]
        side = "train" if speaker < "e" else "test"
        rows.append((f"{number}.wav", ("happy", "sad")[number % 2], speaker, side))
    write("m.csv", rows)
    _, table = extracted(run, "m=m.csv")
    assert table["split"].to_pylist().count("test") == 3 * 4
    ran = run(
        "benchmark", "--store", "st", "--protocols", "given", "--estimators", "majority",
        "--results", "r",
    )  # fmt: skip
    assert ran.code == 0
    assert "Train and test share whatever the corpus's own split lets them share." in " ".join(
        ran.out.split()
    )


def test_parts_beyond_the_end_are_counted(run: Run, here: Path) -> None:
    write_sound(here / "a.wav", syllables(3.0))
    write(
        "m.csv",
        [("path", "start", "end", "emotion"), ("a.wav", 1, 9, "sad"), ("a.wav", 8, 9, "sad")],
    )
    ran, _ = extracted(run, "m=m.csv")
    assert "1 clips extracted, 0 unchanged, 1 skipped" in ran.out
    assert "1 parts end behind their recordings and were cut there, such as m/a.wav#1-9" in ran.err
    assert "skipped m/a.wav#8-9" in ran.err


def test_raters_are_in_the_audit_and_their_votes_in_the_store(run: Run, here: Path) -> None:
    for name in "ab":
        write_sound(here / f"{name}.wav", syllables(1.0 + (name == "b")))
    write(
        "m.csv",
        [("path", "emotion", "rater"), ("a.wav", "sad", 1), ("a.wav", "sad", 2),
         ("a.wav", "happy", 3), ("b.wav", "happy", 1), ("b.wav", "happy", 2)],
    )  # fmt: skip
    _, table = extracted(run, "m=m.csv")
    assert table["votes"].to_pylist()[::3] == [["sad", "sad", "happy"], ["happy", "happy"]]
    checked = run("corpora", "check", "m=m.csv", "--jobs", 1)
    # coincidences: 5 labels; o(sad, happy) = 2/2 * 2; e = 2 * 2 * 3 / 4: alpha = 1 - 2 / 3
    assert "Krippendorff's alpha (labels without order) 0.333" in checked.out


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("emoDB=wav", "did you mean 'emodb'"),
        ("./wav", "'./wav' has no name: give a corpus that sertool knows as NAME=./wav"),
        ("my.tsv", "'my.tsv' has no name; give your recordings one, such as mine=my.tsv"),
        ("=wav", "'wav' has no name"),
        ("there", "'there' has no name: give a corpus that sertool knows as NAME=there"),
        (".", "'.' has no name"),
        ("mine=" + "x" * 300, "no corpus named 'mine'"),
        ("mine=" + "x" * 300 + ".csv", "no manifest xxx"),
        ("y" * 300, "no corpus named 'yyy"),
        ("emodb=", "emodb= names no place: give emodb=DIR"),
        ("-", "such as mine=-"),
    ],
)
def test_what_has_no_name_or_another(run: Run, here: Path, given: str, message: str) -> None:
    (here / "there").mkdir()
    ran = run("extract", "--store", "st", "--", given)
    assert ran.code == 2
    assert message in " ".join(ran.err.split())
