"""`sertool listen` as a person or a program uses it; a file stands in for the microphone."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import soundfile
from rich.console import Console
from synthetic import syllables, write_sound
from typer.testing import CliRunner, Result

import sertool
from sertool import versions
from sertool.cli import app
from sertool.cli.live_display import Display
from sertool.errors import BadChoice, MissingExtra, SertoolError
from sertool.models.prediction import Prediction
from sertool.timeline.listener import LiveWindow, Tally

LABELS = ("angry", "fear", "sad")


def listen(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["listen", *map(str, arguments)])


def test_json_has_the_numbers_of_the_timeline(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", syllables(4.2))
    ran = listen("--replay", path, "--speed", 2, "--format", "json", "--backend", "xgboost")
    assert ran.exit_code == 0
    live_windows = [json.loads(line) for line in ran.stdout.splitlines()]
    expected = list(sertool.load("xgboost").timeline(path))
    assert [each["start_s"] for each in live_windows] == [0.0, 1.0, pytest.approx(1.7, abs=1e-4)]
    for each, window in zip(live_windows, expected, strict=True):
        assert each["prediction"]["probabilities"] == window.probabilities
        assert 0 < each["latency_s"] < 5
    assert (
        live_windows[0]["smoothed"]["probabilities"]
        == live_windows[0]["prediction"]["probabilities"]
    )
    assert "listened for 0:04, speech in 100 % of it; 3 windows, 0 dropped" in ran.stderr
    assert "latency: median" in ran.stderr


def test_lines_where_nobody_looks_and_files_where_they_are_asked_for(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", syllables(3.0))
    ran = listen("--replay", path, "--speed", 2, "--backend", "xgboost", "--save", tmp_path / "k")
    assert ran.exit_code == 0
    first, second = ran.stdout.splitlines()
    assert first.startswith("   2.50 s  ")
    assert " %  " in second
    assert max(len(first), len(second)) <= 100
    kept = sorted((tmp_path / "k").iterdir())
    assert [each.suffix for each in kept] == [".csv", ".png", ".wav"]
    assert len({each.stem for each in kept}) == 1
    assert kept[1].read_bytes().startswith(b"\x89PNG")
    assert soundfile.info(kept[2]).frames == 48_000
    assert str(kept[0].with_suffix(".*")) in ran.stderr.replace("\n", "")


@pytest.fixture
def listening(tmp_path: Path) -> subprocess.Popen[str]:
    """A process that listens to a minute in real time and keeps it, when its first window came."""
    path = write_sound(tmp_path / "a.wav", syllables(60.0))
    process = subprocess.Popen(
        [
            sys.executable, "-m", "sertool", "listen", "--replay", path, "--save", tmp_path / "k",
            "--backend", "xgboost", "--hop", "0.5",
        ],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline().startswith("   2.50 s")
    return process


def kept_files(folder: Path) -> tuple[float, int]:
    """How many seconds of sound and how many whole rows are there."""
    (sound,), (table,) = folder.glob("*.wav"), folder.glob("*.csv")
    with table.open(newline="") as file:
        header, *rows = csv.reader(file)
    assert {len(row) for row in rows} <= {len(header)}
    return soundfile.info(sound).duration, len(rows)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_control_c_ends_cleanly(
    listening: subprocess.Popen[str], tmp_path: Path, number: signal.Signals
) -> None:
    listening.send_signal(number)
    out, err = listening.communicate(timeout=60)
    assert listening.returncode == 0
    assert "Traceback" not in err
    assert "latency: median" in err
    seconds, n_rows = kept_files(tmp_path / "k")
    assert 2.5 <= seconds < 30
    assert n_rows == 1 + len(out.splitlines())
    assert len(list((tmp_path / "k").glob("*.png"))) == 1


def test_a_kill_loses_nothing(listening: subprocess.Popen[str], tmp_path: Path) -> None:
    time.sleep(1.0)
    listening.kill()
    out, _ = listening.communicate(timeout=60)
    seconds, n_rows = kept_files(tmp_path / "k")
    assert seconds >= 3.0
    assert n_rows >= len(out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (("--speed", 2), BadChoice, "add --replay FILE"),
        (("--replay", "a.wav", "--device", "usb"), BadChoice, "not both"),
        (("--replay", "a.wav", "--backend", "svm", "--model", "m"), BadChoice, "not both"),
        ((), MissingExtra, versions.hint("live")),
        (("--list-devices",), MissingExtra, versions.hint("live")),
    ],
)
def test_what_is_asked_amiss_is_said_before_anything_is_loaded(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[object, ...], error: type[SertoolError],
    says: str,
) -> None:  # fmt: skip
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    monkeypatch.setattr("sertool.models.prediction.load", None)
    ran = listen(*arguments)
    assert isinstance(ran.exception, error)
    assert says in str(ran.exception)


@pytest.mark.parametrize("hop", [0.01, 3])
def test_a_hop_outside_the_possible(hop: float) -> None:
    ran = listen("--replay", "a.wav", "--hop", hop)
    assert ran.exit_code == 2
    assert "--hop" in ran.stderr


def devices(*found: dict[str, Any]) -> SimpleNamespace:
    """A made-up sounddevice."""
    return SimpleNamespace(
        default=SimpleNamespace(device=[1, -1]),
        query_devices=lambda: found,
        query_hostapis=lambda: [{"name": "ALSA"}],
    )


def test_devices_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    mic = {
        "index": 1, "name": "USB Mic", "hostapi": 0, "max_input_channels": 2,
        "default_samplerate": 44_100.0,
    }  # fmt: skip
    monkeypatch.setitem(sys.modules, "sounddevice", devices(mic))
    ran = listen("--list-devices")
    assert ran.exit_code == 0
    assert "USB Mic" in ran.stdout
    assert "44100 Hz" in ran.stdout


def test_no_devices_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", devices())
    ran = listen("--list-devices")
    assert ran.exit_code == 1
    assert "no microphone" in ran.stderr


def window(start_s: float, fear: float | None, confident: bool = True) -> LiveWindow:
    if fear is None:
        return LiveWindow(start_s, start_s + 2.5, time.perf_counter(), None, None)
    shares = {"angry": 1 - fear, "fear": fear, "sad": 0.0}
    emotion = max(shares, key=lambda name: shares[name])
    mean = Prediction(
        "mic", emotion, shares, start_s, start_s + 2.5, 0.0, confident, ("too quiet: -50 dB",)
    )
    return LiveWindow(start_s, start_s + 2.5, time.perf_counter(), mean, mean)


def drawn(*windows: LiveWindow, level_db: float = -30.0) -> str:
    """What the display shows at 80 columns."""
    listener: Any = SimpleNamespace(level_db=level_db, listened_s=62.5, n_dropped=2, n_gaps=0)
    tally = Tally()
    display = Display("USB Mic by svm", LABELS, listener, tally)
    for each in windows:
        display.add(each)
        tally.add(each)
    console = Console(width=80, file=io.StringIO(), record=True, color_system=None)
    console.print(display)
    return console.export_text()


def test_the_display_before_anybody_spoke() -> None:
    text = drawn()
    assert "USB Mic by svm" in text
    assert "L I S T E N I N G" in text
    assert {len(line) for line in text.splitlines()} == {80}


def test_the_display_shows_emotion_bars_and_the_last_minute() -> None:
    text = drawn(window(0, 0.25), window(1, 0.75), window(2, 0.75, confident=False))
    assert "U N S U R E" in text
    assert "fear? 75 %" in text
    bars = {line.split()[-3]: line.count("█") for line in text.splitlines() if "█" in line}
    assert len(bars) == 2
    assert "AAFf" in text
    assert "2 dropped" in text
    assert "1:02" in text
    assert "too quiet: -50 dB" in text


def test_the_display_keeps_the_last_emotion_while_nobody_speaks() -> None:
    text = drawn(window(0, 0.75), window(1, None), window(2, None))
    assert "F E A R" in text
    assert "2 s ago" in text
    assert "FFF··" in text or "FF··" in text
    assert "█" not in text


def test_the_meter_spans_60_decibels() -> None:
    meters = [drawn(level_db=level) for level in (-90.0, -30.0, 3.0)]
    assert "quiet" in meters[0]
    assert "-30 dB" in meters[1]
    assert "3 dB" in meters[2]
