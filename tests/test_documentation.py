"""README and docs are true: names, commands, links, and the figures that they quote."""

from __future__ import annotations

import importlib
import json
import re
import shlex
from collections import defaultdict
from pathlib import Path

import pytest
from typer.main import get_command

from sertool import registry
from sertool.cli import app

ROOT = Path(__file__).parents[1]
PAGES = {
    file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8")
    for file in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
README = PAGES["README.md"]
TEXT = "\n".join(PAGES.values())
SHELL = "\n".join(re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL))
COMMANDS = re.findall(r"(?:^|&& )sertool ([^#\n]*)", SHELL, re.MULTILINE)


def block(name: str) -> str:
    """What stands between <!-- name --> and <!-- /name -->."""
    found = re.search(rf"<!-- {name} -->(.*?)<!-- /{name} -->", TEXT, re.DOTALL)
    assert found, f"neither README.md nor docs have a block {name}"
    return found[1].strip()


@pytest.mark.parametrize("kind", ["corpora", "estimators", "protocols"])
def test_every_plugin_stands_in_the_readme(kind: str) -> None:
    for name in registry.names(kind):
        assert re.search(rf"\b{name}\b", README), f"{name} is not in the README"


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files(name: str) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", PAGES[name])
    for link in links:
        if not link.startswith(("http", "#")):
            assert (ROOT / name).parent.joinpath(link).exists(), f"{name} links to {link}"


@pytest.mark.parametrize("name", registry.names("corpora"))
def test_corpora_are_described_by_their_facts(name: str) -> None:
    page = PAGES["docs/corpora.md"]
    (row,) = re.findall(rf"^\| `{name}` \|(.*)\|$", page, re.MULTILINE)
    home, language, speakers, clips, emotions, licence = (cell.strip() for cell in row.split("|"))
    corpus = registry.get("corpora", name)
    assert home.endswith(f"]({corpus.url})")
    assert language.endswith(f" ({corpus.language})")
    assert (speakers, clips) == (str(corpus.speakers), f"{corpus.clips:,}")
    assert licence == corpus.licence
    codes = importlib.import_module(f"sertool.corpora.{name}").CODES.values()
    expressed = sorted({code if isinstance(code, str) else code[1] for code in codes})
    assert emotions == f"{len(expressed)}: {', '.join(expressed)}"
    assert f"* `{name}`: {corpus.citation}\n" in page


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_pages_exists(line: str) -> None:
    words = shlex.split(line)
    command = get_command(app)
    while hasattr(command, "commands"):
        assert words[0] in command.commands
        command = command.commands[words.pop(0)]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize(
    "study", ["quick", "per_corpus", "original", "features", "windows", "cross_corpus"]
)
def test_quoted_tables_are_those_of_the_results(study: str) -> None:
    tables = (ROOT / "results" / study / "tables.md").read_text(encoding="utf-8")
    quoted = block(study)
    rows = [line for line in quoted.splitlines() if line.startswith("|")]
    assert len(rows) > 4
    for row in rows:
        assert row in tables


def test_the_best_of_the_functionals_are_those_of_the_results() -> None:
    rows = [line.split("|")[1:-1] for line in block("features").splitlines() if "|" in line]
    for name, corpus in (("CREMA-D", 1), ("EmoDB", 2), ("RAVDESS", 3), ("SAVEE", 4)):
        (best,) = [row[corpus].strip(" *").split()[0] for row in rows if "**" in row[corpus]]
        assert re.search(rf"{best} (% )?on\s{name}", README)


