"""`sertool calibrate`: a voice file from recordings of one speaker."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from sertool.cli import console
from sertool.cli.plugin_option import PluginFiles
from sertool.cli.sound_paths import files
from sertool.errors import BadChoice, SertoolError

ENOUGH = 10
"""From so many clips on little is gained by more (`results/voice`)."""


def calibrate(
    recordings: Annotated[
        list[Path],
        typer.Argument(metavar="FILE|DIR...", help="Sound files of one speaker, or folders."),
    ],
    output: Annotated[Path, typer.Option(metavar="FILE", help="The voice file to write (JSON).")],
    plugin: PluginFiles = None,
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
    speech_features = console.outcomes(voice.speech_features, paths, "listening")
    usable = [clips for clips in speech_features if not isinstance(clips, SertoolError)]
    found = voice.voice(chain.from_iterable(usable))
    voice.save(found, output)
    typer.echo(f"{output}: {found.clips} clips, from {len(usable)} of {len(paths)} recordings")
    if found.clips < ENOUGH:
        console.say(f"few clips; {ENOUGH} or more help more")
