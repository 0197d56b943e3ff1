"""`sertool train`: a model file from the rows of a store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sertool.cli import home, screen


def train(
    output: Annotated[Path, typer.Option(metavar="FILE", help="The model file to write.")],
    estimator: Annotated[
        str, typer.Option(help="svm, forest, xgboost, cnn, or a plug-in that `sertool list` names.")
    ] = "xgboost",
    store: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The feature store. (default: yours, else the embedded)"),
    ] = None,
    corpora: Annotated[
        str | None, typer.Option(metavar="A,B", help="Corpora of the store. (default: all)")
    ] = None,
    emotions: Annotated[
        str, typer.Option(metavar="six|all|A,B", help="Which to recognise.")
    ] = "six",
    train_variants: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Train on original, noise, stretch_pitch. (default: all)"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of folds and estimator.", min=0)] = 42,
) -> None:
    """Train an estimator on a store; calibrate its probabilities on held-out speakers.

    The file holds all that predicting needs: estimator, feature names, window rule, scaling,
    labels, calibration, versions. It is stored with skops, never pickle.

    Example: sertool train --estimator svm --store features --corpora emodb --output my.sertool
    """
    from sertool import persistence, training
    from sertool import store as store_file
    from sertool.specification import CHOICES_OF_EMOTIONS, study
    from sertool.types import VARIANTS

    place = home.store_to_read(store)
    names = corpora.split(",") if corpora else store_file.corpora(place)
    asked = study(
        protocols=(),
        corpora=names,
        estimators=(estimator,),
        emotions=emotions if emotions in CHOICES_OF_EMOTIONS else emotions.split(","),
        train_variants=train_variants.split(",") if train_variants else VARIANTS,
    )
    rows = training.rows(store_file.read(place, names), asked.emotions, asked.train_variants)
    with screen.stderr().status(f"training {estimator} on {rows.num_rows} rows"):
        model = training.train(rows, asked.estimators[0], seed=seed)
    persistence.save(model, output)
    size = output.stat().st_size / 1e6
    typer.echo(f"{output}: {estimator}, {', '.join(model.labels)}, {size:.1f} MB")