def test_means_over_pairs_are_those_of_the_results() -> None:
    uars = defaultdict(list)
    lines = (ROOT / "results" / "cross_corpus" / "results.jsonl").read_text(encoding="utf-8")
    for one in map(json.loads, lines.splitlines()):
        if one["train_on"] in ("ravdess", "tess", "urdu", "emodb"):
            key = one["features"], one["normalisation"], one["estimator"]
            uars[key].append(one["uar"])
    assert {len(values) for values in uars.values()} == {12}
    means = {key: 100 * sum(values) / 12 for key, values in uars.items()}
    of_178 = max(mean for (sets, _, _), mean in means.items() if sets == "librosa178")
    text = " ".join(PAGES["docs/studies.md"].split())
    assert f"With the 178 alone the best is {of_178:.1f}" in text
    names = ("logistic", "forest", "svm", "xgboost")
    logistic, forest, svm, xgboost = (means["functionals@study", "corpus", each] for each in names)
    assert f"it reaches {logistic:.1f} %, forest {forest:.1f}, svm {svm:.1f} and xgboost " in text
    assert f"xgboost {xgboost:.1f}, where" in text
    assert f"logistic keeps {means['functionals@study', 'train', 'logistic']:.1f}" in text


def test_figures_on_unseen_corpora_are_those_of_the_cards() -> None:
    heading, *rows = [line.split("|")[1:-1] for line in block("unseen").splitlines() if "|" in line]
    corpora = [cell.strip() for cell in heading[1:]]
    models = {row[0].strip(): row[1:] for row in rows}
    for model in ("logistic", "svm", "xgboost", "forest", "cnn"):
        file = ROOT / "sertool" / "assets" / "models" / f"{model}.md"
        card = file.read_text(encoding="utf-8")
        for corpus, uar in zip(corpora, models[model], strict=True):
            (line,) = re.findall(rf"^\| {corpus} \| unseen corpus .*$", card, re.MULTILINE)
            assert line.split("|")[4].strip() == uar.strip()


def test_sentences_on_voices_are_those_of_the_results() -> None:
    tables = (ROOT / "results" / "voice" / "tables.md").read_text(encoding="utf-8")
    sentences = [line for line in block("voice").splitlines() if line.startswith("* ")]
    assert len(sentences) > 1
    for sentence in sentences:
        assert sentence in tables


def test_results_on_voices_are_redone_byte_for_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "voice")
    import recorded
    import report

    folder = ROOT / "results" / "voice"
    texts = report.texts(recorded.read(folder))
    assert len(texts) == 6
    for name, content in texts.items():
        assert content == (folder / name).read_bytes()


@pytest.mark.parametrize(
    "folder",
    sorted(file.parent for file in (ROOT / "results").glob("*/predictions.parquet")),
    ids=lambda path: path.name,
)
def test_results_are_redone_byte_for_byte(folder: Path) -> None:
    """Figures are named, but not drawn: they differ with the version of what draws them."""
    from sertool import report
    from sertool.benchmark import results

    made = report.Report(results.read(folder))
    assert len(made.texts) > 3
    for name, content in made.texts.items():
        assert content == (folder / name).read_bytes()
    assert {*made.figures} == {
        file.relative_to(folder).as_posix() for file in (folder / "figures").iterdir()
    }


def test_licence_note_names_both_corpora() -> None:
    note = (ROOT / "sertool" / "assets" / "LICENCE.md").read_text(encoding="utf-8")
    assert "CC0" in note
    assert "Open Database License" in note


def test_results_of_the_quick_study_are_those_of_the_embedded_store() -> None:
    """Nothing of it is to be done again: digests, parameters and splits are what they were."""
    from sertool import store
    from sertool.benchmark import evaluation, planning, results, study
    from sertool.cli.benchmark import QUICK
    from sertool.cli.home import EMBEDDED_STORE, features_of

    taken = {"corpora": store.corpora(EMBEDDED_STORE), "features": features_of(EMBEDDED_STORE)}
    asked = study.study(**taken, **study.read(QUICK))
    plan = planning.plan(asked, EMBEDDED_STORE)
    assert len(plan.fits) > 100
    assert evaluation.outstanding(plan, results.latest(ROOT / "results" / "quick")) == []
