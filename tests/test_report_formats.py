"""Tables as markdown, LaTeX and CSV."""

from __future__ import annotations

import csv
import io

import pytest
from made_results import named, study

from sertool import report
from sertool.report import Table


def test_markdown_escapes_marks_but_not_underscores_inside_words() -> None:
    table = Table("t", "a_b", ("x|y", "_z_"), (("*[a](b)*", "<i>"),), notes=("`c`\nd",))
    assert report.markdown([table]).splitlines() == [
        "## a_b",
        "",
        r"| x\|y | \_z\_ |",
        "| --- | --- |",
        r"| \*[a]\(b)\* | \<i> |",
        "",
        r"* \`c\` d",
    ]


def test_latex_escapes_every_special_character() -> None:
    table = Table("t", r"50 % & \x_{1}", ("a", "b"), (("#~^$", "1 → 2"),), (("n", "3"),))
    text = report.latex([table])
    assert r"\caption{50 \% \& \textbackslash{}x\_\{1\}}" in text
    assert r"\#\textasciitilde{}\textasciicircum{}\$ & 1 $\rightarrow$ 2 \\" in text
    assert r"\textit{n} & 3 \\" in text
    assert text.count(r"\midrule") == 2


def test_bold_in_latex() -> None:
    table = Table("t", "T", ("a", "b"), (("svm", "1"),), best=frozenset({(0, 1)}))
    assert r"svm & \textbf{1} \\" in report.latex([table])


def test_csv_holds_plain_numbers() -> None:
    text = report.comma_separated(named(study(), "speakers-train"))
    rows = list(csv.DictReader(io.StringIO(text)))
    svm = next(row for row in rows if (row["estimator"], row["test_on"]) == ("svm", "emodb"))
    assert float(svm["uar"]) == pytest.approx(0.6)
    assert svm["labels"] == "angry;neutral;sad"
    assert svm["leaks"] == "sentence"
