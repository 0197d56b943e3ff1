"""The 178 features: equal to librosa called live, on real recordings and on hard cases."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import librosa
import naive
import numpy as np
import pytest
import soundfile

from sertool import audio, features, registry
from sertool.features import sets
from sertool.features.sets import librosa178
from sertool.features.spectrum import Spectrum, augmentation
from sertool.types import VARIANTS, Signal

RTOL, ATOL = 1e-4, 1e-6
CORPORA = Path(__file__).parents[2] / "shared" / "corpora"
RECORDINGS = sorted(CORPORA.glob("**/*.flac"))
SAMPLE = RECORDINGS[:: max(1, len(RECORDINGS) // 200)]


MISSES = {
    (
        "1005_ITS_NEU_XX.flac",
        "stretch_pitch",
        "mfcc_17",
    ): "by .0009 of what is allowed: the mean is a "
    "thousandth of the frames, which librosa adds in float32 and so misses by 2e-7 of their size",
}
"""All that is not equal among the 1,423 sample clips, and why."""


def deviation(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """In units of what is allowed: equal up to 1."""
    return np.abs(found - expected) / (ATOL + RTOL * np.abs(expected))


def own(recording: audio.Recording) -> np.ndarray:
    spectra = augmentation.variants(recording.signal, recording.sha256)
    return np.stack([features.compute(spectrum, librosa178.FEATURES) for spectrum in spectra])


def test_the_columns() -> None:
    names = sets.columns()
    assert len(names) == len(set(names)) == 178
    assert names[:2] == ("zcr", "chroma_01")
    assert names[-1] == "tonnetz_06"
    assert "mel_128" in names


@pytest.mark.parametrize("name", librosa178.FEATURES)
def test_a_feature_is_what_its_file_says(name: str) -> None:
    feature = registry.get("features", name)
    signal = Signal(np.random.default_rng(0).normal(0, 0.1, 9_000).astype(np.float32), 22_050)
    numbers = feature.compute(Spectrum.of(signal))
    assert feature.name == name
    assert numbers.shape == (feature.size,)
    assert np.isfinite(numbers).all()


@pytest.mark.skipif(not RECORDINGS, reason="needs the sample corpora")
@pytest.mark.parametrize(
    "recordings",
    [
        pytest.param(SAMPLE, id="some"),
        pytest.param(RECORDINGS, id="all", marks=pytest.mark.slow),
    ],
)
def test_equal_to_librosa_on_real_recordings(
    recordings: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    worst = np.zeros((len(VARIANTS), 178))
    misses = []
    for path in recordings:
        off = deviation(own(audio.load(path)), naive.clip_features(path))
        worst = np.maximum(worst, off)
        misses += [(path.name, VARIANTS[row], sets.columns()[column])
                   for row, column in np.argwhere(off > 1)]  # fmt: skip
    with capsys.disabled():
        print(report(worst, len(recordings)))  # noqa: T201
    assert {*misses} <= {*MISSES}


def report(worst: np.ndarray, clips: int) -> str:
    lines = [f"\nworst deviation over {clips} clips, 1 = {ATOL} + {RTOL} x librosa's value"]
    lines.append(" ".join(["feature".ljust(12), *(name.rjust(14) for name in VARIANTS)]))
    owner = np.repeat(
        librosa178.FEATURES, [registry.get("features", n).size for n in librosa178.FEATURES]
    )
    for name in librosa178.FEATURES:
        largest = worst[:, owner == name].max(axis=1)
        lines.append(" ".join([name.ljust(12), *(f"{value:14.4f}" for value in largest)]))
    return "\n".join(lines)


def silence(rate: int) -> np.ndarray:
    return np.zeros(2 * rate)


def half_silence(rate: int) -> np.ndarray:
    return np.concatenate([np.zeros(2 * rate), voice(rate)])


def voice(rate: int) -> np.ndarray:
    times = np.arange(3 * rate) / rate
    phase = 2 * np.pi * (140 * times + 5 * np.sin(2 * np.pi * 2 * times))
    tones = sum(np.sin(k * phase) / k for k in range(1, 20))
    breath = np.random.default_rng(1).standard_normal(times.size)
    return 0.1 * tones * (1 + np.sin(2 * np.pi * 3 * times)) + 0.003 * breath


def clipping(rate: int) -> np.ndarray:
    return np.clip(8 * voice(rate), -1, 1)


def constant(rate: int) -> np.ndarray:
    return np.full(2 * rate, 0.25)


def pure_tone(rate: int) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(2 * rate) / rate)


def one_frame(rate: int) -> np.ndarray:
    return voice(rate)[: round(0.1 * rate)]


def white_noise(rate: int) -> np.ndarray:
    return np.random.default_rng(2).uniform(-1, 1, 2 * rate)


def eight_bit_silence(rate: int) -> np.ndarray:
    return np.where(np.arange(2 * rate) < rate, 1 / 128, voice(rate)[: 2 * rate])


def part_silence(rate: int) -> np.ndarray:
    samples = voice(rate)
    samples[rate : 2 * rate] = 0
    return samples


def click(rate: int) -> np.ndarray:
    return np.where(np.arange(2 * rate) == rate, 0.9, 0.0)


def faint_noise_on_a_constant(rate: int) -> np.ndarray:
    return 0.25 + 1e-5 * np.random.default_rng(3).standard_normal(2 * rate)


def voice_below_a_high_tone(rate: int) -> np.ndarray:
    times = np.arange(3 * rate) / rate
    return 1e-5 * voice(rate) + np.sin(2 * np.pi * 9_000 * times)


def fading(rate: int) -> np.ndarray:
    return voice(rate) * 10.0 ** np.linspace(0, -8, 3 * rate)


def rumble(rate: int) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * 20 * np.arange(2 * rate) / rate)


def next_to_nothing(rate: int) -> np.ndarray:
    return 1e-30 * voice(rate)


SOUNDS = (
    silence, half_silence, voice, clipping, constant, pure_tone, one_frame, white_noise,
    eight_bit_silence, part_silence, click, faint_noise_on_a_constant, voice_below_a_high_tone,
    fading, rumble, next_to_nothing,
)  # fmt: skip


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("sound", SOUNDS, ids=lambda sound: sound.__name__)
def test_equal_to_librosa_on_hard_cases(sound: object, variant: str) -> None:
    samples = sound(22_050).astype(np.float32)  # type: ignore[operator]
    check(Signal(samples, 22_050), variant)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("rate", [8_000, 96_000])
def test_equal_to_librosa_at_other_rates(rate: int, variant: str) -> None:
    check(audio.resample(Signal(voice(rate).astype(np.float32), rate)), variant)


def check(signal: Signal, variant: str) -> None:
    part, _ = audio.window(signal)
    sha256 = audio.digest(signal)
    (spectrum,) = augmentation.variants(part, sha256, (variant,))  # type: ignore[arg-type]
    found = features.compute(spectrum, librosa178.FEATURES)
    expected = naive.features(naive.variants(part.samples, sha256)[variant])
    assert np.isfinite(found).all()
    off = deviation(found, expected)
    assert off.max() <= 1, [(sets.columns()[i], float(off[i])) for i in np.flatnonzero(off > 1)]


@pytest.mark.parametrize("sound", SOUNDS, ids=lambda sound: sound.__name__)
def test_the_pitch_classes_of_every_frame_are_librosas(sound: object) -> None:
    samples = sound(22_050).astype(np.float32)[:55_125]  # type: ignore[operator]
    found = Spectrum.of(Signal(samples, 22_050)).constant_q_chroma
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Trying to estimate tuning from empty")
        warnings.filterwarnings("ignore", message="n_fft=")
        expected = librosa.feature.chroma_cqt(y=samples, sr=22_050)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-5)


def test_the_same_in_any_order() -> None:
    generator = np.random.default_rng(3)
    lengths = (2_205, 40_000, 55_125, 12_345)
    signals = [Signal(generator.normal(0, 0.1, n).astype(np.float32), 22_050) for n in lengths]

    def rows(order: range) -> dict[int, np.ndarray]:
        return {
            number: np.stack(
                [
                    features.compute(s, librosa178.FEATURES)
                    for s in augmentation.variants(signals[number], "ab" * 32)
                ]
            )
            for number in order
        }

    forwards, backwards = rows(range(4)), rows(range(3, -1, -1))
    for number in range(4):
        np.testing.assert_array_equal(forwards[number], backwards[number])


def test_names_cost_no_heavy_import() -> None:
    code = (
        "import sys; from sertool.features import sets; sets.columns();"
        "heavy = {'librosa', 'scipy', 'numba', 'soxr', 'soundfile'} & set(sys.modules);"
        "print(*heavy)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout == "\n"


def test_librosa_is_not_loaded_while_extracting(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    soundfile.write(path, voice(22_050), 22_050)
    code = (
        "import sys; from sertool import audio; from sertool.features import sets;"
        "asked = [sets.get('librosa178')];"
        "from sertool.features.spectrum import augmentation;"
        "clip = audio.load(sys.argv[1]);"
        "spectra = augmentation.variants(clip.signal, clip.sha256);"
        "print(sum(sets.measure(asked, spectrum).size for spectrum in spectra));"
        "print(*{'librosa', 'audioread', 'sklearn', 'scipy.signal'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout == "534\n\n"


def test_no_warning_on_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        numbers = features.compute(
            Spectrum.of(Signal(np.zeros(22_050, np.float32), 22_050)), librosa178.FEATURES
        )
    assert np.isfinite(numbers).all()
