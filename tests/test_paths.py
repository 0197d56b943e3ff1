"""Remote recordings and stores: in memory, and on an S3 server of the tests' own."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cluster import free_port, process
from joblib.externals.loky import get_reusable_executor
from synthetic import EMODB_NAMES, fill, syllables, tone, write_sound

from sertool import registry, store
from sertool.corpora import sources
from sertool.errors import BadChoice, BadTable, NotFound
from sertool.features import sets as feature_sets
from sertool.storage import paths
from sertool.store import extraction, layout, merging, parquet
from sertool.store.rows import Measurement, Numbers

pytest.importorskip("upath")
pytest.importorskip("s3fs")
pytest.importorskip("moto")


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an empty bucket."""
    port = free_port()
    with pytest.MonkeyPatch.context() as patch, process(
        "moto.server", "-H", "127.0.0.1", "-p", str(port)
    ):  # fmt: skip
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        wait_for(port)
        get_reusable_executor().shutdown()  # workers that were started before have no keys
        paths.path("s3://bucket").mkdir()
        yield "s3://bucket"


def wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(port)


@pytest.fixture
def memory() -> Iterator[Path]:
    """An address inside this process."""
    there = paths.path("memory://tests")
    yield there
    there.fs.store.clear()


def planned(folder: Path, place: Path) -> extraction.ExtractionPlan:
    return extraction.plan([sources.folder_source(registry.get("corpora", "emodb"), folder)], place)


def put(folder: Path, there: Path) -> None:
    for file in folder.rglob("*.wav"):
        paths.upload(file, there / file.relative_to(folder).as_posix())


def test_from_s3_to_s3_by_two_workers_equals_here(
    s3: str, emodb_folder: Path, tmp_path: Path
) -> None:
    there = paths.path(s3)
    put(emodb_folder, there / "emodb")
    list(extraction.extract(planned(emodb_folder, tmp_path / "store")))
    outcomes = list(extraction.extract(planned(there / "emodb", there / "store"), jobs=2))
    assert [each.cause for each in outcomes] == [""] * len(EMODB_NAMES)
    assert store.read(there / "store").equals(store.read(tmp_path / "store"))
    assert layout.waiting(there / "store") == ()
    again = planned(there / "emodb", there / "store")
    assert (len(again.tasks), again.unchanged, again.leaving) == (0, len(EMODB_NAMES), 0)


