"""The whole report: all tables of some results, and the files that hold them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sertool.errors import NotEnough
from sertool.report.formats import comma_separated, latex, markdown
from sertool.report.table import Table
from sertool.storage.writing import write as write_file

if TYPE_CHECKING:
    from sertool.benchmark.results import Result
    from sertool.report.sections import Section

MARKDOWN = "tables.md"
LATEX = "tables.tex"
LONGEST_NAME = 100


def tables(results: Sequence[Result]) -> list[Table]:
    """All tables that some results can fill, the overview first.

    Args:
        results: in any order; of two with the same key the later one counts.

    Raises:
        NotEnough: no result at all.
    """
    from sertool.report.sections import sections

    return _tables(sections(_some(results)))


def at_a_glance(results: Sequence[Result]) -> list[tuple[Table, Table]]:
    """What to look at first, one table for each normalisation and other condition.

    Args:
        results: in any order.

    Returns:
        Each as `tables` has it, and in short: a row for each test set, UAR alone.

    Raises:
        NotEnough: no result at all.
    """
    from sertool.report.sections import sections
    from sertool.report.summary import glances

    return list(glances(sections(_some(results))))


def write(results: Sequence[Result], folder: Path) -> list[Path]:
    """Write all tables and figures; the same results give the same bytes.

    `tables.md` and `tables.tex` hold every table, `tables/` one CSV each with plain numbers,
    `figures/` the figures as PNG. What an earlier report of the same folder lists in its
    `tables.md`, and this one has no longer, is removed.

    Args:
        results: in any order.
        folder: made if it does not exist.

    Returns:
        What was written, `tables.md` first.

    Raises:
        NotEnough: no result at all.
        CannotWrite: the disk is full, or the folder may not be written to.
    """
    from sertool.report.figures import figures
    from sertool.report.sections import sections

    found = sections(_some(results))
    made = _tables(found)
    texts = {f"tables/{table.name}.csv": comma_separated(table).encode() for table in made}
    drawings = {f"figures/{_plain(name)}.png": png for name, png in figures(found)}
    files = {
        MARKDOWN: (markdown(made) + _list_of_files([*texts], [*drawings])).encode(),
        LATEX: latex(made).encode(),
        **texts,
        **drawings,
    }
    _remove(_listed(folder) - {*files}, folder)
    for name, content in files.items():
        write_file(folder / name, content)
    return [folder / name for name in files]


def _some(results: Sequence[Result]) -> Sequence[Result]:
    if not results:
        raise NotEnough("0 results, at least one is needed for a table; run the study first")
    return results


def _tables(sections: Sequence[Section]) -> list[Table]:
    from sertool.report import details, optimism, ranks, scores

    made = [
        *scores.overviews(sections),
        *(table for section in sections for table in scores.per_corpus(section)),
        *(table for section in sections for table in scores.matrices(section)),
        *optimism.gaps(sections),
        *(table for section in sections for table in details.comparisons(section)),
        *(table for section in sections for table in ranks.ranks(section)),
        *(table for section in sections for table in details.recalls(section)),
        *details.emotions(sections),
        *details.chosen(sections),
        *details.costs(sections),
        *details.warnings(sections),
    ]
    return _named_apart(made)


def _named_apart(tables: Sequence[Table]) -> list[Table]:
    """Names made fit for files, numbered where two become one."""
    seen: Counter[str] = Counter()
    made = []
    for table in tables:
        name = _plain(table.name)
        seen[name] += 1
        made.append(replace(table, name=name if seen[name] == 1 else f"{name}-{seen[name]}"))
    return made


def _plain(name: str) -> str:
    """Fit for a file name on every system.

    >>> _plain("speakers-train-svm (C=1.0)")
    'speakers-train-svm-C-1.0'
    """
    return re.sub(r"[^\w.+]+", "-", name, flags=re.ASCII).strip("-.")[:LONGEST_NAME]


def _list_of_files(texts: Sequence[str], drawings: Sequence[str]) -> str:
    lines = [
        "",
        "## Figures",
        "",
        *(f"![{Path(name).stem}]({name})" for name in drawings),
        "",
        "## The same as plain numbers",
        "",
        *(f"* [{name}]({name})" for name in texts),
    ]
    return "\n".join(lines) + "\n"


def _listed(folder: Path) -> set[str]:
    """The files that an earlier report of this folder wrote."""
    if not (folder / MARKDOWN).is_file():
        return set()
    text = (folder / MARKDOWN).read_text(encoding="utf-8", errors="replace")
    return set(re.findall(r"\]\(((?:tables|figures)/[\w.+-]+\.(?:csv|png))\)", text))


def _remove(names: set[str], folder: Path) -> None:
    for name in names:
        (folder / name).unlink(missing_ok=True)
