"""What of a table is counted rather than refused, and what its author is asked about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sertool.corpora.sources import words
from sertool.corpora.sources.columns import Row
from sertool.corpora.sources.emotions import Meanings
from sertool.corpora.sources.note import Note, tally
from sertool.types import Clip

MOST_NAMED = 5
"""So many groups of names are shown."""


def of_rows(rows: Sequence[Row], meant: Meanings) -> Iterator[Note]:
    """Rows without an emotion, and cells that say that nothing is known."""
    yield from _of_emotions(rows, meant)
    yield from _of_cells(rows)


def _of_emotions(rows: Sequence[Row], meant: Meanings) -> Iterator[Note]:
    labels = [row.cells["emotion"] for row in rows]
    blank = [label for label in labels if label in meant.blank]
    if blank:
        yield Note(
            "rows without emotion", "note",
            f"{len(blank):,} of {len(rows):,} rows have no emotion ({tally(blank)})",
            "they are left out",
        )  # fmt: skip
    dropped = [each for each in labels if not meant.emotions[each] and each not in meant.blank]
    if dropped:
        yield Note(
            "rows left out", "note",
            f"{len(dropped):,} of {len(rows):,} rows have labels that are mapped to nothing "
            f"({tally(dropped)})",
            "they are left out as you asked",
        )  # fmt: skip


def _of_cells(rows: Sequence[Row]) -> Iterator[Note]:
    cells = [row.cells["speaker"] for row in rows]
    unknown = [cell for cell in cells if cell and words.is_unknown(cell)]
    if unknown:
        yield Note(
            "unknown speakers", "note",
            f"{len(unknown):,} rows name no speaker ({tally(unknown)})",
            "they are of unknown speakers, not of one; protocols that need speakers refuse them: "
            "fill them in or take the rows out",
        )  # fmt: skip
    cells = [row.cells["gender"] for row in rows if row.cells["gender"]]
    genders = [cell for cell in cells if not words.gender(cell)]
    if genders:
        yield Note(
            "unknown genders", "note",
            f"{len(genders):,} rows have a gender other than female and male ({tally(genders)})",
            "it is left blank",
        )  # fmt: skip


def of_speakers(clips: Sequence[Clip]) -> Iterator[Note]:
    """Names that may be one speaker's in several spellings."""
    alike: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for clip in clips:
        names = alike[words.likeness(clip.speaker)]
        names[clip.speaker] = names.get(clip.speaker, 0) + 1
    doubtful = [names for names in alike.values() if len(names) > 1]
    if doubtful:
        shown = "; ".join(
            "/".join(f"{name} ({count:,} clips)" for name, count in sorted(names.items()))
            for names in doubtful[:MOST_NAMED]
        )
        more = f" and {len(doubtful) - MOST_NAMED} more" if len(doubtful) > MOST_NAMED else ""
        yield Note(
            "speakers alike", "worry",
            f"names of speakers that differ in case, spaces or zeros only: {shown}{more}",
            "each counts as a speaker of its own: where they are one, write them alike, or one "
            "voice is trained on and tested",
        )  # fmt: skip
