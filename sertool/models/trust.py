"""Which types a model file may hold: those of its estimator, and what all models are made of.

A model file names its estimator, which is read before anything is built. The types that the
installed plug-in of that name declares are trusted, and no others beside those of Python, NumPy and
SciPy that skops trusts by itself and the estimators of scikit-learn.
"""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

from sklearn.utils import all_estimators

from sertool import estimators, registry
from sertool.errors import BadModel, choices

# skops asks for all estimators of scikit-learn while it is imported, and that loads all of it and
# what it is compatible with: a second, of which a prediction needs nothing.
with mock.patch("sklearn.utils.all_estimators", return_value=[]):
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException as UntrustedTypesFoundException

EVERYWHERE = ("sklearn.linear_model._logistic.LogisticRegression",)
"""The calibrator."""
PARTS = ("sklearn.tree._tree.Tree",)
"""What estimators of scikit-learn are made of that are none."""


def packed(content: Any) -> bytes:
    """A zip of skops that holds something."""
    archive: bytes = skops.io.dumps(content)
    return archive


def built(archive: bytes, estimator: str) -> Any:
    """What is in a zip of skops; all of scikit-learn is loaded where a rarer estimator needs it.

    Args:
        archive: the zip.
        estimator: the name of the estimator whose types are trusted.

    Raises:
        UnknownName, BadPlugin: there is no such estimator, or it fails.
        UntrustedTypesFoundException: it holds other types.
    """
    trusted = _declared(estimator)
    try:
        return skops.io.loads(archive, trusted=trusted)
    except UntrustedTypesFoundException:
        return skops.io.loads(archive, trusted=[*trusted, *_of_scikit_learn()])


def undeclared(archive: bytes, estimator: str) -> list[str]:
    """The types in a zip of skops that `built` would refuse, sorted."""
    found = {*skops.io.get_untrusted_types(data=archive)} - {*_declared(estimator)}
    return sorted(found - {*_of_scikit_learn()}) if found else []


def named(schema: Any, place: str) -> str:
    """The name of the estimator in a model file, of which a plug-in is installed.

    Args:
        schema: of the zip, as skops wrote it.
        place: the file, for messages.

    Raises:
        BadModel: there is no such estimator here, or one of another package.
        ValueError, LookupError, TypeError: it is the schema of something else.
    """
    content = schema["content"]
    name = _plain(content["name"])
    if not isinstance(name, str):
        raise TypeError("the name of its estimator is no word")
    brought = _brought(content, name)
    if name in registry.names("estimators"):
        here = registry.origin("estimators", name)
        if brought and (here is None or here.distribution != brought.rpartition(" ")[0]):
            raise BadModel(
                f"{place} holds the estimator {name} of {brought}, and here that is one of "
                f"{here or 'sertool itself'}: uninstall this, or have it renamed"
            )
        return name
    if brought:
        raise BadModel(
            f"{place} takes the estimator {name} of {brought}, which is not here: install "
            f"{brought.rpartition(' ')[0]}, or name the plug-in file of that name"
        )
    raise BadModel(
        f"{place}: no estimator named {choices(name, registry.names('estimators'))}; install the "
        "package that brings it"
    )


def _declared(estimator: str) -> list[str]:
    with registry.running("estimators", estimator):
        return [*EVERYWHERE, *estimators.get(estimator).held]


def _of_scikit_learn() -> list[str]:
    found = (each for _, each in all_estimators() if each.__module__.startswith("sklearn."))
    return [*(f"{each.__module__}.{each.__qualname__}" for each in found), *PARTS]


def _brought(content: Any, name: str) -> str:
    """Package and version that brought an estimator, as the model's `about` says; "" = nothing."""
    plugins = _plain(content["about"]["content"].get("plugins"))
    by_name = plugins.get("estimators") if isinstance(plugins, dict) else None
    return str(by_name.get(name, "")) if isinstance(by_name, dict) else ""


def _plain(node: Any) -> Any:
    """The words, numbers and tables of words that a node of a schema stands for; None = others."""
    if not isinstance(node, dict):
        return None
    if node["__loader__"] == "JsonNode":
        return json.loads(node["content"])
    if node["__loader__"] == "DictNode":
        return {name: _plain(each) for name, each in node["content"].items()}
    return None
