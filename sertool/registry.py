"""Find a plug-in by the name of its file, or by entry point; listing imports no plug-in.

A plug-in is a module `sertool/<kind>/<name>.py` that holds one object named as in `KINDS`, or the
same object published by another package under the entry point group `sertool.<kind>`. Built-in
names win over published ones.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import pkgutil
from typing import Any

from sertool.errors import UnknownName, choices

KINDS: dict[str, str] = {
    "corpora": "corpus",
    "features": "feature",
    "estimators": "estimator",
    "protocols": "protocol",
}
"""Kind of plug-in (its folder and entry point group) -> the name of the object in its module."""


def names(kind: str) -> tuple[str, ...]:
    """The names of all plug-ins of one kind, sorted.

    >>> names("estimators")
    ('cnn', 'forest', 'logistic', 'majority', 'svm', 'xgboost')
    """
    return tuple(sorted({*_built_in(kind), *_published(kind)}))


def get(kind: str, name: str) -> Any:
    """The plug-in of that kind and name.

    Raises:
        UnknownName: with the nearest name and the list.
    """
    if name in _built_in(kind):
        return getattr(importlib.import_module(f"sertool.{kind}.{name}"), KINDS[kind])
    published = _published(kind)
    if name not in published:
        raise UnknownName(f"no {KINDS[kind]} named {choices(name, names(kind))}")
    return published[name].load()


def _built_in(kind: str) -> set[str]:
    package = importlib.import_module(f"sertool.{kind}")
    modules = pkgutil.iter_modules(package.__path__)
    return {each.name for each in modules if not each.name.startswith("_") and not each.ispkg}


def _published(kind: str) -> dict[str, importlib.metadata.EntryPoint]:
    points = importlib.metadata.entry_points(group=f"sertool.{kind}")
    return {point.name: point for point in points}
