"""The set `functionals`: statistics over frames, pitch and rhythm, held against others' work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import skew

from sertool import audio, features, registry
from sertool.features import _contours, rhythm, sets
from sertool.features.sets import functionals
from sertool.features.spectrum import Spectrum
from sertool.types import Signal

RATE = 22_050
CORPORA = Path(__file__).parents[2] / "shared" / "corpora"
RECORDINGS = sorted(CORPORA.glob("**/*.flac"))[::60]
FRAMES = np.random.default_rng(0).normal(size=(3, 40))


def voice(pitch: float, seconds: float = 1.0) -> np.ndarray:
    """Harmonics that fall off as those of a voice do."""
    time = np.arange(int(seconds * RATE)) / RATE
    harmonics = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 12))
    return np.asarray(0.1 * harmonics, np.float32)


def of(name: str, samples: np.ndarray) -> dict[str, float]:
    feature = registry.get("features", name)
    numbers = feature.compute(Spectrum.of(Signal(samples, RATE)))
    return dict(zip(feature.columns, numbers.tolist(), strict=True))


def test_the_columns() -> None:
    names = sets.columns(["librosa178", "functionals"])
    assert len(names) == len(set(names)) == 178 + 517
    assert {"pitch_contour_mean", "mfcc_contour_p95_20", "rhythm_pause_share"} <= set(names)


@pytest.mark.parametrize("n_frames", [1, 2, 7, 108])
def test_statistics_are_those_of_numpy_and_scipy(n_frames: int) -> None:
    contours = np.random.default_rng(1).normal(size=(4, n_frames)).astype(np.float32)
    everything = np.ones(n_frames, bool)
    found = _contours.functionals(contours, everything).reshape(7, 4)
    means, deviations, skewness, changes, *shares = found
    exact = contours.astype(np.float64)
    np.testing.assert_allclose(means, exact.mean(axis=1), rtol=1e-6)
    np.testing.assert_allclose(deviations, exact.std(axis=1), rtol=1e-6, atol=1e-12)
    expected = skew(exact, axis=1) if n_frames > 1 else np.zeros(4)
    np.testing.assert_allclose(skewness, expected, rtol=1e-4, atol=1e-7)
    expected = np.abs(np.diff(exact, axis=1)).mean(axis=1) if n_frames > 1 else np.zeros(4)
    np.testing.assert_allclose(changes, expected, rtol=1e-6)
    np.testing.assert_allclose(shares, np.percentile(exact, [5, 50, 95], axis=1), rtol=1e-6)


def test_statistics_are_of_the_frames_that_count_alone() -> None:
    counts = np.arange(40) % 5 > 0
    found = _contours.functionals(FRAMES, counts).reshape(7, 3)
    alone = _contours.functionals(FRAMES[:, counts], np.ones(32, bool)).reshape(7, 3)
    np.testing.assert_array_equal(np.delete(found, 3, axis=0), np.delete(alone, 3, axis=0))
    steps = np.abs(np.diff(FRAMES[:, :5][:, 1:], axis=1))
    first = _contours.functionals(FRAMES[:, :6], counts[:6]).reshape(7, 3)[3]
    np.testing.assert_allclose(first, steps.mean(axis=1))  # none across the gap
    assert not _contours.functionals(FRAMES, np.zeros(40, bool)).any()


def test_a_contour_that_stands_still_has_no_skewness() -> None:
    still = _contours.functionals(np.full((1, 9), -80.1, np.float32), np.ones(9, bool))
    assert abs(still[1:4]).max() < 1e-6


@pytest.mark.parametrize("pitch", [75, 110, 220, 330, 500])
def test_the_pitch_of_a_voice(pitch: float) -> None:
    numbers = of("pitch_contour", voice(pitch))
    assert numbers["pitch_contour_p50"] == pytest.approx(12 * np.log2(pitch / 27.5), abs=0.05)
    assert numbers["pitch_contour_deviation"] < 0.3


def test_a_rising_pitch() -> None:
    time = np.arange(2 * RATE) / RATE
    octaves = time / 2  # one octave in two seconds
    phase = 2 * np.pi * 150 * np.cumsum(2.0**octaves) / RATE
    samples = sum(np.sin(k * phase) / k for k in range(1, 8)).astype(np.float32)
    change = of("pitch_contour", samples)["pitch_contour_change_p50"]
    assert change == pytest.approx(6 * 512 / RATE, rel=0.1)


def test_noise_has_no_pitch_and_silence_neither() -> None:
    noise = np.random.default_rng(2).normal(0, 0.1, RATE).astype(np.float32)
    assert Spectrum.of(Signal(noise, RATE)).pitch.voiced.mean() < 0.1
    assert not Spectrum.of(Signal(np.zeros(RATE, np.float32), RATE)).pitch.voiced.any()


def test_noise_lowers_harmonicity_by_as_much() -> None:
    clean = voice(200)
    noise = np.random.default_rng(3).normal(size=clean.size)
    power = np.mean(np.square(clean))

    def at(ratio_db: float) -> float:
        noisy = clean + noise * np.sqrt(power / 10 ** (ratio_db / 10))
        return of("harmonicity_contour", noisy.astype(np.float32))["harmonicity_contour_p50"]

    # Three quarters of the noise lie above the harmonics that are looked at: 6 dB less of it.
    assert at(20) == pytest.approx(26, abs=1)
    assert at(20) - at(10) == pytest.approx(10, abs=0.5)


@pytest.mark.skipif(not RECORDINGS, reason="needs the sample corpora")
def test_the_pitch_of_real_recordings_is_that_of_pyin() -> None:
    librosa = pytest.importorskip("librosa")
    differences = []
    for path in RECORDINGS:
        signal = audio.load(path).signal
        hertz, voiced, probability = librosa.pyin(
            signal.samples, fmin=70, fmax=550, sr=RATE, frame_length=2048, hop_length=512
        )
        own = Spectrum.of(signal).pitch
        both = voiced & (probability > 0.1) & own.voiced
        differences.append(12 * np.log2(hertz[both] / 27.5) - own.semitones[both])
    off = np.abs(np.concatenate(differences))
    assert off.size > 400
    assert np.mean(off < 1) > 0.95


def frames_of_librosa(samples: np.ndarray) -> dict[str, np.ndarray]:
    """The contours of each feature as librosa and plain NumPy give them."""
    import librosa

    magnitude = np.abs(librosa.stft(samples))
    power = magnitude**2
    mel = librosa.feature.melspectrogram(S=power, sr=RATE)
    decibels = librosa.power_to_db(mel)
    rms = librosa.feature.rms(y=samples, frame_length=2048)[0]
    level = librosa.power_to_db(rms**2)
    mean_level = level[level > level.max() - 40].mean()
    mfcc = librosa.feature.mfcc(S=decibels, n_mfcc=20)
    relative = mfcc.copy()
    relative[0] -= mean_level * np.sqrt(128)
    hertz = librosa.fft_frequencies(sr=RATE)

    def between(low: float, high: float) -> np.ndarray:
        return power[(hertz >= low) & (hertz < high)]

    def octaves(frequencies: np.ndarray) -> np.ndarray:
        return np.log2(frequencies + 50)

    def ratio(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        return 10 * np.log10((low + 1e-10) / (high + 1e-10))

    return {
        "level_contour": level[None],
        "band_contour": librosa.power_to_db(mel.reshape(32, 4, -1).sum(axis=1)) - mean_level,
        "mfcc_contour": relative,
        "centroid_contour": octaves(librosa.feature.spectral_centroid(S=magnitude, sr=RATE)),
        "bandwidth_contour": octaves(librosa.feature.spectral_bandwidth(S=magnitude, sr=RATE)),
        "rolloff_contour": octaves(librosa.feature.spectral_rolloff(S=magnitude, sr=RATE)),
        "flatness_contour": (decibels.mean(axis=0) - librosa.power_to_db(mel.mean(axis=0)))[None],
        "contrast_contour": librosa.feature.spectral_contrast(S=magnitude, sr=RATE),
        "zcr_contour": librosa.feature.zero_crossing_rate(samples, frame_length=2048),
        "tilt_contour": np.array([
            ratio(between(50, 1000).sum(axis=0), between(1000, 5000).sum(axis=0)),
            ratio(between(0, 2000).max(axis=0), between(2000, 5000).max(axis=0)),
            ratio(between(0, 500).sum(axis=0), between(500, 1500).sum(axis=0)),
        ]),
        "flux_contour": np.sqrt(
            np.mean(np.diff(decibels, axis=1, prepend=decibels[:, :1]) ** 2, axis=0)
        )[None],
    }  # fmt: skip


BY_FRAMES = (
    "level_contour", "band_contour", "mfcc_contour", "centroid_contour", "bandwidth_contour",
    "rolloff_contour", "flatness_contour", "contrast_contour", "zcr_contour", "tilt_contour",
    "flux_contour",
)  # fmt: skip


@pytest.mark.parametrize("name", BY_FRAMES)
def test_contours_are_those_of_librosa(name: str) -> None:
    random = np.random.default_rng(5)
    swell = np.linspace(0.2, 1, 2 * RATE)
    samples = swell * (voice(140, 2) + random.normal(0, 0.01, 2 * RATE))
    samples = samples.astype(np.float32)
    samples[-RATE // 2 :] *= 1e-4  # silence, which is not heard
    contours = frames_of_librosa(samples)
    level = contours["level_contour"][0]
    heard = level > level.max() - 40
    assert 10 < np.sum(~heard) < 30
    expected = _contours.functionals(contours[name], heard)
    found = np.array([*of(name, samples).values()])
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


def test_rhythm_of_bursts() -> None:
    burst, pause = voice(200, 0.3), np.zeros(int(0.2 * RATE), np.float32)
    numbers = of("rhythm", np.concatenate([burst, pause] * 4))
    assert numbers["rhythm_voiced_per_second"] == pytest.approx(2, abs=0.3)
    assert numbers["rhythm_syllables_per_second"] == pytest.approx(2, abs=0.3)
    assert numbers["rhythm_pause_share"] == pytest.approx(0.25, abs=0.1)
    assert numbers["rhythm_voiced_share"] == pytest.approx(0.65, abs=0.1)
    assert numbers["rhythm_voiced_mean"] == pytest.approx(0.3, abs=0.08)


def test_stretches_of_frames() -> None:
    frames = np.array([1, 1, 0, 1, 0, 0], bool)
    assert rhythm._stretches(frames, 2.0) == (0.5, 2 / 3, 0.75, 0.25)
    assert rhythm._stretches(np.zeros(4, bool), 2.0) == (0, 0, 0, 0)


@pytest.mark.parametrize("name", ["band_contour", "mfcc_contour", "contrast_contour", "rhythm"])
def test_shapes_of_spectra_do_not_change_with_the_gain(name: str) -> None:
    samples = voice(180) + np.random.default_rng(4).normal(0, 0.01, RATE).astype(np.float32)
    samples[RATE // 2 :] *= 1e-3  # a pause, which is not active
    assert not Spectrum.of(Signal(samples, RATE)).active.all()
    louder, softer = of(name, samples), of(name, samples / 4)
    assert louder == pytest.approx(softer, abs=1e-3)


def test_level_is_in_decibels_below_full_scale() -> None:
    numbers = of("level_contour", np.full(RATE, 0.1, np.float32))
    assert numbers["level_contour_p50"] == pytest.approx(-20, abs=1e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_samples", [1, 511, 512, 513, 2_205])
def test_short_and_silent_signals_give_finite_numbers(n_samples: int, dtype: type) -> None:
    for samples in (np.zeros(n_samples, dtype), voice(100)[:n_samples].astype(dtype)):
        spectrum = Spectrum.of(Signal(samples, RATE))
        assert np.isfinite(features.compute(spectrum, functionals.FEATURES)).all()
