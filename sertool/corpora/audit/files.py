"""What is missing, unexpected, there twice, or cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from sertool.audio import parts
from sertool.corpora import sound_files
from sertool.corpora.audit.finding import Finding, finding
from sertool.corpora.audit.inspection import Inspection
from sertool.corpora.sources import Source

N_EACH = 3
"""From so many recordings with one cause on they are told together."""


def of_files(source: Source, inspections: Sequence[Inspection]) -> Iterator[Finding]:
    """What is missing, unexpected, there twice, or cannot be read."""
    corpus, clips = source.corpus, source.clips
    if len(clips) < corpus.clips:
        n_speakers = len({clip.speaker for clip in clips})
        yield Finding(
            "missing recordings", "worry",
            f"{corpus.clips - len(clips):,} of {corpus.clips:,} recordings are missing, "
            f"{n_speakers} of {corpus.speakers} speakers are there",
            f"download the rest from {corpus.url}, or say beside each number which part it is of",
        )  # fmt: skip
    if len(clips) > corpus.clips:
        yield Finding(
            "unexpected recordings", "worry",
            f"{len(clips):,} recordings, where a complete copy holds {corpus.clips:,}",
            f"look for files that are not of {corpus.url}; sertool takes them all",
        )  # fmt: skip
    if corpus.url:  # a manifest's author chose the files
        yield from _other_files(source)
    yield from _unusable(source, inspections)


def _unusable(source: Source, inspections: Sequence[Inspection]) -> Iterator[Finding]:
    """What is not there, cannot be read, or lies beyond the end of its recording."""
    gone = {
        each.clip.path: "" for each in inspections if not (source.folder / each.clip.file).is_file()
    }
    yield from finding(
        "missing recordings", "worry", gone, "listed, but not there",
        "fix the paths, which are relative to the manifest's folder; sertool skips these",
    )  # fmt: skip
    beyond = {
        each.clip.path: each.cause
        for each in inspections
        if each.sound is None and each.cause.startswith(parts.BEYOND)
    }
    yield from finding(
        "parts beyond the end", "worry", beyond, "begin where their recordings are over",
        "look up their times, which are in seconds from the beginning of the file; sertool skips "
        "these",
    )  # fmt: skip
    known = {*gone, *beyond}
    unusable = (each for each in inspections if each.sound is None and each.clip.path not in known)
    yield from _unreadable({each.clip.path: each.cause for each in unusable})
    yield from finding(
        "incomplete", "worry",
        {
            each.clip.path: "; ".join(said)
            for each in inspections
            if each.sound and (said := [text for text in each.sound.remarks if _is_loss(text)])
        },
        "a part of them is missing or damaged",
        "get them anew; sertool takes what is there",
    )  # fmt: skip
    yield from finding(
        "parts cut at the end", "note",
        {each.clip.path: each.cause for each in inspections if each.sound and each.cause},
        "end behind their recordings", "sertool cuts them there; look up their times",
    )  # fmt: skip


def _unreadable(causes: Mapping[str, str]) -> Iterator[Finding]:
    """Recordings that cannot be used; many with one reason are a finding of their own."""
    alike: dict[str, list[str]] = {}
    for path, cause in causes.items():
        alike.setdefault(cause.replace(path, ""), []).append(path)
    advice = "do what is said of each; sertool skips and lists them"
    few = {path: causes[path] for paths in alike.values() if len(paths) <= N_EACH for path in paths}
    yield from finding("unreadable", "worry", few, "cannot be used", advice)
    for paths in alike.values():
        if len(paths) > N_EACH:
            same = causes[paths[0]].partition("' ")[2] or causes[paths[0]]
            many = dict.fromkeys(paths, "")
            yield from finding("unreadable", "worry", many, same.removeprefix("is "), advice)


def _is_loss(remark: str) -> bool:
    return remark.startswith(("incomplete", "damaged"))


def _other_files(source: Source) -> Iterator[Finding]:
    """Sound files that are no clips, and those that are a clip once more."""
    kept = {clip.recording: clip.path for clip in source.clips}
    unexpected: dict[str, str] = {}
    nested: dict[str, str] = {}
    other_formats: dict[str, str] = {}
    for path in {*sound_files(source.folder)} - {*kept.values()}:
        clip = source.corpus.parse(path)
        if clip is None:
            unexpected[path] = ""
        elif clip.recording in kept:
            first = kept[clip.recording]
            copies = nested if _suffix(path) == _suffix(first) else other_formats
            copies[path] = f"again {first}"
    yield from finding(
        "second copies", "worry", nested, "there once more under the same name",
        "remove the copy: tools that take every file train on what they test. sertool counts each "
        "recording once",
    )  # fmt: skip
    yield from finding(
        "other formats", "note", other_formats, "there once more in another format",
        "sertool counts each recording once: in the fewest folders, then without loss",
    )  # fmt: skip
    yield from finding(
        "unexpected files", "note", unexpected, "not named as recordings of this corpus are",
        "sertool passes over them",
    )  # fmt: skip


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()
