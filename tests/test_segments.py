"""Parts of recordings: what is measured of them is what is measured of clips cut beforehand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from synthetic import syllables, tone, write_sound

from sertool import store
from sertool.audio import decoding, parts
from sertool.corpora.audit import inspection
from sertool.corpora.sources import Source, manifest_source
from sertool.errors import BadRecording
from sertool.features import sets
from sertool.store import extraction, merging
from sertool.types import Signal

STUDY = ("librosa178",)
RATE = 16_000
N_FILES, N_PARTS = 3, 200


def table(folder: Path, rows: list[tuple[object, ...]], name: str = "m.csv") -> Source:
    lines = (",".join(map(str, row)) for row in rows)
    (folder / name).write_text("\n".join(["file,start,end,emotion", *lines]))
    return manifest_source(folder / name, name="mine")


def extracted(source: Source, place: Path) -> list[extraction.Outcome]:
    return list(extraction.extract(extraction.plan([source], place, STUDY)))


def test_two_hundred_parts_of_three_files_are_as_two_hundred_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut here by slicing the decoded samples, written, and measured as recordings of their own."""
    monkeypatch.setattr(extraction, "MOST_CLIPS", 50)  # a file in several batches
    random = np.random.default_rng(1)
    inside: list[tuple[object, ...]] = []
    outside: list[tuple[object, ...]] = []
    for number in range(N_FILES):
        samples, _ = soundfile.read(
            write_sound(tmp_path / f"long{number}.flac", syllables(60.0 + number)), dtype="int16"
        )
        for each in range(number, N_PARTS, N_FILES):
            start = round(float(random.uniform(0, 55)), 3)
            end = round(start + float(random.uniform(0.3, 1.2)), 3)
            emotion = ("sad", "happy")[each % 2]
            inside.append((f"long{number}.flac", start, end, emotion))
            piece = samples[round(start * RATE) : round(end * RATE)]
            soundfile.write(tmp_path / f"{each:03}.wav", piece, RATE)
            outside.append((f"{each:03}.wav", "", "", emotion))
    decoded: list[str] = []
    opened = decoding.open_channels
    monkeypatch.setattr(
        decoding, "open_channels", lambda path, *rest: decoded.append(path) or opened(path, *rest)
    )
    assert not [each for each in extracted(table(tmp_path, inside), tmp_path / "a") if each.cause]
    assert len(decoded) == 6  # two batches for each file, not 200
    assert not [each for each in extracted(table(tmp_path, outside), tmp_path / "b") if each.cause]
    rows = [
        store.read(tmp_path / place).sort_by([("sha256", "ascending"), ("variant", "ascending")])
        for place in "ab"
    ]
    assert rows[0].num_rows == rows[1].num_rows == 3 * N_PARTS
    same = [*store.FEATURE_NAMES, "sha256", "emotion", "variant", "duration_s", "offset_s"]
    assert rows[0].select(same).equals(rows[1].select(same))


def test_only_new_parts_are_measured_and_a_changed_file_all_over(tmp_path: Path) -> None:
    file = write_sound(tmp_path / "a.wav", syllables(6.0))
    rows: list[tuple[object, ...]] = [("a.wav", 0, 1.5, "sad"), ("a.wav", 1.5, 3, "happy")]
    assert len(extracted(table(tmp_path, rows), tmp_path / "s")) == 2
    rows.append(("a.wav", 3, 4.5, "sad"))
    plan = extraction.plan([table(tmp_path, rows)], tmp_path / "s", STUDY)
    assert ([task.clip.path for task in plan.tasks], plan.unchanged) == (["a.wav#3-4.5"], 2)
    list(extraction.extract(plan))
    assert extraction.plan([table(tmp_path, rows)], tmp_path / "s", STUDY).tasks == ()
    write_sound(file, syllables(7.0))
    assert len(extraction.plan([table(tmp_path, rows)], tmp_path / "s", STUDY).tasks) == 3
    held = merging.stamps(tmp_path / "s", "mine", sets.get("librosa178"))
    assert sorted(held) == ["a.wav#0-1.5", "a.wav#1.5-3", "a.wav#3-4.5"]


