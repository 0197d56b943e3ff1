"""The report as one HTML page."""

from __future__ import annotations

import dataclasses
import functools
import json
import random
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from made_results import result, study

from sertool import cli, report
from sertool.benchmark import results
from sertool.benchmark.results import Result
from sertool.cli import home
from sertool.errors import NotEnough

VOID = {"meta", "link", "img", "br", "hr", "wbr"}
HOSTILE = '<script>alert("a&b")</script>\'$title'
"""A name that would run, were it written as it is."""


class Outline(HTMLParser):
    """What a page holds: the text of each element of a kind, attributes, unbalanced tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.attributes: list[tuple[str, str, str]] = []
        self.unbalanced: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.texts.setdefault(tag, []).append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        for tag in {*self.open}:
            self.texts[tag][-1] += data

    def values(self, name: str) -> list[str]:
        return [value for _, each, value in self.attributes if each == name]


def crossed() -> list[Result]:
    """Enough for every kind of table and figure: many corpora, ranks, curves, warnings, seeds."""
    corpora = [f"c{number}" for number in range(6)]
    versions = {"sertool": "0.1.0", "numpy": "2.0.0"}
    curve = {"accuracy": [0.5, 0.75], "validation_accuracy": [0.5, 0.5]}
    return [
        *study(),
        *(
            result(
                on=(corpus, corpus), estimator=estimator, seed=7, versions=versions,
                learning_curve=curve, warnings=("Few speakers.",),
            )
            for corpus in corpora
            for estimator in ("svm", "forest", "xgboost")
        ),
    ]  # fmt: skip


def hostile() -> list[Result]:
    return [
        result(
            protocol=protocol, on=(HOSTILE, HOSTILE), estimator=HOSTILE, features=features,
            store=f"{len(features):064}",
            parameters={HOSTILE: HOSTILE}, question=HOSTILE, warnings=(HOSTILE,),
            labels=(HOSTILE, "neutral", "sad"), left_out={HOSTILE: 3}, versions={HOSTILE: HOSTILE},
            by_speaker={f"{HOSTILE}/{number}": [[1, 0, 0]] * 3 for number in range(6)},
        )
        for protocol in ("clips", "speakers")
        for features in ("librosa178", HOSTILE)
    ]  # fmt: skip


@functools.cache
def made_of(make: Callable[[], list[Result]]) -> tuple[list[Result], str]:
    """Results and their page, drawn once for all tests."""
    return make(), report.page(make(), HOSTILE)


@pytest.fixture(params=[study, crossed, hostile], ids=lambda make: make.__name__)
def made(request: pytest.FixtureRequest) -> tuple[list[Result], str]:
    return made_of(request.param)


def test_every_title_cell_and_note_is_in_the_page(made: tuple[list[Result], str]) -> None:
    found, page = made
    outline = Outline(page)
    tables = report.tables(found)
    assert outline.texts["h1"] == outline.texts["title"] == [HOSTILE]
    assert {table.title for table in tables} <= {*outline.texts["h3"]}
    rows = [row for table in tables for row in (table.columns, *table.rows, *table.facts)]
    assert {cell for row in rows for cell in row} <= {*outline.texts["th"], *outline.texts["td"]}
    assert all(note in outline.texts["body"][0] for table in tables for note in table.notes)


def test_rows_are_whole_and_the_best_bold(made: tuple[list[Result], str]) -> None:
    found, page = made
    outline = Outline(page)
    tables = report.tables(found)
    best = sorted(table.rows[row][column] for table in tables for row, column in table.best)
    assert sorted(outline.texts.get("b", [])) == best
    bodies = ["".join(cell for row in table.rows for cell in row) for table in tables]
    shown = [text.replace("\n", "") for text in outline.texts["tbody"]]
    assert {*filter(None, bodies)} <= {*shown}


def test_nothing_comes_from_elsewhere(made: tuple[list[Result], str]) -> None:
    _, page = made
    outline = Outline(page)
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert policy in outline.values("content")
    references = [*outline.values("src"), *outline.values("href")]
    assert references
    assert all(re.match(r"data:|#", each) for each in references)
    assert {value[1:] for value in outline.values("href") if value[0] == "#"} <= {
        *outline.values("id")
    }
    assert not re.search(r"url\(|@import|srcset|://", page)
    assert {*outline.texts} & {"script", "iframe", "object", "embed", "form", "base"} == set()


def test_names_from_results_are_escaped(made: tuple[list[Result], str]) -> None:
    _, page = made
    assert HOSTILE not in page
    assert escape(HOSTILE) in page
    assert "<script" not in page


def test_tags_are_balanced_and_anchors_unique(made: tuple[list[Result], str]) -> None:
    outline = Outline(made[1])
    assert (outline.open, outline.unbalanced) == ([], [])
    assert len(outline.values("id")) == len({*outline.values("id")})
    assert len(outline.values("alt")) == len(outline.texts["img"]) > 0


def test_every_figure_stands_with_its_protocol() -> None:
    names = ("UAR of the estimators", "Confusion matrices of the best estimator")
    within = [f"{name}: {protocol}" for protocol in ("clips", "speakers") for name in names]
    assert Outline(made_of(crossed)[1]).values("alt") == [
        *within,
        "Mean ranks of the estimators: speakers",
        "Learning curves: speakers",
        *(f"{name}: cross_language" for name in names),
        "Optimism gap of the estimators: Known and new speakers",
    ]


def test_every_protocol_says_what_it_asks_and_what_is_shared() -> None:
    outline = Outline(made_of(study)[1])
    assert "How well is a new speaker recognised?" in outline.texts["p"]
    lead = "Train and test share sentences. Features are standardised by the training rows."
    assert lead in outline.texts["p"]
    assert outline.texts["h2"] == [
        "Overview", "clips", "speakers", "cross_language", "Known and new speakers",
        "Estimators compared", "Emotion by emotion", "Clips, cost and warnings",
    ]  # fmt: skip


def test_the_summary_and_the_versions() -> None:
    outline = Outline(made_of(crossed)[1])
    assert outline.texts["p"][0] == (
        "42 results · 8 corpora (c0, c1, c2, c3, c4, c5, cremad, emodb) · 4 estimators · "
        "1,440 clips tested · seeds 7, 42"
    )
    assert outline.texts["th"][-2:] == ["sertool", "numpy"]
    assert outline.texts["td"][-2:] == ["0.1.0", "2.0.0"]
    assert outline.texts["code"][-1] == "sertool report DIR --html FILE"


def test_the_same_results_in_any_order_give_the_same_page() -> None:
    shuffled = study()
    random.Random(0).shuffle(shuffled)
    assert report.page(shuffled, HOSTILE) == made_of(study)[1]


def test_no_result_is_too_few() -> None:
    with pytest.raises(NotEnough, match="0 results"):
        report.page([], "t")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["sertool", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with results.jsonl."""
    lines = [{"format": results.FORMAT, **dataclasses.asdict(each)} for each in study()]
    (tmp_path / "mine").mkdir()
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "mine" / results.RESULTS).write_text(text)
    return tmp_path / "mine"


