"""A table as data, before anybody has decided how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Value = str | int | float
Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """What a table says, in words that are ready to be shown.

    Attributes:
        name: unique in a report, fit for a file name, for example "speakers-train".
        title: one line.
        columns: headings; the first column names the rows.
        rows: cells, each row as long as `columns`; "" = not run.
        facts: rows that belong below a rule: number of clips, chance.
        best: (row, column) of the cells to be set in bold.
        notes: sentences that a reader needs beside the numbers.
        records: the same as plain numbers, one record per number with its setting, all with
            the same keys; empty where the cells are plain themselves.
    """

    name: str
    title: str
    columns: Row
    rows: tuple[Row, ...]
    facts: tuple[Row, ...] = ()
    best: frozenset[tuple[int, int]] = frozenset()
    notes: tuple[str, ...] = ()
    records: tuple[Mapping[str, Value], ...] = ()
