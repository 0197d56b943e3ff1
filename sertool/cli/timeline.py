"""`sertool predict --timeline`: the spans of a long recording, on the screen or in a file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sertool.cli import console
from sertool.cli.console import PredictionFormat
from sertool.errors import BadChoice

if TYPE_CHECKING:
    from sertool.models.prediction import Prediction, Predictor
    from sertool.timeline import Span
    from sertool.timeline.envelope import Envelope

PICTURES = (".png", ".svg")


def show(
    predictor: Predictor,
    path: Path,
    hop_s: float,
    format: PredictionFormat,
    output: Path | None,
    channel: str,
) -> None:
    """Predict one recording window by window; show its spans, or write them to a file.

    Raises:
        BadChoice: a suffix that is not known, or a format that holds one
            channel where several are asked for.
    """
    from sertool.audio import LONGEST_TIMELINE_S, decoding
    from sertool.audio.channels import EACH

    if output:
        _check_suffix(output)
    names = [channel]
    if channel == EACH:
        _check_holds_several(output)
        names = list(decoding.names_of_channels(path, LONGEST_TIMELINE_S))
    followed = [_followed(predictor, path, hop_s, name) for name in names]
    if output:
        _write(output, path, followed)
    else:
        _print(followed, format)
    for each in followed:
        _say_remarks(each)


@dataclass(frozen=True)
class _Followed:
    """A timeline of one channel."""

    windows: Sequence[Prediction]
    spans: Sequence[Span]
    outline: Envelope

    @property
    def channel(self) -> str:
        return next((span.channel for span in self.spans), "")


def _followed(predictor: Predictor, path: Path, hop_s: float, channel: str) -> _Followed:
    from sertool import timeline
    from sertool.timeline import envelope

    windows = _windows(predictor, path, hop_s, channel)
    return _Followed(windows, list(timeline.spans(windows)), envelope.of_recording(path, channel))


def _write(output: Path, path: Path, followed: Sequence[_Followed]) -> None:
    from sertool.storage import writing

    spans = [span for each in followed for span in each.spans]
    first = followed[0]
    writing.write(output, _content(output, path, first.outline, first.windows, spans))
    typer.echo(f"{output}: {len(spans)} spans of {first.outline.duration_s:.1f} s")


def _check_holds_several(output: Path | None) -> None:
    if output and output.suffix.lower() not in (".csv", ".json"):
        raise BadChoice(
            f"--output {output} holds one channel; give --channel left or right, or .csv or .json"
        )


def _windows(predictor: Predictor, path: Path, hop_s: float, channel: str) -> list[Prediction]:
    from rich.progress import Progress, SpinnerColumn, TextColumn

    windows = []
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), console=console.stderr(), transient=True
    ) as progress:
        task = progress.add_task("listening")
        with closing(predictor.timeline(path, hop_s=hop_s, channel=channel)) as predictions:
            for window in predictions:
                windows.append(window)
                progress.update(task, description=f"listening: {window.end_s:.0f} s")
    return windows


def _check_suffix(output: Path) -> None:
    from sertool.timeline import formats

    possible = (*formats.BY_SUFFIX, *PICTURES)
    if output.suffix.lower() not in [each.lower() for each in possible]:
        raise BadChoice(
            f"--output {output}: no format {output.suffix!r}; give a name that ends in "
            f"{' '.join(possible)}"
        )


def _content(
    output: Path,
    path: Path,
    outline: Envelope,
    windows: Sequence[Prediction],
    spans: Sequence[Span],
) -> bytes:
    from sertool.timeline import formats, picture

    suffix = output.suffix.lower()
    if suffix in PICTURES:
        return picture.picture(
            outline, windows, spans, path.name, "svg" if suffix == ".svg" else "png"
        )
    by_suffix = {name.lower(): write for name, write in formats.BY_SUFFIX.items()}
    return by_suffix[suffix](spans, outline.duration_s).encode()


def _print(followed: Sequence[_Followed], format: PredictionFormat) -> None:
    from sertool.timeline import formats

    duration_s = followed[0].outline.duration_s
    if format is not PredictionFormat.table:
        spans = [span for each in followed for span in each.spans]
        typer.echo(formats.BY_SUFFIX[f".{format}"](spans, duration_s), nl=False)
        return
    for each in followed:
        side = f", {each.channel}" if each.channel else ""
        title = f"Timeline of {_clock(duration_s)}{side}"
        rows = [_row(span) for span in each.spans]
        console.show(title, ("from", "to", "emotion", "probability"), rows)


def _row(span: Span) -> tuple[str, ...]:
    times = (_clock(span.start_s), _clock(span.end_s))
    return (*times, console.verdict(span), f"{span.probability:.2f}")


def _say_remarks(followed: _Followed) -> None:
    """What there is to say of the recording, and on how many windows each other remark was made."""
    from collections import Counter

    windows, of_all = followed.windows, followed.outline.remarks
    side = f"{followed.channel}: " if followed.channel else ""
    kinds = Counter(
        remark.split(":")[0].split(" (")[0]
        for each in windows
        for remark in each.remarks
        if remark not in of_all
    )
    for remark in of_all:
        console.say(f"{side}{remark}")
    if not windows:
        console.say(f"{side}nobody seems to speak in this recording")
    for kind, count in kinds.most_common():
        console.say(f"{side}{count} of {len(windows)} windows: {kind}")


def _clock(seconds: float) -> str:
    """Minutes and seconds to a tenth, and hours where there are some.

    >>> _clock(75.25), _clock(59.97), _clock(3683)
    ('1:15.2', '1:00.0', '1:01:23.0')
    """
    tenths = round(10 * seconds)
    return f"{console.clock(tenths // 10)}.{tenths % 10}"