def test_the_command_line_writes_the_page(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder.parent / "new" / "page.html"
    assert run(monkeypatch, "report", folder, "--html", file) == 0
    assert file.read_bytes() == report.page(results.read(folder), "mine").encode()
    assert str(file) in capsys.readouterr().err.partition("written: ")[2]
    assert (folder / "tables.md").is_file()


def test_a_page_that_cannot_be_written_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "taken.html").mkdir()
    assert run(monkeypatch, "report", folder, "--html", folder / "taken.html") == 2
    assert "cannot write" in capsys.readouterr().err
    kept = (folder / results.RESULTS).read_bytes()
    assert run(monkeypatch, "report", folder, "--html", folder / results.RESULTS) == 2
    assert "ends in .html" in capsys.readouterr().err
    assert (folder / results.RESULTS).read_bytes() == kept


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window, where playwright and Chromium are installed."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with playwright.sync_playwright() as running:
        if not (chromium or Path(running.chromium.executable_path).is_file()):
            pytest.skip("no Chromium")
        started = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 400])
def test_a_browser_shows_it_without_scrolling_sideways(
    browser: Any, made: tuple[list[Result], str], tmp_path: Path, width: int, scheme: str
) -> None:
    (tmp_path / "page.html").write_text(made[1], encoding="utf-8")
    address = (tmp_path / "page.html").as_uri()
    shown = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said: list[str] = []
    asked: list[str] = []
    shown.on("console", lambda message: said.append(message.text))
    shown.on("pageerror", lambda error: said.append(str(error)))
    shown.on("request", lambda request: asked.append(request.url))
    shown.goto(address)
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert shown.evaluate("[...document.images].every(each => each.naturalWidth > 0)")
    colour = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (colour == "rgb(255, 255, 255)") == (scheme == "light")
    assert said == []
    assert [each for each in asked if not each.startswith("data:")] == [address]
    shown.close()


def test_sound_at_hand_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SERTOOL_HOME", str(tmp_path / "home"))
    sound, gone = tmp_path / "emodb", tmp_path / "savee"
    seconds = np.arange(16_000) / 16_000
    for folder, names in ((sound, ("03a01Wa", "03a01Ta", "03a02Ta")), (gone, ("DC_a01",))):
        folder.mkdir()
        for name in names:
            soundfile.write(folder / f"{name}.wav", np.sin(880 * np.pi * seconds) / 2, 16_000)
        home.remember(folder.name, folder)
    shutil.rmtree(gone)
    results.prepare(tmp_path / "r")
    for each in (result(), result(on=("savee", "savee"))):
        results.add(tmp_path / "r", each)
    monkeypatch.setattr(sys, "argv", ["sertool", "report", str(tmp_path / "r"), "--html",
                                      str(tmp_path / "r.html")])  # fmt: skip
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 0
    outline = Outline((tmp_path / "r.html").read_text())
    kind = "Waveform and mel spectrogram of one clip of each emotion"
    assert outline.values("alt").count(f"{kind}: How the emotions sound") == 1
    assert "savee without pictures of its sound" in capsys.readouterr().err
