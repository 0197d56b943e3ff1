"""Several raters of one recording: the label that most of them gave, and how far they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sertool.corpora.sources import segments
from sertool.corpora.sources.columns import Row
from sertool.corpora.sources.note import Note
from sertool.corpora.sources.segments import Span
from sertool.types import Emotion


def majority(labels: Sequence[str]) -> str | None:
    """The most frequent label; None where two or more are equally frequent.

    >>> majority(["sad", "sad", "happy"]), majority(["sad", "happy"]) is None
    ('sad', True)
    """
    (first, most), *others = Counter(labels).most_common()
    return None if others and others[0][1] == most else first


def alpha(units: Iterable[Sequence[Hashable]]) -> float | None:
    """Krippendorff's alpha for labels without order: 1 = full agreement, 0 = that of chance.

    Args:
        units: the labels that each recording was given, by however many raters; those with fewer
            than two say nothing.

    Returns:
        None where there are no two labels of a recording, or all labels are the same.

    Source: K. Krippendorff: Computing Krippendorff's alpha-reliability, 2011.

    >>> round(alpha([["a", "a"], ["b", "b"], ["a", "b"], ["b"]]), 4)
    0.4444
    """
    paired = [Counter(labels) for labels in units if len(labels) > 1]
    totals: Counter[Hashable] = Counter()
    for counts in paired:
        totals.update(counts)
    n_labels = totals.total()
    expected = n_labels**2 - sum(count**2 for count in totals.values())
    if not expected:
        return None
    observed = sum(
        (counts.total() ** 2 - sum(count**2 for count in counts.values())) / (counts.total() - 1)
        for counts in paired
    )
    return 1 - (n_labels - 1) * observed / expected


Place = tuple[str, Span | None]
"""What a clip is known by: its file, and which part of it."""


@dataclass(frozen=True)
class Vote:
    """What the rows of one clip say of its emotion.

    Attributes:
        emotion: the most frequent one; "" = none was given, or two are equally frequent.
        word: the table's word for it.
        votes: the emotions that were given, in the order of the rows.
    """

    emotion: Emotion
    word: str
    votes: tuple[Emotion, ...]


def decided(group: Sequence[Row], meanings: Mapping[str, Emotion]) -> Vote:
    """Count the labels of a clip; rows that are left out or blank are no votes."""
    labels = [(meanings[row.cells["emotion"]], row.cells["emotion"]) for row in group]
    given = [(emotion, word) for emotion, word in labels if emotion]
    cast = tuple(emotion for emotion, _ in given)
    emotion = majority(cast) if cast else None
    if emotion is None:
        return Vote("", "", cast)
    return Vote(emotion, next(word for each, word in given if each == emotion), cast)


def notes(decided: Mapping[Place, Vote]) -> Iterator[Note]:
    """What to know of a table in which clips have several labels."""
    several = {place: vote for place, vote in decided.items() if len(vote.votes) > 1}
    if not several:
        return
    agreement = alpha(vote.votes for vote in decided.values())
    said = (
        "is not defined, for all labels are the same" if agreement is None else f"{agreement:.3f}"
    )
    yield Note(
        "several raters", "note",
        f"{len(several):,} of {len(decided):,} recordings have several labels, "
        f"{sum(len(vote.votes) for vote in several.values()):,} in all; Krippendorff's alpha "
        f"(labels without order) {said}",
        "the most frequent label counts, and the store keeps the votes",
    )  # fmt: skip
    ties = [(place, vote) for place, vote in several.items() if not vote.emotion]
    if ties:
        (file, span), vote = ties[0]
        name = file if span is None else segments.name(file, *span)
        yield Note(
            "no majority", "note",
            f"{len(ties):,} recordings have no most frequent label, such as {name} "
            f"({', '.join(vote.votes)})",
            "they are left out",
        )  # fmt: skip
