"""Anybody's own corpus: a CSV file that says which recording holds which emotion.

Columns `path, emotion` and, where known, `speaker, language, sentence, gender`, in any order; other
columns are passed over. Commas, semicolons or tabs, UTF-8 with or without byte order mark::

    path,emotion,speaker
    session1/ann_01.wav,happy,ann
    session1/bob_01.wav,angry,bob
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from sertool.errors import BadChoice, BadLabel, BadTable, NotFound, choices
from sertool.storage import paths
from sertool.types import EMOTIONS, Clip, Corpus, Emotion

REQUIRED = ("path", "emotion")
OPTIONAL = ("speaker", "language", "sentence", "gender")
DELIMITERS = ",;\t"
GENDERS = {"": "", "f": "female", "female": "female", "m": "male", "male": "male"}

Row = dict[str, str]


def read(
    path: Path,
    *,
    name: str,
    mapping: Mapping[str, Emotion] | None = None,
    vocabulary: Collection[Emotion] | None = EMOTIONS,
) -> tuple[Corpus, list[Clip]]:
    r"""The corpus that a manifest describes, and its clips in the order of their paths.

    A clip's path is relative to the manifest's folder; one outside of it stays absolute. Whether
    the recordings exist is left to whoever reads them. Without a speaker the speaker is "", which
    means unknown. The corpus's language is "und" where none is given, "mul" where several are.

    Args:
        path: the CSV file.
        name: what to call the corpus: letters, digits, "_", "." and "-".
        mapping: the manifest's words -> emotions, whatever the case: `{"joy": "happy"}`.
        vocabulary: the emotions that are possible, whatever the case in the manifest; None = any
            word, kept as the manifest has it.

    Raises:
        NotFound: there is no such file.
        BadTable: the file is no table, lacks a column or a value, or lists a recording twice.
        BadLabel: emotions outside the vocabulary, or that differ in nothing but case.
        BadChoice: a name that cannot be a corpus's, or a mapping to outside the vocabulary.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     csv_file = Path(folder, "mine.csv")
    ...     _ = csv_file.write_text("path;emotion\nb.wav; Joy\na.wav;SAD\n")
    ...     corpus, clips = read(csv_file, name="mine", mapping={"joy": "happy"})
    >>> [(clip.path, clip.emotion, clip.raw_label) for clip in clips]
    [('a.wav', 'sad', 'SAD'), ('b.wav', 'happy', 'Joy')]
    >>> corpus.clips, corpus.speakers, corpus.parse("b.wav") == clips[1]
    (2, 0, True)
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise BadChoice(f"corpus name {name!r}: use letters, digits, '_', '.' and '-'")
    rows = _rows(path)
    words = _emotions([row["emotion"] for row in rows.values()], mapping or {}, vocabulary)
    clips = sorted(
        (_clip(file, row, words[row["emotion"]]) for file, row in rows.items()),
        key=lambda clip: clip.path,
    )
    return _corpus(name, clips), clips


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


def _clip(file: str, row: Row, emotion: Emotion) -> Clip:
    return Clip(
        path=file,
        emotion=emotion,
        speaker=row["speaker"],
        recording=file,
        raw_label=row["emotion"],
        sentence=row["sentence"],
        gender=row["gender"],
        language=row["language"] or "und",
    )


def _rows(path: Path) -> dict[str, Row]:
    """Path of the recording -> its row, all columns there and stripped.

    Raises:
        NotFound, BadTable: as `read` says.
    """
    rows: dict[str, Row] = {}
    lines: dict[str, int] = {}
    for line, row in _table(path):
        place = f"{path.name}, line {line}"
        for column in REQUIRED:
            if not row[column]:
                raise BadTable(f"{place}: no {column}; fill it in or take the line out")
        file = _relative(row["path"], path.parent)
        if file in lines:
            raise BadTable(f"{place}: {file} stands in line {lines[file]} already; keep one")
        lines[file] = line
        rows[file] = row | {"gender": _gender(row["gender"], place)}
    if not rows:
        raise BadTable(f"{path.name} lists no recording: add lines of {', '.join(REQUIRED)}")
    return rows


