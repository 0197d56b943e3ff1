"""The chapters of the HTML page: headings, tables and figures as text."""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from sertool.report.formats import is_text
from sertool.report.table import Row, Table

PICTURES = {
    "uar": "UAR of the estimators",
    "confusion": "Confusion matrices of the best estimator",
    "ranks": "Mean ranks of the estimators",
    "learning": "Learning curves",
    "optimism": "Optimism gap of the estimators",
    "clip_pictures": "Waveform and mel spectrogram of one clip of each emotion",
}
"""What a figure shows, by how its name begins, for readers who do not see it."""
NUMBER = ' class="number"'
SCALE = 1.25
"""Dots of a figure for one of the page: its print is then about as large as the text."""


@dataclass(frozen=True)
class Chapter:
    """What stands under one heading.

    Attributes:
        title: the heading.
        lead: paragraphs above the tables; the notes of the tables do not repeat them.
        tables: in their order.
        figures: PNG by name, below the tables.
    """

    title: str
    lead: Row
    tables: tuple[Table, ...]
    figures: Mapping[str, bytes]


def contents(number: int, chapter: Chapter) -> str:
    """An entry of the table of contents, with those of its tables below it."""
    entries = "".join(
        f'<li><a href="#{escape(table.name)}">{escape(table.title)}</a></li>\n'
        for table in chapter.tables
    )
    title = f'<a href="#part:{number}">{escape(chapter.title)}</a>'
    return f"<li>{title}\n<ul>\n{entries}</ul></li>\n" if entries else f"<li>{title}</li>\n"


def block(number: int, chapter: Chapter) -> str:
    """A part under its heading: what it asks, its tables, its figures."""
    kinds = ("question", *["lead"] * len(chapter.lead))
    paragraphs = zip(kinds, chapter.lead, strict=False)
    lead = "".join(f'<p class="{kind}">{escape(text)}</p>\n' for kind, text in paragraphs)
    tables = "".join(map(_table, chapter.tables))
    figures = "".join(_figure(chapter.title, *drawing) for drawing in chapter.figures.items())
    title = f'<h2 id="part:{number}">{escape(chapter.title)}</h2>'
    return f"<section>\n{title}\n{lead}{tables}{figures}</section>\n"


def _table(table: Table) -> str:
    """A table under its title, in a box of its own that scrolls where the page is narrow."""
    name, numbers = escape(table.name), [not text for text in is_text(table)]
    body = _body(table.rows, numbers, table.best, "rows")
    facts = _body(table.facts, numbers, (), "facts")
    notes = "".join(f"<li>{escape(note)}</li>\n" for note in table.notes)
    below = f'<ul class="notes">\n{notes}</ul>\n' if notes else ""
    return (
        f'<section id="{name}">\n<h3 id="{name}:title">{escape(table.title)}</h3>\n'
        f'<div class="wide" role="region" tabindex="0" aria-labelledby="{name}:title">\n'
        f"<table>\n{_head(table.columns, numbers)}{body}{facts}</table>\n</div>\n"
        f"{below}</section>\n"
    )


def _head(columns: Row, numbers: Sequence[bool]) -> str:
    cells = (
        f'<th scope="col"{NUMBER if number else ""}>{escape(text)}</th>'
        for text, number in zip(columns, numbers, strict=True)
    )
    return f"<thead>\n<tr>{''.join(cells)}</tr>\n</thead>\n"


def _body(
    rows: Sequence[Row], numbers: Sequence[bool], best: Collection[tuple[int, int]], kind: str
) -> str:
    """Rows, each with its first cell as the heading."""
    lines = []
    for line, row in enumerate(rows):
        words = [
            f"<b>{_words(text)}</b>" if (line, column) in best else _words(text)
            for column, text in enumerate(row)
        ]
        cells = [
            f"<td{NUMBER if number else ''}>{text}</td>"
            for text, number in zip(words[1:], numbers[1:], strict=True)
        ]
        lines.append(f'<tr><th scope="row">{words[0]}</th>{"".join(cells)}</tr>\n')
    return f'<tbody class="{kind}">\n{"".join(lines)}</tbody>\n' if rows else ""


def _words(text: str) -> str:
    """A cell whose numbers stay on one line each: "53.2 [47.6, 59.2]" and "/ 53.3".

    >>> _words("5 [4, 6] / 7")
    '<span>5 [4, 6]</span> <span>/ 7</span>'
    """
    return f"<span>{re.sub(' (?=[/(])', '</span> <span>', escape(text))}</span>" if text else ""


def _figure(place: str, name: str, png: bytes) -> str:
    """An image as part of the page; its size stands in the first bytes of a PNG."""
    width, height = (round(dots / SCALE) for dots in struct.unpack(">II", png[16:24]))
    shown = PICTURES.get(name.partition("-")[0], name)
    return (
        f'<img alt="{escape(f"{shown}: {place}")}" width="{width}" height="{height}" '
        f'src="data:image/png;base64,{base64.b64encode(png).decode()}">\n'
    )
