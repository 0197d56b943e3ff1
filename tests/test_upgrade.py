"""Stores that older versions wrote: converted without measuring, and refused until then."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import Run

from sertool import store
from sertool.errors import BadPlugin, BadTable
from sertool.features import sets
from sertool.store import extraction, layout, merging, parquet, upgrade

OLD = Path(__file__).parent / "assets" / "store_of_format_2"
DIGESTS = {("librosa178",): "05a9e3d87713", ("librosa178", "functionals"): "c8c784f2100e"}
"""Of all rows of the 178, and of EmoDB's with both sets, as the version that wrote it said."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD, tmp_path / "store"))


def with_words(file: Path, *words: tuple[bytes, bytes]) -> None:
    content = file.read_bytes()
    for old, new in words:
        content = content.replace(old, new)
    file.write_bytes(content)


def check(folder: Path) -> None:
    assert store.corpora(folder) == ("emodb", "savee")
    assert store.digest(store.read(folder)) == DIGESTS["librosa178",]
    both = ("librosa178", "functionals")
    assert store.digest(store.read(folder, ["emodb"]), both) == DIGESTS[both]


def test_a_store_of_format_2_holds_the_same_rows(old: Path) -> None:
    brought = list(upgrade.upgrade(old))
    both = ("librosa178", "functionals@study")
    assert brought == [("emodb", both), ("savee", both[:1]), ("savee", both[:1])]
    check(old)
    assert not list(old.glob("corpus=*"))
    known = merging.stamps(old, "savee", sets.get("librosa178"))
    assert (known["99/new.wav"], len(known)) == ((7, 7), 5)  # what waited still waits
    assert list(upgrade.upgrade(old)) == []


def test_format_1_has_no_checksum_and_is_converted(old: Path) -> None:
    for file in old.glob("corpus=*/clips.parquet"):
        with_words(
            file,
            (b'"format": 2', b'"format": 1'),
            (parquet.SEAL, parquet.SEAL.upper()),
        )
    list(upgrade.upgrade(old))
    check(old)


def test_a_flipped_byte_of_an_old_store_is_found(old: Path) -> None:
    file = old / "corpus=savee" / "clips.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(BadTable, match="its checksum is wrong"):
        list(upgrade.upgrade(old))


def test_a_kill_half_way_is_gone_on_from(old: Path) -> None:
    converting = upgrade.upgrade(old)
    next(converting)
    converting.close()
    assert layout.corpora(old) == ("emodb",)
    list(upgrade.upgrade(old))
    check(old)


def test_an_old_store_is_not_read_before(old: Path) -> None:
    with pytest.raises(
        BadTable, match=r"older format; sertool store upgrade .*nothing is measured"
    ):
        store.read(old)
    with pytest.raises(BadTable, match="older format"):
        extraction.plan([], old)


def test_a_set_with_other_columns_is_left_behind(old: Path) -> None:
    file = old / "corpus=savee" / "clips.parquet"
    with_words(file, (b'"format": 2', b'"format": 1'), (parquet.SEAL, parquet.SEAL.upper()))
    sealed = parquet.read_any(file)
    table = sealed.table([name for name in sealed.columns if name != "zcr"])
    holds = {"format": 2, "feature_set": "librosa178"}
    parquet.write([table.replace_schema_metadata()], holds, file, sealed.stamps)
    assert ("savee", ()) in list(upgrade.upgrade(old))
    assert layout.corpora(old) == ("emodb",)


def test_the_command(old: Path, run: Run) -> None:
    refused = run("store", "check", old)
    assert (refused.code, "sertool store upgrade" in refused.err) == (2, True)
    ran = run("store", "upgrade", old)
    assert "3 files converted" in ran.out
    assert "emodb: librosa178, functionals@study" in ran.err
    assert "up to date" in run("store", "upgrade", old).out
    assert run("store", "check", old).code == 0


def test_extracting_converts_first(old: Path, emodb_folder: Path, run: Run) -> None:
    ran = run("extract", f"emodb={emodb_folder}", "--store", old, "--jobs", 1)
    assert "savee: converted from an older format of the store, nothing measured" in ran.err
    assert ran.code == 0
    assert store.corpora(old) == ("emodb", "savee")


def test_a_set_whose_name_is_taken_twice_stops_before_anything_is_lost(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(name: str) -> None:
        raise BadPlugin(f"{name} is in two places")

    monkeypatch.setattr(sets, "get", taken)
    before = {file: file.read_bytes() for file in old.rglob("*.parquet")}
    with pytest.raises(BadPlugin, match="two places"):
        list(upgrade.upgrade(old))
    assert {file: file.read_bytes() for file in old.rglob("*.parquet")} == before
