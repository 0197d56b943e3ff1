"""The variants: equal to their definitions, seeded by the sound, and made only on request."""

from __future__ import annotations

import naive
import numpy as np
import pytest

from sertool.features.spectrum import augmentation
from sertool.types import VARIANTS, Signal

SHA256 = "0123456789abcdef" * 4


@pytest.fixture
def signal() -> Signal:
    generator = np.random.default_rng(7)
    times = np.arange(30_000) / 22_050
    voice = 0.4 * np.sin(2 * np.pi * 180 * times) * np.sin(2 * np.pi * 3 * times)
    noise = 0.01 * generator.standard_normal(times.size)
    return Signal((voice + noise).astype(np.float32), 22_050)


def test_noise_is_its_formula(signal: Signal) -> None:
    made = augmentation.noise(signal, np.random.default_rng(int(SHA256, 16)))
    assert made.samples.dtype == np.float64
    np.testing.assert_array_equal(made.samples, naive.noise(signal.samples, SHA256))


def test_noise_follows_the_seed_alone(signal: Signal) -> None:
    first, second, other = (
        augmentation.noise(signal, np.random.default_rng(seed)).samples for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("rate", [0.5, 0.8, 1.25])
def test_stretch_changes_the_length_alone(signal: Signal, rate: float) -> None:
    made = augmentation.stretch(signal, rate).samples
    assert made.dtype == np.float32
    assert made.size == round(signal.samples.size / rate)
    assert strongest(made) == pytest.approx(strongest(signal.samples), rel=0.02)


def test_pitch_changes_the_pitch_alone(signal: Signal) -> None:
    made = augmentation.pitch(signal, 12.0).samples
    assert made.size == signal.samples.size
    assert strongest(made) == pytest.approx(2 * strongest(signal.samples), rel=0.02)


def strongest(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples))
    return float(np.fft.rfftfreq(samples.size, 1 / 22_050)[np.argmax(spectrum)])


def test_stretch_and_pitch_are_librosa_s(signal: Signal) -> None:
    stretched = augmentation.stretch(signal, augmentation.STRETCH_RATE)
    made = augmentation.pitch(stretched, augmentation.PITCH_SEMITONES).samples
    np.testing.assert_allclose(made, naive.stretch_pitch(signal.samples), rtol=0, atol=1e-5)


def test_shift_rolls_by_at_most_5000(signal: Signal) -> None:
    offsets = set()
    ramp = Signal(np.arange(20_000.0), 22_050)
    for seed in range(20):
        rolled = augmentation.shift(ramp, np.random.default_rng(seed)).samples
        offset = int(np.flatnonzero(rolled == 0)[0])
        np.testing.assert_array_equal(np.roll(ramp.samples, offset), rolled)
        offsets.add(min(offset, 20_000 - offset))
    assert max(offsets) <= 5_000
    assert len(offsets) > 10


def test_variants_come_in_the_order_asked(signal: Signal) -> None:
    made = list(augmentation.variants(signal, SHA256, ("noise", "original")))
    assert [spectrum.samples.dtype for spectrum in made] == [np.float64, np.float32]
    np.testing.assert_array_equal(made[1].samples, signal.samples)


def test_all_variants_by_default(signal: Signal) -> None:
    sizes = [spectrum.samples.size for spectrum in augmentation.variants(signal, SHA256)]
    assert sizes == [30_000, 30_000, 37_500]
    assert len(sizes) == len(VARIANTS)


@pytest.mark.parametrize("unwanted", ["noise", "_stretched", "pitch"])
def test_only_what_is_asked_is_made(
    signal: Signal, unwanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(augmentation, unwanted)
    (original,) = augmentation.variants(signal, SHA256, ("original",))
    assert original.samples is signal.samples
