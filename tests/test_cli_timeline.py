"""`sertool predict` on long recordings and standard input, `sertool models`, and model cards."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from synthetic import tone, write_sound
from typer.testing import CliRunner, Result

from sertool import cli, store
from sertool.cli import model_options
from sertool.errors import BadChoice, SertoolError
from sertool.learning.candidate import named
from sertool.models import card, persistence, prediction, training

MODEL = ("--backend", "xgboost")


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """Twelve seconds of a buzz that comes and goes, with a pause of ten."""
    sound = tone(12.0) * np.repeat(np.tile([1, 0.01], 24), 4_000).astype(np.float32)
    pause = np.zeros(160_000, np.float32)
    return write_sound(tmp_path / "long.wav", np.concatenate([sound[:96_000], pause, sound]))


def run(*arguments: object, given: bytes = b"") -> Result:
    return CliRunner().invoke(cli.app, [str(each) for each in arguments], input=given)


def test_a_timeline_as_a_table(long: Path) -> None:
    ran = run("predict", long, "--timeline", *MODEL)
    assert ran.exit_code == 0
    assert "Timeline of 0:28.0" in ran.stdout
    assert "0:00.0" in ran.stdout
    assert "probability" in ran.stdout


@pytest.mark.parametrize("hop", [0.5, 2.5])
def test_spans_as_csv_lie_in_the_recording_and_leave_the_pause_out(long: Path, hop: float) -> None:
    ran = run("predict", long, "--timeline", "--hop", hop, "--format", "csv", *MODEL)
    rows = [
        (float(r["start_s"]), float(r["end_s"])) for r in csv.DictReader(io.StringIO(ran.stdout))
    ]
    assert rows[0][0] == 0
    assert rows[-1][1] == pytest.approx(28, abs=0.3)
    assert all(start < end for start, end in rows)
    assert not any(start < 10 < end for start, end in rows)


@pytest.mark.parametrize(
    ("suffix", "begins"),
    [
        (".csv", b"start_s,"), (".json", b"{"), (".txt", b"0.000000\t"),
        (".TextGrid", b'File type = "ooTextFile"'), (".png", b"\x89PNG"), (".svg", b"<?xml"),
    ],
)  # fmt: skip
def test_a_file_by_its_suffix(long: Path, tmp_path: Path, suffix: str, begins: bytes) -> None:
    output = tmp_path / f"out{suffix}"
    ran = run("predict", long, "--timeline", "--output", output, *MODEL)
    assert ran.exit_code == 0
    assert "spans of 28.0 s" in ran.stdout
    assert output.read_bytes().startswith(begins)


def test_silence_has_no_spans(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", np.zeros(80_000, np.float32))
    ran = run("predict", path, "--timeline", "--format", "json", *MODEL)
    assert json.loads(ran.stdout) == {"duration_s": 5.0, "spans": []}
    assert "nobody seems to speak" in ran.stderr


def test_standard_input(long: Path) -> None:
    ran = run("predict", "-", "--format", "json", *MODEL, given=long.read_bytes())
    (found,) = json.loads(ran.stdout)
    assert found["path"] == "-"
    (expected,) = json.loads(run("predict", long, "--format", "json", *MODEL).stdout)
    assert found["probabilities"] == expected["probabilities"]


def test_verdict_and_remarks_in_every_format(long: Path) -> None:
    (found,) = json.loads(run("predict", long, "--format", "json", *MODEL).stdout)
    assert found["confident"] in (True, False)
    assert "4.0 of 28 s were analysed" in found["remarks"][-1]
    (row,) = csv.DictReader(io.StringIO(run("predict", long, "--format", "csv", *MODEL).stdout))
    assert row["confident"] == str(found["confident"]).lower()
    assert row["remarks"] == "; ".join(found["remarks"])
    table = run("predict", long, *MODEL)
    assert ("(unsure)" in table.stdout) is not found["confident"]
    assert "were analysed" in table.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("a.wav", "--output", "a.png"), "add --timeline"),
        (("a.wav", "b.wav", "--timeline", "--output", "a.png"), "ends in .parquet .csv .jsonl"),
        (("a.wav", "--hop", "0.5"), "add --timeline"),
        (("a.wav", "--timeline", "--output", "a.doc"), "ends in .csv .json"),
        (("a.wav", "--timeline", "--hop", "3"), "a hop of 3.0 s; possible are"),
        (("-", "-"), "read once"),
    ],
)
def test_what_cannot_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_sound(tmp_path / "a.wav", tone(1.0))
    ran = run("predict", *arguments, *MODEL)
    assert isinstance(ran.exception, SertoolError)
    assert says in str(ran.exception)


def test_models_are_listed_with_their_figures() -> None:
    ran = run("models")
    assert ran.exit_code == 0
    for name in prediction.shipped():
        assert name in ran.stdout
    assert ran.stdout.count("new speakers") == 2 * len(prediction.shipped())
    assert "ECE, the expected calibration error" in ran.stdout


@pytest.mark.parametrize("name", prediction.shipped())
def test_shipped_models_are_calibrated_and_their_cards_are_true(name: str) -> None:
    file = prediction.MODELS / f"{name}{persistence.SUFFIX}"
    model = persistence.load(file)
    assert model.about["calibration"]["ece"] <= 0.05
    assert all(each["remarked"] <= 0.02 for each in model.about["held_out"].values())
    assert file.with_suffix(".md").read_text(encoding="utf-8") == card.card(model)


def test_the_default_model_is_the_best_in_the_mean_of_unheard_corpora() -> None:
    means = {}
    for name in prediction.shipped():
        unseen = persistence.load(prediction.MODELS / f"{name}{persistence.SUFFIX}").about["unseen"]
        means[name] = np.mean([each["uar"]["value"] for each in unseen.values()])
    assert max(means, key=lambda name: means[name]) == model_options.DEFAULT_BACKEND


def test_training_writes_a_card_that_knows_the_unseen(
    make_store: Callable[..., Path], tmp_path: Path
) -> None:
    folder = make_store(corpora=("emodb", "savee"))
    ran = run(
        "train", "--estimator", "svm", "--store", folder, "--corpora", "emodb",
        "--unseen", "savee", "--output", tmp_path / "m.sertool",
    )  # fmt: skip
    assert ran.exit_code == 0
    assert "UAR of new speakers: emodb" in ran.stdout
    text = (tmp_path / "m.md").read_text(encoding="utf-8")
    assert "CC0" in text
    assert "Burkhardt" in text
    assert "not for decisions about people" in text
    assert "| emodb | new speakers | 96 |" in text
    assert "| savee | unseen corpus | 96 |" in text


def test_a_corpus_that_was_trained_on_is_not_unseen(make_store: Callable[..., Path]) -> None:
    table = store.read(make_store())
    model = training.train(table, named("svm"))
    with pytest.raises(BadChoice, match="was trained on"):
        training.assessed(model, table)


def test_held_out_figures_are_those_of_speakers_that_were_not_heard(
    make_store: Callable[..., Path],
) -> None:
    """With labels that hang on the speaker alone nothing can be known of a new one."""
    table = store.read(make_store(speakers=8))
    speakers = np.asarray(table.column("speaker").to_pylist())
    generator = np.random.default_rng(0)
    words = np.asarray(table.column("emotion").to_pylist())
    for speaker in np.unique(speakers):  # each speaker's emotions are called in an order of its own
        names = np.unique(words)
        renamed = dict(zip(names, generator.permutation(names), strict=True))
        words[speakers == speaker] = [renamed[each] for each in words[speakers == speaker]]
    column = table.schema.get_field_index("emotion")
    table = table.set_column(column, table.schema.field("emotion"), [words.tolist()])
    model = training.train(table, named("svm"))
    assert model.about["held_out"]["emodb"]["accuracy"]["value"] < 0.45  # chance: 0.25
