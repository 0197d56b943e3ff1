"""Formats beyond libsndfile's: decoded through PyAV, streamed, refused where they are damaged."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sertool import audio, versions
from sertool.audio import decoding, pyav
from sertool.errors import BadRecording, MissingExtra

av = pytest.importorskip("av")

CONTAINERS = {"m4a": "aac", "mp4": "aac", "aac": "aac", "webm": "libopus", "wma": "wmav2"}
MUXERS = {"m4a": "ipod", "mp4": "mp4", "aac": "adts", "webm": "webm", "wma": "asf"}
RATE = 48_000


def melody(seconds: float, channels: int = 1) -> np.ndarray:
    """A tone that rises from 300 to 900 Hz, as each channel; shape (channels, n), float32."""
    time = np.arange(round(RATE * seconds)) / RATE
    phase = 2 * np.pi * (300 * time + 300 / seconds * time**2)
    return np.tile(0.3 * np.sin(phase), (channels, 1)).astype(np.float32)


def encoded(path: Path, samples: np.ndarray) -> Path:
    """Write samples of shape (channels, n) by the codec that the suffix stands for."""
    suffix = path.suffix[1:]
    layout = "mono" if len(samples) == 1 else "stereo"
    with av.open(str(path), "w", format=MUXERS[suffix]) as container:
        stream = container.add_stream(CONTAINERS[suffix], rate=RATE, layout=layout)
        stream.bit_rate = 96_000
        for start in range(0, samples.shape[1], RATE):
            part = np.ascontiguousarray(samples[:, start : start + RATE])
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=layout)
            frame.sample_rate = RATE
            frame.pts = start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def likeness(decoded: np.ndarray, original: np.ndarray) -> float:
    """The largest correlation, over shifts of up to 50 ms: codecs add or drop a frame or two."""
    edge = RATE // 20
    n = min(original.size, decoded.size) - 2 * edge
    shifted = (decoded[edge + shift :][:n] for shift in range(-edge, edge, 4))
    middle = original[edge:][:n]
    return max(float(np.corrcoef(part, middle)[0, 1]) for part in shifted)


@pytest.mark.parametrize("suffix", CONTAINERS)
@pytest.mark.parametrize("channels", [1, 2])
def test_a_container_holds_the_sound_that_was_put_in(
    tmp_path: Path, suffix: str, channels: int
) -> None:
    original = melody(2.0, channels)
    sound = audio.read(encoded(tmp_path / f"a.{suffix}", original))
    assert sound.rate == RATE
    assert sound.samples.dtype == np.float32
    assert sound.samples.size / RATE == pytest.approx(2.0, abs=0.1)
    assert likeness(sound.samples, original[0]) > 0.98


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS", "MPEG_LAYER_III"])
def test_libsndfile_decodes_ogg_opus_and_mp3_without_the_extra(
    tmp_path: Path, subtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    original = melody(2.0)
    kind = "MP3" if "MPEG" in subtype else "OGG"
    soundfile.write(tmp_path / "a", original[0], RATE, format=kind, subtype=subtype)
    assert likeness(audio.read(tmp_path / "a").samples, original[0]) > 0.98


def test_the_name_of_a_file_does_not_matter(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.m4a", melody(1.0)).rename(tmp_path / "a.wav")
    assert audio.read(path).samples.size > RATE / 2


def test_a_long_one_comes_in_blocks(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.m4a", melody(20.0))
    with decoding.open_recording(path, 3600) as stream:
        sizes = [block.size for block in stream.blocks]
    assert max(sizes) < 2 * pyav.BLOCK_SAMPLES
    assert sum(sizes) / RATE == pytest.approx(20, abs=0.1)


def test_without_the_extra_the_error_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = encoded(tmp_path / "a.webm", melody(1.0))
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtra, match=f"WebM.*{re.escape(versions.hint('formats'))}"):
        audio.read(path)


@pytest.mark.parametrize("suffix", ["webm", "wma"])
def test_of_a_truncated_one_is_read_what_is_there(tmp_path: Path, suffix: str) -> None:
    path = encoded(tmp_path / f"a.{suffix}", melody(10.0))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    sound = audio.sound(path)
    assert 4 < sound.duration_s < 6
    assert re.match(r"incomplete: [45]\.\d of 10\.\d seconds are there|damaged", *sound.remarks)


def test_an_m4a_whose_index_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.m4a", melody(10.0))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BadRecording, match="cannot be decoded as M4A"):
        audio.read(path)


def test_an_object_that_ends_nowhere_is_refused_in_silence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = encoded(tmp_path / "a.wma", melody(1.0))
    content = path.read_bytes()
    path.write_bytes(content[:30] + b"x" * 16 + (2**62).to_bytes(8, "little") + content[54:])
    with pytest.raises(BadRecording, match="cannot be decoded as WMA"):
        audio.read(path)
    assert capfd.readouterr().err == ""


def test_sound_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.m4a", melody(1.0))
    path.write_bytes(path.read_bytes().replace(b"stsd", b"free"))
    with pytest.raises(BadRecording, match="M4A, MP4 or QuickTime with sound of an unknown kind"):
        audio.read(path)


@pytest.mark.parametrize("magic", [b"\0\0\0\x20ftypM4A ", b"\x1a\x45\xdf\xa3", b"\xff\xf1"])
def test_a_header_without_sound_is_refused(tmp_path: Path, magic: bytes) -> None:
    (tmp_path / "a").write_bytes(magic + bytes(5_000))
    with pytest.raises(
        BadRecording, match=r"can(not)? be decoded|without sound|no samples|claims 0 Hz"
    ):
        audio.read(tmp_path / "a")


def test_more_sound_than_allowed_is_refused_while_it_comes(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.aac", melody(5.0))
    with (
        decoding.open_recording(path, longest_s=2.0) as stream,
        pytest.raises(BadRecording, match="longer than"),
    ):
        list(stream.blocks)


def test_an_error_of_who_reads_it_stays_what_it_is(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.aac", melody(1.0))

    def read() -> None:
        with decoding.open_recording(path, 9.0) as stream:
            next(stream.blocks)
            raise ValueError("of mine")

    with pytest.raises(ValueError, match=r"^of mine$"):
        read()


def test_a_picture_without_sound_is_refused(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(BadRecording, match="without sound"):
        audio.read(tmp_path / "a.mp4")
