"""The gate: silence and steady noise stay out, speech comes through at any usual level."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic import SAMPLE, needs_sample

from sertool import audio
from sertool.audio.activity import Gate, levels
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


def passes(samples: np.ndarray) -> bool:
    return Gate().passes(Signal(samples, RATE))


def test_levels_are_those_of_a_sine() -> None:
    sine = np.sin(2 * np.pi * 100 * np.arange(RATE) / RATE)
    assert levels(Signal(sine, RATE)) == pytest.approx(10 * np.log10(0.5), abs=1e-6)


@pytest.mark.parametrize("level", [0.0, 1e-5, 1e-3, 0.1])
def test_silence_and_steady_noise_stay_out(level: float) -> None:
    assert not passes(noise(level))


@pytest.mark.parametrize("level", [0.005, 0.1, 0.5])
def test_what_stands_out_passes(level: float) -> None:
    assert passes(syllables(level, 0.5))


def test_a_click_does_not() -> None:
    assert not passes(syllables(0.5, 0.1))


def test_steady_sound_after_silence_passes_for_it_may_be_a_long_vowel() -> None:
    gate = Gate()
    assert not gate.passes(Signal(noise(1e-4), RATE))
    assert gate.passes(Signal(noise(0.1), RATE))


def test_whispers_beside_shouts_stay_out() -> None:
    gate = Gate()
    assert gate.passes(Signal(syllables(0.9, 1.0), RATE))
    assert not gate.passes(Signal(syllables(0.004, 1.0), RATE))


def test_a_window_shorter_than_a_frame() -> None:
    assert not passes(np.ones(10, np.float32))


@needs_sample
@pytest.mark.parametrize("corpus", ["emodb", "cremad", "ravdess"])
def test_real_speech_passes(corpus: str) -> None:
    clips = sorted((SAMPLE / corpus).rglob("*.flac"))[::6]
    heard = [Gate().passes(audio.load(clip).signal) for clip in clips]
    assert np.mean(heard) > 0.97
