"""What a researcher should know of a corpus before a number is made of it.

From its files, its labels and what `hearing` tells of its recordings: what is wrong or odd, and
what to do or what sertool does about it. Works on any corpus, a manifest's among them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

from sertool import audio, normalisation
from sertool.corpora import sound_files
from sertool.extraction import Source
from sertool.hearing import Heard, Sound
from sertool.types import Clip

FEW_SPEAKERS = 2
N_NAMED = 3
"""So many others of the same sound are named beside a recording."""

Severity = Literal["worry", "note"]
"""A worry says that recordings or labels are wrong or mislead; a note is good to know."""


@dataclass(frozen=True)
class Finding:
    """Something to know of a corpus.

    Attributes:
        kind: what it is, for example "clipping".
        severity: "worry" or "note".
        says: what was found, one sentence.
        advice: what to do, or what sertool does about it.
        recordings: the paths that it names -> what there is to say of each, "" = nothing more.
    """

    kind: str
    severity: Severity
    says: str
    advice: str
    recordings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Audit:
    """What there is to say of a corpus.

    Attributes:
        corpus: its name.
        folder: where it lies.
        n_recordings: how many clips it has there.
        findings: worries first.
    """

    corpus: str
    folder: str
    n_recordings: int
    findings: tuple[Finding, ...]


def audit(source: Source, heard: Sequence[Heard]) -> Audit:
    """Say what to know of a corpus.

    Args:
        source: the corpus, its folder and clips.
        heard: what `hearing.hear` tells of each of these clips.
    """
    found = [*_files(source, heard), *_sounds(heard), *_speakers(source.clips)]
    found.sort(key=lambda finding: finding.severity != "worry")
    return Audit(source.corpus.name, str(source.folder), len(source.clips), tuple(found))


def absent(name: str, reason: str) -> Audit:
    """What there is to say of a corpus of which nothing was found, for this reason.

    >>> absent("tess", "no folder tess").n_recordings
    0
    """
    advice = f"give its folder, {name}=DIR, or say again where it lies: sertool corpora add"
    return Audit(name, "", 0, (Finding("missing recordings", "worry", reason, advice),))


def _files(source: Source, heard: Sequence[Heard]) -> Iterator[Finding]:
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
    gone = {each.clip.path: "" for each in heard if not (source.folder / each.clip.path).is_file()}
    yield from _finding(
        "missing recordings", "worry", gone, "listed, but not there",
        "mend the paths, which are relative to the manifest's folder; sertool skips these",
    )  # fmt: skip
    unusable = (each for each in heard if each.sound is None and each.clip.path not in gone)
    yield from _finding(
        "unreadable", "worry", {each.clip.path: each.cause for each in unusable},
        "cannot be read to the end", "download them again; sertool skips and lists them",
    )  # fmt: skip


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
    yield from _finding(
        "second copies", "worry", nested, "there once more under the same name",
        "remove the copy: tools that take every file train on what they test. sertool counts each "
        "recording once",
    )  # fmt: skip
    yield from _finding(
        "other formats", "note", other_formats, "there once more in another format",
        "sertool counts each recording once: in the fewest folders, then without loss",
    )  # fmt: skip
    yield from _finding(
        "unexpected files", "note", unexpected, "not named as recordings of this corpus are",
        "sertool passes over them",
    )  # fmt: skip


def _sounds(heard: Sequence[Heard]) -> Iterator[Finding]:
    """What is odd about the sounds themselves."""
    rule = audio.RULE
    sounds = {each.clip: each.sound for each in heard if each.sound is not None}
    yield from _lengths(sounds)
    silent = {clip.path: clip.emotion for clip, sound in sounds.items() if sound.is_silent}
    yield from _finding(
        "digital silence", "worry", silent,
        f"silent where sertool listens ({rule.seconds} s from {rule.offset_s} s on)",
        "leave them out: take the files away, or the lines of the manifest",
    )  # fmt: skip
    clipped = {clip: sound.n_clipped for clip, sound in sounds.items() if sound.n_clipped}
    yield from _finding(
        "clipping", "note",
        {
            clip.path: f"{clip.emotion}, {_number(count, 'sample')}"
            for clip, count in clipped.items()
        },
        f"cut off at full scale ({_counts(clip.emotion for clip in clipped)})",
        "sertool takes them as they are; an emotion that is clipped more often than the others is "
        "easier to recognise here than elsewhere",
    )  # fmt: skip
    yield from _same(
        {clip: sound.sha256 for clip, sound in sounds.items() if clip.path not in silent}
    )
    yield from _formats(sounds)


def _lengths(sounds: Mapping[Clip, Sound]) -> Iterator[Finding]:
    rule = audio.RULE
    lengths = {clip: f"{sound.duration_s:.2f} s" for clip, sound in sounds.items()}
    yield from _finding(
        "too short", "worry",
        {clip.path: lengths[clip] for clip, sound in sounds.items() if sound.offset_s is None},
        f"shorter than {rule.minimum_s} s", "sertool skips and lists them when it extracts",
    )  # fmt: skip
    yield from _finding(
        "short", "note",
        {clip.path: lengths[clip] for clip, sound in sounds.items() if sound.offset_s == 0},
        f"over before {rule.offset_s + rule.minimum_s:.1f} s",
        f"sertool hears them from 0 s on, the others from {rule.offset_s} s on",
    )  # fmt: skip


def _same(sha256: Mapping[Clip, str]) -> Iterator[Finding]:
    """The very same sound under several names, with several emotions or with one."""
    groups = defaultdict(list)
    for clip, sound in sha256.items():
        groups[sound].append(clip)
    contrary: list[list[Clip]] = []
    alike: list[list[Clip]] = []
    for group in groups.values():
        if len(group) > 1:
            n_emotions = len({clip.emotion for clip in group})
            (contrary if n_emotions > 1 else alike).append(group)
    yield from _finding(
        "same sound, different emotions", "worry", _mutual(contrary),
        "at most one label of each can be right",
        "look up the label, or leave them out: sertool benchmark --drop-duplicates. Without it "
        "sertool does not train on a sound that it tests, but learns and counts both labels",
    )  # fmt: skip
    yield from _finding(
        "same sound, same emotion", "note", _mutual(alike), "one sound, several names",
        "sertool does not train on a sound that it tests; to count each once: sertool benchmark "
        "--drop-duplicates",
    )  # fmt: skip


def _mutual(groups: Iterable[Sequence[Clip]]) -> dict[str, str]:
    """Each clip of some groups -> its emotion, and which others are its like."""
    return {
        clip.path: f"{clip.emotion}, as {_others(clip, group)}"
        for group in groups
        for clip in group
    }


def _others(clip: Clip, group: Sequence[Clip]) -> str:
    others = [f"{other.path} ({other.emotion})" for other in group if other != clip]
    n_more = len(others) - N_NAMED
    return ", ".join(others[:N_NAMED]) + (f" and {n_more:,} more" if n_more > 0 else "")


def _formats(sounds: Mapping[Clip, Sound]) -> Iterator[Finding]:
    """What differs in sampling rate or channels from most of the corpus."""
    usual = _most_frequent(sound.rate for sound in sounds.values())
    odd = {clip: sound.rate for clip, sound in sounds.items() if sound.rate != usual}
    differ = len({min(rate, audio.RULE.rate) for rate in (usual, *odd.values())}) > 1
    yield from _finding(
        "sampling rate", "worry" if differ else "note",
        {clip.path: f"{rate:,} Hz" for clip, rate in odd.items()},
        f"not sampled at {usual:,} Hz as most are",
        f"sertool brings all to {audio.RULE.rate:,} Hz" + (
            ", but some have no high frequencies, which tells them apart whatever the emotion: "
            "bring all to the lowest rate before" if differ else ", which none falls short of"
        ),
    )  # fmt: skip
    usual = _most_frequent(sound.n_channels for sound in sounds.values())
    yield from _finding(
        "channels", "note",
        {
            clip.path: _number(sound.n_channels, "channel")
            for clip, sound in sounds.items()
            if sound.n_channels != usual
        },
        f"not of {_number(usual, 'channel')} as most are", "sertool mixes all to mono",
    )  # fmt: skip


def _speakers(clips: Sequence[Clip]) -> Iterator[Finding]:
    known = [clip for clip in clips if clip.speaker]
    uttered: dict[str, set[str]] = defaultdict(set)
    for clip in known:
        uttered[clip.speaker].add(clip.emotion)
    if len(uttered) <= FEW_SPEAKERS:
        yield Finding(
            "few speakers", "note",
            f"speakers that are known: {', '.join(sorted(uttered)) or 'none'}",
            "a figure for new speakers needs more of them: say so beside it, or test on another "
            "corpus (cross_corpus)",
        )  # fmt: skip
    single = [clip for clip in known if len(uttered[clip.speaker]) == 1]
    most = normalisation.confounded(
        [clip.speaker for clip in known], [clip.emotion for clip in known]
    )
    n_single = len({clip.speaker for clip in single})
    yield from _finding(
        "speakers of one emotion", "worry" if most else "note",
        {clip.path: f"{clip.speaker}: {clip.emotion}" for clip in single},
        f"{n_single} of {len(uttered)} speakers utter one emotion only",
        "to know the voice is to know the emotion: quote the protocol speakers, not clips, and do "
        "not normalise by speaker",
    )  # fmt: skip


def _finding(
    kind: str, severity: Severity, recordings: Mapping[str, str], says: str, advice: str
) -> Iterator[Finding]:
    """A finding, where there are recordings that it is about."""
    if recordings:
        says = f"{_number(len(recordings), 'recording')}: {says}"
        yield Finding(kind, severity, says, advice, dict(sorted(recordings.items())))


def _number(count: int, what: str) -> str:
    """How many of what.

    >>> _number(1, "sample"), _number(1200, "sample")
    ('1 sample', '1,200 samples')
    """
    return f"{count:,} {what}{'s' * (count != 1)}"


def _counts(emotions: Iterable[str]) -> str:
    """How often each occurs, the most frequent first.

    >>> _counts(["sad", "angry", "angry"])
    'angry 2, sad 1'
    """
    return ", ".join(f"{emotion} {count}" for emotion, count in Counter(emotions).most_common())


def _most_frequent(values: Iterable[int]) -> int:
    """The most frequent value, 0 where there is none."""
    return next((value for value, _ in Counter(values).most_common(1)), 0)


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()
