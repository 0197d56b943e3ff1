"""The words of help, tables and cards are in the glossary, and none that was given up is left."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from typer.main import get_command

from sertool import registry
from sertool.cli import app
from sertool.types import EMOTIONS

ROOT = Path(__file__).parents[1]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ENTRIES = dict(re.findall(r"^\* \*\*([^*]+)\*\*: (.+)$", GLOSSARY, re.MULTILINE))
CARDS = sorted((ROOT / "sertool" / "assets" / "models").glob("*.md"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TABLES = sorted((ROOT / "results").glob("*/tables.md"))
SOURCES = sorted((ROOT / "sertool" / "cli").glob("*.py"))

EVERYDAY = """
    add after all alone and channels check clips completion device drop file first format found from
    help host how html in install language licence list many map mb mean ms name number of output
    own per port rate s save second set show size speed to total train version way where without
"""
"""What means in a heading or an option what it means everywhere."""
RETIRED = (
    "at hand",
    "elsewhere",
    "gates?",
    "mend(ed|s)?",
    "(am|are|be|been|being|had|has|have|is|never|not|was|were) heard",
    "(are|as|be|is|of it) sure",
    "parts? of (a|the) (store|journal)",
)
"""Expressions that other words have replaced."""
RETIRED_HEADS = {"never heard", "remarked", "sure", "tested", "under"}


def plain(text: str) -> str:
    """Small letters, each word once in the singular of `corpora`, without numbers and marks."""
    words = re.sub(r"[^a-z_]+", " ", text.lower().replace("back end", "backend"))
    return words.replace("corpora", "corpus")


NAMES = [name for kind in registry.KINDS for name in registry.names(kind)]
TERMS = [term for words in ENTRIES for term in words.split(", ")]
KNOWN = sorted(map(plain, (*TERMS, *NAMES, *EMOTIONS, *EVERYDAY.split())), key=len, reverse=True)


def unexplained(text: str) -> str:
    """The words of a heading or an option that neither glossary nor everyday English has."""
    rest = plain(text)
    for phrase in KNOWN:
        rest = re.sub(rf"\b{phrase.strip()}s?\b", " ", rest)
    return " ".join(word for word in rest.split() if word not in LANGUAGES)


LANGUAGES = {registry.get("corpora", name).language for name in registry.names("corpora")}


def heads(page: str) -> set[str]:
    """The headings of the columns of the tables of a page."""
    lines = page.splitlines()
    rules = [number for number, line in enumerate(lines) if re.match(r"\| ?:?---", line)]
    return {cell.strip() for number in rules for cell in lines[number - 1].split("|")[1:-1]}


def shown_columns() -> Iterator[str]:
    """The headings of the tables that commands print."""
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).lower() == "columns":
                constants = [
                    each for each in ast.walk(node.value) if isinstance(each, ast.Constant)
                ]
                yield from (each.value for each in constants if isinstance(each.value, str))


def commands(command: click.Command, name: str = "sertool") -> Iterator[tuple[str, click.Command]]:
    yield name, command
    for each, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{name} {each}")


COMMANDS = dict(commands(get_command(app)))


def retired_in(text: str) -> list[str]:
    words = " ".join(re.sub(r"[`*]", "", text).split())
    return [each for each in RETIRED if re.search(rf"\b{each}\b", words, re.IGNORECASE)]


def test_terms_are_in_alphabetical_order() -> None:
    words = [each.lower() for each in ENTRIES]
    assert len(words) > 80
    assert words == sorted(words)


@pytest.mark.parametrize("words", ENTRIES)
def test_terms_are_explained_in_few_words(words: str) -> None:
    assert ENTRIES[words].endswith(".")
    assert len(ENTRIES[words].split()) < 60


@pytest.mark.parametrize("file", TABLES, ids=lambda file: file.parent.name)
def test_columns_of_results_are_explained(file: Path) -> None:
    found = heads(file.read_text(encoding="utf-8"))
    assert "estimator" in found
    assert {head: words for head in found if (words := unexplained(head))} == {}
    assert found & RETIRED_HEADS == set()


@pytest.mark.parametrize("file", CARDS, ids=lambda file: file.stem)
def test_columns_of_cards_are_explained(file: Path) -> None:
    found = heads(file.read_text(encoding="utf-8"))
    assert {"UAR", "accuracy"} <= found
    assert {head: words for head in found if (words := unexplained(head))} == {}
    assert found & RETIRED_HEADS == set()


def test_columns_that_commands_print_are_explained() -> None:
    found = {*shown_columns()}
    assert {"corpus", "verdict", "confident", "driver"} <= found
    assert {head: words for head in found if (words := unexplained(head))} == {}
    assert found & RETIRED_HEADS == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_names_of_options_are_explained(name: str) -> None:
    options = [each for each in COMMANDS[name].params if isinstance(each, click.Option)]
    words = [option.opts[0].strip("-").replace("-", " ") for option in options]
    assert {word: rest for word in words if (rest := unexplained(word))} == {}


@pytest.mark.parametrize("name", ["corpora", "models", "store"])
def test_names_of_commands_that_are_nouns_are_explained(name: str) -> None:
    assert f"sertool {name}" in COMMANDS
    assert unexplained(name) == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_no_word_that_was_given_up(name: str) -> None:
    command = COMMANDS[name]
    helps = [getattr(each, "help", None) or "" for each in command.params]
    assert command.help
    assert retired_in("\n".join([command.help, *helps])) == []


@pytest.mark.parametrize(
    "file", [*CARDS, *PAGES, *TABLES], ids=lambda file: file.relative_to(ROOT).as_posix()
)
def test_pages_have_no_word_that_was_given_up(file: Path) -> None:
    assert retired_in(file.read_text(encoding="utf-8")) == []


def test_words_that_are_missing_or_given_up_are_found() -> None:
    assert unexplained("UAR of flumphs, corpora") == "flumphs"
    assert retired_in("an answer\nis *sure*, the model\nis at  hand") == [RETIRED[0], RETIRED[5]]
