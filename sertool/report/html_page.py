"""The whole report as one HTML page, which needs nothing beside itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from string import Template
from typing import TYPE_CHECKING

from sertool.report.markup import Chapter, block, contents
from sertool.report.table import Table, Value
from sertool.storage import paths

if TYPE_CHECKING:
    from sertool.benchmark.results import Result
    from sertool.report.sections import Section

OVERVIEW, REST, ORIGIN = "Overview", "Clips, cost and warnings", "How this page was made"
CLIP_PICTURES = "How the emotions sound"
KINDS = {
    "Known and new speakers": ("optimism-gap",),
    "Estimators compared": ("comparison", "ranks"),
    "Emotion by emotion": ("recall",),
}
"""Headings below those of the protocols, and how the names of what stands there begin."""


def page(
    sections: Sequence[Section],
    tables: Sequence[Table],
    title: str,
    clip_pictures: Mapping[str, bytes],
) -> str:
    """Tables and the figures of sections as one HTML page; `Report.page` says more."""
    from sertool.report.figures import drawn, figures

    drawings = {name: drawn(draw) for name, draw in figures(sections).items()}
    results = [
        each
        for section in sections
        for aggregate in section.sorted_aggregates
        for each in aggregate.results
    ]
    chapters = [
        *_chapters(tables, sections, drawings),
        *_clip_pictures(clip_pictures),
        *_origin(results),
    ]
    return Template(_asset("page.html")).substitute(
        title=escape(title),
        style=_asset("page.css"),
        summary=escape(_summary(results, sections)),
        contents="".join(contents(number, chapter) for number, chapter in enumerate(chapters)),
        chapters="".join(block(number, chapter) for number, chapter in enumerate(chapters)),
    )


def _asset(name: str) -> str:
    return (paths.ASSETS / name).read_text(encoding="utf-8")


def _chapters(
    tables: Sequence[Table], sections: Sequence[Section], figures: Mapping[str, bytes]
) -> list[Chapter]:
    """The overview, each protocol, what holds them against each other, and the rest."""
    from sertool.report.notes import heading

    shown: defaultdict[str, list[Table]] = defaultdict(list)
    drawn: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
    for table in tables:
        shown[_place_of_table(table, sections)].append(table)
    for name, png in figures.items():
        drawn[_place_of_figure(name, sections)][name] = png
    chapters = [
        Chapter(OVERVIEW, (), tuple(shown[OVERVIEW]), {}),
        *(_protocol(each, shown[heading(each)], drawn[heading(each)]) for each in sections),
        *(Chapter(title, (), tuple(shown[title]), drawn[title]) for title in (*KINDS, REST)),
    ]
    return [chapter for chapter in chapters if chapter.tables or chapter.figures]


def _protocol(section: Section, tables: Sequence[Table], figures: Mapping[str, bytes]) -> Chapter:
    """A protocol: what it asks stands above its tables, and in their notes no more."""
    from sertool.report.notes import about, heading, joined, shared

    notes = about(section)
    leaks = joined(shared(section.first.leaks))
    lead = (section.first.question, " ".join((f"Train and test share {leaks}.", *notes[1:])))
    rest = [
        replace(table, notes=tuple(note for note in table.notes if note not in notes))
        for table in tables
    ]
    return Chapter(heading(section), lead, tuple(rest), figures)


def _place_of_table(table: Table, sections: Sequence[Section]) -> str:
    """The heading that a table stands under."""
    from sertool.report.notes import heading

    if table.name.startswith("overview"):
        return OVERVIEW
    own = (heading(section) for section in sections if _are_scores(table.records, section))
    return next(own, _kind(table.name))


def _place_of_figure(name: str, sections: Sequence[Section]) -> str:
    """The heading that a figure stands under."""
    from sertool.report.notes import heading

    _, _, rest = name.partition("-")
    own = (heading(section) for section in sections if section.name == rest)
    return next(own, _kind(name))


def _kind(name: str) -> str:
    return next((title for title, start in KINDS.items() if name.startswith(start)), REST)


def _are_scores(records: Sequence[Mapping[str, Value]], section: Section) -> bool:
    """Whether records are scores under one protocol and its conditions."""
    normalisation, variants, features = section.conditions
    setting = {
        "protocol": section.protocol,
        "normalisation": normalisation,
        "train_variants": ";".join(variants),
        "features": features,
    }
    return bool(records) and all(
        "uar" in each and setting.items() <= each.items() for each in records
    )


def _clip_pictures(clip_pictures: Mapping[str, bytes]) -> Iterator[Chapter]:
    if clip_pictures:
        lead = (
            "How does one emotion sound beside another?",
            "A clip of each by one speaker: the part that is described, its samples and its 128 "
            "mel bands (80 dB from the faintest colour to the strongest).",
        )
        drawn = {f"clip_pictures-{corpus}": png for corpus, png in clip_pictures.items()}
        yield Chapter(CLIP_PICTURES, lead, (), drawn)


def _origin(results: Sequence[Result]) -> Iterator[Chapter]:
    """The versions that the results were made with, sertool's first."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for result in results:
        for package, version in result.versions.items():
            found[package].add(version)
    rows = [(each, ", ".join(sorted(found[each]))) for each in sorted(found)]
    rows.sort(key=lambda row: row[0] != "sertool")
    if rows:
        table = Table("versions", "Versions", ("package", "version"), tuple(rows))
        yield Chapter(ORIGIN, (), (table,), {})


def _summary(results: Sequence[Result], sections: Sequence[Section]) -> str:
    """How much the page is about, in one line."""
    clips = _clips(sections)
    estimators = {name for section in sections for name in section.estimators}
    seeds = sorted({result.seed for result in results})
    return " · ".join(
        (
            _counted(len(results), "result"),
            f"{_counted(len(clips), 'corpus', 'corpora')} ({', '.join(sorted(clips))})",
            _counted(len(estimators), "estimator"),
            f"{_counted(sum(clips.values()), 'clip')} tested",
            f"{'seeds' if len(seeds) > 1 else 'seed'} {', '.join(map(str, seeds))}",
        )
    )


def _counted(number: int, one: str, several: str = "") -> str:
    """A number and what it counts.

    >>> _counted(1, "clip"), _counted(1200, "clip"), _counted(2, "corpus", "corpora")
    ('1 clip', '1,200 clips', '2 corpora')
    """
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def _clips(sections: Sequence[Section]) -> dict[str, int]:
    """Clips of each corpus, where most of them were tested."""
    most: Counter[str] = Counter()
    for aggregate in (aggregate for section in sections for aggregate in section.sorted_aggregates):
        rows: Counter[str] = Counter()
        for speaker, counts in zip(aggregate.speakers, aggregate.by_speaker[0], strict=True):
            rows[speaker.partition("/")[0]] += int(counts.sum())
        # several rows a clip where all variants are tested
        share = aggregate.n_clips / max(1, rows.total())
        most |= Counter({corpus: round(number * share) for corpus, number in rows.items()})
    return dict(most)
