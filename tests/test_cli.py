"""The command line as a person or a program uses it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run
from synthetic import EMODB_NAMES, fill, name_sound_alike, syllables, write_sound

from sertool import registry, store
from sertool.cli import home
from sertool.store import layout

MakeStore = Callable[..., Path]


def test_extract_then_extract_nothing(run: Run, emodb_folder: Path, tmp_path: Path) -> None:
    arguments = ("extract", f"emodb={emodb_folder}", "--store", tmp_path / "s", "--jobs", 1)
    first, second = run(*arguments), run(*arguments)
    assert (first.code, second.code) == (0, 0)
    assert first.out.startswith(f"{len(EMODB_NAMES)} clips extracted, 0 unchanged, 0 skipped")
    assert second.out.startswith(f"0 clips extracted, {len(EMODB_NAMES)} unchanged, 0 skipped")


def test_extract_lists_what_it_skipped(run: Run, emodb_folder: Path, tmp_path: Path) -> None:
    (emodb_folder / "wav" / EMODB_NAMES[0]).write_text("no sound")
    arguments = ("extract", f"emodb={emodb_folder}", "--store", tmp_path / "s", "--jobs", 1)
    ran = run(*arguments)
    assert ran.code == 0
    assert "1 skipped" in ran.out
    assert f"skipped emodb/wav/{EMODB_NAMES[0]}" in ran.err
    assert run(*arguments, "--strict").code == 2


def test_extract_a_manifest(run: Run, tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", syllables(1.5))
    (tmp_path / "mine.csv").write_text("path,emotion\na.wav,joy\n")
    arguments = ("extract", f"mine={tmp_path / 'mine.csv'}", "--store", tmp_path / "s", "--jobs", 1)
    refused = run(*arguments)
    assert refused.code == 2
    assert "--map joy=happy" in refused.err
    assert "--own-labels" in refused.err
    assert run(*arguments, "--map", "joy=happy").code == 0
    assert store.read(tmp_path / "s").column("emotion").to_pylist() == ["happy"] * 3
    assert run(*arguments, "--own-labels").code == 0
    assert store.read(tmp_path / "s").column("emotion").to_pylist() == ["joy"] * 3


def test_a_manifest_may_not_take_the_name_of_a_corpus(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("path,emotion\na.wav,sad\n")
    ran = run("extract", f"emodb={tmp_path / 'mine.csv'}", "--store", tmp_path / "s")
    assert ran.code == 2
    assert "name of a built-in corpus" in ran.err


def test_corpora_add_list_and_check(run: Run, emodb_folder: Path) -> None:
    nothing = run("corpora", "check")
    assert nothing.code == 2
    assert "sertool corpora check NAME=DIR" in nothing.err
    added = run("corpora", "add", "emodb", emodb_folder)
    assert "18 of 535 clips" in added.err
    listed = run("corpora", "list")
    assert "18 / 535" in listed.out
    assert "sertool corpora add ravdess DIR" in listed.out
    checked = run("corpora", "check", "--jobs", 1)
    assert checked.code == 1
    assert "517 of 535 recordings are missing" in checked.out


def test_check_goes_on_where_a_corpus_is_gone(run: Run, emodb_folder: Path, tmp_path: Path) -> None:
    run("corpora", "add", "emodb", emodb_folder)
    home.remember("tess", tmp_path / "gone")
    checked = run("corpora", "check", "--format", "json", "--jobs", 1)
    assert checked.code == 1
    emodb, tess = json.loads(checked.out)
    assert (emodb["corpus"], emodb["n_recordings"]) == ("emodb", 18)
    assert (tess["corpus"], tess["n_recordings"]) == ("tess", 0)
    assert "no folder" in tess["findings"][0]["says"]


def test_check_a_manifest_without_a_worry(run: Run, tmp_path: Path) -> None:
    names = [f"{speaker}{emotion}" for speaker in "abc" for emotion in ("joy", "sad")]
    for number, name in enumerate(names):
        write_sound(tmp_path / f"{name}.wav", syllables(1.5, pitch=100 + 10 * number))
    rows = [f"{name}.wav,{name[1:]},{name[0]}" for name in names]
    (tmp_path / "m.csv").write_text("\n".join(["path,emotion,speaker", *rows]))
    checked = run("corpora", "check", f"mine={tmp_path / 'm.csv'}", "--jobs", 1)
    assert checked.code == 0
    assert "0 to worry about, 1 to note" in checked.out
    assert "emotions of your own" in checked.out
    mapped = run("corpora", "check", f"mine={tmp_path / 'm.csv'}", "--map", "joy=happy")
    assert "0 to worry about, 0 to note" in mapped.out
    (tmp_path / "ajoy.wav").unlink()
    checked = run("corpora", "check", f"mine={tmp_path / 'm.csv'}", "--jobs", 1)
    assert checked.code == 1
    assert "listed, but not there" in checked.out


def test_extract_finds_a_corpus_that_was_added(run: Run, emodb_folder: Path) -> None:
    run("corpora", "add", "emodb", emodb_folder)
    assert run("extract", "emodb", "--jobs", 1).code == 0
    assert store.read(home.default_store()).num_rows == 3 * len(EMODB_NAMES)


def test_benchmark_prints_and_report_redoes_byte_for_byte(
    run: Run, make_store: MakeStore, tmp_path: Path
) -> None:
    folder = tmp_path / "results"
    arguments = (
        "benchmark", "--store", make_store(), "--results", folder,
        "--protocols", "clips,speakers", "--estimators", "majority,svm",
    )  # fmt: skip
    ran = run(*arguments)
    assert ran.code == 0
    assert "svm" in ran.out
    assert "speakers" in ran.out
    assert f"written to {folder}: tables.md, tables.tex, tables/*.csv (" in ran.err
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert folder / "tables.md" in before
    for path in before:
        if path.name not in ("results.jsonl", "predictions.parquet", ".lock"):
            path.unlink()
    assert run("report", folder).code == 0
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert run(*arguments).code == 0
    assert (folder / "results.jsonl").read_bytes() == before[folder / "results.jsonl"]


def test_a_screen_shows_as_much_as_fits(
    run: Run, make_store: MakeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = (
        "benchmark", "--store", make_store(corpora=("emodb", "emovo")), "--results", tmp_path / "r",
        "--protocols", "clips,cross_language", "--estimators", "majority,svm",
    )  # fmt: skip
    assert "clips tested" in run(*arguments).out
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes stdout for a screen then
    monkeypatch.setenv("COLUMNS", "80")
    lines = run("report", tmp_path / "r").out.splitlines()
    assert max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in lines) <= 80
    assert any("cross_language de->it" in line for line in lines)
    assert not any("clips tested" in line for line in lines)


def test_benchmark_from_a_specification(run: Run, make_store: MakeStore, tmp_path: Path) -> None:
    spec = tmp_path / "mine.toml"
    spec.write_text('protocols = ["clips"]\n[estimators]\nmajority = {}\n')
    ran = run("benchmark", spec, "--store", make_store(), "--results", tmp_path / "r")
    assert ran.code == 0
    text = (tmp_path / "r" / "results.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["split"] for line in lines] == [f"emodb/fold-{n}" for n in range(1, 6)]
    keys = {
        "protocol", "split", "normalisation", "estimator", "seed", "accuracy", "uar",
        "confusion", "labels", "n_train", "n_test", "fit_seconds",
    }  # fmt: skip
    assert keys <= set(lines[0])


def test_a_store_without_a_specification_has_results_of_its_own(
    run: Run, make_store: MakeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    place = make_store()
    asked = ("benchmark", "--store", place, "--protocols", "clips", "--estimators")
    assert f"results: sertool-results/{place.name}" in run(*asked, "majority").err
    ran = run(*asked, "svm")
    assert f"shown with 5 results of other runs that lie in sertool-results/{place.name}" in ran.err
    assert "majority" in ran.out


def test_benchmark_drops_duplicates(run: Run, tmp_path: Path) -> None:
    clips = fill(tmp_path / "s", registry.get("corpora", "emodb"), 3, ("angry", "sad"), 4)
    name_sound_alike(tmp_path / "s", clips[0].path, clips[4].path)
    arguments = (
        "benchmark", "--store", tmp_path / "s", "--results", tmp_path / "r",
        "--protocols", "clips", "--estimators", "majority",
    )  # fmt: skip
    assert "warning:" not in run(*arguments).err
    dropped = run(*arguments, "--drop-duplicates")
    assert (
        "warning: emodb: clips left out because their sound has another name, too: 2" in dropped.err
    )
    assert "emodb: clips left out" in (tmp_path / "r" / "tables.md").read_text()


def test_train_then_predict(
    run: Run, make_store: MakeStore, emodb_folder: Path, tmp_path: Path
) -> None:
    model = tmp_path / "m.sertool"
    trained = run("train", "--estimator", "forest", "--store", make_store(), "--output", model)
    assert trained.code == 0
    assert "angry, happy, neutral, sad" in trained.out
    ran = run("predict", emodb_folder, "--model", model, "--format", "json")
    assert ran.code == 0
    paths = [entry["path"] for entry in json.loads(ran.out)]
    assert paths == sorted(str(emodb_folder / "wav" / name) for name in EMODB_NAMES)


def test_calibrate_then_predict(
    run: Run, make_store: MakeStore, emodb_folder: Path, tmp_path: Path
) -> None:
    model, voice = tmp_path / "m.sertool", tmp_path / "me.json"
    place = make_store(sets=("functionals",))
    arguments = ("--store", place, "--features", "functionals", "--output", model)
    assert run("train", "--estimator", "forest", *arguments).code == 0
    (emodb_folder / "bad.wav").write_text("no sound")
    ran = run("calibrate", emodb_folder / "wav", emodb_folder / "bad.wav", "--output", voice)
    assert ran.code == 0
    assert "18 clips, from 18 of 19 recordings" in ran.out
    assert "skipped" in ran.err
    file = emodb_folder / "wav" / EMODB_NAMES[0]
    command = ("predict", file, "--model", model, "--format", "json")
    without, mine = (json.loads(run(*command, *more).out) for more in ((), ("--voice", voice)))
    assert without[0]["probabilities"] != mine[0]["probabilities"]


def test_calibrate_says_when_it_is_little(run: Run, emodb_folder: Path, tmp_path: Path) -> None:
    file = emodb_folder / "wav" / EMODB_NAMES[0]
    ran = run("calibrate", file, "--output", tmp_path / "me.json")
    assert ran.code == 0
    assert "few clips" in ran.err


@pytest.mark.parametrize("backend", ["logistic", "svm", "forest", "xgboost", "cnn"])
def test_predict_json_keeps_the_order_asked(run: Run, tmp_path: Path, backend: str) -> None:
    files = [write_sound(tmp_path / name, syllables(1.5)) for name in ("b.wav", "a.wav")]
    (tmp_path / "bad.wav").write_text("no sound")
    ran = run(
        "predict", files[0], tmp_path / "bad.wav", files[1], "--backend", backend,
        "--format", "json",
    )  # fmt: skip
    assert ran.code == 0
    entries = json.loads(ran.out)
    assert [Path(entry["path"]).name for entry in entries] == ["b.wav", "bad.wav", "a.wav"]
    assert sum(entries[0]["probabilities"].values()) == pytest.approx(1)
    assert entries[0]["emotion"] in entries[0]["probabilities"]
    assert entries[1]["emotion"] == ""
    assert "1 of 3 recordings could not be used" in ran.err


@pytest.mark.parametrize("form", ["table", "csv"])
def test_predict_as_table_and_csv(run: Run, tmp_path: Path, form: str) -> None:
    file = write_sound(tmp_path / "a.wav", syllables(1.5))
    ran = run("predict", file, "--format", form)
    assert ran.code == 0
    assert "a.wav" in ran.out
    assert "surprise" not in ran.out
    assert "disgust" in ran.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("predict", "none.wav"), "no recording"),
        (("predict", ".", "--backend", "svn"), "did you mean 'svm'"),
        (("predict", "x.wav", "--backend", "svm", "--model", "m"), "not both"),
        (("predict", "x.wav", "--voice", "none.json"), "no voice file none.json"),
        (("calibrate", "none.wav", "--output", "me.json"), "no clip to take means of"),
        (("calibrate", ".", "--output", "me.json"), "no sound file below"),
        (("calibrate", "x.wav", "--output", "."), "is a folder"),
        (("extract", "emodb=none", "--store", "s"), "no folder"),
        (("extract", "emobd=none", "--store", "s"), "did you mean 'emodb'"),
        (("extract", "mine=.", "--store", "s"), "path, emotion: mine=FILE.csv"),
        (("extract", "emodb"), "sertool corpora add emodb DIR"),
        (("corpora", "check", "emodb=none"), "no folder"),
        (("corpora", "check", "emobd=."), "did you mean 'emodb'"),
        (("corpora", "check", "emodb=.", "--jobs", "0"), "--jobs 0"),
        (("extract", "emodb=.", "--store", "s"), "535"),
        (("benchmark", "--store", "none"), "no feature store at none"),
        (("benchmark", "none.toml"), "cannot read the specification"),
        (("benchmark", "--seeds", "one"), "whole number"),
        (("benchmark", "--seeds", "4294967296"), "whole number"),
        (("extract", "emodb=.", "--jobs", "0"), "--jobs 0"),
        (("benchmark", "--jobs", "0"), "--jobs 0"),
        (("benchmark", "--results", "/dev/null/r"), "cannot be kept"),
        (("train", "--output", "."), "is a folder"),
        (("benchmark", "--corpora", "emobd"), "did you mean 'emodb'"),
        (("benchmark", "--estimators", "svn"), "did you mean 'svm'"),
        (("report", "none"), "no results.jsonl"),
        (("train", "--estimator", "svn", "--output", "m"), "did you mean 'svm'"),
        (("train", "--corpora", "emobd", "--output", "m"), "did you mean 'emodb'"),
    ],
)
def test_errors_are_one_line_and_exit_code_2(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(*arguments)
    assert ran.code == 2
    assert says in ran.err
    assert "Traceback" not in ran.err


def test_one_speaker_under_speakers(run: Run, make_store: MakeStore, tmp_path: Path) -> None:
    ran = run(
        "benchmark", "--store", make_store(speakers=1), "--results", tmp_path / "r",
        "--protocols", "speakers", "--estimators", "majority",
    )  # fmt: skip
    assert ran.code == 2
    assert "speaker" in ran.err


def test_a_store_is_checked(run: Run, make_store: MakeStore) -> None:
    folder = make_store(corpora=("emodb", "savee"), speakers=2, takes=1, sets=("librosa178",))
    whole = run("store", "check", folder)
    assert whole.code == 0
    for name in ("emodb", "savee"):
        (row,) = (line for line in whole.out.splitlines() if name in line)
        assert [cell.strip() for cell in row.strip("│").split("│")] == [
            name, "8", "2", "librosa178", "0", "whole",
        ]  # fmt: skip


def test_a_flipped_byte_is_named_with_the_remedy(run: Run, make_store: MakeStore) -> None:
    folder = make_store(corpora=("emodb", "savee"), speakers=2, takes=1, sets=("librosa178",))
    part = folder / "savee" / "librosa178.study.parquet"
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    ran = run("store", "check", folder)
    assert ran.code == 1
    assert "1 of 2 files damaged" in ran.out
    assert f"{part} is no part of a store or is damaged" in ran.err
    assert "if sertool wrote it, remove it and run sertool extract again" in ran.err
    assert str(part) in run("benchmark", "--store", folder, "--results", folder / "r").err


def test_damage_in_the_journal_is_found(run: Run, make_store: MakeStore) -> None:
    folder = make_store(speakers=2, takes=1, sets=("librosa178",))
    journal = folder / layout.JOURNAL / "emodb" / "00000001.librosa178.study.parquet"
    journal.parent.mkdir(parents=True)
    journal.write_bytes((folder / "emodb" / "librosa178.study.parquet").read_bytes())
    assert run("store", "check", folder).code == 0
    journal.write_bytes(journal.read_bytes()[:-1])
    ran = run("store", "check", folder)
    assert ran.code == 1
    assert str(journal) in ran.err


def test_no_store_to_check(run: Run, tmp_path: Path) -> None:
    ran = run("store", "check", tmp_path)
    assert ran.code == 2
    assert "sertool extract NAME=FOLDER" in ran.err


def test_a_damaged_list_of_places(run: Run) -> None:
    home.home().mkdir(parents=True, exist_ok=True)
    (home.home() / "corpora.json").write_text("[")
    ran = run("corpora", "list")
    assert ran.code == 2
    assert "is damaged" in ran.err


def test_python_minus_m(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "sertool", "list"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert "cross_language" in ran.stdout
    assert "feature sets: functionals, librosa178, speech\n" in ran.stdout
