"""Sound as it comes: from a sound device, or from a file at its own pace."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from sertool import versions
from sertool.audio import LONGEST_TIMELINE_S, decoding
from sertool.errors import BadChoice, MissingExtra, NotFound

BLOCK_S = 0.01
"""Length of a block: what a window waits for at most after its last sample."""
DRIVER_S = 0.05
"""What the driver may hold back, so that it loses nothing while Python is busy."""
MOST_WAITING_S = 10.0
"""Blocks of a device that wait to be read; what comes beyond is lost, and counted."""
GONE_AFTER_S = 5.0
"""A device that gives no block for so long is gone."""
SPEEDS = (0.1, 100.0)
"""Slowest and fastest pace of a replay; 1 is the recording's own."""
INSTALL_PORTAUDIO = (
    "apt install libportaudio2 (Debian, Ubuntu), dnf install portaudio (Fedora), "
    "brew install portaudio (macOS)"
)
LISTED = "sertool listen --list-devices shows them"
OTHERWISE = "or listen to a file: sertool listen --replay FILE"


@dataclass(frozen=True)
class Block:
    """A short piece of sound.

    Attributes:
        samples: mono, shape (n,), float32.
        ended: when its last sample was there, in seconds of `time.perf_counter`; a device's own
            delay before that is not known.
        n_gaps: how often sound was lost before it.
    """

    samples: np.ndarray
    ended: float
    n_gaps: int = 0


@dataclass(frozen=True)
class SoundSource:
    """Where sound comes from.

    Attributes:
        name: of the device, or the path of the file.
        rate: in Hz.
        blocks: in order, each as soon as it is there; without end where it is a device.
        speed: seconds of sound in a second.
    """

    name: str
    rate: int
    blocks: Iterator[Block]
    speed: float = 1.0


@dataclass(frozen=True)
class Device:
    """A sound device to listen to.

    Attributes:
        number: that PortAudio gives it.
        name: that its driver gives it.
        driver: the system of drivers it belongs to, such as ALSA or Core Audio.
        channels: how many it has; the first is used.
        rate: its default, in Hz.
        is_default: whether it is used where none is asked for.
    """

    number: int
    name: str
    driver: str
    channels: int
    rate: int
    is_default: bool


def devices() -> tuple[Device, ...]:
    """The sound devices to listen to, by number.

    Raises:
        MissingExtra: sounddevice or the PortAudio library is not there.
    """
    sounddevice = _sounddevice()
    default = sounddevice.default.device[0]
    drivers = sounddevice.query_hostapis()
    return tuple(
        _device(facts, drivers, default)
        for facts in sounddevice.query_devices()
        if facts["max_input_channels"] > 0
    )


def _device(facts: dict[str, Any], drivers: Sequence[dict[str, Any]], default: int) -> Device:
    return Device(
        number=facts["index"],
        name=facts["name"],
        driver=drivers[facts["hostapi"]]["name"],
        channels=facts["max_input_channels"],
        rate=round(facts["default_samplerate"]),
        is_default=facts["index"] == default,
    )


def chosen(found: Sequence[Device], asked: str | None) -> Device:
    """The device that is meant.

    Args:
        found: all sound devices.
        asked: a number, or a part of a name, whatever its case; None = the default one.

    Raises:
        NotFound: there is none, or none such.
        BadChoice: several have such a name.

    >>> found = [Device(2, "USB Mic", "ALSA", 1, 48_000, False), Device(4, "Array", "ALSA", 2,
    ...          44_100, True)]
    >>> chosen(found, None).number, chosen(found, "usb").number, chosen(found, "4").number
    (4, 2, 4)
    """
    if not found:
        raise NotFound(f"no microphone is connected; plug one in, {OTHERWISE}")
    if asked is None:
        return next((device for device in found if device.is_default), found[0])
    if asked.isdecimal():
        matching = [device for device in found if device.number == int(asked)]
    else:
        matching = [device for device in found if asked.lower() in device.name.lower()]
    names = ", ".join(f"{device.number} {device.name}" for device in matching or found)
    if not matching:
        raise NotFound(f"no microphone {asked!r}; possible: {names}; {LISTED}")
    if len(matching) > 1:
        raise BadChoice(f"{asked!r} could be {names}; give the number")
    return matching[0]


