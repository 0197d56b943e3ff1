"""How numbers, settings and tables are written as text, wherever they are shown."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence


def percent(share: float) -> str:
    """A share in [0, 1] as percents with one decimal; "?" where there is none.

    >>> percent(0.1666), percent(float("nan"))
    ('16.7', '?')
    """
    return "?" if math.isnan(share) else f"{100 * share:.1f}"


def settings(values: Mapping[str, object]) -> str:
    """Names and values of parameters, in their order.

    >>> settings({"C": 0.1, "gamma": "scale"})
    'C=0.1, gamma=scale'
    """
    return ", ".join(f"{name}={value}" for name, value in values.items())


def markdown_text(text: str) -> str:
    r"""Text in which nothing is read as a mark of Markdown; an underscore inside a word is none.

    >>> print(markdown_text("a|b of my_corpus"))
    a\|b of my_corpus
    """
    escaped = re.sub(r"([\\`*|<&~]|(?<!\w)_|_(?!\w)|(?<=\])\()", r"\\\1", text)
    return escaped.replace("\n", " ")


def markdown_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], rule: Sequence[str] = ()
) -> str:
    """A pipe table of Markdown.

    Args:
        columns: the headings, as Markdown.
        rows: the cells, as Markdown, each row as long as `columns`.
        rule: "---" for a column that is set flush left, "---:" for one set flush right; () = all
            flush left.

    >>> print(markdown_table(["estimator", "UAR"], [["svm", "50.0"]], ["---", "---:"]))
    | estimator | UAR |
    | --- | ---: |
    | svm | 50.0 |
    """
    lines = [columns, rule or ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
