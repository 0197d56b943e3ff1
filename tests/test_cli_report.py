"""`sertool report`, `--plugin` everywhere, and a study that is resumed with nothing left to do."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from conftest import Run
from made_results import study
from typer.main import get_command

from sertool import cli, registry
from sertool.benchmark import predictions, results

KAPPA = Path(__file__).parent / "plugin" / "sertool_example" / "kappa.py"
TAKE_PLUGINS = (
    "benchmark", "calibrate", "corpora check", "extract", "list", "listen", "predict", "report",
    "models", "serve", "store check", "train",
)  # fmt: skip
MakeStore = Callable[..., Path]


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that ends forgets its plug-ins; here all run in one process."""
    monkeypatch.setattr(registry, "_FILES", {})


def stored(folder: Path) -> Path:
    """A folder of results."""
    folder.mkdir(parents=True)
    lines = [json.dumps({"format": 2, **asdict(each)}) + "\n" for each in study()]
    (folder / results.RESULTS).write_text("".join(lines))
    return folder


def test_a_metric_of_a_file_is_a_column_of_results_that_lie_there(run: Run, tmp_path: Path) -> None:
    folder = stored(tmp_path / "r")
    before = (folder / results.RESULTS).read_bytes()
    ran = run("report", folder, "--plugin", KAPPA)
    assert ran.code == 0
    assert "| tested on | estimator | UAR | accuracy | macro F1 | kappa |" in (
        folder / "tables.md"
    ).read_text(encoding="utf-8")
    assert (folder / results.RESULTS).read_bytes() == before


def test_a_metric_that_fails_is_a_line_and_the_rest_is_written(run: Run, tmp_path: Path) -> None:
    folder = stored(tmp_path / "r")
    (tmp_path / "odd.py").write_text(
        KAPPA.read_text().replace('"kappa"', '"odd"').replace("1 - by_chance", "nope")
    )
    ran = run("report", folder, "--plugin", KAPPA, "--plugin", tmp_path / "odd.py")
    assert ran.code == 0
    (line,) = (line for line in ran.err.splitlines() if line.startswith("without the metric odd"))
    assert "odd.py" in line
    assert "NameError" in line
    assert "macro F1 | kappa |" in (folder / "tables.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no plug-in file "),
        ("1 / 0", "failed (ZeroDivisionError: division by zero); fix it, or leave --plugin out"),
        ("x = 1", "holds no plug-in"),
    ],
)
def test_a_plugin_file_that_is_none_is_one_line(
    run: Run, tmp_path: Path, content: str | None, message: str
) -> None:
    file = tmp_path / "mine.py"
    if content is not None:
        file.write_text(content)
    ran = run("list", "--plugin", file)
    assert (ran.code, ran.out) == (2, "")
    (line,) = ran.err.splitlines()
    assert message in line


def test_a_plugin_file_is_listed(run: Run) -> None:
    listed = dict(line.split(": ", 1) for line in run("list", "--plugin", KAPPA).out.splitlines())
    assert re.fullmatch(
        r"accuracy, kappa \(kappa\.py [0-9a-f]{12}\), macro_f1, uar", listed["metrics"]
    )


@pytest.mark.parametrize("words", TAKE_PLUGINS)
def test_commands_that_meet_plugins_take_a_file(words: str) -> None:
    command = get_command(cli.app)
    for word in words.split():
        command = command.commands[word]
    assert "--plugin" in {option for parameter in command.params for option in parameter.opts}


def test_all_folders_are_redone_past_one_that_fails(run: Run, tmp_path: Path) -> None:
    top = tmp_path / "results"
    for name in ("a", "below/b", "z"):
        stored(top / name)
    (top / "below" / "b" / results.RESULTS).write_text("no result\n")
    stored(top / "voice")
    (top / "voice" / "tables.md").write_text("    python mine.py --store DIR\n\n## Voices\n")
    ran = run("report", "--all", top)
    assert ran.code == 1
    for name in ("a", "z"):
        assert (top / name / "tables.md").is_file()
        assert (top / name / "figures" / "uar-clips-train.png").is_file()
        assert f"{top / name}: tables.md, tables.tex, tables/*.csv (" in ran.err
    assert f"{top / 'below' / 'b'}: failed: " in ran.err
    assert f"{top / 'voice'}: passed over, made by: python mine.py --store DIR" in ran.err
    assert "## Voices" in (top / "voice" / "tables.md").read_text()
    assert "1 of 4 folders failed" in ran.err
    shutil.rmtree(top / "below")
    assert run("report", "--all", top).code == 0


def test_all_of_nothing_is_answered(run: Run, tmp_path: Path) -> None:
    ran = run("report", "--all", tmp_path)
    assert ran.code == 2
    assert "sertool benchmark makes one" in ran.err
    ran = run("report", "--all", tmp_path, "--html", tmp_path / "r.html")
    assert (ran.code, "leave out --all" in ran.err) == (2, True)


def test_a_study_with_nothing_left_to_do_reads_results_once_and_writes_nothing(
    run: Run, make_store: MakeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "r"
    arguments = (
        "benchmark", "--store", make_store(), "--results", folder, "--protocols", "clips",
        "--estimators", "majority", "--jobs", 1,
    )  # fmt: skip
    first = run(*arguments)
    files = {file: file.stat().st_mtime_ns for file in folder.rglob("*") if file.suffix}
    assert folder / predictions.PREDICTIONS in files
    n_read = []
    read = results.read
    monkeypatch.setattr(results, "read", lambda place: n_read.append(place) or read(place))
    again = run(*arguments)
    assert again.code == 0
    assert again.out == first.out
    assert n_read == [folder]
    assert f"tables and figures in {folder} are those of these results already" in again.err
    assert {file: file.stat().st_mtime_ns for file in files} == files
    tables = (folder / "tables.md").read_bytes()
    assert run("report", folder).code == 0  # redoes them, whatever is there
    assert (folder / "tables.md").read_bytes() == tables
    assert (folder / "tables.md").stat().st_mtime_ns > files[folder / "tables.md"]
