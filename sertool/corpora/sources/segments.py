"""Parts of recordings: times as tables write them, and how a clip that is a part is called."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from sertool.corpora.sources import words
from sertool.corpora.sources.columns import Row
from sertool.errors import BadTable

Span = tuple[float, float | None]
"""Beginning and end in seconds; an end of None is that of the file."""

_UNITS = {
    "h": 3600.0, "m": 60.0, "min": 60.0, "s": 1.0, "sec": 1.0, "secs": 1.0, "seconds": 1.0,
    "second": 1.0, "ms": 1e-3, "milliseconds": 1e-3, "us": 1e-6, "ns": 1e-9,
}  # fmt: skip
_CLOCK = re.compile(
    r"(?:(?P<days>\d+) days?,? )?\+?(?:(?P<hours>\d+):)?(?P<minutes>\d+):(?P<seconds>\d+(?:\.\d*)?)"
)
_ISO = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?"
    r"(?:(?P<seconds>\d+(?:\.\d*)?)S)?)?"
)
_NUMBER = re.compile(r"(?P<number>\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)\s*(?P<unit>[a-z]*)")
_DAYS = re.compile(r"(?P<days>\d+) days?")
_LENGTHS = {"days": 86_400.0, "hours": 3600.0, "minutes": 60.0, "seconds": 1.0}
FORMS = "12.5, 00:00:12.500 or '0 days 00:00:12.5'"
"""What a time may look like, for messages."""


def seconds(text: str, unit: float = 1.0) -> float | None:
    """A time in seconds; None where it is none that can be understood.

    Args:
        text: a number, a clock's time, a Timedelta of pandas, or a duration of ISO 8601.
        unit: seconds that a bare number counts.

    >>> seconds("1,5"), seconds("00:01:02.250"), seconds("0 days 00:00:01.500000"), seconds("PT3S")
    (1.5, 62.25, 1.5, 3.0)
    >>> seconds("1500", unit=0.001), seconds("1500 ms"), seconds("soon") is None
    (1.5, 1.5, True)
    """
    plain = text.strip().replace(",", ".") if text.count(",") == 1 else text.strip()
    for pattern in (_CLOCK, _ISO, _DAYS):
        found = pattern.fullmatch(plain)
        if found and any(found.groupdict().values()):
            parts = found.groupdict(default="0")
            return _rounded(sum(float(parts[name]) * _LENGTHS[name] for name in parts))
    found = _NUMBER.fullmatch(plain.lower())
    if found is None or (found["unit"] and found["unit"] not in _UNITS):
        return None
    return _rounded(float(found["number"]) * (_UNITS[found["unit"]] if found["unit"] else unit))


def _rounded(value: float) -> float | None:
    """To microseconds, finer than which no label is; None where it is beyond all recordings."""
    return round(value, 6) if math.isfinite(value) and value < 1e9 else None


def name(file: str, start_s: float, end_s: float | None) -> str:
    """How a clip is called that is a part of a file; an open end is the end of the file.

    >>> name("a.wav", 1.5, 3.25), name("a.wav", 60.0, None)
    ('a.wav#1.5-3.25', 'a.wav#60-')
    """
    return f"{file}#{_plain(start_s)}-{'' if end_s is None else _plain(end_s)}"


def _plain(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def spans(rows: Sequence[Row], units: Mapping[str, float], name: str) -> list[Span | None]:
    """Which part of its file each row means; None = all of it.

    Args:
        rows: of a table; a blank beginning is that of the file, a blank end its end.
        units: seconds that a bare number counts, by field, where not one.
        name: of the table.

    Raises:
        BadTable: times that cannot be understood, or ends that are not behind the beginning, with
            the numbers of their lines.
    """
    found: list[Span | None] = []
    bad: dict[int, str] = {}
    for row in rows:
        try:
            found.append(_span(row, units))
        except _BadTime as error:
            bad[row.line] = str(error)
    if bad:
        first, *others = bad
        lines = ", ".join(map(str, others[:MOST_NAMED]))
        beyond = len(others) - MOST_NAMED
        more = f" and {beyond} more" if beyond > 0 else ""
        also = f"; so have lines {lines}{more}" if others else ""
        raise BadTable(
            f"{name}, line {first}: {bad[first]}; correct the times, in seconds from the beginning "
            f"of the file{also}"
        )
    return found


MOST_NAMED = 10
"""So many further lines are named."""


class _BadTime(ValueError):
    """What is wrong with the times of one line."""


def _span(row: Row, units: Mapping[str, float]) -> Span | None:
    start, end = (_time(row, field, units) for field in ("start", "end"))
    if end is None and start is not None:
        duration = _time(row, "duration", units)
        end = None if duration is None else round(start + duration, 6)
    begin = start or 0.0
    if end is not None and end <= begin:
        raise _BadTime(f"the end {end:g} s is not behind the beginning {begin:g} s")
    return (begin, end) if begin or end is not None else None


def _time(row: Row, field: str, units: Mapping[str, float]) -> float | None:
    text = row.cells[field]
    if words.is_unknown(text):
        return None
    found = seconds(text, units.get(field, 1.0))
    if found is None:
        raise _BadTime(f"{field} {text!r} is no time such as {FORMS}")
    return found
