"""Rows of which only the identity is held: their features are those of the whole table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from synthetic import fill

from sertool import registry, store
from sertool.errors import BadTable, NotFound
from sertool.store import parquet, view


def test_a_matrix_has_the_rows_that_are_asked_for(
    make_store: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 12)  # several groups a part
    folder = make_store()
    fill(folder, registry.get("corpora", "tess"), 2, ("angry", "sad"), 3)
    table, rows = store.read(folder), view.opened(folder)
    assert rows.identity.equals(table.select(store.IDENTITY))
    assert all(len(part.group_rows) > 1 for part in rows.parts)
    columns = ("zcr", "tonnetz_06")
    whole = np.stack([table.column(name).to_numpy() for name in columns], axis=1)
    for wanted in (
        np.arange(table.num_rows),
        np.random.default_rng(0).permutation(table.num_rows)[:50],
        np.array([table.num_rows - 1, 0, 0]),
        np.array([], dtype=np.int64),
    ):
        np.testing.assert_array_equal(rows.matrix(columns, wanted), whole[wanted])


def test_a_part_that_is_replaced_meanwhile_is_noticed(make_store: Callable[..., Path]) -> None:
    folder = make_store()
    rows = view.opened(folder)
    fill(folder, registry.get("corpora", "emodb"), 2, ("angry", "sad"), 1)
    with pytest.raises(BadTable, match=r"clips\.parquet was replaced while it was read"):
        rows.matrix(("zcr",), np.array([0]))


def test_a_part_that_is_replaced_after_it_was_verified_is_noticed(
    make_store: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, rows_of = make_store(), store.rows_of

    def replaced_and_read(*arguments: Any) -> pa.Table:
        fill(folder, registry.get("corpora", "emodb"), 6, ("angry", "sad"), 4)
        return rows_of(*arguments)

    monkeypatch.setattr(store, "rows_of", replaced_and_read)
    rows = view.opened(folder)
    with pytest.raises(BadTable, match=r"clips\.parquet was replaced while it was read"):
        rows.matrix(("zcr",), np.array([0]))


def test_a_feature_set_that_is_not_there(make_store: Callable[..., Path]) -> None:
    with pytest.raises(NotFound, match="holds no functionals"):
        view.opened(make_store(), wanted=["functionals"])
