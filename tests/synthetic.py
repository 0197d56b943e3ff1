"""Made-up material: sounds, a small corpus by name, stores of features."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile

from sertool import store
from sertool.store import parquet
from sertool.types import Clip, Corpus

SAMPLE = Path(__file__).parents[2] / "shared" / "corpora"
"""Real recordings; a public clone has none, and the tests that use them skip."""

needs_sample = pytest.mark.skipif(not SAMPLE.is_dir(), reason="no sample of real recordings")

EMODB_NAMES = [
    f"{speaker}{text}{emotion}a.wav"
    for speaker in ("03", "08", "10")
    for text in ("a01", "b02")
    for emotion in "WTN"
]


def tone(seconds: float = 1.5, rate: int = 16_000, pitch: float = 220.0) -> np.ndarray:
    """A buzzing tone with some noise, float32, shape (seconds * rate,)."""
    time = np.arange(int(seconds * rate)) / rate
    generator = np.random.default_rng(zlib.crc32(f"{seconds} {pitch}".encode()))
    harmonics = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 6))
    return (0.2 * harmonics + 0.01 * generator.standard_normal(time.size)).astype(np.float32)


def syllables(seconds: float, rate: int = 16_000) -> np.ndarray:
    """The same tone, 0.3 s on and 0.2 s nearly off in turn, as nobody mistakes for silence."""
    samples = tone(seconds, rate)
    off = np.arange(samples.size) / rate % 0.5 > 0.3
    return np.where(off, samples / 1000, samples).astype(np.float32)


def write_sound(path: Path, samples: np.ndarray, rate: int = 16_000) -> Path:
    """Write samples as a sound file, its folders included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate)
    return path


def fill(
    folder: Path,
    corpus: Corpus,
    speakers: int,
    emotions: tuple[str, ...],
    takes: int,
    sets: tuple[str, ...] = ("librosa178",),
) -> list[Clip]:
    """Put made-up clips of a corpus into a store; features depend on emotion and speaker."""
    clips = [
        Clip(
            path=f"{speaker:02}/{emotion}-{take}.wav",
            emotion=emotion,
            speaker=f"{speaker:02}",
            recording=f"{speaker}{emotion}{take}",
            raw_label=emotion[:1],
            sentence=f"s{take}",
        )
        for speaker in range(speakers)
        for emotion in emotions
        for take in range(takes)
    ]
    generator = np.random.default_rng(zlib.crc32(corpus.name.encode()))
    n_features = len(store.columns(sets))
    by_emotion = {each: generator.standard_normal(n_features) for each in emotions}
    measurements = [
        store.Measurement(
            clip=clip.path,
            stamp=(1, 1),
            offset_s=0.6,
            duration_s=2.0,
            sha256=f"{zlib.crc32((corpus.name + clip.path).encode()):064x}",
            features=(
                by_emotion[clip.emotion] + 2 * generator.standard_normal((3, n_features))
            ).astype(np.float32),
        )
        for clip in clips
    ]
    store.append(folder, corpus.name, measurements, sets)
    store.merge(folder, corpus, clips, sets)
    return clips


def name_sound_alike(place: Path, clip: str, other: str, *, corpus: str = "emodb") -> None:
    """Give a clip of a store the sound of another clip there."""
    file = place / f"corpus={corpus}" / "clips.parquet"
    table = pq.read_table(file, partitioning=None)
    clips, sounds = (table.column(name).to_pylist() for name in ("clip", "sha256"))
    sound = sounds[clips.index(other)]
    changed = [sound if each == clip else own for each, own in zip(clips, sounds, strict=True)]
    column = table.column_names.index("sha256")
    part = parquet.read(file)
    table = table.set_column(column, "sha256", pa.array(changed))
    parquet.write(table, part.stamps, part.sets, file)
