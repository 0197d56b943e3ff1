"""Keeps what is listened to: the sound, a table of predictions, a picture of both.

Sound and table are written as they come, so that a kill loses nothing.
"""

from __future__ import annotations

import csv
import itertools
import os
import wave
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

import numpy as np

from sertool.audio.microphone import Block
from sertool.errors import BadTable, CannotWrite, NotFound
from sertool.models.prediction import Prediction
from sertool.storage import writing
from sertool.timeline import envelope, spans
from sertool.timeline.listener import LiveWindow
from sertool.timeline.picture import picture

SUFFIXES = (".wav", ".csv", ".png")
COLUMNS = (
    "start_s",
    "end_s",
    "emotion",
    "confident",
    "smoothed",
    "smoothed_confident",
    "latency_s",
    "remarks",
)
"""Of the table, before a column for each emotion; without speech there are no emotions."""
LARGEST_BYTES = 4_000_000_000
"""What a WAV file can hold of sound: 12 hours at 48 kHz."""


class Recorder:
    """Writes what comes to the files that `open_recorder` made for it.

    Args:
        sound: the WAV file.
        table: the CSV file beside it, one row a window.
        frames: writes to the one.
        rows: writes to the other.
        emotions: of the model, in its order.
    """

    def __init__(
        self,
        sound: Path,
        table: Path,
        frames: wave.Wave_write,
        rows: TextIO,
        emotions: Sequence[str],
    ) -> None:
        self.sound = sound
        self.table = table
        self._frames = frames
        self._rows = rows
        self._emotions = tuple(emotions)

    def kept(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The same blocks, each written before it is passed on.

        Raises:
            CannotWrite: the WAV file is full, or the disk.
        """
        n_bytes = 0
        for block in blocks:
            whole = np.clip(np.rint(block.samples * 32_768), -32_768, 32_767).astype(np.int16)
            n_bytes += whole.nbytes
            if n_bytes > LARGEST_BYTES:
                raise CannotWrite(f"{self.sound} is full, a WAV file holds no more; begin again")
            with writing.failures_in_words(self.sound):
                self._frames.writeframes(whole.tobytes())
            yield block

    def note(self, live_window: LiveWindow, latency_s: float) -> None:
        """Add a window to the table.

        Raises:
            CannotWrite: the disk is full.
        """
        window, mean = live_window.prediction, live_window.smoothed
        times = [f"{live_window.start_s:.6f}", f"{live_window.end_s:.6f}"]
        verdicts = [*_verdict(window), *_verdict(mean)]
        remarks = "; ".join(window.remarks) if window else ""
        shares = [window.probabilities[name] if window else "" for name in self._emotions]
        row = [*times, *verdicts, f"{latency_s:.3f}", remarks, *shares]
        with writing.failures_in_words(self.table):
            _write_row(self._rows, row)


@contextmanager
def open_recorder(folder: Path, rate: int, emotions: Sequence[str]) -> Iterator[Recorder]:
    """A recorder that writes FOLDER/TIME.wav and .csv; `draw` adds TIME.png.

    Args:
        folder: made where it is not there.
        rate: of the sound, in Hz; it is kept as it comes, mono, 16 bit.
        emotions: of the model, in its order.

    Raises:
        CannotWrite: the folder cannot be written to, or the disk is full.
    """
    stack = ExitStack()
    try:
        with writing.failures_in_words(folder):
            folder.mkdir(parents=True, exist_ok=True)
            stem = _free_stem(folder, datetime.now().astimezone())
            sound, table = (stem.with_name(f"{stem.name}{suffix}") for suffix in (".wav", ".csv"))
            rows = stack.enter_context(table.open("x", newline="", encoding="utf-8"))
            raw = stack.enter_context(sound.open("xb", buffering=0))
            frames = stack.enter_context(wave.Wave_write(raw))
            frames.setparams((1, 2, rate, 0, "NONE", ""))
            frames.writeframes(b"")
            _write_row(rows, [*COLUMNS, *emotions])
        yield Recorder(sound, table, frames, rows, emotions)
    finally:
        with writing.failures_in_words(folder):
            stack.close()


def _write_row(file: TextIO, row: Sequence[object]) -> None:
    csv.writer(file, lineterminator="\n").writerow(row)
    file.flush()


def _verdict(prediction: Prediction | None) -> tuple[str, str]:
    return (prediction.emotion, str(prediction.confident).lower()) if prediction else ("", "")


def _free_stem(folder: Path, now: datetime) -> Path:
    """The time as a name, numbered where a file of that name is there."""
    name = now.strftime("%Y-%m-%d_%H-%M-%S")
    for stem in itertools.chain([name], (f"{name}_{number}" for number in itertools.count(2))):
        if not any((folder / f"{stem}{suffix}").exists() for suffix in SUFFIXES):
            return folder / stem
    raise AssertionError("numbers do not end")


def predictions(table: str | os.PathLike[str]) -> Iterator[Prediction]:
    """The windows with speech of a table that a `Recorder` wrote, in order.

    Raises:
        NotFound: no such file.
        BadTable: it is no such table, or damaged.
    """
    if not Path(table).is_file():
        raise NotFound(f"no table {table}; sertool listen --save FOLDER makes one")
    with Path(table).open(newline="", encoding="utf-8", errors="replace") as file:
        rows = csv.DictReader(file)
        columns = tuple(rows.fieldnames or ())
        if columns[: len(COLUMNS)] != COLUMNS:
            raise BadTable(f"{table} is no table of sertool listen: its columns are {columns}")
        try:
            for row in rows:
                if row["emotion"]:
                    yield _window(row, columns[len(COLUMNS) :], str(table), rows.line_num)
        except csv.Error as error:
            raise BadTable(f"{table} is damaged in line {rows.line_num}: {error}") from None


def _window(row: Mapping[str, str], emotions: Sequence[str], table: str, line: int) -> Prediction:
    try:
        return Prediction(
            path=table,
            emotion=row["emotion"],
            probabilities={name: float(row[name]) for name in emotions},
            start_s=float(row["start_s"]),
            end_s=float(row["end_s"]),
            compute_s=float(row["latency_s"]),
            confident=row["confident"] == "true",
        )
    except (ValueError, TypeError) as error:
        raise BadTable(f"{table}:{line}: not a window ({error}); take the line out") from None


def draw(sound: Path, table: Path) -> Path:
    """Draw what was kept, as a timeline is drawn.

    Args:
        sound: a WAV file that a `Recorder` wrote.
        table: the CSV file beside it.

    Returns:
        The PNG file, named as they are.
    """
    windows = list(predictions(table))
    file = table.with_suffix(".png")
    outline = envelope.of_recording(sound)
    writing.write(file, picture(outline, windows, list(spans(windows)), sound.stem, "png"))
    return file
