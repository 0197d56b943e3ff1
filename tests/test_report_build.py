"""The files of a report: tables and figures."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from made_results import names, result, study

from sertool import report
from sertool.benchmark.results import Result


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_the_same_results_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    made = study()
    report.write(made, tmp_path / "one")
    random.Random(0).shuffle(made)
    report.write(made, tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_what_is_written(tmp_path: Path) -> None:
    written = [file.relative_to(tmp_path).as_posix() for file in report.write(study(), tmp_path)]
    assert written[:2] == ["tables.md", "tables.tex"]
    assert {*written, report.build.DIGEST} == {*contents(tmp_path)}
    assert {file for file in written if file.endswith(".csv")} == {
        f"tables/{name}.csv" for name in names(study())
    }
    assert {file for file in written if file.endswith(".png")} == {
        "figures/uar-clips-train.png",
        "figures/uar-speakers-train.png",
        "figures/uar-cross_language-train.png",
        "figures/confusion-clips-train.png",
        "figures/confusion-speakers-train.png",
        "figures/confusion-cross_language-train.png",
        "figures/optimism-gap-train.png",
    }


def test_ranks_and_learning_curves_are_drawn_where_there_are_any(tmp_path: Path) -> None:
    curve = {"accuracy": [0.2, 0.5], "validation_accuracy": [0.3, 0.4]}
    many = [
        result(on=(f"c{n}", f"c{n}"), estimator=name, learning_curve=curve if name == "cnn" else {})
        for n in range(5)
        for name in ("cnn", "forest", "svm")
    ]
    report.write(many, tmp_path)
    drawn = {file.name for file in (tmp_path / "figures").iterdir()}
    assert {"ranks-speakers-train.png", "learning-speakers-train.png"} <= drawn


def test_a_list_of_files_that_is_no_text_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "tables.md").write_bytes(b"* [\xff](tables/mine.csv)")
    report.write([result()], tmp_path)
    assert "## Per corpus" in (tmp_path / "tables.md").read_text(encoding="utf-8")


def test_files_of_an_earlier_report_go_and_others_stay(tmp_path: Path) -> None:
    report.write(study(), tmp_path)
    (tmp_path / "figures/mine.png").write_bytes(b"mine")
    report.write([result()], tmp_path)
    assert not (tmp_path / "figures/optimism-gap-train.png").exists()
    assert (tmp_path / "figures/mine.png").read_bytes() == b"mine"


@pytest.mark.parametrize(
    "results",
    [
        [result(estimator="majority")],
        [result({"emodb/1": [[1, 0, 0], [0, 0, 0], [0, 0, 0]]})],
        [result(on=("my $corpus$ | 50 %", "my $corpus$ | 50 %"))],
        [result(protocol="cross_language", on=("a", "b"))],
        [result(estimator=f"estimator{number}") for number in range(9)],
        [result(on=(f"c{number}", f"c{number}")) for number in range(13)],
    ],
    ids=["majority alone", "one clip", "odd name", "one pair", "nine estimators", "13 corpora"],
)
def test_unusual_results_are_drawn_and_written(results: list[Result], tmp_path: Path) -> None:
    assert all(file.stat().st_size > 0 for file in report.write(results, tmp_path))
