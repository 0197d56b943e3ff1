"""Writing: whole or not at all, one at a time, and said in words where it cannot be done."""

from __future__ import annotations

from pathlib import Path

import pytest

from sertool.errors import CannotWrite
from sertool.storage import writing


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    writing.write(tmp_path / "new" / "a.txt", b"first")
    writing.write(tmp_path / "new" / "a.txt", b"second")
    assert {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()} == {
        "a.txt": b"second"
    }


def test_a_disk_that_fills_up_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content[:3])
        raise OSError(28, "No space left on device")

    writing.write(tmp_path / "a.txt", b"old")
    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(CannotWrite, match=r"a\.txt.*No space left on device.*make room"):
        writing.write(tmp_path / "a.txt", b"new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.txt", "old")]


@pytest.mark.parametrize("place", ["/proc/none/a.txt", "/dev/null/a.txt"])
def test_a_folder_that_may_not_be_written_to(place: str) -> None:
    with pytest.raises(CannotWrite, match="cannot write"):
        writing.write(Path(place), b"new")
    with pytest.raises(CannotWrite, match="cannot write"), writing.alone(Path(place)):
        pass


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    with writing.alone(tmp_path / "store"):
        with (
            pytest.raises(CannotWrite, match=r"another sertool is writing .* wait"),
            writing.alone(tmp_path / "store"),
        ):
            pass
        with writing.alone(tmp_path / "other"):
            pass
    with writing.alone(tmp_path / "store"):
        pass
