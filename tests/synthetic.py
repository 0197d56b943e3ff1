"""Made-up material: sounds, a small corpus by name, stores of features."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import soundfile

from sertool.features import sets as feature_sets
from sertool.store import layout, merging, parquet
from sertool.store.rows import Measurement, Numbers
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


def syllables(seconds: float, rate: int = 16_000, pitch: float = 220.0) -> np.ndarray:
    """The same tone, 0.3 s on and 0.2 s nearly off in turn, as nobody mistakes for silence."""
    samples = tone(seconds, rate, pitch)
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
    sets: tuple[str, ...] = feature_sets.BEST,
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
    wanted = [feature_sets.get(name) for name in sets]
    n_features = sum(len(each.columns) for each in wanted)
    edges = np.cumsum([len(each.columns) for each in wanted])[:-1]
    by_emotion = {each: generator.standard_normal(n_features) for each in emotions}
    measurements = []
    for clip in clips:
        noise = 2 * generator.standard_normal((3, n_features))
        values = (by_emotion[clip.emotion] + noise).astype(np.float32)
        sha256 = f"{zlib.crc32((corpus.name + clip.path).encode()):064x}"
        numbers = {
            each.name: Numbers(0.6, own)
            for each, own in zip(wanted, np.split(values, edges, axis=1), strict=True)
        }
        measurements.append(Measurement(clip.path, (1, 1), 2.0, sha256, numbers))
    merging.append(folder, corpus.name, measurements, wanted)
    merging.merge(folder, corpus, clips, wanted)
    return clips


def rewrite(file: Path, change: Callable[[pa.Table], pa.Table], **holds: object) -> None:
    """Write a file of a store anew, its table changed, its checksum right."""
    sealed = parquet.read(file)
    table = change(sealed.table(sealed.columns).replace_schema_metadata())
    stamps = None if file.name == layout.CLIPS else sealed.stamps
    parquet.write([table], {**sealed.about, **holds}, file, stamps)


def name_sound_alike(place: Path, clip: str, other: str, *, corpus: str = "emodb") -> None:
    """Give a clip of a store the sound of another clip there."""

    def changed(table: pa.Table) -> pa.Table:
        clips, sounds = (table.column(name).to_pylist() for name in ("clip", "sha256"))
        sound = sounds[clips.index(other)]
        alike = [sound if each == clip else own for each, own in zip(clips, sounds, strict=True)]
        return table.set_column(table.column_names.index("sha256"), "sha256", pa.array(alike))

    for file in (place / corpus).glob("*.parquet"):
        rewrite(file, changed)
