"""What is kept of live sound: complete after a kill, never over something else, readable."""

from __future__ import annotations

import csv
import os
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile
from synthetic import syllables

from sertool.audio.microphone import Block
from sertool.errors import BadTable, CannotWrite, NotFound
from sertool.models.prediction import Prediction
from sertool.timeline import recorder
from sertool.timeline.listener import LiveWindow
from sertool.timeline.recorder import Recorder

EMOTIONS = ("angry", "sad")


def live_window(start_s: float, angry: float | None) -> LiveWindow:
    if angry is None:
        return LiveWindow(start_s, start_s + 2.5, 0.0, None, None)
    emotion = "angry" if angry > 0.5 else "sad"
    shares = {"angry": angry, "sad": 1 - angry}
    end_s, remarks = start_s + 2.5, ("a", "b")
    window = Prediction("mic", emotion, shares, start_s, end_s, 0.01, angry > 0.8, remarks)
    return LiveWindow(start_s, end_s, 0.0, window, window)


def record(folder: Path, sound: np.ndarray, windows: list[LiveWindow]) -> Recorder:
    with recorder.open_recorder(folder, 16_000, EMOTIONS) as kept:
        for _ in kept.kept(Block(part, 0.0) for part in np.split(sound, 10)):
            pass
        for each in windows:
            kept.note(each, 0.05)
    return kept


def test_sound_and_table_are_complete_before_it_is_left(tmp_path: Path) -> None:
    sound = syllables(2.0)
    with recorder.open_recorder(tmp_path / "new" / "folder", 16_000, EMOTIONS) as kept:
        for number, block in enumerate(kept.kept([Block(sound[:9000], 1.0), Block(sound, 2.0)])):
            samples, rate = soundfile.read(kept.sound, dtype="float32")
            assert rate == 16_000
            assert samples.size == 9000 + number * sound.size
            np.testing.assert_allclose(samples[-block.samples.size :], block.samples, atol=2**-15)
        kept.note(live_window(0.0, 0.9), 0.0512)
        assert len(kept.table.read_text().splitlines()) == 2


def test_what_is_too_loud_is_clipped_and_does_not_wrap_around(tmp_path: Path) -> None:
    loud = np.array([1.5, -1.5, 1.0, -1.0, 0.5] * 2, np.float32)
    samples, _ = soundfile.read(record(tmp_path, loud, []).sound, dtype="int16")
    assert samples.tolist() == [32767, -32768, 32767, -32768, 16384] * 2


def test_the_table_has_a_row_for_each_window(tmp_path: Path) -> None:
    kept = record(
        tmp_path,
        syllables(2.0),
        [live_window(0.0, 0.9), live_window(1.0, None), live_window(2.0, 0.25)],
    )
    with kept.table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["emotion"] for row in rows] == ["angry", "", "sad"]
    assert [row["smoothed_confident"] for row in rows] == ["true", "", "false"]
    assert [row["angry"] for row in rows] == ["0.9", "", "0.25"]
    assert [row["remarks"] for row in rows] == ["a; b", "", "a; b"]
    assert {row["latency_s"] for row in rows} == {"0.050"}
    read = list(recorder.predictions(kept.table))
    assert [(each.start_s, each.emotion, each.confident) for each in read] == [
        (0.0, "angry", True),
        (2.0, "sad", False),
    ]
    assert read[1].probabilities == {"angry": 0.25, "sad": 0.75}


def test_another_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("path,emotion\n")
    with pytest.raises(BadTable, match="no table of sertool listen"):
        list(recorder.predictions(tmp_path / "a.csv"))
    with pytest.raises(NotFound, match=r"no table .*b\.csv"):
        list(recorder.predictions(tmp_path / "b.csv"))


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    table = record(tmp_path, syllables(1.0), [live_window(0.0, 0.9), live_window(1.0, 0.9)]).table
    table.write_text(table.read_text().replace("1.000000,3.500000", "1.000000,late"))
    with pytest.raises(BadTable, match=r":3: not a window .*'late'"):
        list(recorder.predictions(table))
    table.write_text(table.read_text().replace(",angry,true", ",angry\n")[:-60])
    with pytest.raises(BadTable, match=":2: not a window"):
        list(recorder.predictions(table))


def test_nothing_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime(2026, 1, 2, 3, 4, 5)

    monkeypatch.setattr(recorder, "datetime", Clock)
    (tmp_path / "2026-01-02_03-04-05.png").write_bytes(b"")
    first, second = (record(tmp_path, syllables(1.0), []) for _ in range(2))
    assert first.sound.name == "2026-01-02_03-04-05_2.wav"
    assert second.table.name == "2026-01-02_03-04-05_3.csv"


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(CannotWrite, match="name another place"),
        recorder.open_recorder(tmp_path / "file", 16_000, EMOTIONS),
    ):
        pass


def test_a_sound_file_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "LARGEST_BYTES", 3 * 2 * 1600)
    with pytest.raises(CannotWrite, match="is full"):
        record(tmp_path, syllables(1.0), [])
    (sound,) = tmp_path.glob("*.wav")
    assert soundfile.info(sound).frames == 3 * 1600


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_said_in_words_when_the_table_is_closed_as_well(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="No space left"):
        note_without_space(tmp_path)


def note_without_space(folder: Path) -> None:
    with recorder.open_recorder(folder, 16_000, EMOTIONS) as kept:
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, kept._rows.fileno())
        os.close(full)
        kept.note(live_window(0.0, 0.9), 0.05)


def test_a_field_without_end_is_damage(tmp_path: Path) -> None:
    table = record(tmp_path, syllables(1.0), [live_window(0.0, 0.9)]).table
    table.write_text(table.read_text() + "0" * 200_000)
    with pytest.raises(BadTable, match=r"is damaged in line \d+: field larger"):
        list(recorder.predictions(table))