def test_parts_at_the_end_and_beyond(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", syllables(4.0))
    rows: list[tuple[object, ...]] = [
        ("a.wav", 1, 2.5, "sad"), ("a.wav", 3, 9, "sad"), ("a.wav", 3.5, 4.005, "sad"),
        ("a.wav", 2, "NaT", "happy"), ("a.wav", 4, 5, "happy"), ("a.wav", 20, 21, "happy"),
    ]  # fmt: skip
    found = {each.clip: each for each in extracted(table(tmp_path, rows), tmp_path / "s")}
    assert "it ends at 9 s, the recording at 4.00 s" in found["a.wav#3-9"].note
    assert {clip for clip, each in found.items() if each.note} == {"a.wav#3-9"}
    beyond = {clip for clip, each in found.items() if each.cause}
    assert beyond == {"a.wav#4-5", "a.wav#20-21"}
    assert "begins at 20 s, where the recording is over (4.00 s)" in found["a.wav#20-21"].cause
    rows_of = store.read(tmp_path / "s")
    lengths = dict(zip(rows_of["clip"].to_pylist(), rows_of["duration_s"].to_pylist(), strict=True))
    assert lengths == pytest.approx(
        {"a.wav#1-2.5": 1.5, "a.wav#3-9": 1.0, "a.wav#3.5-4.005": 0.5, "a.wav#2-": 2.0}
    )


def test_parts_of_a_file_that_is_not_there_or_breaks_off(tmp_path: Path) -> None:
    write_sound(tmp_path / "b.wav", syllables(4.0))
    (tmp_path / "c.wav").write_text("no sound")
    rows: list[tuple[object, ...]] = [
        (f"{name}.wav", start, start + 1.0, "sad") for name in "abc" for start in (0.0, 1.0)
    ]
    causes = {each.clip: each.cause for each in extracted(table(tmp_path, rows), tmp_path / "s")}
    assert [clip for clip, cause in causes.items() if not cause] == ["b.wav#0-1", "b.wav#1-2"]
    assert "no recording at" in causes["a.wav#1-2"]
    assert "c.wav' is text" in causes["c.wav#1-2"]


def test_little_is_held_of_a_long_recording() -> None:
    """A day at 100 Hz, in blocks of a minute: what is alive is never more than three of them."""
    alive: list[np.ndarray] = []

    def blocks():  # type: ignore[no-untyped-def]
        for number in range(1440):
            block = np.full(6000, number, np.float32)
            alive.append(block)
            yield block

    spans = [(60.0 * minute + 30, 60.0 * minute + 90) for minute in range(0, 1430, 10)]
    import sys

    n_parts = 0
    for part in parts.cut(blocks(), 100, spans):
        n_parts += 1
        minute = part.number * 10
        assert part.samples.tolist() == [minute] * 3000 + [minute + 1] * 3000
        held = sum(sys.getrefcount(block) > 3 for block in alive)
        assert held <= 3
        alive = alive[-3:]
    assert n_parts == len(spans)


def test_parts_that_overlap_and_come_in_any_order() -> None:
    samples = np.arange(1000, dtype=np.float32)
    blocks = np.array_split(samples, 13)
    spans = [(5.0, 9.0), (0.0, 10.0), (5.5, 6.0), (0.0, None), (2.0, 2.1)]
    found = {part.number: part.samples for part in parts.cut(blocks, 100, spans)}
    for number, (start, end) in enumerate(spans):
        stop = None if end is None else round(end * 100)
        assert np.array_equal(found[number], samples[round(start * 100) : stop])


def test_a_part_beyond_an_hour_is_refused() -> None:
    part = parts.Part(0, np.zeros(3601, np.float32), 1, None)
    with pytest.raises(BadRecording, match="longer than 60 minutes; divide it"):
        parts.sound(part, (0.0, 9999.0), "a.wav")


def test_parts_are_inspected_as_files_are(tmp_path: Path) -> None:
    stereo = np.stack([syllables(4.0), np.zeros(4 * RATE, np.float32)], axis=1)
    soundfile.write(tmp_path / "a.wav", stereo, RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "b.wav", stereo[RATE : 3 * RATE], RATE, subtype="FLOAT")
    source = table(
        tmp_path, [("a.wav", 1, 3, "sad"), ("a.wav", 8, 9, "sad"), ("b.wav", "", "", "sad")]
    )
    one, beyond, other = inspection.inspect(source.folder, source.clips)
    assert one.sound == other.sound
    assert one.sound is not None
    assert one.sound.n_channels == 2
    assert beyond.sound is None
    assert "begins at 8 s" in beyond.cause


def test_clips_of_a_mono_file_have_the_digest_of_their_samples(tmp_path: Path) -> None:
    from sertool import audio

    write_sound(tmp_path / "a.wav", tone(4.0))
    extracted(table(tmp_path, [("a.wav", 1, 3, "sad")]), tmp_path / "s")
    samples, rate = soundfile.read(tmp_path / "a.wav", dtype="float32")
    expected = audio.digest(Signal(samples[rate : 3 * rate], rate))
    assert {*store.read(tmp_path / "s")["sha256"].to_pylist()} == {expected}
