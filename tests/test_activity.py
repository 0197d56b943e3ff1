"""Voice activity: silence and steady noise have none, speech does at any usual level."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic import SAMPLE, needs_sample

from sertool import audio
from sertool.audio.activity import is_steady, levels, near_loudest, pauses, speech, voice_activity
from sertool.types import Signal

RATE = 16_000


def noise(level: float, seconds: float = 2.5) -> np.ndarray:
    generator = np.random.default_rng(3)
    return (level * generator.standard_normal(round(seconds * RATE))).astype(np.float32)


def syllables(level: float, active_s: float) -> np.ndarray:
    """Noise with one loud piece in its middle."""
    samples = noise(1e-4)
    first = RATE
    samples[first : first + round(active_s * RATE)] += noise(level, active_s)
    return samples


def speaks(*windows: np.ndarray) -> list[bool]:
    """Whether somebody speaks, of windows that come one after the other."""
    cut = [(float(number), Signal(samples, RATE)) for number, samples in enumerate(windows)]
    judged = list(voice_activity(cut))
    assert [window[:2] for window in judged] == cut
    assert list(speech(cut)) == [window[:2] for window in judged if window[2]]
    return [is_speech for _, _, is_speech in judged]


def test_levels_are_those_of_a_sine() -> None:
    sine = np.sin(2 * np.pi * 100 * np.arange(RATE) / RATE)
    assert levels(Signal(sine, RATE)) == pytest.approx(10 * np.log10(0.5), abs=1e-6)


@pytest.mark.parametrize("level", [0.0, 1e-5, 1e-3, 0.1])
def test_silence_and_steady_noise_stay_out(level: float) -> None:
    assert speaks(noise(level)) == [False]


@pytest.mark.parametrize("level", [0.005, 0.1, 0.5])
def test_what_stands_out_passes(level: float) -> None:
    assert speaks(syllables(level, 0.5)) == [True]


def test_a_click_does_not() -> None:
    assert speaks(syllables(0.5, 0.1)) == [False]


def test_steady_sound_after_silence_passes_for_it_may_be_a_long_vowel() -> None:
    assert speaks(noise(1e-4), noise(0.1)) == [False, True]


def test_whispers_beside_shouts_stay_out() -> None:
    assert speaks(syllables(0.9, 1.0), syllables(0.004, 1.0)) == [True, False]


def test_a_window_shorter_than_a_frame() -> None:
    assert speaks(np.ones(10, np.float32)) == [False]


def test_whispers_are_forgotten_after_thirty_windows() -> None:
    loud, soft = syllables(0.9, 1.0), syllables(0.004, 1.0)
    assert speaks(loud, *[soft] * 30) == [True, *[False] * 29, True]


def test_frames_by_how_far_they_lie_below_the_loudest() -> None:
    below = np.array([0.0, -29.0, -31.0, -39.0, -41.0])
    for loudest in (0.0, -55.0):
        assert near_loudest(loudest + below).tolist() == [True, True, True, True, False]
        assert near_loudest(loudest + below, 35.0).tolist() == [True, True, True, False, False]
        assert pauses(loudest + below).tolist() == [False, False, True, True, True]


@pytest.mark.parametrize(
    ("n_frames", "step_db", "expected"), [(50, 3, True), (50, 5, False), (49, 3, False)]
)
def test_steady_is_a_second_of_one_level(n_frames: int, step_db: float, expected: bool) -> None:
    frames = np.where(np.arange(n_frames) % 2, -30.0, -30.0 + step_db)
    assert is_steady(frames) is expected


@needs_sample
@pytest.mark.parametrize("corpus", ["emodb", "cremad", "ravdess"])
def test_real_speech_passes(corpus: str) -> None:
    clips = sorted((SAMPLE / corpus).rglob("*.flac"))[::6]
    windows = [(0.0, audio.load(clip).signal) for clip in clips]
    spoken = [window for each in windows for window in speech([each])]
    assert len(spoken) > 0.97 * len(windows)
