"""What is installed is what is said: names, hints, floors."""

from __future__ import annotations

import json
import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sertool import versions

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PLACES = (".ci", ".github", "benchmarks", "docs", "results", "sertool", "tests")
KINDS = {"", ".cff", ".html", ".js", ".md", ".py", ".sh", ".toml", ".txt", ".yaml", ".yml"}
TEXTS = [
    file
    for place in (ROOT, *map(ROOT.joinpath, PLACES))
    for file in (place.glob("*") if place == ROOT else place.rglob("*"))
    if file.is_file() and file.suffix in KINDS and file.name != ".git"
]
OTHER = re.compile(
    r"""(?:pip[3x]?|uv|conda)(?:\ \w+)?\ (?:install|add|run|download)\b  # asks an index for the
        [^\n"'`&|;\#]*["']?\bsertool(?![\w/-])                          # other project
    | \bdependencies\s?=\s?\[[^\]]*["']sertool["']                     # takes it along
    | \bsertool\[[a-z]                                                # an extra of it
    | \bsertool\s?(?:[=<>~!]=|[<>]\s?\d|@\s)                           # a release of it""",
    re.VERBOSE,
)


class Installed:
    """A distribution of ours as an installer leaves it: what it wrote of where it had it from."""

    name = "a-name"

    def __init__(self, source: dict[str, Any] | None) -> None:
        self.source = source

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return self.source and json.dumps(self.source)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (None, 'pip install "a-name[live]"'),
        ({"url": "file:///c", "dir_info": {}}, 'pip install ".[live]" in the clone of sertool'),
        (
            {"url": "file:///c", "dir_info": {"editable": True}},
            'pip install -e ".[live]" in the clone of sertool',
        ),
        (
            {"url": "file:///w/a_name-1.whl", "archive_info": {}},
            'pip install "a-name[live] @ file:///w/a_name-1.whl"',
        ),
        (
            {"url": "https://host/a", "vcs_info": {"vcs": "git", "commit_id": "c0de"}},
            'pip install "a-name[live] @ git+https://host/a@c0de"',
        ),
    ],
    ids=["index", "clone", "editable", "wheel", "git"],
)
def test_a_hint_installs_from_where_sertool_came(
    source: dict[str, Any] | None, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "_distribution", lambda: Installed(source))
    assert versions.hint("live") == says


def test_without_an_installation_a_hint_names_the_clone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "_distribution", lambda: None)
    assert versions.hint("live") == 'pip install ".[live]" in the clone of sertool'
    assert versions.sertool() == "unknown"
    assert "sertool" not in versions.of_reports()


def test_the_command_by_which_the_distribution_is_found_is_the_one_it_installs() -> None:
    assert PROJECT["scripts"] == {"sertool": versions.COMMAND}


@pytest.mark.parametrize(
    "wrong",
    [
        "pip install {}",
        'pip install -U "{}[live]"',
        "pip install --constraint oldest.txt numpy {}",
        "pipx install {}",
        "uv add {}",
        "uv tool install '{}'",
        "'{}[cnn]'",
        "{}>=0.2",
        "{}<1",
        "{} @ git+https://a",
        'dependencies = ["numpy", "{}"]',
    ],
)
def test_text_that_installs_the_other_project_is_found(wrong: str) -> None:
    assert OTHER.search(wrong.format("sertool"))
    assert not OTHER.search(wrong.format(PROJECT["name"]))


@pytest.mark.parametrize("file", TEXTS, ids=[each.relative_to(ROOT).as_posix() for each in TEXTS])
def test_no_text_installs_the_other_project(file: Path) -> None:
    found = OTHER.search(file.read_text(encoding="utf-8"))
    assert not found, f"{found[0]} is another project: say {PROJECT['name']} or the clone"


def test_every_extra_that_is_hinted_exists() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "sertool").rglob("*.py"))
    hinted = set(re.findall(r"versions\.hint\([\"'](\w+)[\"']\)", code))
    assert len(hinted) > 3
    assert hinted <= PROJECT["optional-dependencies"].keys()


def test_the_version_is_the_same_everywhere() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version, date = re.findall(r"^## \[([\d.]+)\] - ([\d-]+)$", changes, re.MULTILINE)[0]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert PROJECT["version"] == version
    assert f"\nversion: {version}\ndate-released: {date}\n" in citation


def test_sizes_and_extras_of_the_docs_are_those_that_exist() -> None:
    page = (ROOT / "docs" / "installing.md").read_text(encoding="utf-8")
    described = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert {*described, "all", "test"} == PROJECT["optional-dependencies"].keys()


def test_every_dependency_has_a_floor() -> None:
    floors = runpy.run_path(str(ROOT / ".ci" / "oldest.py"))["floors"](PROJECT)
    assert "typer==0.19.2" in floors
    assert len(floors) > 20


@pytest.mark.parametrize(
    ("lists", "floors"),
    [
        ({"dependencies": ["a>=1.9"], "optional-dependencies": {"x": ["a>=1.10"]}}, ["a==1.10"]),
        ({"dependencies": ["a>=1,<2; b"], "optional-dependencies": {}}, ["a==1; b"]),
        ({"dependencies": [], "optional-dependencies": {"test": ["a>=1"]}}, []),
    ],
    ids=["the higher of two", "with a marker", "not of tests"],
)
def test_floors_are_pinned(lists: dict[str, Any], floors: list[str]) -> None:
    assert runpy.run_path(str(ROOT / ".ci" / "oldest.py"))["floors"](lists) == floors


def test_the_workflow_installs_as_the_readme_says_on_the_pythons_of_the_docs() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "installing.md").read_text(encoding="utf-8")
    (install,) = re.findall(r"^(pip install .*) && pytest$", readme, re.MULTILINE)
    assert f"- run: {install} " in workflow
    (pythons,) = re.findall(r"^ +python: \[(.*)\]$", workflow, re.MULTILINE)
    rows = re.findall(r"^\| (3\.\d+(?:, 3\.\d+)*) \|", page, re.MULTILINE)
    assert pythons.replace('"', "") == ", ".join(rows)
