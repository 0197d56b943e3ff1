"""Where clips come from: the folder of a corpus, or a table that lists them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from sertool.corpora import PassedOver, find_clips
from sertool.corpora.sources import manifest
from sertool.corpora.sources.note import Note
from sertool.types import EMOTIONS, Clip, Corpus, Emotion


@dataclass(frozen=True)
class Source:
    """A corpus, where it lies, and the clips found there; of a table also what to know of it."""

    corpus: Corpus
    folder: Path
    clips: tuple[Clip, ...]
    notes: tuple[Note, ...] = ()


def folder_source(corpus: Corpus, folder: Path, passed_over: PassedOver | None = None) -> Source:
    """The clips of a corpus below a folder; a recording that lies there twice counts once.

    Args:
        corpus: whose clips they are.
        folder: local or remote.
        passed_over: counts the files that are left out for their names alone.
    """
    return Source(corpus, folder, tuple(find_clips(corpus, folder, passed_over)))


def first_speakers(source: Source, n_speakers: int) -> Source:
    """The same source with the clips of its first speakers alone, in the order of their names."""
    kept = set(sorted({clip.speaker for clip in source.clips})[:n_speakers])
    clips = tuple(clip for clip in source.clips if clip.speaker in kept)
    return dataclasses.replace(source, clips=clips)


def manifest_source(
    file: Path,
    *,
    name: str,
    mapping: Mapping[str, Emotion] | None = None,
    vocabulary: Collection[Emotion] | None = EMOTIONS,
    heads: Mapping[str, str] | None = None,
) -> Source:
    """The clips that a manifest lists; see `sertool.corpora.sources.manifest.read`."""
    found = manifest.read(file, name=name, mapping=mapping, vocabulary=vocabulary, heads=heads)
    return Source(found.corpus, found.folder, found.clips, found.notes)
