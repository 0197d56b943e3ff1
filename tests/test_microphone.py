"""The stream of blocks: a replayed file keeps its pace, a device is found, opened and missed."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from synthetic import tone, write_sound

from sertool import versions
from sertool.audio import microphone
from sertool.audio.microphone import Device
from sertool.errors import BadChoice, MissingExtra, NotFound

FINE = SimpleNamespace(input_overflow=False)
OVERFLOW = SimpleNamespace(input_overflow=True)
USB = Device(3, "USB Mic", "ALSA", 1, 48_000, True)


class PortAudioError(Exception):
    """The fake's own."""


class InputStream:
    """A sound device that gives what `give` is called with."""

    opened: InputStream | None = None

    def __init__(self, *, callback: Callable[..., None], device: int, **settings: object) -> None:
        if device == 7:
            raise PortAudioError("Device unavailable")
        self.callback, self.settings, self.is_open = callback, settings, True
        InputStream.opened = self

    def give(self, samples: np.ndarray, status: SimpleNamespace = FINE) -> None:
        self.callback(samples[:, None], samples.size, None, status)

    def start(self) -> None:
        """It runs whenever the test says so."""

    def close(self) -> None:
        self.is_open = False


def facts(index: int, name: str, channels: int, rate: float = 48_000.0) -> dict[str, Any]:
    return {
        "index": index, "name": name, "hostapi": 0, "max_input_channels": channels,
        "default_samplerate": rate,
    }  # fmt: skip


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is connected to a made-up sounddevice, to be changed."""
    devices = [facts(0, "Loudspeaker", 0), facts(3, "USB Mic", 1), facts(7, "Array Mic", 4, 16e3)]
    fake = SimpleNamespace(
        InputStream=InputStream,
        PortAudioError=PortAudioError,
        default=SimpleNamespace(device=[3, 0]),
        query_devices=lambda: devices,
        query_hostapis=lambda: [{"name": "ALSA"}],
    )
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    return devices


def test_a_replay_gives_every_sample_once_and_in_time(tmp_path: Path) -> None:
    sound = tone(1.01)
    started = time.perf_counter()
    with microphone.replay(write_sound(tmp_path / "a.flac", sound), speed=4) as source:
        blocks = list(source.blocks)
    took_s = time.perf_counter() - started
    heard = np.concatenate([block.samples for block in blocks])
    np.testing.assert_allclose(heard, sound, atol=2**-15)
    assert {block.samples.size for block in blocks[:-1]} == {160}
    ends = np.array([block.ended for block in blocks])
    np.testing.assert_allclose(np.diff(ends), 0.01 / 4)
    assert took_s >= 1.01 / 4


@pytest.mark.parametrize("speed", [0.0, -1.0, 1000.0, float("nan")])
def test_a_speed_outside_the_possible(tmp_path: Path, speed: float) -> None:
    with (
        pytest.raises(BadChoice, match=r"possible are 0\.1 to 100"),
        microphone.replay(write_sound(tmp_path / "a.wav", tone()), speed),
    ):
        pass


def test_no_file_to_replay() -> None:
    with pytest.raises(NotFound, match=r"none\.wav"), microphone.replay("none.wav"):
        pass


@pytest.mark.usefixtures("connected")
def test_devices_are_those_that_can_be_heard() -> None:
    assert microphone.devices() == (
        USB,
        Device(7, "Array Mic", "ALSA", 4, 16_000, False),
    )


@pytest.mark.parametrize(("asked", "number"), [(None, 3), ("7", 7), ("usb", 3), ("Array", 7)])
@pytest.mark.usefixtures("connected")
def test_a_device_is_chosen_by_number_or_part_of_its_name(asked: str | None, number: int) -> None:
    assert microphone.chosen(microphone.devices(), asked).number == number


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ("0", NotFound, "possible: 3 USB Mic, 7 Array Mic"),
        ("webcam", NotFound, "possible: 3 USB Mic, 7 Array Mic"),
        ("mic", BadChoice, "could be 3 USB Mic, 7 Array Mic; give the number"),
    ],
)
@pytest.mark.usefixtures("connected")
def test_a_device_that_cannot_be_meant(asked: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        microphone.chosen(microphone.devices(), asked)


def test_no_device_is_connected(connected: list[dict[str, Any]]) -> None:
    del connected[1:]
    with pytest.raises(NotFound, match="plug one in, or listen to a file"):
        microphone.chosen(microphone.devices(), None)


def test_without_a_default_the_first_is_heard(connected: list[dict[str, Any]]) -> None:
    del connected[1]
    assert microphone.chosen(microphone.devices(), None).name == "Array Mic"


def test_without_sounddevice_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(MissingExtra, match=re.escape(versions.hint("live"))):
        microphone.devices()


def test_without_portaudio_its_packages_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    with pytest.raises(MissingExtra, match=r"PortAudio library not found.*apt install libporta"):
        microphone.devices()


@pytest.mark.usefixtures("connected")
def test_a_device_is_heard_block_by_block() -> None:
    with microphone.open_device(USB) as source:
        stream = InputStream.opened
        assert stream
        samples = tone(0.01, 48_000)
        stream.give(samples)
        borrowed, samples = samples, samples.copy()
        borrowed[:] = 0
        block = next(source.blocks)
    np.testing.assert_array_equal(block.samples, samples)
    assert (source.name, source.rate, source.speed) == ("USB Mic", 48_000, 1)
    assert block.ended == pytest.approx(time.perf_counter(), abs=5)
    assert stream.settings["channels"] == 1
    assert stream.settings["blocksize"] == 480
    assert not stream.is_open


@pytest.mark.usefixtures("connected")
def test_what_nobody_reads_is_lost_and_counted() -> None:
    with microphone.open_device(USB) as source:
        assert InputStream.opened
        for _ in range(1000 + 3):
            InputStream.opened.give(np.zeros(480, np.float32))
        blocks = [next(source.blocks) for _ in range(1000)]
        InputStream.opened.give(np.zeros(480, np.float32), OVERFLOW)
        assert sum(block.n_gaps for block in blocks) == 0
        assert next(source.blocks).n_gaps == 3 + 1


@pytest.mark.usefixtures("connected")
def test_a_device_that_is_taken() -> None:
    taken = Device(7, "Array Mic", "ALSA", 4, 16_000, False)
    with (
        pytest.raises(NotFound, match=r"Array Mic cannot be opened \(Device unavailable\)"),
        microphone.open_device(taken),
    ):
        pass


@pytest.mark.usefixtures("connected")
def test_a_device_that_falls_silent_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone, "GONE_AFTER_S", 0.01)
    with (
        microphone.open_device(USB) as source,
        pytest.raises(NotFound, match="USB Mic gave no sound for 0 s"),
    ):
        next(source.blocks)
