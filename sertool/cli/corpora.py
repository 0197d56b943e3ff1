"""`sertool corpora`: what can be read, where it is, what to know before it is used."""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sertool.cli import console, corpus_options, home, stopping
from sertool.cli.plugin_option import PluginFiles
from sertool.errors import NotEnough, NotFound, SertoolError

if TYPE_CHECKING:
    from sertool.corpora.audit import Audit, Finding
    from sertool.corpora.sources import Source
    from sertool.types import Corpus

app = typer.Typer(
    no_args_is_help=True, help="Remember where corpora are, list them, audit them before use."
)

N_SHOWN = 10
"""So many recordings of a finding are shown as text."""


class AuditFormat(enum.StrEnum):
    """How an audit is shown."""

    text = "text"
    json = "json"


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="A corpus that `sertool list` names.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that holds it.")],
) -> None:
    """Remember the folder of a corpus, so that `sertool extract NAME` finds it."""
    from sertool.corpora import find_clips, find_corpus

    corpus = find_corpus(name)
    n_clips = len(find_clips(corpus, folder))
    home.remember(name, folder)
    console.say(f"{name}: {n_clips} of {corpus.clips} clips in {folder}")


@app.command(name="list")
def list_corpora() -> None:
    """List the corpora: language, clips found and expected, speakers, licence, folder."""
    rows = []
    for corpus, place, n_found in _states():
        found = f"{n_found} / {corpus.clips}" if place else f"- / {corpus.clips}"
        where = str(place) if place else f"sertool corpora add {corpus.name} DIR"
        rows.append(
            (corpus.name, corpus.language, found, str(corpus.speakers), corpus.licence, where)
        )
    columns = ("corpus", "language", "clips found / expected", "speakers", "licence", "where")
    console.show("Corpora", columns, rows)


@app.command()
def check(
    corpora: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME=PLACE...",
            help="As for `sertool extract`: a corpus and its folder, your own and its table, or "
            "one that was added. (default: all that were added)",
        ),
    ] = None,
    map: Annotated[
        list[str] | None,
        typer.Option(metavar="WORD=EMOTION", help=corpus_options.MAP),
    ] = None,
    columns: Annotated[str, typer.Option(metavar="FIELD=HEAD,...", help=corpus_options.HEADS)] = "",
    format: Annotated[
        AuditFormat, typer.Option(help="The format of the output.")
    ] = AuditFormat.text,
    jobs: Annotated[
        int, typer.Option(metavar="N", help="Processes; 1 = this one alone, -1 = one a core.")
    ] = -1,
    plugin: PluginFiles = None,
) -> None:
    """Audit corpora: decode every recording, and report what to know before you use them.

    It finds missing, unexpected, unreadable, duplicate and silent recordings, one sound under two
    emotions, clipping, odd formats, labels that sertool does not know, speakers of one emotion
    only, what is on both sides of a split, and how far raters agree.

    Exit code 1 if a finding is a worry, 0 if none is, 2 if nothing could be checked.

    Example: sertool corpora check emodb=~/corpora/emodb mine=interviews.csv --format json
    """
    jobs = console.checked_jobs(jobs)
    named = corpora or list(home.places())
    if not named:
        raise NotFound("no corpus was named or added: sertool corpora check NAME=DIR")
    with stopping.answered("nothing is kept; the same command begins anew"):
        audits = _audits(
            named, corpus_options.mapping(map or []), corpus_options.heads(columns), jobs
        )
    _SHOW[format](audits)
    if any(finding.severity == "worry" for audit in audits for finding in audit.findings):
        raise typer.Exit(1)


def _audits(
    named: Sequence[str], mapping: dict[str, str], heads: dict[str, str], jobs: int
) -> list[Audit]:
    """What there is to say of each corpus, those among them that are not there.

    Raises:
        NotFound, NotEnough: none of them is there.
    """
    from sertool.corpora import audit

    found: list[Source] = []
    gone: list[tuple[str, SertoolError]] = []
    for each in named:
        try:
            found.append(corpus_options.source(each, mapping, None, heads))
        except (NotEnough, NotFound) as error:
            gone.append((each.partition("=")[0], error))
    if not found:
        raise gone[0][1]
    return [*_audit_all(found, jobs), *(audit.absent(name, str(error)) for name, error in gone)]


def _audit_all(found: Sequence[Source], jobs: int) -> list[Audit]:
    from sertool.corpora import audit
    from sertool.corpora.audit import inspection

    audits = []
    with console.bar() as bar:
        task = bar.add_task("", total=sum(len(source.clips) for source in found))
        for source in found:
            bar.update(task, description=source.corpus.name)
            stream = inspection.inspect(source.folder, source.clips, jobs=jobs)
            with contextlib.closing(stream):
                inspections = []
                for each in stream:
                    inspections.append(each)
                    bar.advance(task)
            audits.append(audit.audit(source, inspections))
    return audits


def _show_text(audits: Sequence[Audit]) -> None:
    for audit in audits:
        counts = Counter(finding.severity for finding in audit.findings)
        typer.secho(
            f"{audit.corpus}: {audit.n_recordings:,} recordings in {audit.folder}, "
            f"{counts['worry']} to worry about, {counts['note']} to note",
            bold=True,
        )
        for finding in audit.findings:
            _show_finding(finding)
        typer.echo()


def _show_finding(finding: Finding) -> None:
    typer.secho(
        f"  {finding.severity}: {finding.kind}", fg="red" if finding.severity == "worry" else None
    )
    for text in (finding.says, f"-> {finding.advice}"):
        typer.echo(f"    {text}")
    for path, says in itertools.islice(finding.recordings.items(), N_SHOWN):
        typer.echo(f"      {path}{says and f'  {says}'}")
    n_more = len(finding.recordings) - N_SHOWN
    if n_more > 0:
        typer.echo(f"      ... and {n_more:,} more: --format json names all")


def _show_json(audits: Sequence[Audit]) -> None:
    entries = [dataclasses.asdict(audit) for audit in audits]
    typer.echo(json.dumps(entries, indent=2))


_SHOW: dict[AuditFormat, Callable[[Sequence[Audit]], None]] = {
    AuditFormat.text: _show_text,
    AuditFormat.json: _show_json,
}


def _states() -> Iterator[tuple[Corpus, Path | None, int]]:
    """Each built-in corpus, where it lies (None = not known) and how many clips are there."""
    from sertool import registry
    from sertool.corpora import find_clips, find_corpus

    places = home.places()
    for name in registry.names("corpora"):
        corpus = find_corpus(name)
        place = places.get(name)
        try:
            n_found = len(find_clips(corpus, place)) if place else 0
        except (NotEnough, NotFound):
            n_found = 0
        yield corpus, place, n_found
