"""The README is true: names, commands, and the figures that it quotes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from sertool import registry
from sertool.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL = "\n".join(re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL))
COMMANDS = re.findall(r"(?:^|&& )sertool ([^#\n]*)", SHELL, re.MULTILINE)


def block(name: str) -> str:
    """What stands between <!-- name --> and <!-- /name -->."""
    found = re.search(rf"<!-- {name} -->(.*?)<!-- /{name} -->", README, re.DOTALL)
    assert found, f"README.md has no block {name}"
    return found[1].strip()


@pytest.mark.parametrize("kind", ["corpora", "estimators", "protocols"])
def test_every_plugin_stands_in_the_readme(kind: str) -> None:
    for name in registry.names(kind):
        assert re.search(rf"\b{name}\b", README), f"{name} is not in the README"


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_readme_exists(line: str) -> None:
    words = shlex.split(line)
    command = get_command(app)
    while hasattr(command, "commands"):
        assert words[0] in command.commands
        command = command.commands[words.pop(0)]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("study", ["quick", "per_corpus", "original", "same_rows", "features"])
def test_tables_of_the_readme_are_those_of_the_results(study: str) -> None:
    tables = (ROOT / "results" / study / "tables.md").read_text(encoding="utf-8")
    quoted = block(study)
    rows = [line for line in quoted.splitlines() if line.startswith("|")]
    assert len(rows) > 4
    for row in rows:
        assert row in tables


def test_figures_on_unseen_corpora_are_those_of_the_cards() -> None:
    heading, *rows = [line.split("|")[1:-1] for line in block("unseen").splitlines() if "|" in line]
    corpora = [cell.strip() for cell in heading[1:]]
    models = {row[0].strip(): row[1:] for row in rows}
    for model in ("logistic", "svm", "xgboost", "forest", "cnn"):
        file = ROOT / "sertool" / "assets" / "models" / f"{model}.md"
        card = file.read_text(encoding="utf-8")
        for corpus, uar in zip(corpora, models[model], strict=True):
            (line,) = re.findall(rf"^\| {corpus} \| never heard .*$", card, re.MULTILINE)
            assert line.split("|")[4].strip() == uar.strip()


def test_sentences_on_voices_are_those_of_the_results() -> None:
    tables = (ROOT / "results" / "voice" / "tables.md").read_text(encoding="utf-8")
    sentences = [line for line in block("voice").splitlines() if line.startswith("* ")]
    assert len(sentences) > 1
    for sentence in sentences:
        assert sentence in tables


def test_results_on_voices_are_redone_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "voice")
    import recorded
    import report

    folder = ROOT / "results" / "voice"
    files = [file.relative_to(tmp_path) for file in report.write(recorded.read(folder), tmp_path)]
    tables = [file for file in files if file.suffix != ".png"]
    assert len(tables) == 6
    for file in tables:
        assert (tmp_path / file).read_bytes() == (folder / file).read_bytes()


@pytest.mark.parametrize(
    "folder",
    sorted(file.parent for file in (ROOT / "results").glob("*/predictions.parquet")),
    ids=lambda path: path.name,
)
def test_results_are_redone_byte_for_byte(tmp_path: Path, folder: Path) -> None:
    from sertool import report, results

    files = report.write(results.read(folder), tmp_path)
    tables = [file.relative_to(tmp_path) for file in files if file.suffix != ".png"]
    assert len(tables) > 3
    for file in tables:
        assert (tmp_path / file).read_bytes() == (folder / file).read_bytes()


def test_licence_note_names_both_corpora() -> None:
    note = (ROOT / "sertool" / "assets" / "LICENCE.md").read_text(encoding="utf-8")
    assert "CC0" in note
    assert "Open Database License" in note
