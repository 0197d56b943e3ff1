"""Whisper's encoder as its paper and its own code describe it, slowly, in float64."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import librosa
import numpy as np
from scipy.special import erf, softmax

Tensors = Mapping[str, np.ndarray]
HEADS = 6


def log_mel(samples: np.ndarray) -> np.ndarray:
    """Of sound that ends in silence, shape (80, n / 160); Whisper drops the last frame."""
    power = librosa.feature.melspectrogram(
        y=samples, sr=16_000, n_fft=400, hop_length=160, n_mels=80, pad_mode="reflect"
    )
    bands = np.log10(np.maximum(power[:, : samples.size // 160], 1e-10))
    return np.asarray((np.maximum(bands, bands.max() - 8) + 4) / 4)


def steps(mel: np.ndarray, tensors: Tensors) -> Iterator[np.ndarray]:
    """The frames after each layer, shape (n_frames, width)."""
    given = {name.removeprefix("model.encoder."): each for name, each in tensors.items()}
    exact = {name: each.astype(np.float64) for name, each in given.items()}
    frames = gelu(convolved(mel, exact, "conv1", 1))
    frames = gelu(convolved(frames, exact, "conv2", 2)).T
    frames = frames + sinusoids(*frames.shape)
    for number in range(sum("fc1.weight" in name for name in exact)):
        layer = f"layers.{number}"
        seen = normalised(frames, exact, f"{layer}.self_attn_layer_norm")
        frames = frames + attended(seen, exact, f"{layer}.self_attn")
        seen = normalised(frames, exact, f"{layer}.final_layer_norm")
        wide = gelu(linear(seen, exact, f"{layer}.fc1"))
        frames = frames + linear(wide, exact, f"{layer}.fc2")
        yield frames


def gelu(values: np.ndarray) -> np.ndarray:
    return np.asarray(values * (1 + erf(values / np.sqrt(2))) / 2)


def convolved(rows: np.ndarray, tensors: Tensors, name: str, step: int) -> np.ndarray:
    kernel, bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
    padded = np.pad(rows, ((0, 0), (1, 1)))
    starts = range(0, rows.shape[1], step)
    found = [np.einsum("oiw,iw->o", kernel, padded[:, start : start + 3]) for start in starts]
    return np.stack(found, axis=1) + bias[:, None]


def sinusoids(length: int, channels: int) -> np.ndarray:
    """As `whisper.model.sinusoids`, and then as precise as files of weights have them."""
    increment = np.log(10_000) / (channels // 2 - 1)
    scales = np.exp(-increment * np.arange(channels // 2))
    scaled = np.arange(length)[:, None] * scales[None, :]
    waves = np.concatenate([np.sin(scaled), np.cos(scaled)], axis=1)
    return waves.astype(np.float16).astype(np.float64)


def normalised(frames: np.ndarray, tensors: Tensors, name: str) -> np.ndarray:
    mean, variance = frames.mean(axis=1)[:, None], frames.var(axis=1)[:, None]
    standard = (frames - mean) / np.sqrt(variance + 1e-5)
    return np.asarray(standard * tensors[f"{name}.weight"] + tensors[f"{name}.bias"])


def linear(frames: np.ndarray, tensors: Tensors, name: str) -> np.ndarray:
    return np.asarray(frames @ tensors[f"{name}.weight"].T + tensors.get(f"{name}.bias", 0))


def attended(frames: np.ndarray, tensors: Tensors, name: str) -> np.ndarray:
    parts = (linear(frames, tensors, f"{name}.{part}_proj") for part in "qkv")
    query, key, value = (np.split(part, HEADS, axis=1) for part in parts)
    mixed = [
        softmax(q @ k.T / np.sqrt(q.shape[1]), axis=1) @ v
        for q, k, v in zip(query, key, value, strict=True)
    ]
    return linear(np.concatenate(mixed, axis=1), tensors, f"{name}.out_proj")
