"""What the emotions and speakers of clips tell beforehand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sertool.corpora.audit.finding import Finding, counts, finding
from sertool.corpora.sources import emotions
from sertool.learning import confounding
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
            f"sertool extract refuses them as they are: {_remedy(unknown)}, or keep them with "
            "--own-labels",
        )  # fmt: skip


def _remedy(unknown: Sequence[Clip]) -> str:
    """What to map the words of some clips to, as far as that is beyond doubt."""
    labels = [*dict.fromkeys(clip.emotion for clip in unknown)]
    proposed = emotions.proposals(sorted(labels), EMOTIONS)
    if proposed:
        return f"map them with {emotions.line(proposed)}"
    return f"map them to {', '.join(EMOTIONS)} with --map {labels[0]}=EMOTION"


def _advice(by_one: Sequence[str]) -> str:
    """What to do about speakers of one emotion, where some emotions are uttered by one speaker."""
    voice = "to know the voice is to know the emotion: do not normalise by speaker, and "
    if by_one:
        return (
            f"{voice}trust no figure of this corpus by itself: {', '.join(by_one)} of one speaker "
            "only cannot be recognised of a new one. Add recordings of several emotions by each "
            "speaker, or train on it with other corpora and test on those"
        )
    return f"{voice}quote the protocol speakers, not clips"


def _speakers(clips: Sequence[Clip]) -> Iterator[Finding]:
    known = [clip for clip in clips if clip.speaker]
    speakers, uttered = [clip.speaker for clip in known], [clip.emotion for clip in known]
    single = confounding.of_one_emotion(speakers, uttered)
    if len({*speakers}) <= FEW_SPEAKERS:
        yield Finding(
            "few speakers", "note",
            f"speakers that are known: {', '.join(sorted({*speakers})) or 'none'}",
            "a figure for new speakers needs more of them: say so beside it, or test on another "
            "corpus (cross_corpus)",
        )  # fmt: skip
    n_speakers = Counter(emotion for _, emotion in {*zip(speakers, uttered, strict=True)})
    is_confounded = confounding.is_confounded(speakers, uttered)
    yield from finding(
        "speakers of one emotion", "worry" if is_confounded else "note",
        {clip.path: f"{clip.speaker}: {clip.emotion}" for clip in known if clip.speaker in single},
        f"{len(single)} of {len({*speakers})} speakers utter one emotion only",
        _advice(sorted(emotion for emotion, count in n_speakers.items() if count == 1)),
    )  # fmt: skip
