"""The feature store: what it holds, who can read it, what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from synthetic import fill, rewrite

from sertool import registry, store
from sertool.errors import BadTable, NotFound, UnknownName
from sertool.features import sets
from sertool.store import merging, view
from sertool.store.rows import Measurement, Numbers
from sertool.types import VARIANTS, Clip

MakeStore = Callable[..., Path]
THE_178 = [sets.get("librosa178")]


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


def seen_by_pandas(files: list[Path]) -> tuple[int, set[str], float]:
    frame = pytest.importorskip("pandas").read_parquet(files)
    return len(frame), set(frame["corpus"]), float(frame["zcr"].astype("float64").sum())


def seen_by_pyarrow(files: list[Path]) -> tuple[int, set[str], float]:
    table = pq.read_table(files)
    numbers = table.column("zcr").to_numpy().astype(np.float64)
    return table.num_rows, set(table.column("corpus").to_pylist()), float(numbers.sum())


def seen_by_polars(files: list[Path]) -> tuple[int, set[str], float]:
    glob = files[0].parents[1] / "*" / files[0].name
    frame = pytest.importorskip("polars").read_parquet(glob)
    return len(frame), set(frame["corpus"]), float(frame["zcr"].to_numpy().sum(dtype="f8"))


def seen_by_duckdb(files: list[Path]) -> tuple[int, set[str], float]:
    joined = (
        "select count(*), list(distinct corpus), sum(zcr) "
        f"from '{files[0].parents[1]}/*/{files[0].name}' "
        f"join '{files[0].parents[1]}/*/clips.parquet' using (corpus, clip, sha256)"
    )
    row = pytest.importorskip("duckdb").connect().execute(joined).fetchone()
    return row[0], set(row[1]), row[2]


@pytest.mark.parametrize(
    "seen_by", [seen_by_pandas, seen_by_pyarrow, seen_by_polars, seen_by_duckdb]
)
def test_other_readers_see_the_same(
    make_store: MakeStore, seen_by: Callable[[list[Path]], tuple[int, set[str], float]]
) -> None:
    folder = make_store(corpora=("emodb", "savee"))
    ours = store.read(folder)
    n_rows, corpora, total = seen_by(sorted(folder.glob("*/librosa178.study.parquet")))
    assert (n_rows, corpora) == (ours.num_rows, {"emodb", "savee"})
    assert total == pytest.approx(float(np.sum(ours.column("zcr").to_numpy(), dtype=np.float64)))


def test_a_set_that_the_store_lacks(make_store: MakeStore) -> None:
    with pytest.raises(NotFound, match=r"no functionals of emodb.*--features"):
        store.read(make_store(), ["emodb"], ["functionals"])


def test_metadata_says_what_a_file_holds(make_store: MakeStore) -> None:
    file = make_store() / "emodb" / "librosa178.study.parquet"
    about = json.loads(pq.read_schema(file).metadata[b"sertool"])
    assert (about["format"], about["holds"]) == (3, "feature set")
    of_set = about["feature_set"]
    assert (of_set["name"], of_set["version"], of_set["window"]) == ("librosa178", "1", "study")
    assert "numpy" in about["versions"]


def test_merging_takes_labels_anew_and_drops_what_is_gone(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "emodb")
    clips = fill(tmp_path, corpus, 2, ("angry", "sad"), 2)
    fixed = Clip("00/angry-0.wav", "fear", "00", "x", "A")
    merging.merge(tmp_path, corpus, [fixed, *clips[2:]], THE_178)
    table = store.read(tmp_path)
    assert table.num_rows == (1 + len(clips[2:])) * len(VARIANTS)
    assert table.column("emotion").to_pylist()[:3] == ["fear"] * 3


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("emodb/*.parquet")}


def test_merging_twice_changes_nothing(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "emodb")
    clips = fill(tmp_path, corpus, 2, ("angry", "sad"), 2)
    before = {file: file.stat() for file in tmp_path.glob("emodb/*.parquet")}
    merging.merge(tmp_path, corpus, clips, THE_178)
    assert {file: file.stat() for file in tmp_path.glob("emodb/*.parquet")} == before


def test_a_set_is_added_and_removed_without_touching_another(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "emodb")
    fill(tmp_path, corpus, 2, ("angry", "sad"), 2)
    before = contents(tmp_path)
    fill(tmp_path, corpus, 2, ("angry", "sad"), 2, ("functionals",))
    after = contents(tmp_path)
    assert after.keys() - before.keys() == {"functionals.study.parquet"}
    assert {name: after[name] for name in before} == before
    assert store.sets(tmp_path) == ("librosa178", "functionals")
    merging.remove(tmp_path, "emodb", ["functionals"])
    assert contents(tmp_path) == before
    merging.remove(tmp_path, "emodb", ["librosa178"])
    assert not (tmp_path / "emodb").exists()


def test_a_mended_label_rewrites_no_numbers(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "emodb")
    first, *others = fill(tmp_path, corpus, 2, ("angry", "sad"), 2)
    before = contents(tmp_path)
    merging.merge(tmp_path, corpus, [replace(first, emotion="fear"), *others], THE_178)
    after = contents(tmp_path)
    assert after["librosa178.study.parquet"] == before["librosa178.study.parquet"]
    assert after["clips.parquet"] != before["clips.parquet"]


def test_what_a_corpus_knows_beside_is_kept(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "emodb")
    clips = fill(tmp_path, corpus, 2, ("angry", "sad"), 2)
    known = replace(clips[0], split="test", start_s=1.5, votes=("sad", "angry"))
    merging.merge(tmp_path, corpus, [known, *clips[1:]], THE_178)
    table = store.read(tmp_path)
    assert table.schema.names[-3:] == ["start_s", "split", "votes"]
    assert table.column("start_s").to_pylist()[:4] == [1.5, 1.5, 1.5, None]
    assert table.column("votes").to_pylist()[2:4] == [["sad", "angry"], None]


def test_a_column_of_clips_that_nobody_knows_is_passed_over(make_store: MakeStore) -> None:
    folder = make_store()
    before = store.read(folder)
    rewrite(
        folder / "emodb" / "clips.parquet",
        lambda table: table.append_column("weather", pa.array(["rain"] * table.num_rows)),
    )
    assert store.read(folder).equals(before)


def test_numbers_of_another_sound_than_the_clips_are_not_its(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "emodb")
    clips = fill(tmp_path, corpus, 2, ("angry", "sad"), 2, ("librosa178", "functionals"))
    ones = {"librosa178": Numbers(0.0, np.ones((3, 178), np.float32))}
    newer = Measurement(clips[0].path, (2, 2), 1.0, "ab" * 32, ones)  # the recording has changed
    merging.append(tmp_path, "emodb", [newer], THE_178)
    merging.merge(tmp_path, corpus, clips, THE_178)
    assert store.read(tmp_path, wanted=["librosa178"]).num_rows == 3 * len(clips)
    both = view.open_corpora(tmp_path).through(["librosa178", "functionals"])
    assert both.identity.num_rows == 3 * (len(clips) - 1)
    assert both.lacking == {"emodb": 1}
    assert clips[0].path not in both.identity.column("clip").to_pylist()


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


@pytest.mark.parametrize("name", ["clips.parquet", "librosa178.study.parquet"])
@pytest.mark.parametrize("metadata", [{}, {"sertool": '{"format": 99, "holds": "clips"}'}])
def test_store_of_another_format_is_refused(
    make_store: MakeStore, metadata: dict[str, str], name: str
) -> None:
    folder = make_store()
    file = folder / "emodb" / name
    pq.write_table(pq.read_table(file).replace_schema_metadata(metadata), file)
    says = "reads format 3: update sertool" if metadata else "its format is None, not 3"
    with pytest.raises(BadTable, match=says):
        store.read(folder)


def test_file_that_is_no_parquet_is_refused(make_store: MakeStore) -> None:
    folder = make_store()
    (folder / "emodb" / "clips.parquet").write_bytes(b"not parquet")
    with pytest.raises(BadTable, match="no part of a store"):
        store.read(folder)
