"""What the emotions and speakers of clips tell beforehand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sertool.corpora.audit.finding import Finding, counts, finding
from sertool.learning import normalisation
from sertool.types import EMOTIONS, Clip

FEW_SPEAKERS = 2


def of_labels(clips: Sequence[Clip]) -> Iterator[Finding]:
    """What the emotions and speakers of clips tell beforehand."""
    yield from _emotions(clips)
    yield from _speakers(clips)


def _emotions(clips: Sequence[Clip]) -> Iterator[Finding]:
    unknown = [clip for clip in clips if clip.emotion.lower() not in EMOTIONS]
    if unknown:
        yield from finding(
            "emotions of your own", "note", {clip.path: clip.emotion for clip in unknown},
            f"words that sertool does not know ({counts(clip.emotion for clip in unknown)})",
            f"sertool extract refuses them as they are: map them to {', '.join(EMOTIONS)} with "
            f"--map {unknown[0].emotion}=EMOTION, or keep them with --own-labels",
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
    yield from finding(
        "speakers of one emotion", "worry" if most else "note",
        {clip.path: f"{clip.speaker}: {clip.emotion}" for clip in single},
        f"{n_single} of {len(uttered)} speakers utter one emotion only",
        "to know the voice is to know the emotion: quote the protocol speakers, not clips, and do "
        "not normalise by speaker",
    )  # fmt: skip
