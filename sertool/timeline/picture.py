"""The picture of a timeline: waveform under coloured spans, probabilities below."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from sertool.models.prediction import Prediction
from sertool.timeline import Span
from sertool.timeline.envelope import Envelope

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = {
    "angry": "#D55E00", "boredom": "#999999", "calm": "#56B4E9", "disgust": "#009E73",
    "fear": "#CC79A7", "happy": "#E69F00", "neutral": "#BBBBBB", "sad": "#0072B2",
    "surprise": "#F0E442",
}  # fmt: skip
"""Okabe and Ito's palette, which colour-blind readers can tell apart, and two greys."""
OTHER = "#000000"
STYLE = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 8,
    "legend.frameon": False,
    "svg.hashsalt": "sertool",
    "text.parse_math": False,
}
UNSURE_ALPHA = 0.25
"""How strongly an unsure span is coloured; a confident one: 0.7."""


def picture(
    envelope: Envelope,
    predictions: Sequence[Prediction],
    spans: Sequence[Span],
    title: str,
    format: Literal["png", "svg"],
) -> bytes:
    """Draw it.

    Args:
        envelope: of the recording.
        predictions: its windows, in order.
        spans: made of them.
        title: stands above.
        format: of the picture.
    """
    from matplotlib import style
    from matplotlib.figure import Figure

    with style.context(["default", STYLE]):
        figure = Figure(figsize=(10, 4.5), layout="constrained", dpi=120)
        wave, shares = figure.subplots(2, sharex=True, height_ratios=[2, 1.3])
        wave.set_title(title, loc="left")
        _draw_wave(wave, envelope, spans)
        _draw_probabilities(shares, predictions)
        if predictions:
            figure.legend(loc="outside right upper")
        drawn = io.BytesIO()
        metadata = {"Date": None} if format == "svg" else {"Software": None}
        figure.savefig(drawn, format=format, metadata=metadata)
    return drawn.getvalue()


def _draw_wave(axes: Axes, envelope: Envelope, spans: Sequence[Span]) -> None:
    times = (np.arange(envelope.lowest.size) + 0.5) * envelope.duration_s / envelope.lowest.size
    for each in spans:
        colour = COLOURS.get(each.emotion, OTHER)
        alpha = 0.7 if each.confident else UNSURE_ALPHA
        axes.axvspan(each.start_s, each.end_s, color=colour, alpha=alpha, linewidth=0)
    axes.fill_between(times, envelope.lowest, envelope.highest, color="#333333", linewidth=0)
    axes.set_xlim(0, envelope.duration_s)
    axes.set_ylabel("waveform\n(pale: unsure)")


def _draw_probabilities(axes: Axes, predictions: Sequence[Prediction]) -> None:
    """One line per emotion, interrupted where nobody speaks."""
    names = predictions[0].probabilities if predictions else ()
    times = np.array([(each.start_s + each.end_s) / 2 for each in predictions])
    breaks = [
        number
        for number, (one, next_one) in enumerate(pairwise(predictions), 1)
        if next_one.start_s >= one.end_s
    ]
    for name in names:
        values = np.array([each.probabilities[name] for each in predictions])
        axes.plot(
            np.insert(times, breaks, np.nan),
            np.insert(values, breaks, np.nan),
            color=COLOURS.get(name, OTHER),
            marker="." if len(predictions) < 60 else "",
            label=name,
        )
    axes.set_ylim(0, 1)
    axes.set_ylabel("probability")
    axes.set_xlabel("seconds")
