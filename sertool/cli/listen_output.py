"""How `sertool listen` shows live windows: on the screen, as lines, as JSON; and a summary."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

import typer

from sertool.cli import console

if TYPE_CHECKING:
    from sertool.timeline.listener import Listener, LiveWindow, Tally

FRAME_S = 1 / 12
"""From one picture on the screen to the next."""

N_SHOWN = 3
"""So many emotions stand in a line, the most probable."""
COLUMNS = 100
"""A line has no more characters than these."""

ShownWindows = Generator["tuple[LiveWindow, float]"]
"""Each window once it was shown, and its latency in seconds."""


class LiveFormat(enum.StrEnum):
    """How live windows are shown."""

    live = "live"
    lines = "lines"
    json = "json"


def live(listener: Listener, tally: Tally, title: str, labels: Sequence[str]) -> ShownWindows:
    """A display that is drawn anew all the time."""
    from rich.live import Live

    from sertool.cli.live_display import Display

    display = Display(title, labels, listener, tally)
    with Live(display, auto_refresh=False, transient=True) as picture:
        for live_window in listener.moments(FRAME_S):
            if live_window:
                display.add(live_window)
            picture.refresh()
            if live_window:
                yield live_window, tally.add(live_window)


def lines(listener: Listener, tally: Tally, title: str, labels: Sequence[str]) -> ShownWindows:
    """A line for a person per window."""
    for live_window in listener:
        latency_s = tally.add(live_window)
        typer.echo(_words(live_window, latency_s))
        yield live_window, latency_s


def objects(listener: Listener, tally: Tally, title: str, labels: Sequence[str]) -> ShownWindows:
    """A line of JSON per window."""
    for live_window in listener:
        latency_s = tally.add(live_window)
        facts = dataclasses.asdict(live_window)
        del facts["ended"]
        typer.echo(json.dumps({**facts, "latency_s": round(latency_s, 4)}))
        yield live_window, latency_s


BY_FORMAT = {LiveFormat.live: live, LiveFormat.lines: lines, LiveFormat.json: objects}


def _words(live_window: LiveWindow, latency_s: float) -> str:
    """The emotion, the most probable ones, latency, and as much of a remark as there is room."""
    window, mean = live_window.prediction, live_window.smoothed
    if window is None or mean is None:
        return f"{live_window.end_s:7.2f} s  -"
    word = mean.emotion if mean.confident else f"unsure ({mean.emotion})"
    first = sorted(mean.probabilities.items(), key=lambda each: -each[1])[:N_SHOWN]
    shares = ", ".join(f"{name} {100 * share:.0f}" for name, share in first)
    remarks = "".join(f"  {remark}" for remark in window.remarks[:1])
    line = f"{live_window.end_s:7.2f} s  {word:18} {shares} %  {1000 * latency_s:.0f} ms{remarks}"
    return line if len(line) <= COLUMNS else f"{line[: COLUMNS - 3]}..."


def say_summary(listener: Listener, tally: Tally) -> None:
    """How long it listened, the emotions by time, how late they were shown; else nothing."""
    if not tally.listened_s:
        return
    console.say(
        f"listened for {console.clock(listener.listened_s)}, speech in "
        f"{100 * tally.speech_share:.0f} % of it; "
        f"{len(tally.latencies_s)} windows, {listener.n_dropped} dropped, "
        f"{listener.n_gaps} gaps in the sound"
    )
    for emotion, seconds in sorted(tally.seconds.items(), key=lambda each: -each[1]):
        share = 100 * seconds / tally.speech_s
        length, confident = console.clock(seconds), console.clock(tally.confident_s[emotion])
        console.say(
            f"{emotion:9} {length:>7}  {share:3.0f} % of speech, {confident} of it confident"
        )
    console.say(f"latency: median {1000 * tally.median_latency_s:.0f} ms")
