"""What a study may rely on of a protocol, be it of another package: asked before any fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sertool import registry
from sertool.learning import normalisations
from sertool.types import VARIANTS, Protocol, Recipe, Split

LEAKS = ("clip", "speaker", "sentence", "scaling", "corpus")
"""What train and test may share; "corpus" = whatever the corpus's own division lets them share."""
SCOPES = ("within", "across")


def protocol(name: str) -> Protocol:
    """The protocol of a name.

    Raises:
        UnknownName: with the nearest name and the list.
        BadPlugin: it cannot be imported, or breaks the contract.

    >>> protocol("clips").leaks
    ('speaker', 'sentence')
    """
    found: Protocol = registry.checked("protocols", name, _faults)
    return found


def check_splits(of: Protocol, splits: Sequence[Any], n_rows: int) -> None:
    """Refuse splits that no fit can be made of, or that would be taken for each other.

    Args:
        of: the protocol, of another package; one of sertool's is tested instead.
        splits: what it yields.
        n_rows: of the table that it divides.

    Raises:
        BadPlugin: with what is wrong.
    """
    where = registry.origin("protocols", of.name)
    if where is None:
        return
    with registry.guard("protocols", of.name, where):
        faults = [fault for split in splits for fault in _split_faults(split, n_rows)]
        names = [each.name for each in splits if isinstance(each, Split)]
    if not splits:
        faults = ["yields no split"]
    elif not faults and len({*names}) < len(names):
        faults = ["yields two splits of one name"]
    for fault in faults:
        raise registry.breach("protocols", of.name, where, fault)


def _split_faults(split: Any, n_rows: int) -> Iterator[str]:
    if not isinstance(split, Split):
        yield f"yields a {type(split).__name__}, no sertool.types.Split"
        return
    if not all(isinstance(each, str) for each in (split.train_on, split.test_on, split.fold)):
        yield "yields a split whose train_on, test_on or fold is no text"
        return
    for what in ("train", "test", "validation"):
        rows = getattr(split, what)
        if not isinstance(rows, np.ndarray) or rows.ndim != 1 or rows.dtype.kind not in "iu":
            yield f"yields a split {split.name} whose {what} is no array of whole numbers"
        elif rows.size and not (rows.min() >= 0 and rows.max() < n_rows):
            yield f"yields a split {split.name} with {what} rows beyond the {n_rows:,} there are"
        elif not rows.size and what != "validation":
            yield f"yields a split {split.name} without {what} rows"
        elif np.unique(rows).size < rows.size:
            yield f"yields a split {split.name} with {what} rows that are there twice"


def _faults(found: Any, name: str) -> Iterator[str]:
    """What of a protocol breaks the contract."""
    if not isinstance(found, Protocol):
        yield f"is a {type(found).__name__}, no sertool.types.Protocol"
    elif found.name != name:
        yield f"calls itself {found.name}"
    elif not isinstance(found.question, str) or not found.question:
        yield "has no question"
    elif found.scope not in SCOPES:
        yield f"has the scope {found.scope!r}; possible are {', '.join(SCOPES)}"
    elif not isinstance(found.leaks, tuple) or not {*found.leaks} <= {*LEAKS}:
        yield f"has the leaks {found.leaks!r}; possible is a tuple of {', '.join(LEAKS)}"
    elif not callable(found.splits):
        yield "has no function that yields splits"
    elif found.recipe is not None:
        yield from _recipe_faults(found.recipe, found.leaks)


def _recipe_faults(recipe: Any, leaks: Sequence[str]) -> Iterator[str]:
    if not isinstance(recipe, Recipe):
        yield f"has a {type(recipe).__name__} for a recipe, no sertool.types.Recipe"
        return
    strange = [each for each in recipe.variants if each not in VARIANTS]
    if strange or not recipe.variants:
        yield f"trains on {strange or 'nothing'}; possible are {', '.join(VARIANTS)}"
    if recipe.scaling not in registry.names("normalisations"):
        yield f"scales by {recipe.scaling}, which is no normalisation that is installed"
    elif normalisations.get(recipe.scaling).sees == "all rows" and "scaling" not in leaks:
        yield f"scales by {recipe.scaling} and does not say that scaling leaks"
