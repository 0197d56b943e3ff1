"""What must stay out of the way: heavy imports, and names nobody declared."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sertool

HEAVY = {
    "numpy", "pandas", "pyarrow", "scipy", "sklearn", "librosa", "numba", "xgboost", "keras",
    "tensorflow", "torch", "jax", "matplotlib", "sounddevice", "soundfile", "skops",
}  # fmt: skip


def loaded(code: str) -> set[str]:
    """The top-level modules that a fresh process has loaded after some code."""
    code += "\nimport sys; print('loaded', *{name.partition('.')[0] for name in sys.modules})"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    return set(output.rpartition("loaded")[2].split())


RUN = """
from sertool.cli import app
try:
    app({arguments})
except SystemExit as stop:
    assert stop.code in (0, None), stop.code
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["benchmark", "--help"],
        ["predict", "--help"],
        ["listen", "--help"],
        ["corpora"],
    ],
    ids=" ".join,
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = RUN.format(arguments=arguments)
    if arguments == ["corpora"]:
        code = code.replace("(0, None)", "(0, 2, None)")
    assert loaded(code) & HEAVY == set()


def test_importing_sertool_loads_nothing_heavy() -> None:
    assert loaded("import sertool; sertool.__version__; dir(sertool)") & HEAVY == set()


def test_naming_plugins_loads_no_learning_library() -> None:
    code = "from sertool import registry; [registry.names(kind) for kind in registry.KINDS]"
    assert loaded(code) & (HEAVY - {"numpy"}) == set()


@pytest.mark.parametrize("name", sertool.__all__)
def test_public_name_exists_and_is_documented(name: str) -> None:
    assert name in dir(sertool)
    value = getattr(sertool, name)
    assert value.__doc__


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        sertool.nonsense  # noqa: B018
