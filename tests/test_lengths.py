"""What a header says of the length is not believed: what is there is read to its end."""

from __future__ import annotations

import io
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from synthetic import SAMPLE, needs_sample
from wild import RATE, bare, coded, flac_of, in_wav, mp3, voice, with_size

from sertool import audio
from sertool.audio import decoding, headers
from sertool.errors import BadRecording

try:
    import av
except ImportError:
    av = None

SPEECH = voice(6)
FRAME = 1152
MP3_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
HALF = np.concatenate([voice(5, 44_100), np.zeros(5 * 44_100, np.float32)])


def length_s(content: bytes) -> float:
    return audio.sound(content).duration_s


def remarks(content: bytes) -> tuple[str, ...]:
    return audio.sound(content).remarks


@pytest.fixture(autouse=True)
def _without_pyav(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of this needs the extra, but to encode."""
    if "into_a_pipe" not in request.node.name:
        monkeypatch.setitem(sys.modules, "av", None)


CONSTANT = bare(mp3(voice(6, 44_100), 44_100, "CONSTANT"))
ID3 = b"ID3\x03\0\0" + bytes([0, 0, 0x10, 0]) + bytes(0x800)
BARE = {
    "constant": (CONSTANT, 6.0),
    "behind ID3": (ID3 + CONSTANT, 6.0),
    "behind junk": (bytes(700) + CONSTANT, 6.0),
    "behind a large picture": (ID3[:6] + bytes([0, 6, 0, 0]) + bytes(6 << 14) + CONSTANT, 6.0),
    "speech first": (bare(mp3(HALF, 44_100, "VARIABLE")), 10.0),
    "silence first": (bare(mp3(HALF[::-1].copy(), 44_100, "VARIABLE")), 10.0),
    "at 16 kHz": (bare(mp3(SPEECH, RATE, "VARIABLE")), 6.0),
    "ID3v1 behind": (CONSTANT + b"TAG" + bytes(125), 6.0),
}


@pytest.mark.parametrize("name", BARE)
def test_an_mp3_that_says_no_length_is_read_to_its_end(name: str) -> None:
    content, seconds = BARE[name]
    assert seconds <= length_s(content) < seconds + 3 * FRAME / 16_000
    assert remarks(content) == ()


def test_sound_behind_the_silence_is_decoded() -> None:
    content, _ = BARE["silence first"]
    samples = audio.read(content).samples
    assert np.abs(samples[: 4 * 44_100]).max() < 0.01 < np.abs(samples[6 * 44_100 :]).max()


def test_a_timeline_goes_through_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(BARE["speech first"][0])
    with decoding.open_recording(tmp_path / "a.mp3", 99) as stream:
        assert 10.0 <= sum(block.size for block in stream.blocks) / stream.rate < 10.1


@pytest.mark.parametrize("said", [1, 50, 10_000])
def test_a_xing_frame_that_lies(said: int, capfd: pytest.CaptureFixture[str]) -> None:
    content = mp3(voice(6, 44_100), 44_100, "VARIABLE")
    at = max(content.find(b"Xing"), content.find(b"Info"))
    lying = content[: at + 8] + said.to_bytes(4, "big") + content[at + 12 :]
    assert 6.0 <= length_s(lying) < 6.1
    expected = ("incomplete: 6.0 of 261.2 seconds are there",) if said == 10_000 else ()
    assert remarks(lying) == expected
    assert capfd.readouterr() == ("", "")


def test_half_of_an_mp3(capfd: pytest.CaptureFixture[str]) -> None:
    content = mp3(voice(6, 44_100), 44_100, "CONSTANT")
    half = content[: len(content) // 2]
    assert 2.9 < length_s(half) < 3.1
    assert remarks(half) == ("incomplete: 3.0 of 6.1 seconds are there",) or remarks(half) == (
        "incomplete: 3.0 of 6.0 seconds are there",
    )
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("codec", [0x55, 0x50])
def test_mpeg_audio_in_wav(codec: int) -> None:
    content = in_wav(CONSTANT, codec, 44_100)
    assert 6.0 <= length_s(content) < 6.1
    assert remarks(content) == ()


@needs_sample
@pytest.mark.skipif(av is None, reason="PyAV, which encodes, is not installed")
@pytest.mark.parametrize("mode", ["constant", "variable"])
def test_real_clips_as_ffmpeg_writes_them_into_a_pipe(mode: str) -> None:
    """Every frame that FFmpeg decodes is read, and all that was put in."""
    paths = sorted(SAMPLE.rglob("*.flac"))
    for path in paths[:: len(paths) // 30][:30]:
        samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
        rate = rate if rate in MP3_RATES else 24_000  # what it is called does not matter here
        content = piped(samples[:, 0], rate, mode)
        with av.open(io.BytesIO(content), format="mp3") as container:
            n_samples = sum(frame.samples for frame in container.decode(audio=0))
        read = audio.read(content)
        assert abs(read.samples.size - n_samples) <= FRAME, path
        assert read.samples.size >= len(samples), path


class Pipe:
    """What can be written to, and nothing else."""

    def __init__(self) -> None:
        self.content = b""

    def write(self, content: bytes) -> int:
        self.content += content
        return len(content)


def piped(samples: np.ndarray, rate: int, mode: str) -> bytes:
    pipe = Pipe()
    with av.open(pipe, "w", format="mp3") as container:
        options = {"abr": "1"} if mode == "variable" else {}
        stream = container.add_stream("libmp3lame", rate=rate, layout="mono", options=options)
        stream.bit_rate = 64_000
        whole = np.ascontiguousarray(samples)[None]
        frame = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler("s16p", "mono", rate, stream.frame_size or FRAME)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return pipe.content


WAV, AIFF, RF64 = (coded(SPEECH, form=form) for form in ("WAV", "AIFF", "RF64"))
W64, CAF, AU = (coded(SPEECH, form=form) for form in ("W64", "CAF", "AU"))
FLAC = coded(SPEECH, form="FLAC")
N_BYTES = 2 * SPEECH.size
LENGTHS = {
    **{f"wav {n}": with_size(WAV, b"data", "<I", n)
       for n in (0, 1_000, N_BYTES - 3, N_BYTES + 3, 2**31 - 1, 2**31, 2**32 - 1, 2**32 - 37)},
    "wav, nothing known": with_size(with_size(WAV, b"RIFF", "<I", 0), b"data", "<I", 0),
    **{f"aiff {n}": with_size(AIFF, b"SSND", ">I", n) for n in (0, 1_000, 2**31 - 1, 2**32 - 1)},
    **{f"rf64 {n}": RF64[: RF64.index(b"ds64") + 16] + struct.pack("<q", n)
       + RF64[RF64.index(b"ds64") + 24 :] for n in (0, 1_000, 2**63 - 1)},
    **{f"caf {n}": with_size(CAF, b"data", ">q", n) for n in (-1, 0, 4, 1_000, 2**63 - 1)},
    **{f"au {n}": AU[:8] + struct.pack(">I", n) + AU[12:] for n in (0, 1_000, 2**31, 2**32 - 1)},
    **{f"flac {n}": flac_of(n, FLAC) for n in (0, 1_000, 2**36 - 1, 2**36 - 2)},
}  # fmt: skip


@pytest.mark.parametrize("name", LENGTHS)
def test_a_size_that_is_not_right_changes_nothing(name: str) -> None:
    sound = audio.sound(LENGTHS[name])
    expected = np.round(SPEECH * 32_768) / 32_768
    # an AU or RF64 that was cut within a sample may lose it
    assert abs(sound.signal.samples.size - SPEECH.size) <= 2
    n = min(sound.signal.samples.size, SPEECH.size)
    np.testing.assert_allclose(sound.signal.samples[:n], expected[:n], atol=1.01 / 32_768)
    assert sound.remarks == ()


@pytest.mark.parametrize(
    ("content", "there_s"),
    [(WAV, 3), (AIFF, 3), (RF64, 3), (W64, 3), (CAF, 2.9), (AU, 3), (FLAC, 2)],
    ids=["WAV", "AIFF", "RF64", "W64", "CAF", "AU", "FLAC"],
)
def test_half_of_a_file_is_read_and_remarked_upon(content: bytes, there_s: float) -> None:
    half = content[: len(content) // 2]
    sound = audio.sound(half)
    assert there_s - 0.1 <= sound.duration_s <= 3.1
    assert sound.remarks == (f"incomplete: {sound.duration_s:.1f} of 6.0 seconds are there",)
    whole = audio.read(content).samples
    np.testing.assert_array_equal(sound.signal.samples, whole[: sound.signal.samples.size])


@pytest.mark.parametrize(("lost_s", "is_told"), [(0.05, False), (0.07, True), (0.2, True)])
def test_what_is_noticeable(lost_s: float, is_told: bool) -> None:
    """Over 1 % of 6 s, which is less than 0.1 s."""
    n_bytes = 2 * round(lost_s * RATE)
    assert bool(remarks(WAV[:-n_bytes])) == is_told


def test_chunks_behind_the_sound_are_no_sound() -> None:
    for tail in (b"LIST\x0a\0\0\0INFOabcdef", b"id3 \x02\0\0\0ab", b"TAG" + bytes(125), bytes(999)):
        assert audio.read(WAV + tail).samples.size == SPEECH.size


def test_nothing_left_is_an_error() -> None:
    for content in (WAV[:44], FLAC[:60], mp3(SPEECH, RATE, "CONSTANT")[:100]):
        with pytest.raises(BadRecording, match=r"holds no samples|cannot be decoded"):
            audio.read(content)


NOWHERE = {
    "CAF": with_size(CAF, b"free", ">q", 2**63 - 100),
    "W64": W64[:56] + struct.pack("<q", 2**62) + W64[64:],
}


@pytest.mark.parametrize("name", NOWHERE)
def test_nothing_is_looked_for_beyond_the_end(name: str, tmp_path: Path) -> None:
    """A chunk before the sound says that it ends where no file has a place."""
    (tmp_path / "a").write_bytes(NOWHERE[name])
    with (tmp_path / "a").open("rb") as file:
        assert headers.header(file, 0, len(NOWHERE[name])) == headers.Header()


def test_limits_count_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.flac").write_bytes(flac_of(2**36 - 2, FLAC))
    assert audio.read(tmp_path / "a.flac", longest_s=6.0).samples.size == SPEECH.size
    with pytest.raises(BadRecording, match=r"longer than 0\.0983 minutes.*cut it"):
        audio.read(tmp_path / "a.flac", longest_s=5.9)
