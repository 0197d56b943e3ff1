"""`sertool benchmark`: compare estimators, and say which question each number answers."""

from __future__ import annotations

import contextlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sertool.cli import console, home, stopping
from sertool.cli.plugin_option import PluginFiles
from sertool.cli.report import show
from sertool.cli.window_option import WindowRuleName
from sertool.errors import BadChoice
from sertool.features.sets import BEST
from sertool.storage import paths

if TYPE_CHECKING:
    from sertool.benchmark.planning import Plan
    from sertool.benchmark.results import Key, Result

QUICK = paths.ASSETS / "quick.toml"
"""What is asked where nothing else is said."""
RESULTS = Path("sertool-results")
"""Where results go, one folder a specification, unless it is said otherwise."""


def benchmark(
    spec: Annotated[
        Path | None,
        typer.Argument(metavar="[SPEC.toml]", help="A study as a TOML file; options override it."),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="The feature store, local or remote (s3://...). "
            "(default: yours, else the embedded)",
        ),
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where results go. (default: sertool-results/SPEC, else /STORE)",
        ),
    ] = None,
    protocols: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="original, clips, speakers, sentences, cross_corpus, ..."),
    ] = None,
    corpora: Annotated[
        str | None,
        typer.Option(metavar="A,B+C", help="Corpora of the store; B+C pools two. (default: all)"),
    ] = None,
    estimators: Annotated[
        str | None,
        typer.Option(
            metavar="A,B", help="logistic, svm, forest, xgboost, cnn, majority, or a plug-in."
        ),
    ] = None,
    features: Annotated[
        str | None,
        typer.Option(
            metavar="A,B+C",
            help="functionals, librosa178, speech; B+C uses both together. (default: SPEC, else "
            f"{','.join(BEST)}, if the store holds them)",
        ),
    ] = None,
    window: WindowRuleName = None,
    normalisation: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="none, train, corpus, speaker, extremes, or a plug-in."),
    ] = None,
    emotions: Annotated[
        str | None,
        typer.Option(
            metavar="six|all|A,B",
            help="Which emotions to use. (default: all within one corpus, six across corpora)",
        ),
    ] = None,
    train_variants: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Variants to train on: original, noise, stretch_pitch. "
            "(default: SPEC, else original)",
        ),
    ] = None,
    seeds: Annotated[
        str | None,
        typer.Option(metavar="1,2", help="Seeds of splits and estimators. (default: 42)"),
    ] = None,
    drop_duplicates: Annotated[
        bool,
        typer.Option(
            "--drop-duplicates",
            help="Leave out clips whose sound occurs more than once: all of them where their "
            "emotions differ, else all but one.",
        ),
    ] = False,
    jobs: Annotated[
        int,
        typer.Option(
            metavar="N", help="Fits at a time; -1 = one per core, 1 = undisturbed timings."
        ),
    ] = -1,
    engine: Annotated[str, typer.Option(metavar="local|dask", help=console.ENGINE)] = "local",
    scheduler: Annotated[
        str | None, typer.Option(metavar="TCP://HOST:PORT", help=console.SCHEDULER)
    ] = None,
    plugin: PluginFiles = None,
) -> None:
    """Compare estimators under several protocols; print the overview, write all tables.

    Without options it runs on the features that ship with sertool: EmoDB (German) and twelve
    speakers of CREMA-D (English). Stop it at any time; the same command goes on where it stopped.

    Example: sertool benchmark --store features --protocols clips,speakers --estimators svm,forest
    """
    from sertool import parallel
    from sertool.benchmark import planning, study
    from sertool.report import Report

    jobs = console.checked_jobs(jobs)
    place = home.store_to_read(store)
    given = {
        "protocols": protocols, "corpora": corpora, "estimators": estimators,
        "features": features, "normalisation": normalisation, "emotions": emotions,
        "train_variants": train_variants, "seeds": seeds,
    }  # fmt: skip
    keys = _asked(spec, given, place)
    taken = keys.get("features") or (BEST if spec else home.features_of(place))
    keys["features"] = [console.in_window(each, window) for each in taken]
    if drop_duplicates:
        keys["drop_duplicates"] = True
    asked = study.study(**keys)
    folder = results or RESULTS / _name(spec, place)
    console.say(f"store: {place}\nresults: {folder}")
    plan = planning.plan(asked, place)
    for reason in plan.skipped:
        console.say(f"skipped: {reason}")
    for warning in plan.warnings:
        console.say(f"warning: {warning}")
    with parallel.engine(engine, scheduler):
        held = _run(plan, folder, jobs)
    n_others = len(held.keys() - {fit.key for fit in plan.fits})
    if n_others:
        console.say(f"shown with {n_others} results of other runs that lie in {folder}, too")
    made = Report([*held.values()], folder)
    show(made, made.update(folder), folder)


def _name(spec: Path | None, place: Path) -> str:
    """What the folder of results is called: as the study, or as the store without one."""
    return (spec or QUICK).stem if spec or place == home.EMBEDDED_STORE else place.name


def _asked(spec: Path | None, given: dict[str, str | None], place: Path) -> dict[str, Any]:
    """The specification with what the options say instead."""
    from sertool import store, versions
    from sertool.benchmark import study

    asked = study.read(spec or QUICK)
    if spec is None and given["estimators"] is None and find_spec("keras") is None:
        asked["estimators"].pop("cnn")
        console.say(f"the cnn is left out; it needs: {versions.hint('cnn')}")
    settings = asked.get("estimators", {}) if spec else {}  # the quick recipes are its own
    for name, value in given.items():
        if value is not None:
            asked[name] = console.words(value)
    if given["estimators"] is not None and isinstance(settings, dict):
        asked["estimators"] = {name: settings.get(name, {}) for name in asked["estimators"]}
    if given["emotions"] in study.CHOICES_OF_EMOTIONS:
        asked["emotions"] = given["emotions"]
    if given["seeds"] is not None:
        asked["seeds"] = [_number(seed) for seed in console.words(given["seeds"])]
    asked.setdefault("corpora", store.corpora(place))
    for name in ("protocols", "estimators"):
        if not asked.get(name):
            raise BadChoice(f"nothing to compare: give {name} in {spec} or with --{name} A,B")
    return asked


def _number(given: str) -> int:
    if not given.isdecimal():
        raise BadChoice(f"a seed is a whole number from 0 on, not {given!r}: --seeds 1,2")
    return int(given)


def _run(plan: Plan, folder: Path, jobs: int) -> dict[Key, Result]:
    """Do the fits that the folder holds no result of, under a progress bar; all that it holds."""
    from sertool.benchmark import evaluation

    with evaluation.session(plan, folder) as session:
        n_again = sum(fit.key in session.held for fit in session.outstanding)
        if n_again:
            console.say(f"defaults of estimators have changed: {n_again} results are made again")
        n_done = len(plan.fits) - len(session.outstanding)

        def kept() -> str:
            done = sum(fit.key in session.held for fit in plan.fits)
            return f"{done:,} fits kept; the same command goes on"

        with (
            stopping.answered(kept),
            console.bar() as bar,
            contextlib.closing(session.fits(jobs)) as fits,
        ):
            task = bar.add_task("fits", total=len(plan.fits), completed=n_done)
            for fit, _ in fits:
                name = f"{fit.protocol.name} {fit.split.name} {fit.candidate.name}"
                bar.update(task, advance=1, description=name)
            bar.update(task, description="fits")
    return session.held
