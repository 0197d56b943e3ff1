"""Results -> tables and figures; the same bytes each time from the same results.

`Report` holds all that is shown of some results, each made once. `tables`, `summary_tables`,
`write` and `page` are the same for a single use: tables as data, which whoever shows them draws as
they like, those to look at first, files of markdown, CSV, LaTeX and figures, one HTML page of it
all.
"""

from __future__ import annotations

from sertool.report.build import Report, page, summary_tables, tables, write
from sertool.report.formats import comma_separated, latex, markdown
from sertool.report.table import Table

__all__ = [
    "Report",
    "Table",
    "comma_separated",
    "latex",
    "markdown",
    "page",
    "summary_tables",
    "tables",
    "write",
]
