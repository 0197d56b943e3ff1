"""What a study may rely on of a protocol of another package: anything else is refused in a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sertool import registry
from sertool.benchmark import contracts
from sertool.errors import BadPlugin
from sertool.types import Protocol, Recipe, Split

NONE = np.array([], int)
WHERE = registry.Origin("theirs", "1.0", "theirs:protocol", "update or uninstall theirs")
GOOD = Split("a", "a", "", np.arange(4), np.arange(4, 6), NONE)


def splits(identity: Any, *, name: str, seed: int) -> Iterator[Split]:
    yield GOOD


PROTOCOL = Protocol("mine", "How well?", ("speaker",), "within", splits)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Publishes an object as the protocol `mine`."""

    def publish(found: Any) -> None:
        monkeypatch.setitem(registry._FILES, ("protocols", "mine"), (WHERE, found))

    return publish


def test_one_that_keeps_it(given: Callable[[Any], None]) -> None:
    given(PROTOCOL)
    assert contracts.protocol("mine") == PROTOCOL
    contracts.check_splits(PROTOCOL, [GOOD], 6)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (3, "is a int, no sertool.types.Protocol"),
        (replace(PROTOCOL, name="other"), "calls itself other"),
        (replace(PROTOCOL, question=None), "has no question"),
        (replace(PROTOCOL, scope="inside"), "has the scope 'inside'; possible are within, across"),
        (replace(PROTOCOL, leaks="sentence"), "has the leaks 'sentence'"),
        (replace(PROTOCOL, leaks=("speakers",)), r"has the leaks \('speakers',\)"),
        (replace(PROTOCOL, splits=None), "has no function that yields splits"),
        (replace(PROTOCOL, recipe="x"), "has a str for a recipe"),
        (replace(PROTOCOL, recipe=Recipe((), "none")), "trains on nothing"),
        (replace(PROTOCOL, recipe=Recipe(("original",), "gone")), "scales by gone, which is no"),
    ],
)
def test_one_that_does_not(given: Callable[[Any], None], found: Any, says: str) -> None:
    given(found)
    with pytest.raises(BadPlugin, match=rf"protocol mine of theirs 1.0 {says}.*uninstall theirs"):
        contracts.protocol("mine")


@pytest.mark.parametrize(
    ("yielded", "says"),
    [
        ([], "yields no split"),
        ([GOOD, GOOD], "yields two splits of one name"),
        (["a"], "yields a str, no sertool.types.Split"),
        ([replace(GOOD, fold=1)], "fold is no text"),
        ([replace(GOOD, test=NONE)], "without test rows"),
        ([replace(GOOD, train=NONE)], "without train rows"),
        ([replace(GOOD, test=np.array([6]))], "test rows beyond the 6 there are"),
        ([replace(GOOD, test=np.array([-1]))], "test rows beyond the 6 there are"),
        ([replace(GOOD, test=np.array([True]))], "test is no array of whole numbers"),
        ([replace(GOOD, test=[4])], "test is no array of whole numbers"),
        ([replace(GOOD, test=np.array([4, 4]))], "test rows that are there twice"),
    ],
)
def test_splits_that_no_fit_is_made_of(
    given: Callable[[Any], None], yielded: list[Any], says: str
) -> None:
    given(PROTOCOL)
    with pytest.raises(BadPlugin, match=rf"protocol mine of theirs 1.0 .*{says}"):
        contracts.check_splits(PROTOCOL, yielded, 6)
