"""What must stay out of the way: heavy imports, and names nobody declared."""

from __future__ import annotations

import doctest
import inspect
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from typer.main import get_command

import sertool
from sertool.cli import app

ROOT = Path(__file__).parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, LINTER = SETTINGS["project"], SETTINGS["tool"]["importlinter"]
LIGHT = {"filelock", "platformdirs", "rich", "typer"}
MODULES = {
    "scikit-learn": "sklearn", "tensorflow-cpu": "tensorflow", "universal-pathlib": "upath",
    "xgboost-cpu": "xgboost",
}  # fmt: skip
"""Distributions whose module is called otherwise."""
DEPENDENCIES = {
    re.match(r"[\w-]+", line)[0]
    for lines in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    for line in lines
} - {PROJECT["name"]}
HEAVY = {MODULES.get(name, name) for name in DEPENDENCIES - LIGHT} | {
    "dask", "fsspec", "jax", "torch",
}  # fmt: skip
"""What sertool stands on and what that brings along, but for what the command line needs."""


def loaded(code: str) -> set[str]:
    """The top-level modules that a fresh process has loaded after some code."""
    code += "\nimport sys; print('loaded', *{name.partition('.')[0] for name in sys.modules})"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    return set(output.rpartition("loaded")[2].split())


RUN = """
from sertool.cli import app
for arguments in {commands}:
    try:
        app(arguments)
    except SystemExit as stop:
        assert stop.code in (0, None), (arguments, stop.code)
"""


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command below a group, the group's own first."""
    yield words
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name)


def test_help_loads_nothing_heavy() -> None:
    asked = [["--version"], *([*words, "--help"] for words in commands(get_command(app)))]
    assert ["corpora", "check", "--help"] in asked
    assert loaded(RUN.format(commands=asked)) & HEAVY == set()


def test_a_command_without_words_loads_nothing_heavy() -> None:
    code = RUN.format(commands=[["corpora"]]).replace("(0, None)", "(0, 2, None)")
    assert loaded(code) & HEAVY == set()


def test_importing_sertool_loads_nothing_heavy() -> None:
    assert loaded("import sertool; sertool.__version__; dir(sertool)") & HEAVY == set()


def test_naming_plugins_loads_no_learning_library() -> None:
    code = "from sertool import registry; [registry.names(kind) for kind in registry.KINDS]"
    assert loaded(code) & (HEAVY - {"numpy"}) == set()


def test_the_picture_of_the_house_shows_the_layers() -> None:
    (layers,) = (
        contract["layers"] for contract in LINTER["contracts"] if contract["type"] == "layers"
    )
    picture = CONTRIBUTING.partition("```text\n")[2].partition("```")[0].splitlines()
    rooms = [layer.split(" | ") for layer in layers]
    assert [line.split()[: len(each)] for line, each in zip(picture, rooms, strict=True)] == rooms


def test_few_modules_stand_outside_of_the_rooms() -> None:
    modules = {each.name for each in pkgutil.iter_modules(sertool.__path__) if not each.ispkg}
    assert modules == {
        "__main__",
        "errors",
        "notation",
        "parallel",
        "registry",
        "types",
        "versions",
    }


@pytest.mark.parametrize("name", sertool.__all__)
def test_public_name_exists_and_is_documented(name: str) -> None:
    assert name in dir(sertool)
    value = getattr(sertool, name)
    assert value.__doc__
    if callable(value):
        assert any(map(re.compile(r"\d").search, examples(value)))


def examples(value: Callable[..., object]) -> list[str]:
    """What the examples of a docstring print."""
    found = doctest.DocTestParser().get_examples(inspect.getdoc(value) or "")
    return [example.want for example in found]


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        sertool.nonsense  # noqa: B018
