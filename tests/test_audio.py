"""Decoding, resampling and cutting: what is read, what is refused and why."""

from __future__ import annotations

import os
from pathlib import Path

import naive
import numpy as np
import pytest
import soundfile

from sertool import audio
from sertool.errors import BadRecording, NotFound
from sertool.types import Signal


def tone(rate: int, seconds: float, channels: int = 1) -> np.ndarray:
    times = np.arange(round(rate * seconds)) / rate
    columns = [0.3 * np.sin(2 * np.pi * (200 + 30 * k) * times) for k in range(channels)]
    return np.stack(columns, axis=1).astype(np.float32)


def wav(folder: Path, samples: np.ndarray, rate: int, subtype: str = "FLOAT") -> Path:
    path = folder / "clip.wav"
    soundfile.write(path, samples, rate, subtype=subtype)
    return path


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_414, 44_100, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 8])
def test_decodes_mixes_and_resamples_as_librosa(tmp_path: Path, rate: int, channels: int) -> None:
    path = wav(tmp_path, tone(rate, 1.0, channels), rate)
    signal = audio.resample(audio.read(path))
    assert signal.rate == 22_050
    assert signal.samples.dtype == np.float32
    np.testing.assert_allclose(signal.samples, naive.decoded(path), rtol=0, atol=1e-7)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
