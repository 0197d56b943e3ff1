"""The feature store: what it holds, who can read it, what it refuses."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import synthetic
from synthetic import rewrite

from sertool import registry, store
from sertool.benchmark.planning import plan
from sertool.benchmark.study import study
from sertool.errors import BadTable, NotEnough, NotFound, UnknownName
from sertool.features import sets
from sertool.store import layout, merging, parquet, stored_sets, view
from sertool.store.rows import Measurement, Numbers
from sertool.types import VARIANTS, Clip

MakeStore = Callable[..., Path]
STUDY = ("librosa178",)
THE_178 = [sets.get("librosa178")]

fill = partial(synthetic.fill, sets=STUDY)


@pytest.fixture
def make_store(make_store: MakeStore) -> MakeStore:
    return partial(make_store, sets=STUDY)


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
    fill(tmp_path, corpus, 2, ("angry", "sad"), 2, sets=("functionals",))
    after = contents(tmp_path)
    assert after.keys() - before.keys() == {"functionals.utterance.parquet"}
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
    clips = fill(tmp_path, corpus, 2, ("angry", "sad"), 2, sets=("librosa178", "functionals"))
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


BOTH = [sets.get("librosa178"), sets.get("functionals")]


def changed(clip: Clip, *of: str, name: str = "") -> Measurement:
    """A recording that sounds otherwise now, of which some sets were measured."""
    numbers = {
        each: Numbers(0.0, np.ones((3, len(sets.get(each).columns)), np.float32)) for each in of
    }
    return Measurement(clip.path, (2, 2), 1.0, "ab" * 32, numbers)


def test_a_set_that_fails_while_another_is_away_takes_nothing_along(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "emodb")
    clips = fill(tmp_path, corpus, 2, ("angry", "sad"), 2)
    merging.merge(tmp_path, corpus, clips, BOTH[1:])  # all of them failed
    assert store.read(tmp_path).num_rows == 3 * len(clips)
    assert store.sets(tmp_path) == ("librosa178",)


def test_the_newest_sound_counts_whatever_set_it_was_measured_for(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "emodb")
    clips = fill(tmp_path, corpus, 2, ("angry", "sad"), 2, sets=("librosa178", "functionals"))
    merging.append(tmp_path, "emodb", [changed(clips[0], "functionals")], BOTH[1:])
    merging.merge(tmp_path, corpus, clips, BOTH[1:])  # the 178 are away
    for _ in range(2):
        merging.merge(tmp_path, corpus, clips, BOTH)  # they are back, and fail on that clip
    assert store.read(tmp_path, wanted=["functionals"]).num_rows == 3 * len(clips)
    assert store.read(tmp_path, wanted=["librosa178"]).num_rows == 3 * (len(clips) - 1)


def test_a_corpus_of_which_nothing_is_left_to_join(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "emodb")
    clips = fill(tmp_path, corpus, 1, ("angry", "sad"), 1, sets=("librosa178", "functionals"))
    merging.append(tmp_path, "emodb", [changed(each, "librosa178") for each in clips], THE_178)
    merging.merge(tmp_path, corpus, clips, THE_178)
    joined = view.open_corpora(tmp_path).through(["librosa178", "functionals"])
    assert (joined.identity.num_rows, joined.lacking) == (0, {"emodb": 2})
    asked = study(
        protocols=["clips"],
        corpora=["emodb"],
        estimators=["majority"],
        features=["librosa178+functionals"],
    )
    with pytest.raises(NotEnough, match=r"librosa178\+functionals has numbers of no clip"):
        plan(asked, tmp_path)


def test_a_file_by_a_rule_that_this_sertool_does_not_know(make_store: MakeStore) -> None:
    folder = make_store()
    before = store.read(folder, wanted=["librosa178"])
    file = folder / "emodb" / "librosa178.study.parquet"
    other = file.with_name("librosa178.whole.parquet")
    other.write_bytes(file.read_bytes())
    about = dict(parquet.read(other).about["feature_set"])
    holds = about | {"window": "whole", "is_own_window": False}
    rewrite(other, lambda table: table, feature_set=holds)
    assert store.sets(folder) == ("librosa178", "librosa178@whole")
    assert store.read(folder, wanted=["librosa178"]).equals(before)


@pytest.mark.parametrize(
    ("holds", "why"),
    [
        ({"variants": ["original"]}, "measured on other variants now"),
        ({"rate": 16_000}, "measured at 16000 Hz, now it is at 22050 Hz"),
    ],
    ids=["variants", "rate"],
)
def test_a_set_of_other_variants_or_rate_is_outdated(
    make_store: MakeStore, holds: dict[str, object], why: str
) -> None:
    folder = make_store()
    file = folder / "emodb" / "librosa178.study.parquet"
    about = dict(parquet.read(file).about["feature_set"])
    rewrite(file, lambda table: table, feature_set=about | holds)
    with pytest.raises(NotFound, match=why):
        store.read(folder)


def test_versions_of_a_set_without_its_plug_in_are_not_mixed(make_store: MakeStore) -> None:
    folder = make_store(corpora=("emodb", "savee"))
    for number, corpus in enumerate(("emodb", "savee")):
        file = folder / corpus / "librosa178.study.parquet"
        about = dict(parquet.read(file).about["feature_set"])
        holds = about | {"name": "gone", "version": str(number), "plugin": "theirs 1.0"}
        rewrite(file, lambda table: table, feature_set=holds)
        file.rename(file.with_name("gone.study.parquet"))
    assert store.sets(folder) == ("gone",)
    assert store.read(folder, ["emodb"]).num_rows > 0
    with pytest.raises(NotFound, match=r"several versions \(emodb 0, savee 1\)"):
        store.read(folder)


def test_numbers_in_the_place_of_clips(make_store: MakeStore) -> None:
    folder = make_store()
    shutil.copy(folder / "emodb" / "librosa178.study.parquet", folder / "emodb" / "clips.parquet")
    with pytest.raises(BadTable, match=r"clips.parquet .*it holds no clips"):
        store.read(folder)


def test_the_names_that_a_set_may_not_have() -> None:
    assert {*store.IDENTITY, *store.OPTIONAL.names} == sets.RESERVED


def test_removing_a_set_removes_what_waits_of_it(tmp_path: Path) -> None:
    corpus = registry.get("corpora", "emodb")
    clips = fill(tmp_path, corpus, 1, ("angry", "sad"), 1)
    merging.append(tmp_path, "emodb", [changed(clips[0], "functionals")], BOTH[1:])
    assert stored_sets.held(tmp_path, "emodb") == {"librosa178": "", "functionals": ""}
    merging.remove(tmp_path, "emodb", ["functionals"])
    assert stored_sets.held(tmp_path, "emodb") == {"librosa178": ""}
    assert not (tmp_path / layout.JOURNAL).exists()


def test_a_file_that_bears_the_name_of_another_set(make_store: MakeStore) -> None:
    folder = make_store(sets=("librosa178", "functionals"))
    copied = folder / "emodb" / "functionals.utterance.parquet"
    shutil.copy(copied.with_name("librosa178.study.parquet"), copied)
    with pytest.raises(BadTable, match="it holds librosa178, by its name another set"):
        store.read(folder, wanted=["functionals"])


def test_what_systems_leave_beside_files_is_passed_over(make_store: MakeStore) -> None:
    folder = make_store()
    before = store.read(folder)
    (folder / "emodb" / "._librosa178.study.parquet").write_bytes(b"macOS")
    (folder / "emodb" / "notes.study.parquet").mkdir()
    assert store.read(folder).equals(before)
