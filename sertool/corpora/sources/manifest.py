"""Anybody's own corpus: a table that says which recording holds which emotion.

Columns `path, emotion` and, where known, `speaker, language, sentence, gender, start, end, split`
and others, in any order and under the names that the field has for them (`sources.columns`)::

    path,emotion,speaker
    session1/ann_01.wav,happy,ann
    session1/bob_01.wav,angry,bob

A clip is a recording, or the part of it from `start` to `end`. Several rows of one clip are the
votes of several raters.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sertool.corpora.sources import (
    columns,
    doubts,
    emotions,
    lists,
    places,
    segments,
    splits,
    votes,
    words,
)
from sertool.corpora.sources.columns import Row
from sertool.corpora.sources.note import Note
from sertool.corpora.sources.table import Table
from sertool.corpora.sources.votes import Place, Vote
from sertool.errors import BadChoice, BadTable
from sertool.types import EMOTIONS, Clip, Corpus, Emotion


@dataclass(frozen=True)
class Manifest:
    """What a table describes.

    Attributes:
        corpus: the corpus.
        clips: in the order of their files, and of their beginnings in these.
        folder: that their paths are relative to.
        notes: what was counted or taken for granted.
    """

    corpus: Corpus
    clips: tuple[Clip, ...]
    folder: Path
    notes: tuple[Note, ...]


def read(
    path: Path,
    *,
    name: str,
    mapping: Mapping[str, Emotion] | None = None,
    vocabulary: Collection[Emotion] | None = EMOTIONS,
    heads: Mapping[str, str] | None = None,
) -> Manifest:
    r"""The corpus that a table describes.

    A clip's path is relative to the table's folder; one outside of it stays absolute. Whether
    the recordings exist is left to whoever reads them. Without a speaker the speaker is "", which
    means unknown. The corpus's language is "und" where none is given, "mul" where several are.

    Args:
        path: the table: a text, ARFF or parquet file, a configuration of nkululeko, a folder of
            audb or Hugging Face, or "-" for standard input.
        name: what to call the corpus: letters, digits, "_", "." and "-".
        mapping: the table's words -> emotions, whatever the case: `{"joy": "happy"}`; a word that
            is mapped to "" leaves its rows out.
        vocabulary: the emotions that are possible, whatever the case in the table; None = any
            word, kept as the table has it.
        heads: what a column is called, where it is not found: `{"path": "sound"}`.

    Raises:
        NotFound: there is no such file.
        BadTable: the file is no table, lacks a column or a value, has times that are none, or
            contradicts itself.
        BadLabel: emotions outside the vocabulary, or that differ in nothing but case.
        BadChoice: a name that cannot be a corpus's, a mapping to outside the vocabulary, or a
            column that does not exist.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     csv_file = Path(folder, "mine.csv")
    ...     _ = csv_file.write_text("sound;label;start;end\nb.wav; Joy;1;2.5\na.wav;SAD;;\n")
    ...     mapping, heads = {"joy": "happy"}, {"path": "sound"}
    ...     found = read(csv_file, name="mine", mapping=mapping, heads=heads)
    >>> [(clip.path, clip.emotion, clip.raw_label) for clip in found.clips]
    [('a.wav', 'sad', 'SAD'), ('b.wav#1-2.5', 'happy', 'Joy')]
    >>> found.corpus.clips, found.corpus.speakers, found.notes
    (2, 0, ())
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise BadChoice(f"corpus name {name!r}: use letters, digits, '_', '.' and '-'")
    listed = lists.read(path)
    table = listed.table
    layout = columns.layout(table, heads or {})
    rows = _rows(table.name, columns.rows(table, layout))
    labels = [row.cells["emotion"] for row in rows]
    meant = emotions.meanings(labels, {**listed.mapping, **(mapping or {})}, vocabulary)
    groups, notes = _grouped(table, layout, rows)
    decided = {place: votes.decided(group, meant.emotions) for place, group in groups.items()}
    clips = _clips(table.name, groups, decided)
    said = (
        *layout.notes, *notes, *doubts.of_rows(rows, meant), *votes.notes(decided),
        *doubts.of_speakers(clips),
    )  # fmt: skip
    return Manifest(_corpus(name, clips), clips, table.folder, said)