def test_s3_without_keys_is_refused_in_words(
    s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s3fs import S3FileSystem

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    S3FileSystem.clear_instance_cache()
    try:
        with pytest.raises(BadChoice, match=r"s3://bucket does not answer .*give the keys"):
            paths.path(s3)
    finally:
        S3FileSystem.clear_instance_cache()


def test_what_changed_on_s3_is_measured_again(s3: str, tmp_path: Path) -> None:
    there = paths.path(s3) / "changing"
    for name in EMODB_NAMES[:2]:
        write_sound(tmp_path / "emodb" / name, syllables(0.8))
    put(tmp_path / "emodb", there / "emodb")
    list(extraction.extract(planned(there / "emodb", there / "store")))
    longer = write_sound(tmp_path / "longer.wav", syllables(1.0))
    paths.upload(longer, there / "emodb" / EMODB_NAMES[1])
    assert [t.clip.path for t in planned(there / "emodb", there / "store").tasks] == [
        EMODB_NAMES[1]
    ]


def test_a_bad_recording_elsewhere_is_named_by_its_address(memory: Path, tmp_path: Path) -> None:
    write_sound(tmp_path / "emodb" / EMODB_NAMES[0], syllables(0.8))
    write_sound(tmp_path / "emodb" / EMODB_NAMES[1], tone(0.02))
    put(tmp_path / "emodb", memory / "emodb")
    outcomes = list(extraction.extract(planned(memory / "emodb", memory / "store")))
    cause = f"memory://tests/emodb/{EMODB_NAMES[1]}: a clip of 20 ms is too short"
    assert [each.cause.startswith(cause) for each in outcomes] == [True, False]
    assert store.read(memory / "store").num_rows == 3


def test_only_the_columns_that_are_needed_are_fetched(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets = ("librosa178", "functionals")
    fill(memory, registry.get("corpora", "emodb"), 8, ("angry", "sad"), 40, sets)
    size = sum(file.stat().st_size for file in (memory / "emodb").glob("*.parquet"))
    fetched = bytes_fetched(monkeypatch)
    store.read(memory, ["emodb"], ["librosa178"])
    assert 178 / 695 < sum(fetched) / size < 0.4


def bytes_fetched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Filled, from here on, with what each read of a file in memory fetches."""
    from fsspec.implementations.memory import MemoryFile

    fetched: list[int] = []

    class Counted(MemoryFile):  # type: ignore[misc]
        def read(self, size: int = -1) -> bytes:
            content: bytes = super().read(size)
            fetched.append(len(content))
            return content

    open_as_before: Callable[..., MemoryFile] = type(paths.path("memory://tests").fs)._open

    def counted(self: object, path: str, mode: str = "rb", **options: object) -> MemoryFile:
        file = open_as_before(self, path, mode, **options)
        return Counted(None, None, file.getvalue()) if mode == "rb" else file

    monkeypatch.setattr(type(paths.path("memory://tests").fs), "_open", counted)
    return fetched


def test_a_flipped_byte_of_a_page_elsewhere_is_found(memory: Path) -> None:
    fill(memory, registry.get("corpora", "emodb"), 2, ("angry", "sad"), 2, ("librosa178",))
    file = memory / "emodb" / "librosa178.study.parquet"
    content = bytearray(file.read_bytes())
    chunk = pq.read_metadata(io.BytesIO(content)).row_group(0).column(20)
    content[chunk.data_page_offset + chunk.total_compressed_size - 1] ^= 1  # behind its header
    file.write_bytes(bytes(content))
    with pytest.raises(BadTable, match="remove it and run sertool extract again"):
        store.read(memory)


def test_a_manifest_elsewhere(memory: Path, tmp_path: Path) -> None:
    paths.upload(write_sound(tmp_path / "a.wav", syllables(0.8)), memory / "sound" / "a.wav")
    (memory / "mine.csv").write_text("path,emotion,speaker\nsound/a.wav,sad,ann\n")
    source = sources.manifest_source(memory / "mine.csv", name="mine")
    list(extraction.extract(extraction.plan([source], tmp_path / "store")))
    assert store.read(tmp_path / "store").column("clip").to_pylist() == ["sound/a.wav"] * 3


def test_nothing_there(memory: Path) -> None:
    with pytest.raises(NotFound, match=r"no feature store at memory://tests/nothing"):
        store.read(memory / "nothing")
    with pytest.raises(NotFound, match=r"no folder memory://tests/nothing"):
        planned(memory / "nothing", memory / "store")


def test_an_unknown_scheme() -> None:
    with pytest.raises(BadChoice, match="cannot open s9://bucket"):
        paths.path("s9://bucket")


@pytest.mark.parametrize("text", ["corpora/emodb", "/data", "file:///data"])
def test_what_is_here(text: str) -> None:
    assert paths.is_local(paths.path(text))


def test_rows_of_several_parts_and_groups_are_merged_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 21)
    corpus = registry.get("corpora", "emodb")
    clips = fill(tmp_path / "a", corpus, 4, ("angry", "sad"), 5, ("librosa178",))
    before = store.read(tmp_path / "a")
    ones = {"librosa178": Numbers(0, np.ones((3, 178), np.float32))}
    the178 = [feature_sets.get("librosa178")]
    merging.append(
        tmp_path / "a", "emodb", [Measurement(clips[7].path, (2, 2), 1, "", ones)], the178
    )
    merging.merge(tmp_path / "a", corpus, clips, the178)
    after = store.read(tmp_path / "a")
    part = parquet.read(tmp_path / "a" / "emodb" / "librosa178.study.parquet")
    assert part.group_rows == (21,) * 5 + (15,)
    changed = np.flatnonzero((store.matrix(after) != store.matrix(before)).any(axis=1))
    assert changed.tolist() == [21, 22, 23]
    others = pa.array(np.delete(np.arange(120), changed))
    assert after.take(others).equals(before.take(others))
