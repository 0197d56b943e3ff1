"""What the emotions of a corpus look like: waveform and mel spectrogram of one clip of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sertool import audio
from sertool.features.spectrum import Spectrum, banks
from sertool.report.figures import COLOURS, STYLE, png
from sertool.types import EMOTIONS, Clip

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ACROSS = 4
"""Emotions side by side."""


def one_of_each(clips: Sequence[Clip]) -> dict[str, Clip]:
    """A clip of each emotion by the speaker who utters most of them, all one sentence if possible.

    Args:
        clips: of one corpus.

    >>> def clip(emotion, speaker, sentence):
    ...     return Clip(f"{speaker}{sentence}{emotion}", emotion, speaker, "", "", sentence)
    >>> chosen = one_of_each([clip("sad", "f", "1"), clip("sad", "m", "1"), clip("sad", "m", "2"),
    ...     clip("happy", "m", "2")])
    >>> {emotion: clip.path for emotion, clip in chosen.items()}
    {'happy': 'm2happy', 'sad': 'm2sad'}
    """
    speaker = _richest(clips, "speaker")
    own = [clip for clip in clips if clip.speaker == speaker]
    sentence = _richest(own, "sentence")
    chosen: dict[str, Clip] = {}
    for clip in sorted(own, key=lambda clip: (clip.sentence != sentence, clip.path)):
        chosen.setdefault(clip.emotion, clip)
    order = [*EMOTIONS, *sorted({*chosen} - {*EMOTIONS})]
    return {emotion: chosen[emotion] for emotion in order if emotion in chosen}


def drawing(folder: Path, chosen: dict[str, Clip]) -> bytes:
    """A PNG of the part of each clip that features describe: samples above, mel bands below.

    Args:
        folder: of the corpus.
        chosen: a clip of each emotion.

    Raises:
        BadRecording: one that cannot be read.
    """
    from matplotlib import style
    from matplotlib.figure import Figure

    down = -(-len(chosen) // ACROSS)
    with style.context(["default", STYLE]):
        size = (2.2 * min(ACROSS, len(chosen)), 2.6 * down)
        figure = Figure(figsize=size, dpi=150, layout="constrained")
        axes = figure.subplots(
            2 * down, min(ACROSS, len(chosen)), squeeze=False, sharex=True,
            height_ratios=[1, 2] * down,
        )  # fmt: skip
        for panel in axes.flat:
            panel.set_axis_off()
        for number, (emotion, clip) in enumerate(chosen.items()):
            row, column = divmod(number, ACROSS)
            spectrum = Spectrum.of(audio.load(folder / clip.path).signal)
            _draw(spectrum, axes[2 * row, column], axes[2 * row + 1, column])
            axes[2 * row, column].set_title(f"{emotion}\n{Path(clip.path).stem}")
        return png(figure)


def _richest(clips: Sequence[Clip], name: str) -> str:
    """The speaker, or the sentence, that most emotions are there of; of equals the first."""
    emotions: defaultdict[str, set[str]] = defaultdict(set)
    for clip in clips:
        emotions[getattr(clip, name)].add(clip.emotion)
    return min(emotions, key=lambda value: (-len(emotions[value]), value))


def _draw(spectrum: Spectrum, above: Axes, below: Axes) -> None:
    seconds = np.arange(spectrum.samples.size) / spectrum.rate
    above.plot(seconds, spectrum.samples, color=COLOURS[0], linewidth=0.3)
    bands = spectrum.mel_decibels
    length = bands.shape[1] * banks.HOP / spectrum.rate
    below.imshow(
        bands, origin="lower", aspect="auto", cmap="Blues", extent=(0, length, 0, len(bands))
    )