@contextmanager
def open_device(device: Device) -> Iterator[SoundSource]:
    """Listen to a sound device, its first channel, at its own rate.

    Args:
        device: one of `devices`, see `chosen`.

    Raises:
        NotFound: it cannot be opened, or gives no sound any more.
    """
    sounddevice = _sounddevice()
    inbox = _Inbox(device.name)
    try:
        stream = sounddevice.InputStream(
            device=device.number,
            samplerate=device.rate,
            channels=1,
            dtype="float32",
            blocksize=round(BLOCK_S * device.rate),
            latency=DRIVER_S,
            callback=inbox.receive,
        )
        stream.start()
    except sounddevice.PortAudioError as error:
        raise NotFound(
            f"{device.name} cannot be opened ({error}); close what uses it, allow access to it, or "
            f"choose another: {LISTED}"
        ) from None
    with closing(stream):
        yield SoundSource(device.name, device.rate, inbox.blocks())


class _Inbox:
    """Between the driver's thread, which must never wait, and whoever reads the blocks."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: queue.Queue[Block] = queue.Queue(round(MOST_WAITING_S / BLOCK_S))
        self._n_gaps = 0

    def receive(self, samples: np.ndarray, n_samples: int, moments: Any, status: Any) -> None:
        """What sounddevice calls with each block, of shape (n_samples, 1), valid only during it."""
        if status.input_overflow:
            self._n_gaps += 1
        try:
            self._waiting.put_nowait(Block(samples[:, 0].copy(), time.perf_counter(), self._n_gaps))
            self._n_gaps = 0
        except queue.Full:
            self._n_gaps += 1

    def blocks(self) -> Iterator[Block]:
        while True:
            try:
                yield self._waiting.get(timeout=GONE_AFTER_S)
            except queue.Empty:
                raise NotFound(
                    f"{self._name} gave no sound for {GONE_AFTER_S:.0f} s; "
                    f"is it still connected? {LISTED}"
                ) from None


@contextmanager
def replay(path: str | os.PathLike[str], speed: float = 1.0) -> Iterator[SoundSource]:
    """Listen to a file as if it were spoken now.

    Args:
        path: of a sound file of up to 24 hours.
        speed: how many seconds of it pass in a second, from 0.1 to 100.

    Raises:
        BadChoice: another speed.
        NotFound, BadRecording: as `sertool.audio.decoding.open_recording` says.
    """
    lowest, highest = SPEEDS
    if not lowest <= speed <= highest:
        raise BadChoice(f"a speed of {speed}; possible are {lowest} to {highest}, 1 is real time")
    with decoding.open_recording(path, LONGEST_TIMELINE_S) as stream:
        yield SoundSource(str(path), stream.rate, _paced(stream, speed), speed)


def _paced(stream: decoding.Stream, speed: float) -> Iterator[Block]:
    started, n_samples = time.perf_counter(), 0
    for piece in _pieces(stream):
        n_samples += piece.size
        due = started + n_samples / (stream.rate * speed)
        time.sleep(max(0.0, due - time.perf_counter()))
        yield Block(piece, due)


def _pieces(stream: decoding.Stream) -> Iterator[np.ndarray]:
    length = round(BLOCK_S * stream.rate)
    for block in stream.blocks:
        for start in range(0, block.size, length):
            yield block[start : start + length]


def _sounddevice() -> ModuleType:
    try:
        import sounddevice
    except ImportError:
        install = versions.hint("live")
        raise MissingExtra(f"a microphone needs sounddevice: {install}, {OTHERWISE}") from None
    except OSError as error:
        raise MissingExtra(
            f"sounddevice is installed, but not the library it needs ({error}): "
            f"{INSTALL_PORTAUDIO}; {OTHERWISE}"
        ) from None
    module: ModuleType = sounddevice
    return module
