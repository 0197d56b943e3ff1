"""The versions of sertool and of the libraries that numbers depend on, without importing them."""

from __future__ import annotations

import json
from functools import cache
from importlib import metadata
from typing import Any

EXTRACTION = ("numba", "numpy", "scipy", "soxr", "soundfile")
REPORTS = ("matplotlib", "numpy", "scipy")
LEARNING = (
    "scikit-learn", "xgboost", "xgboost-cpu", "keras", "tensorflow", "tensorflow-cpu", "numpy",
)  # fmt: skip
COMMAND = "sertool.__main__:main"
"""What the command line runs: the distribution that installs it is this one, whatever its name."""


def sertool() -> str:
    """The version of sertool, for example "0.2.0"; "unknown" where it is not installed."""
    found = _distribution()
    return found.version if found else "unknown"


def of_extraction() -> dict[str, str]:
    """Versions that feature values depend on."""
    return _with_sertool(EXTRACTION)


def of_learning() -> dict[str, str]:
    """Versions that fitted estimators depend on; what is not installed is not named."""
    return _with_sertool(LEARNING)


def of_reports() -> dict[str, str]:
    """Versions that tables and figures depend on."""
    return _with_sertool(REPORTS)


def hint(extra: str) -> str:
    """The command that installs an extra, from where sertool itself was installed.

    Args:
        extra: a name under [project.optional-dependencies] of pyproject.toml, such as "live".

    The distribution is not called as the package is, and its name stands in pyproject.toml alone.
    """
    found = _distribution()
    source = _source(found) if found else {"dir_info": {}}
    if not found or "dir_info" in source:
        editable = "-e " if source["dir_info"].get("editable") else ""
        return f'pip install {editable}".[{extra}]" in the clone of sertool'
    git = source.get("vcs_info")
    address = f"{git['vcs']}+{source['url']}@{git['commit_id']}" if git else source.get("url")
    return f'pip install "{found.name}[{extra}]{f" @ {address}" if address else ""}"'


def _source(distribution: metadata.Distribution) -> dict[str, Any]:
    """Where the installer had it from, if not from a package index: PEP 610's direct_url.json."""
    source: dict[str, Any] = json.loads(distribution.read_text("direct_url.json") or "{}")
    return source


@cache
def _distribution() -> metadata.Distribution | None:
    """The one that holds this package."""
    for point in metadata.entry_points(group="console_scripts", name="sertool"):
        if point.value == COMMAND:
            return point.dist
    return None


def _with_sertool(packages: tuple[str, ...]) -> dict[str, str]:
    found = {"sertool": sertool()} if _distribution() else {}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
