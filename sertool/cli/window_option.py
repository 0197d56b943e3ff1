"""`--window`: the rule by which recordings are cut, of several commands."""

from __future__ import annotations

from typing import Annotated

import typer

WindowRuleName = Annotated[
    str | None,
    typer.Option(
        metavar="study|utterance",
        help="What is measured of a recording: study = 2.5 s from 0.6 s on; utterance = from the "
        "first to the last sound of speech, up to 4 s. (default: that of each feature set)",
    ),
]
"""The option of a command."""
