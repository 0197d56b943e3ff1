"""`sertool predict --timeline`: the spans of a long recording, on the screen or in a file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
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
    paths: Sequence[Path],
    hop_s: float,
    format: PredictionFormat,
    output: Path | None,
) -> None:
    """Predict one recording window by window; show its spans, or write them to a file.

    Raises:
        BadChoice: several recordings, or a suffix that is not known.
    """
    from sertool import timeline
    from sertool.storage import writing
    from sertool.timeline import envelope

    if len(paths) != 1:
        raise BadChoice(f"--timeline goes through one recording, these are {len(paths)}")
    (path,) = paths
    if output:
        _check_suffix(output)
    windows = _windows(predictor, path, hop_s)
    spans = list(timeline.spans(windows))
    outline = envelope.of_recording(path)
    if output:
        writing.write(output, _content(output, path, outline, windows, spans))
        typer.echo(f"{output}: {len(spans)} spans of {outline.duration_s:.1f} s")
    else:
        _print(spans, outline, format)
    _say_remarks(windows)


def _windows(predictor: Predictor, path: Path, hop_s: float) -> list[Prediction]:
    from rich.progress import Progress, SpinnerColumn, TextColumn

    windows = []
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), console=console.stderr(), transient=True
    ) as progress:
        task = progress.add_task("listening")
        with closing(predictor.timeline(path, hop_s=hop_s)) as predictions:
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


def _print(spans: Sequence[Span], outline: Envelope, format: PredictionFormat) -> None:
    from sertool.timeline import formats

    if format is PredictionFormat.table:
        rows = [
            (
                _clock(each.start_s),
                _clock(each.end_s),
                console.verdict(each),
                f"{each.probability:.2f}",
            )
            for each in spans
        ]
        title = f"Timeline of {_clock(outline.duration_s)}"
        console.show(title, ("from", "to", "emotion", "probability"), rows)
    else:
        typer.echo(formats.BY_SUFFIX[f".{format}"](spans, outline.duration_s), nl=False)


def _say_remarks(windows: Sequence[Prediction]) -> None:
    """How many windows each kind of remark was made on."""
    from collections import Counter

    kinds = Counter(
        remark.split(":")[0].split(" (")[0] for each in windows for remark in each.remarks
    )
    if not windows:
        console.say("nobody seems to speak in this recording")
    for kind, count in kinds.most_common():
        console.say(f"{count} of {len(windows)} windows: {kind}")


def _clock(seconds: float) -> str:
    """Minutes and seconds to a tenth, and hours where there are some.

    >>> _clock(75.25), _clock(59.97), _clock(3683)
    ('1:15.2', '1:00.0', '1:01:23.0')
    """
    tenths = round(10 * seconds)
    return f"{console.clock(tenths // 10)}.{tenths % 10}"
