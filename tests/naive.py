"""The naive port: librosa called feature by feature, as the study did; oracle and baseline."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

import audioread
import librosa
import numpy as np
import soundfile

with warnings.catch_warnings():
    # What librosa.load asks of audioread imports modules that Python 3.13 drops.
    warnings.simplefilter("ignore", DeprecationWarning)
    audioread.available_backends()

RATE = 22_050


def decoded(path: str | Path) -> np.ndarray:
    samples, _ = librosa.load(path, sr=RATE)
    return samples


def cut(path: str | Path) -> np.ndarray:
    """2.5 s from 0.6 s on; from 0 s where less than 0.1 s is left after that."""
    whole = decoded(path)
    start = int(0.6 * RATE)
    if whole.size - start < int(0.1 * RATE):
        start = 0
    return whole[start : start + int(2.5 * RATE)]


def identity(path: str | Path) -> str:
    """Hash of the decoded mono sound at its own rate."""
    samples, rate = soundfile.read(path, dtype="float32")
    if samples.ndim > 1:
        samples = samples.mean(axis=1)
    head = f"{rate} Hz, mono float32 little-endian\n".encode()
    return hashlib.sha256(head + samples.astype("<f4").tobytes()).hexdigest()


def noise(samples: np.ndarray, sha256: str) -> np.ndarray:
    generator = np.random.default_rng(int(sha256, 16))
    amplitude = 0.035 * generator.uniform() * float(np.max(samples))
    return samples + amplitude * generator.standard_normal(samples.size)


def stretch_pitch(samples: np.ndarray) -> np.ndarray:
    stretched = librosa.effects.time_stretch(samples, rate=0.8)
    return librosa.effects.pitch_shift(stretched, sr=RATE, n_steps=0.7)


def variants(samples: np.ndarray, sha256: str) -> dict[str, np.ndarray]:
    return {
        "original": samples,
        "noise": noise(samples, sha256),
        "stretch_pitch": stretch_pitch(samples),
    }


def features(y: np.ndarray) -> np.ndarray:
    """The 178 numbers of one variant, shape (178,)."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Trying to estimate tuning from empty")
        warnings.filterwarnings("ignore", message="n_fft=")
        magnitude = np.abs(librosa.stft(y))
        frames = (
            librosa.feature.zero_crossing_rate(y=y),
            librosa.feature.chroma_stft(S=magnitude, sr=RATE),
            librosa.feature.mfcc(y=y, sr=RATE),
            librosa.feature.rms(y=y),
            librosa.feature.melspectrogram(y=y, sr=RATE),
            librosa.feature.spectral_rolloff(y=y, sr=RATE),
            librosa.feature.spectral_centroid(y=y, sr=RATE),
            librosa.feature.spectral_contrast(y=y, sr=RATE),
            librosa.feature.spectral_bandwidth(y=y, sr=RATE),
            librosa.feature.tonnetz(y=y, sr=RATE),
        )
    return np.concatenate([np.mean(part.T, axis=0) for part in frames])


def clip_features(path: str | Path) -> np.ndarray:
    """All three variants of one recording, shape (3, 178)."""
    signals = variants(cut(path), identity(path))
    return np.stack([features(y) for y in signals.values()])
