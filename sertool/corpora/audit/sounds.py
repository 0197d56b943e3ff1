"""What is odd about the sounds themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sertool import audio
from sertool.audio.activity import LARGEST_CONSTANT
from sertool.corpora.audit.finding import Finding, counts, finding, number
from sertool.corpora.audit.inspection import Inspection, Sound
from sertool.types import Clip

N_NAMED = 3
"""So many others of the same sound are named beside a recording."""


def of_sounds(inspections: Sequence[Inspection]) -> Iterator[Finding]:
    """What is odd about the sounds themselves."""
    sounds = {each.clip: each.sound for each in inspections if each.sound is not None}
    yield from _lengths(sounds)
    silent = {clip.path: clip.emotion for clip, sound in sounds.items() if sound.is_silent}
    yield from finding(
        "digital silence", "worry", silent,
        "silent from beginning to end",
        "nothing can be learnt from them; sertool skips and lists them when it extracts",
    )  # fmt: skip
    wordless = {
        clip.path: clip.emotion
        for clip, sound in sounds.items()
        if not (sound.holds_speech or sound.is_silent or _is_too_short(sound))
    }
    yield from finding(
        "no speech", "worry", wordless,
        "nobody seems to speak in them: they are steady, or no louder than what lies behind",
        "listen to them; sertool skips and lists them when it extracts, but for sets by the rule "
        "study",
    )  # fmt: skip
    yield from finding(
        "constant", "note",
        {
            clip.path: f"{100 * sound.constant:+.1f} % of full scale"
            for clip, sound in sounds.items()
            if abs(sound.constant) > LARGEST_CONSTANT and not sound.is_silent
        },
        f"around a constant (DC) of more than {100 * LARGEST_CONSTANT:.1f} % of full scale",
        "sertool takes it off, but for sets by the rule study, whose features it changes",
    )  # fmt: skip
    yield from finding(
        "cancelling channels", "worry",
        {
            clip.path: remark
            for clip, sound in sounds.items()
            for remark in sound.remarks
            if remark.startswith("the channels")
        },
        "their channels cancel each other when they are mixed",
        "sertool takes the louder channel; tools that mix get silence: turn one channel round",
    )  # fmt: skip
    clipped = {clip: sound.n_clipped for clip, sound in sounds.items() if sound.n_clipped}
    yield from finding(
        "clipping", "note",
        {
            clip.path: f"{clip.emotion}, {number(count, 'sample')}"
            for clip, count in clipped.items()
        },
        f"cut off at full scale ({counts(clip.emotion for clip in clipped)})",
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
    yield from finding(
        "too short", "worry",
        {clip.path: lengths[clip] for clip, sound in sounds.items() if _is_too_short(sound)},
        f"shorter than {rule.minimum_s} s", "sertool skips and lists them when it extracts",
    )  # fmt: skip
    yield from finding(
        "short", "note",
        {
            clip.path: lengths[clip]
            for clip, sound in sounds.items()
            if not _is_too_short(sound) and sound.duration_s < rule.offset_s + rule.minimum_s
        },
        f"over before {rule.offset_s + rule.minimum_s:.1f} s",
        f"by the rule study they are analysed from 0 s on, the others from {rule.offset_s} s on; "
        "by the rule utterance all are analysed whole",
    )  # fmt: skip


def _is_too_short(sound: Sound) -> bool:
    return sound.duration_s < audio.RULE.minimum_s


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
    yield from finding(
        "same sound, different emotions", "worry", _mutual(contrary),
        "at most one label of each can be right",
        "look up the label, or leave them out: sertool benchmark --drop-duplicates. Without it "
        "sertool does not train on a sound that it tests, but learns and counts both labels",
    )  # fmt: skip
    yield from finding(
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
    yield from finding(
        "sampling rate", "worry" if differ else "note",
        {clip.path: f"{rate:,} Hz" for clip, rate in odd.items()},
        f"not sampled at {usual:,} Hz as most are",
        f"sertool brings all to {audio.RULE.rate:,} Hz" + (
            ", but some have no high frequencies, which tells them apart whatever the emotion: "
            "bring all to the lowest rate before" if differ else ", which none falls short of"
        ),
    )  # fmt: skip
    usual = _most_frequent(sound.n_channels for sound in sounds.values())
    yield from finding(
        "channels", "note",
        {
            clip.path: number(sound.n_channels, "channel")
            for clip, sound in sounds.items()
            if sound.n_channels != usual
        },
        f"not of {number(usual, 'channel')} as most are", "sertool mixes all to mono",
    )  # fmt: skip


def _most_frequent(values: Iterable[int]) -> int:
    """The most frequent value, 0 where there is none."""
    return next((value for value, _ in Counter(values).most_common(1)), 0)
