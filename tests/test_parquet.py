"""A part of the store: a flipped byte anywhere is found, and what is old is still read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sertool import store
from sertool.errors import BadTable, NotFound
from sertool.store import parquet

MakeStore = Callable[..., Path]


@pytest.fixture
def part(make_store: MakeStore) -> Path:
    return make_store(speakers=2, takes=1) / "corpus=emodb" / "clips.parquet"


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
        with pytest.raises(BadTable, match=r"clips\.parquet .*remove that file and run sertool"):
            parquet.read(part)
    part.write_bytes(whole)
    assert parquet.read(part).is_sealed


def test_the_page_checksums_of_parquet_would_not_do(part: Path, tmp_path: Path) -> None:
    table = pa.table({"clip": ["a", "b"], "zcr": np.zeros(2, np.float32)})
    pq.write_table(table, tmp_path / "a.parquet", write_page_checksum=True)
    footer_flipped = (tmp_path / "a.parquet").read_bytes().replace(b"zcr", b"zcs")
    (tmp_path / "a.parquet").write_bytes(footer_flipped)
    seen = pq.read_table(tmp_path / "a.parquet", page_checksum_verification=True)
    assert seen.column_names != table.column_names


def with_words(part: Path, old: bytes, new: bytes) -> None:
    part.write_bytes(part.read_bytes().replace(old, new))


def test_format_1_has_no_checksum_and_is_read(part: Path) -> None:
    before = store.read(part.parents[1])
    with_words(part, b'"format": 2', b'"format": 1')
    with_words(part, parquet.SEAL, parquet.SEAL.upper())
    assert not parquet.read(part).is_sealed
    assert store.read(part.parents[1]).equals(before)


def test_format_1_with_a_checksum_that_is_wrong(part: Path) -> None:
    with_words(part, b'"format": 2', b'"format": 1')
    with pytest.raises(BadTable, match="its checksum is wrong"):
        parquet.read(part)


def test_format_2_without_a_checksum(part: Path) -> None:
    with_words(part, parquet.SEAL, parquet.SEAL.upper())
    with pytest.raises(BadTable, match="its checksum is gone"):
        parquet.read(part)


def test_a_set_that_has_other_columns_than_it_had_is_not_held(part: Path) -> None:
    good = parquet.read(part)
    table = good.table(store.schema().names[1:])
    once = table.append_column("mfcc_delta_contour_p50_01", table.column("zcr"))
    parquet.write(once, good.stamps, ["librosa178", "functionals"], part)
    assert store.sets(part.parents[1]) == ("librosa178",)
    assert store.read(part.parents[1]).num_rows == table.num_rows
    assert not store.stamps(part.parents[1], "emodb", ["functionals"])
    assert store.sets_at_hand(part.parents[1], "emodb") == ("librosa178", "functionals")
    parquet.write(table.drop_columns(["zcr"]), good.stamps, ["librosa178"], part)
    assert store.sets(part.parents[1]) == ()
    with pytest.raises(NotFound, match=r"other columns than this sertool measures; .* again"):
        store.read(part.parents[1])


def test_text_that_is_no_text(part: Path) -> None:
    good = parquet.read(part)
    table = good.table(store.schema().names[1:])
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(np.array([0, 1], np.int32)), pa.py_buffer(b"\xff")]
    )
    speakers = pa.chunked_array([broken] * table.num_rows)
    table = table.set_column(table.column_names.index("speaker"), "speaker", speakers)
    parquet.write(table, good.stamps, good.sets, part)
    with pytest.raises(BadTable, match="is damaged"):
        store.read(part.parents[1])


def test_stamps_of_other_clips(part: Path) -> None:
    good = parquet.read(part)
    table = good.table(store.schema().names[1:])
    parquet.write(table, {**good.stamps, "other.wav": (1, 1)}, good.sets, part)
    with pytest.raises(BadTable, match="its stamps are not those of its clips"):
        store.stamps(part.parents[1], "emodb")


def test_rows_that_no_memory_holds(part: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = parquet.read(part)
    n_rows = 10_000_000
    monkeypatch.setattr(parquet, "GROUP_ROWS", n_rows)
    values = {"clip": pa.array(["a"]).take(pa.array(np.zeros(n_rows, np.int8)))}
    values |= {f"zcr_{number}": pa.nulls(n_rows, pa.float32()) for number in range(10)}
    parquet.write(pa.table(values), good.stamps, good.sets, part)
    assert part.stat().st_size < 300_000
    with pytest.raises(BadTable, match="claims 10000000 rows"):
        store.read(part.parents[1])
