"""`sertool train`: a model file from the rows of a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sertool.cli import console, home, stopping
from sertool.cli.plugin_option import PluginFiles
from sertool.cli.window_option import WindowRuleName
from sertool.errors import BadChoice
from sertool.features.sets import BEST
from sertool.notation import percent, settings

if TYPE_CHECKING:
    from sertool.models.persistence import Model

UNRELIABLE = 0.1
"""Calibration error above which the probabilities of a model say little."""


def train(
    output: Annotated[Path, typer.Option(metavar="FILE", help="The model file to write.")],
    estimator: Annotated[
        str,
        typer.Option(help="logistic, svm, forest, xgboost, cnn, or a plug-in of `sertool list`."),
    ] = "xgboost",
    store: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="The feature store. (default: yours, else the embedded)"),
    ] = None,
    corpora: Annotated[
        str | None, typer.Option(metavar="A,B", help="Corpora of the store. (default: all)")
    ] = None,
    emotions: Annotated[
        str, typer.Option(metavar="six|all|A,B", help="Which emotions to recognise.")
    ] = "six",
    features: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Feature sets: functionals, librosa178, speech. (default: "
            f"{','.join(BEST)}, if the store holds them)",
        ),
    ] = None,
    window: WindowRuleName = None,
    train_variants: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Variants to train on: original, noise, stretch_pitch. (default: original)",
        ),
    ] = None,
    set: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="A parameter of the estimator (epochs=20); C=[1,3] lets held-out speakers choose.",
        ),
    ] = None,
    folds: Annotated[
        int, typer.Option(min=2, help="Groups of speakers that are held out in turn to calibrate.")
    ] = 5,
    seed: Annotated[int, typer.Option(help="Seed of folds and estimator.", min=0)] = 42,
    unseen: Annotated[
        str | None,
        typer.Option(
            metavar="A,B", help="Corpora of the store to test on, for the card; never trained on."
        ),
    ] = None,
    plugin: PluginFiles = None,
) -> None:
    """Train an estimator on a store; calibrate its probabilities on held-out speakers.

    The file holds all that predicting needs: estimator, feature names, window rule, scaling,
    labels, calibration, versions. It is stored with skops, never pickle. A card beside it (.md)
    says what it was made from, how good it is on new speakers and how far to trust it.

    Example: sertool train --estimator svm --store features --corpora emodb --output my.sertool
    """
    from sertool import store as store_file
    from sertool.benchmark.study import study
    from sertool.models import card, persistence, training
    from sertool.storage import writing
    from sertool.store import stored_sets
    from sertool.types import TRAIN_VARIANTS

    if output.is_dir():
        raise BadChoice(f"--output {output} is a folder; give the name of a file")
    if output.suffix == ".md":
        raise BadChoice(f"--output {output}: the card goes to .md; give a name such as my.sertool")
    place = home.store_to_read(store)
    names = console.words(corpora) if corpora else store_file.corpora(place)
    asked = study(
        protocols=(),
        corpora=names,
        estimators={estimator: dict(map(_parameter, set or []))},
        emotions=emotions if emotions in ("six", "all") else console.words(emotions),
        train_variants=console.words(train_variants) if train_variants else TRAIN_VARIANTS,
    )
    sets = console.feature_sets(features or ",".join(home.features_of(place)), window)
    for name in sets:
        stored_sets.refuse_missing(place, name)
    table = store_file.read(place, names, sets)
    rows = training.select_rows(table, asked.emotions, asked.train_variants)
    with (
        stopping.answered(f"{output} is as it was; the same command begins anew"),
        console.narrated(f"training {estimator} on {rows.num_rows:,} rows", training.LOG),
    ):
        model = training.train(rows, asked.estimators[0], feature_sets=sets, seed=seed, folds=folds)
        if unseen:
            others = store_file.read(place, console.words(unseen), sets)
            model = training.assessed(model, others)
    persistence.save(model, output)
    writing.write(output.with_suffix(".md"), card.card(model).encode())
    chosen = model.about["parameters"]
    size = output.stat().st_size / 1e6
    found = settings({each: chosen[each] for each in asked.estimators[0].open})
    name = f"{estimator}, {found}" if found else estimator
    typer.echo(f"{output}: {name}; {', '.join(model.labels)}; {size:.1f} MB; {_figures(model)}")


def _figures(model: Model) -> str:
    held_out = model.about["held_out"].items()
    uars = ", ".join(f"{name} {percent(each['uar']['value'])} %" for name, each in held_out)
    error = model.about["calibration"]["ece"]
    doubt = ": do not trust its probabilities; more speakers help" if error > UNRELIABLE else ""
    return f"UAR of new speakers: {uars}; calibration error {error:.3f}{doubt}"


def _parameter(given: str) -> tuple[str, Any]:
    """NAME=VALUE as TOML has it: numbers are numbers, what is no TOML is a word."""
    import tomllib

    name, equals, value = given.partition("=")
    if not (name and equals and value):
        raise BadChoice(f"--set {given!r} must read NAME=VALUE, for example --set epochs=20")
    try:
        return name, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name, value
