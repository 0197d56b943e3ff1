"""Which column of a table is what: the words by which the field calls them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sertool.corpora.sources.note import Note
from sertool.corpora.sources.table import Table
from sertool.errors import BadChoice, BadTable, choices

FIELDS: dict[str, str] = {
    "path": (
        "path file filename filepath wav wavfile wavpath audio audiofile audiopath "
        "audiofilepath audiofilename recording recordingpath soundfile fname name"
    ),
    "emotion": (
        "emotion label emotionlabel emolabel emo emoclass emotionclass class category target"
    ),
    "speaker": (
        "speaker speakerid spk spkid spkr spkrid actor actorid subject subjectid participant"
    ),
    "language": "language lang locale",
    "sentence": "sentence sentenceid text transcript transcription utterance",
    "gender": "gender sex speakergender",
    "start": (
        "start starts startsec startms starttime starttimes starttimems begin begins beginms "
        "begintime onset onsets onsetms tmin xmin startseconds startat segmentstart "
        "segmentstarttime segstart uttstart utterancestart tstart t0 begintimessmsec "
        "begintimehhmmssms begintimemsec"
    ),
    "end": (
        "end ends endsec endms endtime endtimes endtimems stop stoptime finish tmax xmax "
        "endseconds endat segmentend segmentendtime segend uttend utteranceend tend t1 "
        "endtimessmsec endtimehhmmssms endtimemsec"
    ),
    "duration": (
        "duration durations durationms dur length durationsec durationseconds durationssmsec "
        "durationhhmmssms durationmsec"
    ),
    "offset": "offset offsets offsetms",
    "split": "split splitset subset partition set fold folds",
    "session": "session sessionid",
    "intensity": "intensity emotionintensity",
    "age": "age",
    "arousal": "arousal activation emoact",
    "valence": "valence emoval",
    "dominance": "dominance emodom",
}
"""Field -> what its column may be called, without case, spaces and marks; the first counts most."""
REQUIRED = ("path", "emotion")
_MILLISECONDS = re.compile(r"ms$|\(ms\)|\[ms\]|millisec|- msec$", re.IGNORECASE)
_BEGINNINGS = {"start", "starts", "begin", "begins", "beginning", "onset"}
_ENDS = {"end", "ends", "stop", "offset", "finish", "duration", "dur", "length"}
"""Words in heads that sound like times."""
_TIMES = ("start", "end", "duration", "offset")
_UNIT_IN_BRACKETS = re.compile(r"[(\[](s|sec|secs|seconds|ms|hz)[)\]]", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes:
        line: its number in the file.
        cells: the cell of each of `FIELDS`, "" = blank or no such column.
    """

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Layout:
    """Which columns of a table are what.

    Attributes:
        places: field -> number of its column.
        units: seconds that a bare number counts, by field, where not one.
        notes: what to know of how columns were chosen.
    """

    places: Mapping[str, int]
    units: Mapping[str, float]
    notes: tuple[Note, ...]


def layout(table: Table, given: Mapping[str, str]) -> Layout:
    """Find the columns of a table.

    Args:
        table: with its heads.
        given: field -> head of its column, where the user says so; it comes before all words.
            "" = there is no such column.

    Raises:
        BadChoice: a field or a head that does not exist.
        BadTable: no path or emotion, a head that is there twice, or times of no clear meaning.

    >>> from pathlib import Path
    >>> found = layout(Table("m.csv", Path(), ("File", "label", "Start (ms)"), ()), {})
    >>> dict(found.places), dict(found.units)
    ({'path': 0, 'emotion': 1, 'start': 2}, {'start': 0.001})
    """
    found = known(table, {field: _named(table, field, head) for field, head in given.items()})
    _check_required(table, found.places)
    if "start" not in {*found.places, *given}:
        _refuse_unclear_times(table, {*found.places.values()})
    elif not {"end", "duration"} & {*found.places, *given} and "start" in found.places:
        _refuse_unclear_end(table, {*found.places.values()})
    return found


def known(table: Table, given: Mapping[str, int | None] | None = None) -> Layout:
    """The columns of a table that need not have a path or an emotion.

    Args:
        table: with its heads.
        given: field -> number of its column, where that is known; None = there is none.

    Raises:
        BadTable: a head that is there twice, or times of no clear meaning.
    """
    given = given or {}
    if given.get("start", 0) is None:
        given = dict.fromkeys(_TIMES) | {**given}
    places = {field: place for field, place in given.items() if place is not None}
    taken = set(places.values())
    notes = []
    for field in FIELDS:
        if field in given:
            continue
        found = _candidates(table, field, taken)
        if found:
            places[field] = found[0]
        if len(found) > 1:
            notes.append(_passed_over(table, field, found))
    places = _with_offset(table, places)
    units: dict[str, float] = {
        field: 0.001
        for field in ("start", "end", "duration")
        if field in places and _MILLISECONDS.search(table.columns[places[field]])
    }
    return Layout(places, units, tuple(notes))


