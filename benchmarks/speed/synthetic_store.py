"""A large store from a small one: its clips again and again, each time with other noise.

    python benchmarks/speed/synthetic_store.py --clips 300000 DIR

Clips of the store that ships with sertool are repeated: 2,140 of EmoDB, the rest of CREMA-D. They
are written as the workers of an extraction write them, then merged as at its end. What comes out is
a store to measure memory and time on, no data to learn anything from.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import zlib
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import numpy as np

from sertool import registry, store
from sertool.cli.home import EMBEDDED_STORE
from sertool.features import sets
from sertool.store import extraction, merging
from sertool.store.rows import Measurement, Numbers
from sertool.types import VARIANTS, Clip

EMODB_CLIPS = 2140
THE_178 = [sets.get("librosa178")]
NOISE = 0.1
"""Spread of what is added, as a share of each feature's own."""


def main() -> None:
    """Fill a store and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path, help="an empty or new folder")
    parser.add_argument("--clips", type=int, default=300_000)
    given = parser.parse_args()
    fill(given.store, "emodb", EMODB_CLIPS)
    fill(given.store, "cremad", given.clips - EMODB_CLIPS)


def fill(folder: Path, corpus_name: str, n_clips: int) -> None:
    """Write so many clips of a corpus to the journal, merge it, and print seconds and memory."""
    corpus = registry.get("corpora", corpus_name)
    clips: list[Clip] = []
    begun = process_time()
    for number, batch in enumerate(batches(corpus_name, n_clips)):
        measurements = [measurement for _, measurement in batch]
        merging.append(folder, corpus_name, measurements, THE_178, merging.part_name(number, 0))
        clips += [clip for clip, _ in batch]
    written = process_time()
    said = f"{corpus_name}: {len(clips):,} clips"
    print(f"{said} written in {written - begun:.1f} s of processor time, {peak():.0f} MB at most")  # noqa: T201
    merging.merge(folder, corpus, clips, THE_178)
    size = sum(file.stat().st_size for file in (folder / corpus_name).glob("*.parquet"))
    print(  # noqa: T201
        f"{said} merged in {process_time() - written:.1f} s of processor time, "
        f"{peak():.0f} MB at most, {size / len(clips):.0f} bytes a clip"
    )


def batches(corpus_name: str, n_clips: int) -> Iterator[list[tuple[Clip, Measurement]]]:
    """Clips in their order, as many at a time as a worker writes."""
    table = store.read(EMBEDDED_STORE, [corpus_name])
    X = store.matrix(table).reshape(-1, len(VARIANTS), len(store.FEATURE_NAMES))
    spread = NOISE * X.std(axis=0)
    originals = table.select(store.IDENTITY).to_pylist()[:: len(VARIANTS)]
    generator = np.random.default_rng(zlib.crc32(corpus_name.encode()))
    size = extraction.MOST_CLIPS
    for start in range(0, n_clips, size):
        numbers = range(start, min(start + size, n_clips))
        yield [
            repeated(originals[number % len(X)], X[number % len(X)], number, spread, generator)
            for number in numbers
        ]


def repeated(
    row: dict[str, str],
    features: np.ndarray,
    number: int,
    spread: np.ndarray,
    generator: np.random.Generator,
) -> tuple[Clip, Measurement]:
    """A clip like one that there is, under a name of its own."""
    name = f"{number:09}/{row['clip']}"
    clip = Clip(
        name, row["emotion"], row["speaker"], name, row["raw_label"], row["sentence"], row["gender"]
    )
    noise = spread * generator.standard_normal(features.shape, np.float32)
    values = Numbers(0.6, (features + noise).astype(np.float32))
    sound = sha256(row["corpus"], number)
    return clip, Measurement(name, (1, 1), 2.5, sound, {"librosa178": values})


def sha256(corpus: str, number: int) -> str:
    """What stands for the digest of a sound, each time another."""
    return hashlib.sha256(f"{corpus} {number}".encode()).hexdigest()


def peak() -> float:
    """The most memory that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