def _gender(text: str, place: str) -> str:
    if text.lower() not in GENDERS:
        known = choices(text, filter(None, GENDERS))
        raise BadTable(f"{place}: gender {known}; or leave it blank")
    return GENDERS[text.lower()]


def _table(path: Path) -> Iterator[tuple[int, Row]]:
    """Line number and row, blank lines left out."""
    if not path.is_file():
        raise NotFound(f"no manifest {path.as_posix()}: give a CSV file of {', '.join(REQUIRED)}")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            delimiter = max(DELIMITERS, key=first.count)
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            columns = _columns(next(reader, []), path.name)
            for fields in reader:
                if any(field.strip() for field in fields):
                    yield (
                        reader.line_num,
                        _row(columns, fields, f"{path.name}, line {reader.line_num}"),
                    )
    except UnicodeDecodeError as error:
        raise BadTable(f"{path.name} is not UTF-8 text: save it as CSV in UTF-8") from error
    except csv.Error as error:
        raise BadTable(f"{path.name}, line {reader.line_num}: {error}; fix the quotes") from error


def _columns(header: Sequence[str], file: str) -> list[str]:
    columns = [column.strip().lower() for column in header]
    known = [column for column in columns if column in REQUIRED + OPTIONAL]
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise BadTable(
            f"{file} has no column {' and '.join(missing)} (its first line: "
            f"{', '.join(columns) or 'empty'}): name the columns {', '.join(REQUIRED)} and, "
            f"if you like, {', '.join(OPTIONAL)}"
        )
    if len(set(known)) < len(known):
        raise BadTable(f"{file} names a column twice: {', '.join(columns)}; rename one")
    return columns


def _row(columns: Sequence[str], fields: Sequence[str], place: str) -> Row:
    if len(fields) != len(columns):
        raise BadTable(
            f"{place}: {len(fields)} fields under {len(columns)} columns; put text that holds the "
            f"delimiter in quotes"
        )
    row = dict(zip(columns, (field.strip() for field in fields), strict=True))
    return {column: row.get(column, "") for column in REQUIRED + OPTIONAL}


def _relative(text: str, folder: Path) -> str:
    """POSIX, relative to the folder where it lies below it, else absolute; links stay as named."""
    if not paths.is_local(folder):
        return os.path.normpath(text).replace("\\", "/")
    base = Path(os.path.normpath(folder.absolute()))
    place = Path(os.path.normpath(base / text.replace("\\", "/")))
    return (place.relative_to(base) if place.is_relative_to(base) else place).as_posix()


def _emotions(
    words: Sequence[str], mapping: Mapping[str, Emotion], vocabulary: Collection[Emotion] | None
) -> dict[str, Emotion]:
    """Word of the manifest -> emotion.

    Raises:
        BadLabel, BadChoice: as `read` says.
    """
    mapped = {word.strip().lower(): emotion for word, emotion in mapping.items()}
    counts = Counter(words)
    if vocabulary is None:
        emotions = {word: mapped.get(word.lower(), word) for word in counts}
        _refuse_same_but_case(emotions)
        return emotions
    for emotion in mapped.values():
        if emotion not in vocabulary:
            raise BadChoice(f"cannot map to {choices(emotion, vocabulary)}")
    known = {emotion.lower(): emotion for emotion in vocabulary} | mapped
    unknown = {word: count for word, count in counts.items() if word.lower() not in known}
    if unknown:
        raise BadLabel(_unknown(unknown, vocabulary))
    return {word: known[word.lower()] for word in counts}


def _unknown(counts: Mapping[str, int], vocabulary: Collection[Emotion]) -> str:
    listed = ", ".join(f"{word} ({count})" for word, count in sorted(counts.items()))
    example = min(counts)
    return (
        f"unknown emotions: {listed}; known: {', '.join(vocabulary)}; map them with "
        f"--map {example}=happy or keep the manifest's words with --own-labels"
    )


def _refuse_same_but_case(emotions: Mapping[str, Emotion]) -> None:
    kept = sorted(set(emotions.values()))
    seen: dict[str, Emotion] = {}
    for emotion in kept:
        other = seen.setdefault(emotion.lower(), emotion)
        if other != emotion:
            raise BadLabel(
                f"{other} and {emotion} differ in case only: write them alike or map them with "
                f"--map {emotion.lower()}={emotion.lower()}"
            )
