"""Results -> tables and figures; the same bytes each time from the same results.

`tables` turns results into tables as data, which whoever shows them draws as they like, and
`at_a_glance` into those to look at first; `write` keeps them as markdown, CSV and LaTeX together
with the figures; `page` makes one HTML page of both, with `samples` of the sound where it is at
hand.
"""

from __future__ import annotations

from sertool.report.build import at_a_glance, tables, write
from sertool.report.formats import comma_separated, latex, markdown
from sertool.report.page import page
from sertool.report.table import Table

__all__ = [
    "Table",
    "at_a_glance",
    "comma_separated",
    "latex",
    "markdown",
    "page",
    "tables",
    "write",
]
