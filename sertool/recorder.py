"""Keeps what is listened to: the sound, a table of predictions, a picture of both.

Sound and table are written as they come, so that a kill loses nothing.
"""

from __future__ import annotations

import csv
import itertools
import os
import wave
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Self

import numpy as np

from sertool import decoding, files
from sertool.errors import BadChoice, BadTable
from sertool.listening import Heard
from sertool.microphone import Block
from sertool.prediction import LONGEST_TIMELINE_S, Prediction
from sertool.timeline import spans
from sertool.timeline.envelope import envelope
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
    """Writes DIR/TIME.wav and .csv while it is entered; `draw` adds TIME.png.

    Args:
        folder: made where it is not there.
        rate: of the sound, in Hz; it is kept as it comes, mono, 16 bit.
        emotions: of the model, in its order.

    Raises:
        BadChoice: the folder cannot be written to.
    """

    def __init__(self, folder: Path, rate: int, emotions: Sequence[str]) -> None:
        self._emotions = tuple(emotions)
        self._files = ExitStack()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._stem = _free_stem(folder, datetime.now().astimezone())
            self._table = self._files.enter_context(
                self.table.open("x", newline="", encoding="utf-8")
            )
            raw = self._files.enter_context(self.sound.open("xb", buffering=0))
        except OSError as error:
            raise BadChoice(
                f"nothing can be kept in {folder} ({error.strerror}); give --save another folder"
            ) from None
        self._sound = self._files.enter_context(wave.Wave_write(raw))
        self._sound.setparams((1, 2, rate, 0, "NONE", ""))
        self._sound.writeframes(b"")
        self._write_row([*COLUMNS, *self._emotions])

    @property
    def sound(self) -> Path:
        """The WAV file."""
        return self._stem.with_name(f"{self._stem.name}.wav")

    @property
    def table(self) -> Path:
        """The CSV file, one row a window."""
        return self._stem.with_name(f"{self._stem.name}.csv")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def kept(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The same blocks, each written before it is passed on.

        Raises:
            BadChoice: the WAV file is full, or the disk.
        """
        n_bytes = 0
        for block in blocks:
            whole = np.clip(np.rint(block.samples * 32_768), -32_768, 32_767).astype(np.int16)
            n_bytes += whole.nbytes
            if n_bytes > LARGEST_BYTES:
                raise BadChoice(f"{self.sound} is full, a WAV file holds no more; begin again")
            try:
                self._sound.writeframes(whole.tobytes())
            except OSError as error:
                raise BadChoice(
                    f"{self.sound} cannot be written on ({error.strerror}); make room"
                ) from None
            yield block

    def note(self, heard: Heard, latency_s: float) -> None:
        """Add a window to the table."""
        window, mean = heard.prediction, heard.smoothed
        times = [f"{heard.start_s:.6f}", f"{heard.end_s:.6f}"]
        verdicts = [*_verdict(window), *_verdict(mean)]
        remarks = "; ".join(window.remarks) if window else ""
        shares = [window.probabilities[name] if window else "" for name in self._emotions]
        self._write_row([*times, *verdicts, f"{latency_s:.3f}", remarks, *shares])

    def _write_row(self, row: Sequence[object]) -> None:
        csv.writer(self._table, lineterminator="\n").writerow(row)
        self._table.flush()


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
        BadTable: it is none.
    """
    with Path(table).open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        columns = tuple(rows.fieldnames or ())
        if columns[: len(COLUMNS)] != COLUMNS:
            raise BadTable(f"{table} is no table of sertool listen: its columns are {columns}")
        for row in rows:
            if row["emotion"]:
                yield Prediction(
                    path=str(table),
                    emotion=row["emotion"],
                    probabilities={name: float(row[name]) for name in columns[len(COLUMNS) :]},
                    start_s=float(row["start_s"]),
                    end_s=float(row["end_s"]),
                    seconds=float(row["latency_s"]),
                    confident=row["confident"] == "true",
                )


def draw(sound: Path, table: Path) -> Path:
    """Draw what was kept, as a timeline is drawn.

    Args:
        sound: a WAV file that a `Recorder` wrote.
        table: the CSV file beside it.

    Returns:
        The PNG file, named as they are.
    """
    with decoding.opened(sound, LONGEST_TIMELINE_S) as stream:
        outline = envelope(stream.blocks, stream.rate)
    windows = list(predictions(table))
    file = table.with_suffix(".png")
    files.write(file, picture(outline, windows, list(spans(windows)), sound.stem, "png"))
    return file
