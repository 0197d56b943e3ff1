"""`sertool calibrate`: a voice file from recordings of one speaker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sertool.cli import console
from sertool.cli.sound_paths import files
from sertool.errors import BadChoice, SertoolError

if TYPE_CHECKING:
    import numpy as np

ENOUGH = 10
"""From so many clips on little is gained by more (`results/voice`)."""


def calibrate(
    recordings: Annotated[
        list[Path],
        typer.Argument(metavar="FILE|DIR...", help="Sound files of one speaker, or folders."),
    ],
    output: Annotated[Path, typer.Option(metavar="FILE", help="The voice file to write (JSON).")],
) -> None:
    """Measure how a speaker usually speaks, for a personal model (`sertool predict --voice`).

    No labels are needed; but speak in the moods that are to be told apart, since neutral speech
    alone helps little. A recording of up to 5 s is one clip; a longer one is cut into windows of
    2.5 s. Ten clips help, twenty are better. A bad recording is named on stderr and left out. The
    file holds means of features and nothing of what was said.

    Example: sertool calibrate my_voice/ --output me.json
    """
    from sertool.models import voice

    if output.is_dir():
        raise BadChoice(f"--output {output} is a folder; give the name of a file")
    paths = files(recordings)
    clips, n_bad = _heard(paths)
    found = voice.voice(clips)
    voice.save(found, output)
    used = len(paths) - n_bad
    typer.echo(f"{output}: {found.clips} clips, from {used} of {len(paths)} recordings")
    if found.clips < ENOUGH:
        console.say(f"few clips; {ENOUGH} or more help more")


def _heard(paths: Sequence[Path]) -> tuple[list[np.ndarray], int]:
    """The features of all clips, and how many recordings could not be used."""
    from sertool.models import voice

    clips: list[np.ndarray] = []
    n_bad = 0
    with console.bar() as bar:
        task = bar.add_task("listening", total=len(paths), visible=len(paths) > 1)
        for path in paths:
            try:
                clips += [*voice.heard(path)]
            except SertoolError as error:
                bar.console.print(f"skipped {error}", markup=False, highlight=False, soft_wrap=True)
                n_bad += 1
            bar.advance(task)
    return clips, n_bad
