"""The whole report: all tables of some results, and the files that hold them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sertool import registry, versions
from sertool.benchmark.predictions import PREDICTIONS
from sertool.errors import NotEnough
from sertool.report.formats import comma_separated, latex, markdown
from sertool.report.table import Table
from sertool.storage import paths
from sertool.storage.writing import write as write_file

if TYPE_CHECKING:
    from sertool.benchmark.results import Result
    from sertool.report.figures import Draw
    from sertool.report.further import Further
    from sertool.report.sections import Section

MARKDOWN = "tables.md"
LATEX = "tables.tex"
DIGEST = ".report"
"""The file that says what a folder's tables and figures were made of."""
LONGEST_NAME = 100


@dataclass(frozen=True)
class Report:
    """Some results, and all that is shown of them, each made once and when it is asked for.

    Attributes:
        results: in any order; of two with the same key the later one counts.
        predictions: the folder whose `predictions.parquet` metrics of probabilities go by, where
            there is one.

    Raises:
        NotEnough: no result at all.
    """

    results: Sequence[Result] = field(repr=False)
    predictions: Path | None = None

    def __post_init__(self) -> None:
        if not self.results:
            raise NotEnough("0 results, at least one is needed for a table; run the study first")

    @cached_property
    def sections(self) -> list[Section]:
        """The results by protocol and conditions."""
        from sertool.report.sections import sections

        return sections(self.results)

    @cached_property
    def further(self) -> Further:
        """The metrics of other packages, and why some of them could not be used."""
        from sertool.report.further import further

        return further(self.sections, self.predictions)

    @cached_property
    def tables(self) -> list[Table]:
        """All tables that the results can fill, the overview first."""
        return _tables(self.sections, self.further)

    @cached_property
    def summary_tables(self) -> list[tuple[Table, Table]]:
        """What to look at first, one table for each normalisation and other condition.

        Each as `tables` has it, but for its records, and in short: a row for each test set, UAR
        alone.
        """
        from sertool.report.summary import summaries

        return list(summaries(self.sections))

    @cached_property
    def figures(self) -> dict[str, Draw]:
        """The figures by the names of their files, not drawn yet."""
        from sertool.report.figures import figures

        return {
            f"figures/{_plain(name)}.png": draw for name, draw in figures(self.sections).items()
        }

    @cached_property
    def texts(self) -> dict[str, bytes]:
        """All files but the figures, by name, `tables.md` first; the same results, the same bytes.

        `tables.md` and `tables.tex` hold every table, `tables/` one CSV each with plain numbers.
        """
        texts = {f"tables/{each.name}.csv": comma_separated(each).encode() for each in self.tables}
        listed = _list_of_files([*texts], [*self.figures])
        return {
            MARKDOWN: (markdown(self.tables) + listed).encode(),
            LATEX: latex(self.tables).encode(),
            **texts,
        }

    def write(self, folder: Path) -> list[Path]:
        """Write all tables, and the figures as PNG; the same results give the same bytes.

        What an earlier report of the same folder lists in its `tables.md`, and this one has no
        longer, is removed.

        Args:
            folder: made if it does not exist.

        Returns:
            What was written, `tables.md` first.

        Raises:
            CannotWrite: the disk is full, or the folder may not be written to.
        """
        from sertool.report.figures import drawn

        files = self.texts | {name: drawn(draw) for name, draw in self.figures.items()}
        _remove({DIGEST, *_listed(folder)} - {*files}, folder)
        for name, content in files.items():
            write_file(folder / name, content)
        write_file(folder / DIGEST, self.digest.encode())
        return [folder / name for name in files]

    def update(self, folder: Path) -> list[Path]:
        """As `write`, but nothing where the folder holds this report already.

        Raises:
            CannotWrite: as `write` says.
        """
        return [] if _holds(folder, self.digest) else self.write(folder)

    def page(self, title: str, clip_pictures: Mapping[str, bytes] | None = None) -> str:
        """All tables and figures as one HTML page; the same results, the same bytes.

        Nothing is loaded from elsewhere: the figures are part of the page.

        Args:
            title: what the page is called, for example the name of the study's folder.
            clip_pictures: by corpus, a PNG of one clip of each emotion, from
            `report.clip_pictures`.
        """
        from sertool.report.html_page import page

        return page(self.sections, self.tables, title, clip_pictures or {})

    @cached_property
    def digest(self) -> str:
        """Names what tables and figures are made of: results, metrics, versions of what draws."""
        latest = {each.key: each for each in self.results}
        by = (
            versions.of_reports(),
            registry.origins("metrics", registry.names("metrics")),
            registry.origins("normalisations", registry.names("normalisations")),
            paths.stamp(self.predictions / PREDICTIONS) if self.predictions else None,
        )
        made_of = (by, [each for _, each in sorted(latest.items())])
        return hashlib.sha256(repr(made_of).encode()).hexdigest()


def tables(results: Sequence[Result]) -> list[Table]:
    """All tables that some results can fill, as `Report.tables`.

    Raises:
        NotEnough: no result at all.
    """
    return Report(results).tables


def summary_tables(results: Sequence[Result]) -> list[tuple[Table, Table]]:
    """What to look at first, as `Report.summary_tables`.

    Raises:
        NotEnough: no result at all.
    """
    return Report(results).summary_tables


def write(results: Sequence[Result], folder: Path) -> list[Path]:
    """Write all tables and figures, as `Report.write`.

    Raises:
        NotEnough: no result at all.
        CannotWrite: the disk is full, or the folder may not be written to.
    """
    return Report(results).write(folder)


def page(
    results: Sequence[Result], title: str, clip_pictures: Mapping[str, bytes] | None = None
) -> str:
    """All tables and figures as one HTML page, as `Report.page`.

    Raises:
        NotEnough: no result at all.
    """
    return Report(results).page(title, clip_pictures)


def script_of(folder: Path) -> str:
    """The command that makes the tables of a folder, where it is none of sertool's; else nothing.

    Such a folder says so in the first line of its `tables.md`.
    """
    file = folder / MARKDOWN
    if not file.is_file():
        return ""
    first, _, _ = file.read_text(encoding="utf-8", errors="replace").partition("\n")
    return first.strip() if first.startswith("    ") else ""


def _tables(sections: Sequence[Section], further: Further) -> list[Table]:
    from sertool.report import details, optimism, ranks, scores
    from sertool.report import further as beside

    made = [
        *scores.overviews(sections),
        *(table for section in sections for table in scores.per_corpus(section)),
        *(table for section in sections for table in scores.matrices(section)),
        *(table for section in sections for table in beside.tables(section, further)),
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


def _holds(folder: Path, digest: str) -> bool:
    """Whether a folder holds a whole report of that digest."""
    file = folder / DIGEST
    if not file.is_file() or file.read_bytes() != digest.encode():
        return False
    return all((folder / name).is_file() for name in (MARKDOWN, LATEX, *_listed(folder)))


def _remove(names: set[str], folder: Path) -> None:
    for name in names:
        (folder / name).unlink(missing_ok=True)
