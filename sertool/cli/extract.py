"""`sertool extract`: recordings into the feature store."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated

import typer

from sertool.cli import console, corpus_options, home, skipped, stopping
from sertool.cli.plugin_option import PluginFiles
from sertool.cli.window_option import WindowRuleName
from sertool.errors import BadRecording
from sertool.features.sets import BEST
from sertool.types import EMOTIONS

if TYPE_CHECKING:
    from sertool.store.extraction import ExtractionPlan, Outcome


def extract(
    corpora: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME=PLACE...",
            help="A corpus and its folder (ravdess=DIR), your own as a table with columns path, "
            "emotion and optionally speaker, language, sentence, gender, start, end, split, "
            "session (mine=my.csv; mine=- reads it from standard input), or just the name of one "
            "that `sertool corpora add` knows. Both may be remote (s3://...).",
        ),
    ],
    store: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="The feature store, local or remote (s3://...). (default: user data)",
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option(help="Processes; 1 = this one alone, -1 = one for each core.")
    ] = -1,
    map: Annotated[
        list[str] | None,
        typer.Option(metavar="WORD=EMOTION", help=corpus_options.MAP),
    ] = None,
    columns: Annotated[str, typer.Option(metavar="FIELD=HEAD,...", help=corpus_options.HEADS)] = "",
    own_labels: Annotated[
        bool, typer.Option("--own-labels", help="Keep a manifest's labels as they are.")
    ] = False,
    speakers: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Only the first N speakers of each corpus; the others leave the store.",
        ),
    ] = None,
    features: Annotated[
        str,
        typer.Option(
            metavar="A,B",
            help="Feature sets: functionals (517 statistics over frames), librosa178 (the "
            "study's), speech (layers of a speech model). Those that the store already holds stay "
            "in it.",
        ),
    ] = ",".join(BEST),
    window: WindowRuleName = None,
    engine: Annotated[str, typer.Option(metavar="local|dask", help=console.ENGINE)] = "local",
    scheduler: Annotated[
        str | None, typer.Option(metavar="TCP://HOST:PORT", help=console.SCHEDULER)
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Treat a bad recording as an error: exit code 2.")
    ] = False,
    plugin: PluginFiles = None,
) -> None:
    """Measure the features of recordings, three variants each, into a parquet store.

    Only what is new or changed is measured; Ctrl-C or a kill loses a few seconds of work at most.
    A bad recording is skipped, counted and listed with the cause. The store mirrors the folders:
    clips that are gone from a folder leave the store, too.

    Example: sertool extract emodb=~/corpora/emodb mine=interviews.csv --store features
    """
    from sertool import parallel
    from sertool.corpora import sources
    from sertool.storage import paths
    from sertool.store import extraction, upgrade

    jobs = console.checked_jobs(jobs)
    place = paths.path(store) if store else home.default_store()
    mapping = corpus_options.mapping(map or [])
    vocabulary = None if own_labels else EMOTIONS
    heads = corpus_options.heads(columns)
    found = [corpus_options.source(given, mapping, vocabulary, heads) for given in corpora]
    for source in found:
        for note in source.notes:
            console.say(f"{source.corpus.name}: {note}")
    if speakers is not None:
        found = [sources.first_speakers(source, speakers) for source in found]
    for name, _ in upgrade.upgrade(place):
        console.say(f"{name}: converted from an older format of the store, nothing measured")
    plan = extraction.plan(found, place, console.feature_sets(features, window))

    def kept() -> str:
        done = extraction.plan(found, place, plan.feature_sets).unchanged
        return f"{done:,} clips kept; the same command goes on"

    with stopping.answered(kept), parallel.engine(engine, scheduler):
        bad, shortened = _run(plan, jobs)
    _summary(plan, bad, shortened)
    if bad and len(bad) == len(plan.tasks) and not plan.unchanged:
        raise BadRecording(f"none of {len(bad)} recordings could be measured; the causes are above")
    if bad and strict:
        raise BadRecording(f"{len(bad)} bad recordings, and --strict was asked for")


def _run(plan: ExtractionPlan, jobs: int) -> tuple[list[Outcome], list[Outcome]]:
    """The outcomes without a measurement, and those with something to know of."""
    from sertool.store import extraction

    bad: list[Outcome] = []
    noted: list[Outcome] = []
    with console.bar() as bar, contextlib.closing(extraction.extract(plan, jobs=jobs)) as outcomes:
        task = bar.add_task("extracting", total=len(plan.tasks))
        for outcome in outcomes:
            bar.advance(task)
            if outcome.cause:
                bad.append(outcome)
            elif outcome.note:
                noted.append(outcome)
    return bad, noted


def _summary(plan: ExtractionPlan, bad: list[Outcome], noted: list[Outcome]) -> None:
    for corpus in dict.fromkeys(outcome.corpus for outcome in bad):
        of_corpus = [(each.clip, each.cause) for each in bad if each.corpus == corpus]
        for line in skipped.lines(of_corpus, corpus):
            console.say(line)
    if noted:
        first = noted[0]
        console.say(
            f"{len(noted)} parts end behind their recordings and were cut there, such as "
            f"{first.corpus}/{first.clip}: {first.note}"
        )
    for name, why in plan.untouched.items():
        console.say(f"{name} stays as it is: {why}")
    n_new = len(plan.tasks) - len(bad)
    left = f", {plan.leaving} gone" if plan.leaving else ""
    typer.echo(
        f"{n_new} clips extracted, {plan.unchanged} unchanged, {len(bad)} skipped{left}; "
        f"store: {plan.store}"
    )
