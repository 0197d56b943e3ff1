"""How `sertool listen` shows what is heard: on the screen, as lines, as JSON; and the sum of it."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

import typer

from sertool.cli import console

if TYPE_CHECKING:
    from sertool.timeline.listener import Heard, Listener, Tally

FRAME_S = 1 / 12
"""From one picture on the screen to the next."""

N_SHOWN = 3
"""So many emotions stand in a line, the most probable."""
COLUMNS = 100
"""A line has no more characters than these."""

Shown = Generator["tuple[Heard, float]"]
"""Each window once it was shown, and its latency in seconds."""


class LiveFormat(enum.StrEnum):
    """How what is heard is shown."""

    live = "live"
    lines = "lines"
    json = "json"


def live(listener: Listener, tally: Tally, title: str, labels: Sequence[str]) -> Shown:
    """A display that is drawn anew all the time."""
    from rich.live import Live

    from sertool.cli.live_display import Display

    display = Display(title, labels, listener, tally)
    with Live(display, auto_refresh=False, transient=True) as picture:
        for heard in listener.moments(FRAME_S):
            if heard:
                display.add(heard)
            picture.refresh()
            if heard:
                yield heard, tally.add(heard)


def lines(listener: Listener, tally: Tally, title: str, labels: Sequence[str]) -> Shown:
    """A line for a person per window."""
    for heard in listener:
        latency_s = tally.add(heard)
        typer.echo(_words(heard, latency_s))
        yield heard, latency_s


def objects(listener: Listener, tally: Tally, title: str, labels: Sequence[str]) -> Shown:
    """A line of JSON per window."""
    for heard in listener:
        latency_s = tally.add(heard)
        facts = dataclasses.asdict(heard)
        del facts["ended"]
        typer.echo(json.dumps({**facts, "latency_s": round(latency_s, 4)}))
        yield heard, latency_s


BY_FORMAT = {LiveFormat.live: live, LiveFormat.lines: lines, LiveFormat.json: objects}


def _words(heard: Heard, latency_s: float) -> str:
    """The emotion, the most probable ones, latency, and as much of a remark as there is room."""
    window, mean = heard.prediction, heard.smoothed
    if window is None or mean is None:
        return f"{heard.end_s:7.2f} s  -"
    word = mean.emotion if mean.confident else f"unsure ({mean.emotion})"
    first = sorted(mean.probabilities.items(), key=lambda each: -each[1])[:N_SHOWN]
    shares = ", ".join(f"{name} {100 * share:.0f}" for name, share in first)
    remarks = "".join(f"  {remark}" for remark in window.remarks[:1])
    line = f"{heard.end_s:7.2f} s  {word:18} {shares} %  {1000 * latency_s:.0f} ms{remarks}"
    return line if len(line) <= COLUMNS else f"{line[: COLUMNS - 3]}..."


def say_summary(listener: Listener, tally: Tally) -> None:
    """How long was heard, the emotions by time, how late they were shown; nothing of nothing."""
    if not tally.heard_s:
        return
    console.say(
        f"heard {console.clock(listener.heard_s)}, speech {100 * tally.speech_share:.0f} % of it; "
        f"{len(tally.latencies_s)} windows, {listener.n_dropped} dropped, "
        f"{listener.n_gaps} gaps in the sound"
    )
    for emotion, seconds in sorted(tally.seconds.items(), key=lambda each: -each[1]):
        share = 100 * seconds / tally.speech_s
        length, sure = console.clock(seconds), console.clock(tally.sure_s[emotion])
        console.say(f"{emotion:9} {length:>7}  {share:3.0f} % of speech, {sure} of it sure")
    console.say(f"latency: median {1000 * tally.median_latency_s:.0f} ms")
