"""What is no sound says what it is; what holds sound is decoded, whatever it is called."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import Run
from wild import NO_SOUND, POINTER, avi, coded, companions, sparse, voice

from sertool import audio, versions
from sertool.cli import skipped
from sertool.errors import BadRecording, MissingExtra


@pytest.mark.parametrize("name", NO_SOUND)
@pytest.mark.parametrize("suffix", ["wav", "mp3", "flac"])
def test_what_is_no_sound_says_what_it_is(name: str, suffix: str, tmp_path: Path) -> None:
    content, said = NO_SOUND[name]
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content)
    with pytest.raises(BadRecording, match=said) as caught:
        audio.read(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_sparse_file_is_not_read_through(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match="nothing but zeros"):
        audio.read(sparse(tmp_path / "a.wav", 2**40))


def test_a_link_to_what_git_annex_did_not_fetch(tmp_path: Path) -> None:
    (tmp_path / "a.wav").symlink_to(".git/annex/objects/x/y")
    with pytest.raises(LookupError, match="git annex get"):
        audio.read(tmp_path / "a.wav")


def test_an_archive_in_place_of_a_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ravdess.zip").write_bytes(NO_SOUND["zip"][0])
    ran = run("extract", f"ravdess={tmp_path / 'ravdess.zip'}", "--store", tmp_path / "s")
    assert ran.code == 2
    assert "is a ZIP archive: unpack it" in ran.err


def pointers(folder: Path, n: int) -> Path:
    for number in range(n):
        path = folder / f"AudioWAV/10{number + 1:02}_DFA_ANG_XX.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(POINTER)
    return folder


def test_many_alike_are_told_in_one_line(run: Run, tmp_path: Path) -> None:
    folder = pointers(tmp_path / "crema", 20)
    said = "20 files{}: a Git LFS pointer, not the recording: run git lfs pull"
    predicted = run("predict", folder)
    assert predicted.code == 2
    assert said.format("") in predicted.err
    assert predicted.err.count("Git LFS") == 1
    extracted = run("extract", f"cremad={folder}", "--store", tmp_path / "s", "--jobs", 1)
    assert extracted.code == 2
    assert said.format(" of cremad") in extracted.err
    assert extracted.err.count("Git LFS") == 1
    assert run("calibrate", folder, "--output", tmp_path / "me.json").err.count("Git LFS") == 1
    checked = run("corpora", "check", f"cremad={folder}", "--jobs", 1)
    assert "20 recordings: a Git LFS pointer" in checked.out
    assert checked.out.count("Git LFS") == 1


def test_few_are_named_each() -> None:
    both = [("a.wav", "'a.wav' is empty"), ("b.wav", "'b.wav' is empty")]
    assert list(skipped.lines(both)) == ["skipped 'a.wav' is empty", "skipped 'b.wav' is empty"]


def test_each_of_many_files_is_answered_or_named(run: Run, tmp_path: Path) -> None:
    for number, (content, _) in enumerate(NO_SOUND.values()):
        (tmp_path / f"bad{number}.wav").write_bytes(content)
    for number in range(4):
        (tmp_path / f"good{number}.WAV").write_bytes(coded(voice()))
    ran = run("predict", tmp_path, "--format", "json")
    rows = {Path(row["path"]).name: row for row in json.loads(ran.out)}
    assert len(rows) == len(NO_SOUND) + 4
    assert [bool(row["emotion"]) for name, row in sorted(rows.items())] == [False] * len(
        NO_SOUND
    ) + [True] * 4
    for number, (_, said) in enumerate(NO_SOUND.values()):
        assert said.split(".*")[0] in rows[f"bad{number}.wav"]["error"]


def test_companions_and_hidden_files_are_passed_over(run: Run, tmp_path: Path) -> None:
    companions(tmp_path)
    (tmp_path / "notes.txt").write_text("about them")
    ran = run("predict", tmp_path, "--format", "json")
    assert [Path(row["path"]).name for row in json.loads(ran.out)] == ["a.wav"]
    # ._a.wav, __MACOSX, .Trash, @eaDir, $RECYCLE.BIN, one/.hidden, Thumbs.db, desktop.ini and
    # .DS_Store
    assert "passed over 9 hidden files or folders, 1 file of another kind" in ran.err
    assert "skipped" not in ran.err


def test_source_text_is_no_mpeg_stream(run: Run, tmp_path: Path) -> None:
    (tmp_path / "code.ts").write_text("export const emotion = 'sad'\n")
    (tmp_path / "a.AIFC").write_bytes(coded(voice(), form="AIFF"))
    ran = run("predict", tmp_path, "--format", "json")
    assert [Path(row["path"]).name for row in json.loads(ran.out)] == ["a.AIFC"]


def test_an_avi_is_decoded(tmp_path: Path) -> None:
    pytest.importorskip("av")
    (tmp_path / "a.wav").write_bytes(avi(voice()))
    found = audio.read(tmp_path / "a.wav")
    assert found.rate == 16_000
    expected = np.trunc(voice() * 32_767) / 32_768
    np.testing.assert_allclose(found.samples, expected, atol=1e-7)


def test_without_the_extra_its_name_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    for content in (avi(voice()), b"FLV\x01" + bytes(99), b"#!AMR\n" + bytes(99)):
        (tmp_path / "a.wav").write_bytes(content)
        with pytest.raises(MissingExtra, match="needs PyAV") as caught:
            audio.read(tmp_path / "a.wav")
        assert versions.hint("formats") in str(caught.value)


CODECS = [
    ("pcm_s16le", "avi", 16_000), ("libmp3lame", "avi", 44_100), ("ac3", "avi", 48_000),
    ("aac", "flv", 44_100), ("libmp3lame", "flv", 44_100), ("aac", "mpegts", 44_100),
    ("mp2", "mpegts", 44_100), ("mp2", "mpeg", 44_100), ("ac3", "ac3", 48_000),
    ("eac3", "eac3", 48_000), ("wavpack", "wv", 16_000), ("tta", "tta", 16_000),
    ("flac", "matroska", 16_000), ("aac", "mov", 44_100), ("aac", "latm", 44_100),
    ("libopencore_amrnb", "amr", 8_000), ("wmav2", "wav", 44_100), ("ac3", "wav", 48_000),
    ("g722", "wav", 16_000), ("alac", "caf", 44_100), ("ac3", "rm", 48_000),
]  # fmt: skip


@pytest.mark.parametrize(("codec", "muxer", "rate"), CODECS)
def test_whatever_pyav_decodes_is_handed_to_it(codec: str, muxer: str, rate: int) -> None:
    av = pytest.importorskip("av")
    try:
        content = encoded(av, voice(6, rate), codec, muxer, rate)
    except av.error.FFmpegError:  # this build of FFmpeg has no such encoder
        pytest.skip(f"no encoder {codec}")
    found = audio.sound(content)
    assert found.signal.rate == rate
    assert found.duration_s == pytest.approx(6.0, abs=0.08)
    assert found.remarks == ()


def encoded(av: object, samples: np.ndarray, codec: str, muxer: str, rate: int) -> bytes:
    import io

    file = io.BytesIO()
    with av.open(file, "w", format=muxer) as container:  # type: ignore[attr-defined]
        stream = container.add_stream(codec, rate=rate, layout="mono")
        if codec != "libopencore_amrnb":
            stream.bit_rate = 64_000
        stream.codec_context.open()
        whole = (samples * 32_767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")  # type: ignore[attr-defined]
        frame.sample_rate, frame.pts = rate, 0
        resampler = av.AudioResampler(stream.format.name, "mono", rate, stream.frame_size or 0)  # type: ignore[attr-defined]
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return file.getvalue()