def rows(table: Table, found: Layout) -> Iterator[Row]:
    """The lines of a table by what their cells are."""
    for line, cells in table.lines:
        known = {field: cells[place] for field, place in found.places.items()}
        yield Row(line, dict.fromkeys(FIELDS, "") | known)


def plain(head: str) -> str:
    """A head without case, unit and marks.

    >>> plain("Start_Time (s)"), plain("SpkrID"), plain("file_name")
    ('starttime', 'spkrid', 'filename')
    """
    return re.sub(r"[^a-z0-9]", "", _UNIT_IN_BRACKETS.sub("", head).lower())


def _candidates(table: Table, field: str, taken: set[int]) -> list[int]:
    """The columns that may be a field, the likeliest first."""
    words = FIELDS[field].split()
    known = {
        number: words.index(word)
        for number, word in enumerate(map(plain, table.columns))
        if word in words and number not in taken
    }
    ranks = Counter(known.values())
    for rank, count in ranks.items():
        if count > 1 and rank == min(ranks):
            raise BadTable(
                f"{table.name} names a column twice: {', '.join(table.columns)}; rename one, or "
                f"say which it is with --columns {field}=HEAD"
            )
    return sorted(known, key=lambda number: known[number])


def _passed_over(table: Table, field: str, found: Sequence[int]) -> Note:
    taken, *others = (table.columns[number] for number in found)
    return Note(
        "columns passed over", "note",
        f"column {taken!r} is taken for the {field}, not {', '.join(map(repr, others))}",
        f"where that is wrong, say --columns {field}={others[0]}",
    )  # fmt: skip


def _named(table: Table, field: str, head: str) -> int | None:
    """The column that the user names for a field; None = there is none."""
    if field not in FIELDS:
        raise BadChoice(f"--columns: no field {choices(field, FIELDS)}")
    if not head:
        return None
    heads = [column.lower() for column in table.columns]
    if head.lower() not in heads:
        raise BadChoice(
            f"--columns {field}={head}: {table.name} has no {choices(head, table.columns)}"
        )
    return heads.index(head.lower())


def _with_offset(table: Table, places: Mapping[str, int]) -> dict[str, int]:
    """`offset` is an end where there is an onset, a beginning where there is a length."""
    known = dict(places)
    offset = known.pop("offset", None)
    if offset is not None:
        if "start" in known and "end" not in known:
            known["end"] = offset
        elif "duration" in known and "start" not in known:
            known["start"] = offset
    if "end" in known and "start" not in known:
        raise BadTable(
            f"{table.name} has a column {table.columns[known['end']]!r} and none that says where "
            "clips begin: add a column start, or say --columns start=HEAD"
        )
    if offset is not None and "start" not in known:
        raise BadTable(
            f"{table.name} has a column {table.columns[offset]!r}, and neither onset nor duration "
            "says what it means: say --columns start=HEAD or end=HEAD, or rename it"
        )
    return known


def _refuse_unclear_times(table: Table, taken: set[int]) -> None:
    """Refuse columns that sound like times and are not understood: labels would go astray."""
    begins = _sounding_like(table, taken, _BEGINNINGS)
    ends = [head for head in _sounding_like(table, taken, _ENDS) if head not in begins]
    if begins and ends:
        raise BadTable(
            f"{table.name} has columns {begins[0]!r} and {ends[0]!r}: if they say which part of a "
            f"recording a line means, in seconds, add --columns start={begins[0]},end={ends[0]}; "
            "if not, --columns start="
        )


def _refuse_unclear_end(table: Table, taken: set[int]) -> None:
    """Refuse an end that is not understood: the part would go on to the end of the recording."""
    for head in _sounding_like(table, taken, _ENDS):
        raise BadTable(
            f"{table.name} says where parts begin, and {head!r} may say where they end: if it "
            f"does, in seconds, add --columns end={head}; if not, --columns end="
        )


def _sounding_like(table: Table, taken: set[int], words: set[str]) -> list[str]:
    """The heads of columns without a meaning that have one of some words in them."""
    return [
        head
        for number, head in enumerate(table.columns)
        if number not in taken
        and words & {each.lower() for each in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", head)}
    ]


def _check_required(table: Table, places: Mapping[str, int]) -> None:
    missing = [field for field in REQUIRED if field not in places]
    if missing:
        heads = ", ".join(table.columns) or "empty"
        raise BadTable(
            f"{table.name} has no column {' and '.join(missing)} (its first line: {heads}): name "
            "the columns path, emotion and, if you like, speaker, language, sentence, gender, "
            f"start, end, split, session; or say which they are: --columns {missing[0]}=HEAD"
        )
