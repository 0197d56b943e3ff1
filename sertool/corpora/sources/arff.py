"""Weka's tables: heads as attributes, cells below `@data`."""

from __future__ import annotations

import re
from pathlib import Path

from sertool.corpora.sources import table as tables
from sertool.corpora.sources.table import Table
from sertool.errors import BadTable

_ATTRIBUTE = re.compile(r"""@attribute\s+('[^']*'|"[^"]*"|\S+)\s+.+""", re.IGNORECASE)


def table(text: str, name: str, folder: Path) -> Table:
    r"""The table in an ARFF file; a question mark is a blank.

    Raises:
        BadTable: no attributes, no `@data`, rows in the sparse form, or broken quotes.

    >>> text = "@attribute file string\n@attribute class {a,b}\n@data\n'x, y.wav',a\n"
    >>> table(text, "t.arff", Path()).lines
    ((4, ('x, y.wav', 'a')),)
    """
    head, mark, data = _parts(text)
    columns = [found[1].strip("'\"") for found in map(_ATTRIBUTE.match, head) if found]
    if not mark or not columns:
        raise BadTable(f"{name} is no ARFF file: it needs lines @attribute and a line @data")
    if any(line.lstrip().startswith("{") for line in data):
        raise BadTable(f"{name} has rows in the sparse form {{...}}; save it as CSV")
    plain = ["" if line.lstrip().startswith("%") else line.strip() for line in data]
    quote = "'" if any("'" in line for line in plain) else '"'
    heads = ",".join(f"{quote}{column}{quote}" for column in columns)
    found = tables.rows(
        name, folder, "\n".join([heads, *plain]), len(head), delimiter=",", quote=quote
    )
    lines = (
        (line, tuple("" if cell == "?" else cell for cell in row)) for line, row in found.lines
    )
    return Table(name, folder, found.columns, tuple(lines))


def _parts(text: str) -> tuple[list[str], bool, list[str]]:
    """The lines before `@data`, whether there is such a line, and those behind it."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.strip().lower() == "@data":
            return [each.strip() for each in lines[:number]], True, lines[number + 1 :]
    return [each.strip() for each in lines], False, []
