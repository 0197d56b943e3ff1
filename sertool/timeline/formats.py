"""The spans of a recording as text that other programs read: CSV, JSON, Audacity, Praat."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

from sertool.timeline import Span

UNSURE = "?"
"""Stands after the emotion of a span that is unsure, in label tracks."""


def as_csv(spans: Sequence[Span], duration_s: float) -> str:
    r"""One line per span, with a header; silence has none.

    >>> as_csv([Span(0.0, 1.5, "sad", 0.5, True)], 2.0)
    'start_s,end_s,emotion,probability,confident,channel\n0.000,1.500,sad,0.5000,true,\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["start_s", "end_s", "emotion", "probability", "confident", "channel"])
    for each in spans:
        numbers = (f"{each.start_s:.3f}", f"{each.end_s:.3f}")
        confident = str(each.confident).lower()
        writer.writerow(
            [*numbers, each.emotion, f"{each.probability:.4f}", confident, each.channel]
        )
    return text.getvalue()


def as_json(spans: Sequence[Span], duration_s: float) -> str:
    """An object with the length of the recording and its spans.

    >>> json.loads(as_json([Span(0.0, 1.5, "sad", 0.5, True)], 2.0))["spans"][0]["emotion"]
    'sad'
    """
    content = {"duration_s": duration_s, "spans": [asdict(each) for each in spans]}
    return json.dumps(content, indent=2) + "\n"


def as_audacity(spans: Sequence[Span], duration_s: float) -> str:
    r"""A label track (Audacity: File, Import, Labels): start, end and label between tabs.

    Source: https://manual.audacityteam.org/man/importing_and_exporting_labels.html

    >>> as_audacity([Span(0.0, 1.5, "sad", 0.5, False)], 2.0)
    '0.000000\t1.500000\tsad? 50 %\n'
    """
    return "".join(f"{s.start_s:.6f}\t{s.end_s:.6f}\t{_label(s)}\n" for s in spans)


def as_textgrid(spans: Sequence[Span], duration_s: float) -> str:
    """A TextGrid of Praat with one tier of intervals, which cover the recording without a gap.

    Source: https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html

    >>> as_textgrid([Span(0.0, 1.5, "sad", 0.5, True)], 2.0).splitlines()[-1].strip()
    'text = ""'
    """
    intervals = _gapless(spans, duration_s)
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        f"xmax = {duration_s:.6f}",
        "tiers? <exists>",
        "size = 1",
        "item []:",
        "    item [1]:",
        '        class = "IntervalTier"',
        '        name = "emotion"',
        "        xmin = 0",
        f"        xmax = {duration_s:.6f}",
        f"        intervals: size = {len(intervals)}",
    ]
    for number, (start_s, end_s, label) in enumerate(intervals, start=1):
        quoted = label.replace('"', '""')
        lines += [
            f"        intervals [{number}]:",
            f"            xmin = {start_s:.6f}",
            f"            xmax = {end_s:.6f}",
            f'            text = "{quoted}"',
        ]
    return "\n".join(lines) + "\n"


BY_SUFFIX: dict[str, Callable[[Sequence[Span], float], str]] = {
    ".csv": as_csv,
    ".json": as_json,
    ".txt": as_audacity,
    ".TextGrid": as_textgrid,
}
"""From the spans of a recording and its length in seconds to the content of a file."""


def _label(span: Span) -> str:
    return f"{span.emotion}{'' if span.confident else UNSURE} {100 * span.probability:.0f} %"


def _gapless(spans: Sequence[Span], duration_s: float) -> list[tuple[float, float, str]]:
    """Start, end and label; "" where nobody speaks."""
    intervals: list[tuple[float, float, str]] = []
    reached = 0.0
    for each in spans:
        if each.start_s > reached:
            intervals.append((reached, each.start_s, ""))
        intervals.append((each.start_s, each.end_s, _label(each)))
        reached = each.end_s
    if duration_s > reached or not intervals:
        intervals.append((reached, duration_s, ""))
    return intervals
