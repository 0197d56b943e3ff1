"""The feature store: what it holds, who can read it, what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from synthetic import fill

from sertool import registry, store
from sertool.errors import BadTable, NotFound, UnknownName
from sertool.types import VARIANTS, Clip

MakeStore = Callable[..., Path]


def test_schema_is_identity_then_178_features() -> None:
    names = store.schema().names
    assert tuple(names[:12]) == store.IDENTITY
    assert tuple(names[12:]) == store.FEATURE_NAMES
    assert (names[12], names[13], names[-1]) == ("zcr", "chroma_01", "tonnetz_06")
    assert all(store.schema().field(name).type == pa.float32() for name in names[12:])


def test_rows_come_back_as_they_went_in(tmp_path: Path) -> None:
    clips = fill(tmp_path, registry.get("corpora", "emodb"), 2, ("angry", "sad"), 2)
    table = store.read(tmp_path)
    assert table.schema.names == store.schema().names
    assert table.num_rows == len(clips) * len(VARIANTS)
    assert set(table.column("corpus").to_pylist()) == {"emodb"}
    assert set(table.column("language").to_pylist()) == {"de"}
    assert table.column("variant").to_pylist()[:3] == list(VARIANTS)


@pytest.mark.parametrize("reader", ["pandas", "duckdb", "polars"])
def test_other_readers_see_the_same(make_store: MakeStore, reader: str) -> None:
    folder = make_store(corpora=("emodb", "savee"))
    ours = store.read(folder)
    expected = float(np.sum(ours.column("zcr").to_numpy(), dtype=np.float64))
    if reader == "pandas":
        frame = pytest.importorskip("pandas").read_parquet(folder)
        seen = (len(frame), set(frame["corpus"]), float(frame["zcr"].astype("float64").sum()))
    elif reader == "duckdb":
        query = f"select count(*), list(distinct corpus), sum(zcr) from '{folder}/*/*.parquet'"
        row = pytest.importorskip("duckdb").connect().execute(query).fetchone()
        seen = (row[0], set(row[1]), row[2])
    else:
        frame = pytest.importorskip("polars").read_parquet(folder)
        seen = (len(frame), set(frame["corpus"]), float(frame["zcr"].to_numpy().sum(dtype="f8")))
    assert seen[:2] == (ours.num_rows, {"emodb", "savee"})
    assert seen[2] == pytest.approx(expected)


def test_a_set_that_the_store_lacks(make_store: MakeStore) -> None:
    with pytest.raises(NotFound, match=r"no functionals of emodb.*--features"):
        store.read(make_store(), ["emodb"], ["functionals"])


def test_metadata_carries_format_feature_set_and_versions(make_store: MakeStore) -> None:
    file = make_store() / "corpus=emodb" / "clips.parquet"
    about = pq.read_schema(file).metadata[b"sertool"].decode()
    assert '"format": 2' in about
    assert '"feature_set": "librosa178"' in about
    assert '"numpy":' in about


def test_merging_takes_labels_anew_and_drops_what_is_gone(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "emodb")
    clips = fill(tmp_path, corpus, 2, ("angry", "sad"), 2)
    mended = Clip("00/angry-0.wav", "fear", "00", "x", "A")
    store.merge(tmp_path, corpus, [mended, *clips[2:]])
    table = store.read(tmp_path)
    assert table.num_rows == (1 + len(clips[2:])) * len(VARIANTS)
    assert table.column("emotion").to_pylist()[:3] == ["fear"] * 3


def test_merging_twice_changes_nothing(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "emodb")
    clips = fill(tmp_path, corpus, 2, ("angry", "sad"), 2)
    before = (tmp_path / "corpus=emodb" / "clips.parquet").read_bytes()
    store.merge(tmp_path, corpus, clips)
    assert (tmp_path / "corpus=emodb" / "clips.parquet").read_bytes() == before


def test_digest_names_content_not_order(make_store: MakeStore) -> None:
    table = store.read(make_store())
    backwards = table.take(pa.array(range(table.num_rows - 1, -1, -1)))
    changed = table.set_column(12, "zcr", pa.array(np.zeros(table.num_rows, np.float32)))
    assert store.digest(backwards) == store.digest(table)
    assert store.digest(changed) != store.digest(table)


def test_no_store_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="sertool extract"):
        store.read(tmp_path / "nothing")


def test_unknown_corpus_is_answered_with_the_nearest(make_store: MakeStore) -> None:
    with pytest.raises(UnknownName, match="did you mean 'emodb'"):
        store.read(make_store(), ["emobd"])


@pytest.mark.parametrize(
    "metadata", [{}, {"sertool": '{"format": 99, "feature_set": "librosa178"}'}]
)
def test_store_of_another_format_is_refused(
    make_store: MakeStore, metadata: dict[str, str]
) -> None:
    folder = make_store()
    file = folder / "corpus=emodb" / "clips.parquet"
    pq.write_table(pq.read_table(file, partitioning=None).replace_schema_metadata(metadata), file)
    with pytest.raises(BadTable, match="reads format 2"):
        store.read(folder)


def test_file_that_is_no_parquet_is_refused(make_store: MakeStore) -> None:
    folder = make_store()
    (folder / "corpus=emodb" / "clips.parquet").write_bytes(b"not parquet")
    with pytest.raises(BadTable, match="no part of a store"):
        store.read(folder)