def _grouped(
    table: Table, layout: columns.Layout, rows: Sequence[Row]
) -> tuple[dict[Place, list[Row]], list[Note]]:
    """The rows of each clip, and what to know of where the recordings lie."""
    files, notes = places.located({row.cells["path"] for row in rows}, table.folder)
    groups: dict[Place, list[Row]] = {}
    for row, span in zip(rows, segments.spans(rows, layout.units, table.name), strict=True):
        groups.setdefault((files[row.cells["path"]], span), []).append(row)
    return groups, notes


def _clips(
    name: str, groups: Mapping[Place, Sequence[Row]], decided: Mapping[Place, Vote]
) -> tuple[Clip, ...]:
    """The clips that have an emotion, by file and beginning."""
    clips = [
        _clip(each, groups[each], vote, name) for each, vote in decided.items() if vote.emotion
    ]
    if not clips:
        raise BadTable(f"{name} lists no recording with an emotion: fill them in")
    clips.sort(key=lambda clip: (clip.file, clip.start_s or -1.0, clip.end_s or math.inf))
    return tuple(clips)


def _corpus(name: str, clips: Sequence[Clip]) -> Corpus:
    languages = {clip.language for clip in clips}
    return Corpus(
        name=name,
        language=languages.pop() if len(languages) == 1 else "mul",
        licence="not stated",
        url="",
        citation="",
        clips=len(clips),
        speakers=len({clip.speaker for clip in clips} - {""}),
        parse={clip.path: clip for clip in clips}.get,
    )


def _rows(name: str, found: Iterator[Row]) -> list[Row]:
    """The rows of a table, each with a path."""
    rows = list(found)
    for row in rows:
        if not row.cells["path"]:
            raise BadTable(f"{name}, line {row.line}: no path; fill it in or take the line out")
    if not rows:
        raise BadTable(f"{name} lists no recording: add lines of {', '.join(columns.REQUIRED)}")
    return rows


def _clip(place: Place, group: Sequence[Row], vote: Vote, name: str) -> Clip:
    file, span = place
    cells = _agreed(group, file, name)
    start_s, end_s = span or (None, None)
    path = file if start_s is None else segments.name(file, start_s, end_s)
    return Clip(
        path=path,
        emotion=vote.emotion,
        speaker=cells["speaker"],
        recording=path,
        raw_label=vote.word,
        sentence=cells["sentence"],
        gender=words.gender(cells["gender"]) or "",
        intensity=cells["intensity"],
        language=words.language(cells["language"]) or "und",
        start_s=start_s,
        end_s=end_s,
        split=splits.side(cells["split"]),
        session=cells["session"],
        votes=vote.votes if len(vote.votes) > 1 else (),
        age=cells["age"],
        arousal=_mean(group, "arousal"),
        valence=_mean(group, "valence"),
        dominance=_mean(group, "dominance"),
    )


ONE_OF_A_CLIP = ("speaker", "sentence", "language", "split", "session")
"""What cannot differ from rater to rater."""


def _agreed(group: Sequence[Row], file: str, name: str) -> dict[str, str]:
    """What the rows of one clip say of it: of each column the first cell that says something.

    Raises:
        BadTable: rows that contradict each other.
    """
    cells: dict[str, str] = {}
    for field in columns.FIELDS:
        said = {words.known(row.cells[field]): row.line for row in reversed(group)}
        said.pop("", None)
        if len(said) > 1 and field in ONE_OF_A_CLIP:
            (first, one), (second, other) = sorted(said.items(), key=lambda item: item[1])[:2]
            raise BadTable(
                f"{name}, lines {one} and {other}: {file} has the {field} {first!r} and "
                f"{second!r}; keep one, or say in columns start, end which part each line means"
            )
        cells[field] = next(reversed(said), "")
    return cells


def _mean(group: Sequence[Row], field: str) -> float | None:
    """The mean of what raters gave; None where none gave a number."""
    values = [value for row in group if (value := _number(row.cells[field])) is not None]
    return math.fsum(values) / len(values) if values else None


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
