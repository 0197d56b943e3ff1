"""Fixtures that many tests share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from served import Server, serving
from synthetic import EMODB_NAMES, fill, syllables, write_sound

from sertool import cli, registry
from sertool.features import sets as feature_sets

Run = Callable[..., "Ran"]


class Ran:
    """What a command left: exit code, standard output, standard error."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function that runs a command line in this process."""

    def call(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["sertool", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        captured = capsys.readouterr()
        return Ran(int(stop.value.code or 0), captured.out, captured.err)

    return call


@pytest.fixture(autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's own folder."""
    monkeypatch.setenv("SERTOOL_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def emodb_folder(tmp_path: Path) -> Path:
    """Eighteen short recordings named as EmoDB's: 3 speakers, 2 sentences, 3 emotions."""
    for number, name in enumerate(EMODB_NAMES):
        write_sound(tmp_path / "emodb" / "wav" / name, syllables(1.2, pitch=120 + 15 * number))
    return tmp_path / "emodb"


@pytest.fixture
def make_store(tmp_path: Path) -> Callable[..., Path]:
    """A function that fills a store with made-up features that tell emotions apart a little."""

    def make(
        name: str = "store",
        corpora: tuple[str, ...] = ("emodb",),
        speakers: int = 6,
        emotions: tuple[str, ...] = ("angry", "happy", "neutral", "sad"),
        takes: int = 4,
        sets: tuple[str, ...] = feature_sets.BEST,
    ) -> Path:
        for corpus_name in corpora:
            corpus = registry.get("corpora", corpus_name)
            fill(tmp_path / name, corpus, speakers, emotions, takes, sets)
        return tmp_path / name

    return make


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The web page's server, where its extra is installed."""
    pytest.importorskip("starlette")
    pytest.importorskip("uvicorn")
    with serving(tmp_path_factory.mktemp("temporary")) as started:
        yield started
