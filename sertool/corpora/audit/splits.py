"""What lies on both sides of a corpus's own division into training and test clips."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from sertool.corpora.audit.finding import Finding, Severity, counts, finding
from sertool.corpora.audit.inspection import Inspection
from sertool.types import Clip

N_NAMED = 5
"""So many speakers or sentences are named."""


def of_splits(inspections: Sequence[Inspection]) -> Iterator[Finding]:
    """Speakers, sentences and sounds on both sides, and clips on no side."""
    clips = [each.clip for each in inspections if each.clip.split]
    if not clips:
        return
    sides = counts(clip.split for clip in clips)
    none = {each.clip.path: "" for each in inspections if not each.clip.split}
    yield from finding(
        "clips of no split", "note", none, f"of none of the sides ({sides})",
        "the protocol given leaves them out",
    )  # fmt: skip
    sounds = {each.clip.path: each.sound.sha256 for each in inspections if each.sound}
    yield from _on_both(clips, "speaker", "worry", lambda clip: clip.speaker, sides)
    yield from _on_both(clips, "sentence", "note", lambda clip: clip.sentence, sides)
    yield from _on_both(clips, "sound", "worry", lambda clip: sounds.get(clip.path, ""), sides)


def _on_both(
    clips: Sequence[Clip],
    what: str,
    severity: Severity,
    value: Callable[[Clip], str],
    sides: str,
) -> Iterator[Finding]:
    groups: defaultdict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        if value(clip):
            groups[value(clip)].append(clip)
    both = {
        name: group for name, group in groups.items() if len({clip.split for clip in group}) > 1
    }
    if not both:
        return
    named = [name for name in sorted(both) if what != "sound"][:N_NAMED]
    names = f", such as {', '.join(named)}" if named else ""
    yield from finding(
        f"{what}s on both sides", severity,
        {clip.path: f"{clip.split}, {clip.emotion}" for group in both.values() for clip in group},
        f"{len(both):,} of {len(groups):,} {what}s are on several sides of the split "
        f"({sides}){names}",
        f"a figure of the protocol given is no figure for new {what}s: say so beside it"
        + ("; the sounds that are tested are not trained on" if what == "sound" else ""),
    )  # fmt: skip