def test_reads_at_the_native_rate(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"clip.{suffix}"
    soundfile.write(path, tone(16_000, 0.5), 16_000)
    assert audio.read(str(path)).rate == 16_000


def test_digest_is_that_of_the_sound_not_of_the_file(tmp_path: Path) -> None:
    samples = (tone(16_000, 0.5) * 2**15).astype(np.int16)
    paths = [tmp_path / "a.wav", tmp_path / "b.flac"]
    for path in paths:
        soundfile.write(path, samples, 16_000, subtype="PCM_16")
    first, second = (audio.read(path) for path in paths)
    assert audio.digest(first) == audio.digest(second)
    assert audio.digest(first) != audio.digest(Signal(first.samples, 16_001))
    assert audio.digest(first) != audio.digest(Signal(first.samples[1:], 16_000))


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def complete(folder: Path, suffix: str) -> bytes:
    path = folder / f"complete.{suffix}"
    generator = np.random.default_rng(0)
    soundfile.write(path, generator.uniform(-0.5, 0.5, 16_000), 16_000)
    return path.read_bytes()


def not_audio(folder: Path) -> Path:
    return written(folder, "clip.wav", b"hello, this is no sound" * 50)


def empty(folder: Path) -> Path:
    return written(folder, "clip.wav", b"")


def truncated_wav(folder: Path) -> Path:
    return written(folder, "clip.wav", complete(folder, "wav")[:9_000])


def truncated_flac(folder: Path) -> Path:
    return written(folder, "clip.flac", complete(folder, "flac")[:9_000])


def header_alone(folder: Path) -> Path:
    return written(folder, "clip.wav", complete(folder, "wav")[:44])


def no_samples(folder: Path) -> Path:
    return wav(folder, np.zeros((0, 1), np.float32), 16_000)


def with_nan(folder: Path) -> Path:
    samples = tone(16_000, 1.0)
    samples[100] = np.nan
    return wav(folder, samples, 16_000)


def with_infinity(folder: Path) -> Path:
    samples = tone(16_000, 1.0)
    samples[100] = np.inf
    return wav(folder, samples, 16_000)


def twenty_milliseconds(folder: Path) -> Path:
    return wav(folder, tone(16_000, 0.02), 16_000)


def absurd_rate(folder: Path) -> Path:
    return wav(folder, tone(16_000, 0.5), 7)


def absurd_length(folder: Path) -> Path:
    header = bytearray(complete(folder, "flac"))
    header[21] |= 0x0F  # the upper bits of the total number of samples: 36 bits in all
    return written(folder, "clip.flac", bytes(header))


def absurd_loudness(folder: Path) -> Path:
    return wav(folder, np.full(16_000, 1e25, np.float32), 16_000)


def overflowing_mix(folder: Path) -> Path:
    return wav(folder, np.full((16_000, 2), 3e38, np.float32), 16_000)


def hours_in_few_bytes(folder: Path) -> Path:
    header = bytearray(complete(folder, "flac"))
    header[22:26] = (16_000 * 3599).to_bytes(4, "big")
    path = written(folder, "clip.flac", bytes(header))
    assert path.stat().st_size < 40_000
    return path


def name_of_other_bytes(folder: Path) -> Path:
    path = folder / os.fsdecode(b"\xff.wav")
    path.write_bytes(complete(folder, "wav"))
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (not_audio, "is text"),
        (empty, "empty: 0 bytes"),
        (header_alone, "no samples"),
        (no_samples, "no samples"),
        (with_nan, "NaN or infinite"),
        (with_infinity, "NaN or infinite"),
        (twenty_milliseconds, "20 ms is too short"),
        (absurd_rate, "claims 7 Hz"),
        (absurd_loudness, "beyond 1e\\+09 times full scale"),
        (overflowing_mix, "NaN or infinite"),
        (name_of_other_bytes, "no name in UTF-8"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_bad_recording_is_refused(tmp_path: Path, make: object, message: str) -> None:
    path = make(tmp_path)  # type: ignore[operator]
    with pytest.raises(BadRecording, match=message) as caught:
        audio.load(path)
    assert path.name in str(caught.value) or repr(os.fsencode(path)) in str(caught.value)


@pytest.mark.parametrize(
    ("make", "remarks"),
    [
        # 9,000 bytes less the 44 of the header, 2 a sample
        (truncated_wav, ("incomplete: 0.3 of 1.0 seconds are there",)),
        (hours_in_few_bytes, ("incomplete: 1.0 of 3599.0 seconds are there",)),
        (absurd_length, ()),  # 49 days: a placeholder
    ],
)
def test_what_is_there_is_read(tmp_path: Path, make: object, remarks: tuple[str, ...]) -> None:
    sound = audio.sound(make(tmp_path))  # type: ignore[operator]
    assert sound.remarks == remarks
    assert sound.signal.samples.size == (4_478 if make is truncated_wav else 16_000)


def test_of_a_flac_the_whole_frames_are_read(tmp_path: Path) -> None:
    sound = audio.sound(truncated_flac(tmp_path))
    assert sound.signal.samples.size == 4_096  # the first frame of four
    assert sound.remarks == ("incomplete: 0.3 of 1.0 seconds are there",)


def test_a_pipe_writer_s_placeholder_is_no_truncation(tmp_path: Path) -> None:
    content = complete(tmp_path, "wav")
    path = written(tmp_path, "clip.wav", content[:40] + b"\xff\xff\xff\xff" + content[44:])
    assert audio.read(path).samples.size == 16_000


@pytest.mark.parametrize("name", ["nowhere.wav", ".", "a\0.wav", "long" * 1000])
def test_a_missing_file_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound, match="no recording at"):
        audio.read(tmp_path / name)


@pytest.mark.parametrize(
    ("seconds", "offset", "left"),
    [
        (4.0, 0.6, 2.5),
        (3.1, 0.6, 2.5),
        (2.0, 0.6, 1.4),
        (0.7, 0.6, 0.1),
        (0.69, 0.0, 0.69),
        (0.3, 0.0, 0.3),
        (0.1, 0.0, 0.1),
    ],
)
def test_window(seconds: float, offset: float, left: float) -> None:
    samples = np.arange(round(22_050 * seconds), dtype=np.float32)
    part, begins = audio.window(Signal(samples, 22_050))
    assert begins == offset
    assert part.samples[0] == round(22_050 * offset)
    assert part.samples.size == round(22_050 * left)


def test_load_tells_where_the_part_comes_from(tmp_path: Path) -> None:
    path = wav(tmp_path, tone(44_100, 2.0), 44_100)
    recording = audio.load(path)
    assert recording.signal.samples.shape == (22_050 * 2 - 13_230,)
    assert (recording.offset_s, recording.duration_s) == (0.6, 2.0)
    assert recording.sha256 == audio.digest(audio.read(path))


def test_another_rule(tmp_path: Path) -> None:
    rule = audio.WindowRule(rate=8_000, seconds=1.0, offset_s=0.0, minimum_s=0.5)
    recording = audio.load(wav(tmp_path, tone(16_000, 2.0), 16_000), rule)
    assert recording.signal.rate == 8_000
    assert recording.signal.samples.shape == (8_000,)
