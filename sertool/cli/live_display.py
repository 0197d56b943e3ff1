"""What is on the screen while `sertool listen` runs: level, emotion, bars, the last minute."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.align import Align
from rich.bar import Bar
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sertool.cli import console
from sertool.timeline.picture import COLOURS, OTHER

if TYPE_CHECKING:
    from sertool.models.prediction import Prediction
    from sertool.timeline.listener import Listener, LiveWindow, Tally

MINUTE_S = 60
LOWEST_DB = -60
"""Where the meter of the level begins."""
LOUD_DB, CLIPPING_DB = -12, -2
"""Where it turns yellow, and red."""
METER_WIDTH = 22
BAR_WIDTH = 26
BOX_WIDTH = 30
RECENT = 60
"""Windows that the median latency is of."""
QUIET = "·"


class Display:
    """A picture of the moment, drawn anew whenever rich asks for it.

    Args:
        title: the source, and the model.
        labels: the emotions of the model, in order.
        listener: for the level, and what was dropped.
        tally: for the latency.
    """

    def __init__(self, title: str, labels: Sequence[str], listener: Listener, tally: Tally) -> None:
        self._title = title
        self._labels = labels
        self._listener = listener
        self._tally = tally
        self._minute: tuple[LiveWindow, ...] = ()
        self._spoken: LiveWindow | None = None

    def add(self, live_window: LiveWindow) -> None:
        """Show a window from now on."""
        recent = (each for each in self._minute if each.end_s > live_window.end_s - MINUTE_S)
        self._minute = (*recent, live_window)
        if live_window.smoothed:
            self._spoken = live_window

    def __rich__(self) -> Panel:
        now = self._minute[-1] if self._minute else None
        left = Group(_box(self._spoken, now), Text(), _meter(self._listener.level_db))
        right = _bars(self._labels, now.smoothed if now else None)
        upper = Table.grid(padding=(0, 3, 0, 0))
        upper.add_column(width=BOX_WIDTH + 1)
        upper.add_row(left, right)
        return Panel(
            Group(upper, Text(), _timeline(self._minute), Text(), *self._notes(now)),
            title=Text(self._title, style="bold"),
            title_align="left",
            subtitle=Text("Ctrl-C ends", style="dim"),
            subtitle_align="right",
            padding=(1, 2, 0, 2),
            width=80,
        )

    def _notes(self, now: LiveWindow | None) -> Iterator[Text]:
        tally, listener = self._tally, self._listener
        parts = [console.clock(listener.listened_s), f"speech {100 * tally.speech_share:.0f} %"]
        if latencies := tally.latencies_s[-RECENT:]:
            middle = 1000 * statistics.median(latencies)
            parts.append(f"latency {1000 * latencies[-1]:.0f} ms, median {middle:.0f} ms")
        if listener.n_dropped:
            parts.append(f"{listener.n_dropped} dropped")
        if listener.n_gaps:
            parts.append(f"{listener.n_gaps} gaps")
        yield Text("   ".join(parts), style="dim")
        remarks = now.prediction.remarks if now and now.prediction else ()
        yield Text(remarks[0] if remarks else "", style="yellow", no_wrap=True, overflow="ellipsis")


def colour(emotion: str) -> str:
    """The colour of an emotion."""
    return COLOURS.get(emotion, OTHER)


def _box(spoken: LiveWindow | None, now: LiveWindow | None) -> RenderableType:
    """The last emotion, large."""
    if spoken is None or spoken.smoothed is None or now is None:
        return _large("L I S T E N I N G", "nobody spoke yet", "dim")
    mean = spoken.smoothed
    share = f"{100 * mean.probabilities[mean.emotion]:.0f} %"
    word, below = (
        (mean.emotion, share) if mean.confident else ("unsure", f"{mean.emotion}? {share}")
    )
    style = f"bold #000000 on {colour(mean.emotion)}" if mean.confident else "bold white on #444444"
    if now is not spoken:
        style, below = "dim", f"{now.end_s - spoken.end_s:.0f} s ago"
    return _large(" ".join(word.upper()), below, style)


def _large(word: str, below: str, style: str) -> RenderableType:
    lines = Text(f"\n{word}\n{below}\n", justify="center", no_wrap=True, overflow="ellipsis")
    return Align(lines, "center", style=style, width=BOX_WIDTH)


def _meter(level_db: float) -> Text:
    """The level as a bar, -60 to 0 dB re full scale."""
    filled = round(METER_WIDTH * (1 - max(level_db, LOWEST_DB) / LOWEST_DB))
    style = "green" if level_db < LOUD_DB else "yellow" if level_db < CLIPPING_DB else "red"
    meter = Text("━" * min(filled, METER_WIDTH), style=style)
    meter.append("━" * (METER_WIDTH - filled), style="bright_black")
    number = f"{level_db:4.0f} dB" if level_db > LOWEST_DB else "   quiet"
    return meter.append(f" {number}", style="default")


def _bars(labels: Sequence[str], mean: Prediction | None) -> Table:
    """A bar per emotion; empty where nobody speaks."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, max_width=9)
    table.add_column()
    table.add_column(justify="right", width=5)
    for label in labels:
        share = mean.probabilities[label] if mean else 0.0
        style = "bold" if mean and label == mean.emotion else ""
        bar = Bar(1.0, 0.0, share, width=BAR_WIDTH, color=colour(label), bgcolor="grey15")
        table.add_row(Text(label, style), bar, Text(f"{100 * share:.0f} %" if mean else "", style))
    return table


def _timeline(minute: Sequence[LiveWindow]) -> RenderableType:
    """The last minute, a letter for each second."""
    letters = Text()
    for live_window in _seconds(minute):
        mean = live_window.smoothed if live_window else None
        if live_window is None:
            letters.append(" ")
        elif mean is None:
            letters.append(QUIET, style="bright_black")
        elif mean.confident:
            letters.append(mean.emotion[0].upper(), style=f"bold #000000 on {colour(mean.emotion)}")
        else:
            letters.append(mean.emotion[0], style=colour(mean.emotion))
    note = Text("the last minute; small letters: unsure", style="dim")
    return Group(letters, note)


def _seconds(minute: Sequence[LiveWindow]) -> Iterator[LiveWindow | None]:
    """Each of the last 60 seconds: the window that added it; None = before the beginning."""
    now_s = minute[-1].end_s if minute else 0.0
    for second in range(MINUTE_S):
        middle_s = now_s - MINUTE_S + second + 0.5
        covering = (
            live_window for live_window in minute if middle_s > 0 and live_window.end_s >= middle_s
        )
        yield next(covering, None)
