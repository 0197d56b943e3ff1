"""What is in a recording."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from synthetic import syllables, tone, write_sound

from sertool.audio.clipping import n_clipped
from sertool.corpora.audit.inspection import Inspection, Sound, inspect
from sertool.types import Clip

RATE = 16_000


def clip(path: str) -> Clip:
    return Clip(path, "sad", "ann", path, "sad")


def inspections(folder: Path, *paths: str) -> list[Inspection]:
    return list(inspect(folder, [clip(path) for path in paths]))


def sound_of(file: Path) -> Sound:
    (each,) = inspections(file.parent, file.name)
    assert each.sound is not None
    return each.sound


def sine(pitch: float, peak: float, rate: int = RATE) -> np.ndarray:
    time = np.arange(rate) / rate
    return (peak * np.sin(2 * np.pi * pitch * time)).astype(np.float32)


def test_facts_of_a_recording(tmp_path: Path) -> None:
    stereo = np.stack([sine(200, 0.5, 48_000), sine(300, 0.5, 48_000)], axis=1)
    sound = sound_of(write_sound(tmp_path / "a.wav", stereo, 48_000))
    assert (sound.rate, sound.n_channels, sound.duration_s) == (48_000, 2, 1.0)
    assert (sound.is_silent, sound.n_clipped) == (False, 0)


def test_one_sound_has_one_digest_in_any_format(tmp_path: Path) -> None:
    samples = (32_767 * tone()).astype(np.int16)
    sounds = {"a.wav": samples, "b.flac": samples, "c.wav": samples[1:]}
    for path, each in sounds.items():
        write_sound(tmp_path / path, each)
    first, same, other = (sound_of(tmp_path / path).sha256 for path in sounds)
    assert first == same != other


def test_a_bad_recording_has_a_cause(tmp_path: Path) -> None:
    whole = write_sound(tmp_path / "whole.wav", tone()).read_bytes()
    (tmp_path / "words.wav").write_text("no sound")
    (tmp_path / "header.wav").write_bytes(whole[:44])
    causes = ("holds no samples", "is text", "no recording at")
    found = inspections(tmp_path, "header.wav", "words.wav", "none.wav")
    for each, cause in zip(found, causes, strict=True):
        assert each.sound is None
        assert cause in each.cause


@pytest.mark.parametrize("constant", [0.0, 0.01, -0.2])
def test_the_constant_is_the_mean_and_hides_no_speech(tmp_path: Path, constant: float) -> None:
    waves = syllables(2.0)
    sound = sound_of(write_sound(tmp_path / "a.wav", waves - waves.mean() + constant))
    assert sound.constant == pytest.approx(constant, abs=2 / 32_768)
    assert sound.holds_speech
    assert not sound.is_silent


def test_noise_and_tones_hold_no_speech(tmp_path: Path) -> None:
    noise = 0.01 * np.random.default_rng(0).standard_normal(2 * RATE)
    for name, samples in {"noise": noise, "tone": sine(200, 0.5), "zero": 0 * noise}.items():
        assert not sound_of(write_sound(tmp_path / f"{name}.wav", samples)).holds_speech


class TestSilence:
    def test_digital_silence_perhaps_with_dither(self, tmp_path: Path) -> None:
        dither = np.random.default_rng(0).integers(-1, 2, RATE) / 32_768
        for name, samples in {"zero": np.zeros(RATE), "dither": dither}.items():
            assert sound_of(write_sound(tmp_path / f"{name}.wav", samples)).is_silent

    def test_a_quiet_room_is_none(self, tmp_path: Path) -> None:
        room = 4e-4 * np.random.default_rng(0).standard_normal(RATE)
        assert not sound_of(write_sound(tmp_path / "room.wav", room)).is_silent

    def test_speech_anywhere_is_none(self, tmp_path: Path) -> None:
        speech, silence = syllables(0.6), np.zeros(2 * RATE, np.float32)
        for parts in ([speech, silence], [silence, speech]):
            sound = sound_of(write_sound(tmp_path / "a.wav", np.concatenate(parts)))
            assert sound.holds_speech
            assert not sound.is_silent


class TestClipping:
    def test_a_sine_that_was_cut_off(self, tmp_path: Path) -> None:
        # At 100 Hz a period has 160 samples; 2 sin(x) is above 1 for a third of each half.
        cut = np.clip(sine(100, 2.0), -1, 1)
        found = sound_of(write_sound(tmp_path / "a.wav", cut)).n_clipped
        assert found == np.count_nonzero(np.abs(sine(100, 2.0)) >= 1)
        assert found / RATE == pytest.approx(2 / 3, abs=0.02)

    # At 48 kHz and below 60 Hz, lower than voices, a sine stays near its peak for three samples.
    @pytest.mark.parametrize("pitch", [75, 100, 213.7, 1000])
    @pytest.mark.parametrize("rate", [16_000, 48_000])
    def test_a_sine_at_full_scale_is_not_clipped(
        self, tmp_path: Path, pitch: float, rate: int
    ) -> None:
        full = sine(pitch, 1.0, rate) * np.float32(32_767 / 32_768)
        assert sound_of(write_sound(tmp_path / "a.wav", full, rate)).n_clipped == 0

    def test_a_flat_top_below_full_scale_is_not_counted(self) -> None:
        assert n_clipped(np.clip(sine(100, 2.0), -0.9, 0.9)[:, None]) == 0

    def test_each_channel_counts(self) -> None:
        channels = np.zeros((10, 2), np.float32)
        channels[2:6, 0] = 1
        channels[3:6, 1] = -1
        channels[8:, 1] = 1
        assert n_clipped(channels) == 4 + 3

    def test_a_fast_square_between_both_ends_is_not_flat(self) -> None:
        assert n_clipped(np.tile([1.0, -1.0], 50)[:, None]) == 0

    def test_floats_beyond_full_scale_are_not_flat(self) -> None:
        assert n_clipped(sine(100, 1.5)[:, None]) == 0


def test_order_and_any_number_of_workers(tmp_path: Path) -> None:
    paths = [f"{number}.wav" for number in range(4)]
    for number, path in enumerate(paths):
        write_sound(tmp_path / path, tone(0.5 + number / 10))
    clips = [clip(path) for path in paths]
    found = list(inspect(tmp_path, clips, jobs=2))
    assert [each.clip for each in found] == clips
    assert found == list(inspect(tmp_path, clips))
