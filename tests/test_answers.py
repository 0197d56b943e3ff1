"""`sertool predict` on many recordings, into a file that the same command goes on with."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from conftest import Run
from synthetic import syllables, write_sound

import sertool
from sertool.errors import BadChoice, BadTable
from sertool.models.answer_file import AnswerFile

MODEL = ("--backend", "logistic")
FORMATS = (".parquet", ".csv", ".jsonl")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five recordings, one of them no sound."""
    for number in range(4):
        write_sound(tmp_path / "said" / f"{number}.wav", syllables(1.5, pitch=120 + 40 * number))
    (tmp_path / "said" / "bad.wav").write_text("no sound")
    return tmp_path / "said"


def rows(file: Path) -> list[dict[str, Any]]:
    if file.suffix == ".parquet":
        return pq.read_table(file).to_pylist()
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(text)))
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_by_its_suffix(run: Run, folder: Path, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"answers{suffix}"
    ran = run("predict", folder, *MODEL, "--output", file)
    assert ran.code == 0, ran.err
    assert "1 of 5 recordings could not be used" in ran.err
    found = {Path(row["path"]).name: row for row in rows(file)}
    assert sorted(found) == ["0.wav", "1.wav", "2.wav", "3.wav", "bad.wav"]
    one = sertool.load("logistic")(folder / "2.wav")
    for emotion, share in one.probabilities.items():
        assert float(found["2.wav"][emotion]) == pytest.approx(share)
    assert found["2.wav"]["emotion"] == one.emotion
    assert float(found["2.wav"]["duration_s"]) == 1.5
    assert float(found["2.wav"]["compute_s"]) > 0
    assert (found["2.wav"]["error"], found["bad.wav"]["emotion"]) == ("", "")
    assert "is text" in found["bad.wav"]["error"]
    assert [path.name for path in tmp_path.glob(".answers*")] == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_answered_is_passed_over(
    run: Run, folder: Path, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"answers{suffix}"
    assert run("predict", folder, *MODEL, "--output", file).code == 0
    before = rows(file)
    write_sound(folder / "new.wav", syllables(2.0))
    ran = run("predict", folder, *MODEL, "--output", file)
    assert "5 of 6 recordings are answered" in ran.err
    assert rows(file)[:5] == before  # the seconds that each took, too
    assert [Path(row["path"]).name for row in rows(file)[5:]] == ["new.wav"]
    assert run("predict", folder, *MODEL, "--output", file, "--strict").code == 2


def test_another_question_and_another_file_are_refused(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "answers.csv"
    run("predict", folder / "0.wav", *MODEL, "--output", file)
    before = file.read_bytes()
    for more in (("--backend", "svm"), (*MODEL, "--channel", "left")):
        ran = run("predict", folder, *more, "--output", file)
        assert ran.code == 2
        assert "is asked; name another file" in ran.err
    assert file.read_bytes() == before
    foreign = tmp_path / "mine.csv"
    foreign.write_text("path,emotion\na.wav,sad\n")
    ran = run("predict", folder, *MODEL, "--output", foreign)
    assert (ran.code, foreign.read_text()) == (2, "path,emotion\na.wav,sad\n")
    assert "holds no answers of sertool predict" in ran.err


def test_processes_give_the_same_answers(run: Run, folder: Path, tmp_path: Path) -> None:
    for jobs in (1, 2):
        run("predict", folder, *MODEL, "--jobs", jobs, "--output", tmp_path / f"{jobs}.jsonl")
    first, second = (rows(tmp_path / f"{jobs}.jsonl") for jobs in (1, 2))
    for row in (*first, *second):
        del row["compute_s"]
    assert first == second


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_line_that_a_kill_has_cut(tmp_path: Path, suffix: str) -> None:
    answers = AnswerFile(tmp_path / f"a{suffix}", {"path": str, "share": float}, "svm")
    with answers.writing() as keep:
        keep("a", [{"path": "a", "share": 0.5}])
        keep("b", [{"path": "b", "share": 0.25}])
    cut = answers.journal.read_bytes()[:-5]
    answers.journal.write_bytes(cut)
    assert answers.answered() == {"a": ""}
    with answers.writing() as keep:
        keep("b", [{"path": "b", "share": 0.75}])
    assert answers.finish() == 2
    assert [float(row["share"]) for row in rows(answers.file)] == [0.5, 0.75]


def test_a_damaged_journal_and_another_suffix(tmp_path: Path) -> None:
    answers = AnswerFile(tmp_path / "a.csv", {"path": str}, "svm")
    answers.journal.write_text("{}\n")
    with pytest.raises(BadTable, match="damaged"):
        answers.answered()
    with pytest.raises(BadChoice, match=r"ends in \.parquet \.csv \.jsonl"):
        AnswerFile(tmp_path / "a.xls", {"path": str}, "svm")


def killed_after_a_line(command: list[str], journal: Path) -> None:
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (journal.exists() and journal.stat().st_size):
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_killed_it_goes_on(run: Run, folder: Path, tmp_path: Path) -> None:
    for number in range(40):
        (folder / f"more-{number}.wav").symlink_to(folder / f"{number % 4}.wav")
    file = tmp_path / "answers.parquet"
    arguments = ["predict", str(folder), *MODEL, "--output", str(file)]
    killed_after_a_line(
        [sys.executable, "-m", "sertool", *arguments], tmp_path / f".{file.name}.journal"
    )
    assert not file.exists()
    ran = run(*arguments)
    assert "of 45 recordings are answered" in ran.err
    paths = [row["path"] for row in rows(file)]
    assert len(paths) == len({*paths}) == 45


def test_timelines_of_a_folder(run: Run, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "spans.csv"
    ran = run("predict", folder, *MODEL, "--timeline", "--output", file)
    assert ran.code == 0, ran.err
    found = rows(file)
    assert {Path(row["path"]).name for row in found} == {
        "0.wav",
        "1.wav",
        "2.wav",
        "3.wav",
        "bad.wav",
    }
    (bad,) = [row for row in found if row["error"]]
    assert "is text" in bad["error"]
    alone = sertool.spans(sertool.load("logistic").timeline(folder / "0.wav"))
    mine = [row for row in found if row["path"].endswith("0.wav")]
    assert [(float(row["start_s"]), row["emotion"]) for row in mine] == [
        (span.start_s, span.emotion) for span in alone
    ]
    shown = run("predict", folder, *MODEL, "--timeline", "--format", "json")
    assert len(json.loads(shown.out)) == len(found)
    assert "Timeline of" in run("predict", folder, *MODEL, "--timeline").out


def test_strict_and_the_fields_of_json(run: Run, folder: Path) -> None:
    ran = run("predict", folder, *MODEL, "--format", "json", "--strict")
    assert ran.code == 2
    assert "--strict was asked for" in ran.err
    found = {Path(each["path"]).name: each for each in json.loads(ran.out)}
    assert (found["bad.wav"]["remarks"], found["0.wav"]["error"]) == ([], "")
    assert "is text" in found["bad.wav"]["error"]
    assert found["0.wav"]["duration_s"] == 1.5
    assert found["0.wav"]["seconds"] == found["0.wav"]["compute_s"]
    assert run("predict", folder / "0.wav", *MODEL, "--strict").code == 0


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8", None])
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_no_encoding_ends_a_command(tmp_path: Path, encoding: str | None, form: str) -> None:
    sound = write_sound(tmp_path / "sagt-ä-怒.wav", syllables(1.5))
    environment = {**os.environ, "PYTHONIOENCODING": encoding or ""}
    with (tmp_path / "out").open("wb") as out:
        ran = subprocess.run(
            [sys.executable, "-m", "sertool", "predict", sound, *MODEL, "--format", form],
            stdout=out, stderr=subprocess.PIPE, env=environment, check=False,
        )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    written = (tmp_path / "out").read_bytes().decode(encoding or "utf-8")
    if form == "json":
        assert json.loads(written)[0]["path"] == str(sound)
    elif encoding in ("utf-8", None):
        assert sound.name in written
    else:
        assert "\\u6012" in written


def test_standard_input_has_no_temporary_name(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Given:
        buffer = io.BytesIO(b"no sound at all")

    monkeypatch.setattr(sys, "stdin", Given)
    ran = run("predict", "-", *MODEL, "--format", "json")
    (found,) = json.loads(ran.out)
    assert found["path"] == "-"
    assert found["error"].startswith("'standard input' is text")
    assert "/tmp" not in ran.err + ran.out
    Given.buffer = io.BytesIO(b"no sound at all")
    assert "/tmp" not in run("predict", "-", *MODEL, "--timeline").err


@pytest.mark.parametrize("seconds", [9.0, 30.0])
def test_a_long_recording_is_not_answered_by_one_window(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictor = sertool.load("logistic")
    object.__setattr__(predictor.model, "sure_from", 0.0)
    object.__setattr__(predictor.model, "most_outside", 1.0)
    monkeypatch.setattr("sertool.models.remarks.of_sound", lambda *_: iter(()))
    found = predictor(syllables(seconds).astype(np.float32), 16_000)
    is_long = seconds >= 10
    assert found.confident is not is_long
    assert ("--timeline" in " ".join(found.remarks)) is is_long
