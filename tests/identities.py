"""Synthetic identity tables, and what splits of them hold."""

import hashlib

import numpy as np
import pyarrow as pa

from sertool import registry
from sertool.types import VARIANTS

EMOTIONS = ("angry", "happy", "sad")


def recordings(corpus, language, *, n_speakers, n_sentences, emotions=EMOTIONS, n_takes=1):
    """Every speaker says every sentence in every emotion: a list of clips as dictionaries."""
    return [
        {
            "corpus": corpus,
            "clip": f"{speaker:02}/{sentence}-{emotion}-{take}.wav",
            "language": language,
            "speaker": f"{speaker:02}",
            "sentence": f"s{sentence}",
            "gender": "",
            "emotion": emotion,
            "raw_label": emotion[:3],
        }
        for speaker in range(n_speakers)
        for sentence in range(n_sentences)
        for emotion in emotions
        for take in range(n_takes)
    ]


def identity(clips, variants=VARIANTS):
    """The identity table of some clips, in all variants, with sounds that all differ."""
    rows = []
    for clip in clips:
        sound = hashlib.sha256(f"{clip['corpus']} {clip['clip']}".encode()).hexdigest()
        for variant in variants:
            measured = {"variant": variant, "offset_s": 0.5, "duration_s": 2.5, "sha256": sound}
            rows.append(measured | clip)
    return pa.Table.from_pylist(rows)


def three_corpora():
    """Three corpora that come with a division: the first speaker is tested, the second held out."""
    clips = [
        *recordings("emodb", "de", n_speakers=4, n_sentences=6),
        *recordings("savee", "en", n_speakers=3, n_sentences=3, emotions=(*EMOTIONS, "calm")),
        *recordings("emovo", "it", n_speakers=6, n_sentences=2, emotions=(*EMOTIONS, "fear")),
    ]
    sides = {"00": "test", "01": "dev"}
    return identity([{**clip, "split": sides.get(clip["speaker"], "train")} for clip in clips])


def one_corpus(**sizes):
    return identity(recordings("emodb", "de", **{"n_speakers": 4, "n_sentences": 6} | sizes))


def splits(name, table, seed=42):
    return list(registry.get("protocols", name).splits(table, name="pool", seed=seed))


def named(table, rows, *columns):
    """What some rows are, by these columns: a list of tuples."""
    taken = table.take(pa.array(rows))
    return list(zip(*(taken.column(column).to_pylist() for column in columns), strict=True))


def by_identity(table, found):
    """Splits with rows told by what they are instead of where they stand."""
    keys = ("corpus", "clip", "variant")
    parts = ("train", "test", "validation")
    return [
        (split.name, *(named(table, getattr(split, part), *keys) for part in parts))
        for split in found
    ]


def shuffled(table, seed=3):
    return table.take(pa.array(np.random.default_rng(seed).permutation(table.num_rows)))
