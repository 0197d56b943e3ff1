"""A file of the store: a flipped byte anywhere is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from synthetic import rewrite

from sertool import store
from sertool.errors import BadTable, NotFound
from sertool.features import sets
from sertool.store import merging, parquet, stored_sets

MakeStore = Callable[..., Path]


@pytest.fixture
def part(make_store: MakeStore) -> Path:
    return (
        make_store(speakers=2, takes=1, sets=("librosa178",)) / "emodb" / "librosa178.study.parquet"
    )


def test_a_flipped_byte_anywhere_is_found(part: Path) -> None:
    whole = part.read_bytes()
    generator = np.random.default_rng(0)
    footer = generator.integers(len(whole) - 60_000, len(whole), 200)
    seal = whole.index(parquet.SEAL) + np.arange(-20, 100)
    anywhere = generator.integers(0, len(whole), 300)
    for place in [*range(10), *footer, *seal, *anywhere, *range(len(whole) - 10, len(whole))]:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << int(generator.integers(8))
        part.write_bytes(flipped)
        with pytest.raises(
            BadTable, match=r"librosa178\.study\.parquet .*remove it and run sertool extract again"
        ):
            parquet.read(part)
    part.write_bytes(whole)
    assert parquet.read(part).n_rows == 24


def test_the_page_checksums_of_parquet_would_not_do(part: Path, tmp_path: Path) -> None:
    table = pa.table({"clip": ["a", "b"], "zcr": np.zeros(2, np.float32)})
    pq.write_table(table, tmp_path / "a.parquet", write_page_checksum=True)
    footer_flipped = (tmp_path / "a.parquet").read_bytes().replace(b"zcr", b"zcs")
    (tmp_path / "a.parquet").write_bytes(footer_flipped)
    seen = pq.read_table(tmp_path / "a.parquet", page_checksum_verification=True)
    assert seen.column_names != table.column_names


def test_a_file_without_its_checksum(part: Path) -> None:
    part.write_bytes(part.read_bytes().replace(parquet.SEAL, parquet.SEAL.upper()))
    with pytest.raises(BadTable, match="its checksum is gone"):
        parquet.read(part)


@pytest.mark.parametrize(
    ("holds", "why"),
    [({"version": "0"}, "version 0 is stored, 1 is measured now"), ({}, "has other columns now")],
    ids=["version", "columns"],
)
def test_a_set_that_was_measured_otherwise_is_outdated(
    part: Path, holds: dict[str, str], why: str
) -> None:
    about = dict(parquet.read(part).about["feature_set"])
    dropped = [] if holds else ["zcr"]
    rewrite(part, lambda table: table.drop_columns(dropped), feature_set=about | holds)
    assert why in stored_sets.read(part).why
    with pytest.raises(NotFound, match=r"librosa178 of emodb .*sertool extract emodb=FOLDER"):
        store.read(part.parents[1], wanted=["librosa178"])
    assert not merging.stamps(part.parents[1], "emodb", sets.get("librosa178"))
    assert stored_sets.held(part.parents[1], "emodb") == {"librosa178": ""}  # measured anew


def test_text_that_is_no_text(part: Path) -> None:
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(np.array([0, 1], np.int32)), pa.py_buffer(b"\xff")]
    )

    def change(table: pa.Table) -> pa.Table:
        sounds = pa.chunked_array([broken] * table.num_rows)
        return table.set_column(table.column_names.index("sha256"), "sha256", sounds)

    rewrite(part, change)
    with pytest.raises(BadTable, match="is damaged"):
        store.read(part.parents[1])


def test_stamps_of_other_clips(part: Path) -> None:
    good = parquet.read(part)
    table = good.table(good.columns).replace_schema_metadata()
    parquet.write([table], good.about, part, {**good.stamps, "other.wav": (1, 1)})
    with pytest.raises(BadTable, match="its stamps are not those of its clips"):
        merging.stamps(part.parents[1], "emodb", sets.get("librosa178"))


def test_a_clip_with_fewer_rows_than_the_others(part: Path) -> None:
    rewrite(part, lambda table: table.slice(1))
    with pytest.raises(BadTable, match="its stamps are not those of its clips"):
        merging.stamps(part.parents[1], "emodb", sets.get("librosa178"))


def test_rows_that_no_memory_holds(part: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    n_rows = 10_000_000
    monkeypatch.setattr(parquet, "GROUP_ROWS", n_rows)
    values = {"clip": pa.array(["a"]).take(pa.array(np.zeros(n_rows, np.int8)))}
    values |= {f"zcr_{number}": pa.nulls(n_rows, pa.float32()) for number in range(10)}
    parquet.write([pa.table(values)], {"holds": "feature set"}, part, {"a": (1, 1)})
    assert part.stat().st_size < 300_000
    with pytest.raises(BadTable, match="claims 10000000 rows"):
        store.read(part.parents[1])
