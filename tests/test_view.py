"""Rows of which only the identity is held: their features are those of the whole table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from synthetic import fill

from sertool import registry, store
from sertool.errors import BadTable, NotFound
from sertool.features import sets
from sertool.store import parquet, view


def test_a_matrix_has_the_rows_that_are_asked_for(
    make_store: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 12)  # several groups a file
    both = ("librosa178", "functionals")
    folder = make_store(speakers=2, sets=both)
    fill(folder, registry.get("corpora", "tess"), 2, ("angry", "sad"), 3, both)
    table, selected = store.read(folder), view.open_corpora(folder).through(both)
    assert selected.identity.equals(table.select(store.IDENTITY))
    assert all(len(each.file.group_rows) > 1 for part in selected.parts for each in part.stored)
    assert selected.columns == sets.columns(both)
    whole = store.matrix(table, selected.columns)
    for wanted in (
        np.arange(table.num_rows),
        np.random.default_rng(0).permutation(table.num_rows)[:50],
        np.array([table.num_rows - 1, 0, 0]),
        np.array([], dtype=np.int64),
    ):
        np.testing.assert_array_equal(selected.matrix(wanted), whole[wanted])


def test_a_file_that_is_replaced_meanwhile_is_noticed(make_store: Callable[..., Path]) -> None:
    folder = make_store(sets=("librosa178",))
    selected = view.open_corpora(folder).through(["librosa178"])
    fill(folder, registry.get("corpora", "emodb"), 2, ("angry", "sad"), 1, ("librosa178",))
    with pytest.raises(
        BadTable, match=r"librosa178\.study\.parquet was replaced while it was read"
    ):
        selected.matrix(np.array([0]))


def test_a_feature_set_that_is_not_there(make_store: Callable[..., Path]) -> None:
    with pytest.raises(NotFound, match="holds no functionals"):
        view.open_corpora(make_store(sets=("librosa178",)), wanted=["functionals"])


def test_each_file_is_opened_once_to_be_read_and_once_a_use(
    make_store: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_store(corpora=("emodb", "savee"), sets=("librosa178", "functionals"))
    footers: list[Path] = []
    monkeypatch.setattr(parquet, "_verified_size", counted(parquet._verified_size, footers))
    stored = view.open_corpora(folder)
    for names in (["librosa178"], ["functionals"], ["librosa178", "functionals"]):
        stored.through(names).matrix(np.arange(10))
    assert sorted(footers) == sorted(folder.glob("*/*.parquet"))


def counted(function: Callable[[Path], int], calls: list[Path]) -> Callable[[Path], int]:
    def call(file: Path) -> int:
        calls.append(file)
        return function(file)

    return call
