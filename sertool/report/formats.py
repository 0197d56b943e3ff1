"""Tables as text: markdown, LaTeX and comma-separated values."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence

from sertool.notation import markdown_table, markdown_text
from sertool.report.table import Table

_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
        "_": r"\_", "%": r"\%", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
        "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''",
        "→": r"$\rightarrow$", "†": r"$\dagger$", "°": r"$^\circ$", "\n": " ",
    }
)  # fmt: skip


def markdown(tables: Sequence[Table]) -> str:
    r"""Pipe tables under headings, notes below; best in bold, facts in italics.

    >>> table = Table("demo", "Demo", ("estimator", "a|b"), (("svm", "50.0"),), notes=("Few.",))
    >>> print(markdown([table]), end="")
    ## Demo
    <BLANKLINE>
    | estimator | a\|b |
    | --- | ---: |
    | svm | 50.0 |
    <BLANKLINE>
    * Few.
    """
    return "\n".join(_markdown(table) for table in tables)


def latex(tables: Sequence[Table]) -> str:
    r"""Floats with booktabs rules, to be read by `\input`; best in bold, notes below.

    >>> table = Table("demo", "50 %", ("estimator", "a_b"), (("svm", "50.0"),))
    >>> print(latex([table]).splitlines()[3])
      \caption{50 \%}
    """
    return "% Needs \\usepackage{booktabs}.\n" + "".join(_latex(table) for table in tables)


def comma_separated(table: Table) -> str:
    r"""The records of a table, else its cells; RFC 4180 with line feeds.

    >>> comma_separated(Table("demo", "Demo", ("a", "b"), (("x, y", "1"),)))
    'a,b\n"x, y",1\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if table.records:
        writer.writerow(table.records[0])
        writer.writerows(
            ["" if value != value else value for value in record.values()]
            for record in table.records
        )
    else:
        writer.writerows([table.columns, *table.rows, *table.facts])
    return text.getvalue()


def _markdown(table: Table) -> str:
    cells = _cells(table, markdown_text, "**{}**", "*{}*")
    rule = ["---" if each else "---:" for each in is_text(table)]
    body = markdown_table([*map(markdown_text, table.columns)], cells, rule)
    notes = [f"* {markdown_text(note)}" for note in table.notes]
    head = [f"## {markdown_text(table.title)}", ""]
    return "\n".join([*head, body if cells else "Nothing.", "", *notes, *[""] * bool(notes)])


def _latex(table: Table) -> str:
    cells = _cells(table, _plain_latex, r"\textbf{{{}}}", r"\textit{{{}}}")
    rules = {0: r"    \midrule", len(table.rows): r"    \midrule"}
    body = [f"    {' & '.join(row)} " + r"\\" for row in cells]
    for place in sorted({*rules} & {*range(len(body))}, reverse=True):
        body.insert(place, rules[place])
    notes = [f"  {_plain_latex(note)}" + r"\\" for note in table.notes]
    return "\n".join(
        [
            "",
            r"\begin{table}",
            f"  \\caption{{{_plain_latex(table.title)}}}",
            f"  \\label{{tab:{table.name}}}",
            f"  \\begin{{tabular}}{{{''.join('l' if each else 'r' for each in is_text(table))}}}",
            r"    \toprule",
            f"    {' & '.join(map(_plain_latex, table.columns))} " + r"\\",
            *body,
            r"    \bottomrule",
            r"  \end{tabular}\\[1ex]",
            r"  \footnotesize\raggedright",
            *notes,
            r"\end{table}",
            "",
        ]
    )


def _cells(table: Table, plain: Callable[[str], str], best: str, fact: str) -> list[list[str]]:
    """Rows and facts in one notation."""
    cells = [[plain(each) for each in row] for row in (*table.rows, *table.facts)]
    for row, column in table.best:
        cells[row][column] = best.format(cells[row][column])
    for fact_row in cells[len(table.rows) :]:
        fact_row[0] = fact.format(fact_row[0])
    return cells


def is_text(table: Table) -> list[bool]:
    """Which columns are to be set flush left: those whose cells are no numbers."""
    rows = table.rows or ((*table.columns,),)
    return [
        any(cell and not re.match(r"[-+<]? ?\d", cell) for cell in column)
        for column in zip(*rows, strict=True)
    ]


def _plain_latex(text: str) -> str:
    return text.translate(_LATEX)
