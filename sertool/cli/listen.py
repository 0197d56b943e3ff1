"""`sertool listen`: emotions as they are spoken."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sertool.cli import console, listen_output, model_options
from sertool.cli.listen_output import LiveFormat
from sertool.cli.model_options import Backend, ModelFile, VoiceFile
from sertool.cli.plugin_option import PluginFiles
from sertool.errors import BadChoice

if TYPE_CHECKING:
    from sertool.audio.microphone import SoundSource
    from sertool.models.prediction import Predictor
    from sertool.timeline.listener import Tally
    from sertool.timeline.recorder import Recorder


def _list_devices(wanted: bool) -> None:
    if not wanted:
        return
    from sertool.audio import microphone

    found = microphone.devices()
    if not found:
        console.say("no microphone is connected")
        raise typer.Exit(1)
    columns = ("number", "name", "driver", "channels", "rate", "")
    rows = [
        (
            str(each.number), each.name, each.driver, str(each.channels), f"{each.rate} Hz",
            "default" if each.is_default else "",
        )
        for each in found
    ]  # fmt: skip
    console.show("Microphones", columns, rows)
    raise typer.Exit


def listen(
    backend: Backend = None,
    model: ModelFile = None,
    voice: VoiceFile = None,
    device: Annotated[
        str | None,
        typer.Option(metavar="NAME|NUMBER", help="The microphone. (default: the system's)"),
    ] = None,
    list_devices: Annotated[
        bool,
        typer.Option(
            "--list-devices",
            callback=_list_devices,
            is_eager=True,
            help="Show the microphones and exit.",
        ),
    ] = False,
    hop: Annotated[
        float, typer.Option(min=0.05, max=2.5, help="Seconds from one window to the next.")
    ] = 1.0,
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Keep the sound, a table of predictions and a picture of both."
        ),
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Listen to a file as if it were spoken now.")
    ] = None,
    speed: Annotated[
        float | None, typer.Option(help="Of a replay; 2 is twice as fast. (default: 1)")
    ] = None,
    format: Annotated[
        LiveFormat | None,
        typer.Option(help="The format of the output. (default: live on a screen, else lines)"),
    ] = None,
    plugin: PluginFiles = None,
) -> None:
    """Listen to a microphone and show the emotion as it is spoken; Ctrl-C stops.

    It recognises windows of 2.5 s, leaves out those without voice activity, and averages the
    probabilities of windows that overlap. Nothing is kept unless --save asks for it. A microphone
    needs the extra "live" (sounddevice); a file needs nothing.

    Example: sertool listen --backend svm --save recordings
    """
    opening = _opening(device, replay, speed)
    predictor = _predictor(backend, model, voice)
    _listen(predictor, opening, hop, save, format or _fitting())


def _fitting() -> LiveFormat:
    return LiveFormat.live if sys.stdout.isatty() else LiveFormat.lines


def _opening(
    device: str | None, replay: Path | None, speed: float | None
) -> AbstractContextManager[SoundSource]:
    """What to listen to, once it is entered; that there is a microphone is seen at once."""
    from sertool.audio import microphone

    if replay is None:
        if speed is not None:
            raise BadChoice(f"--speed {speed:g} is of a replay; add --replay FILE")
        return microphone.open_device(microphone.chosen(microphone.devices(), device))
    if device is not None:
        raise BadChoice("give --device or --replay FILE, not both")
    return microphone.replay(replay, 1.0 if speed is None else speed)


def _predictor(backend: str | None, model: Path | None, voice: Path | None) -> Predictor:
    from sertool.timeline.listener import warm_up

    with console.stderr().status("loading the model"):
        predictor = model_options.predictor(backend, model, voice)
        warm_up(predictor)
    return predictor


def _listen(
    predictor: Predictor,
    opening: AbstractContextManager[SoundSource],
    hop: float,
    save: Path | None,
    form: LiveFormat,
) -> None:
    """Listen, show and keep until the sound ends, or Ctrl-C is pressed; then sum it up."""
    from sertool.timeline.listener import Listener, Tally

    tally = Tally()
    with ExitStack() as stack:
        source = stack.enter_context(opening)
        recorder = _recorder(stack, save, source, predictor) if save else None
        if recorder:
            stack.callback(_keep_picture, recorder, tally)
            source = replace(source, blocks=recorder.kept(source.blocks))
        listener = Listener(predictor, source, hop)
        stack.callback(listen_output.say_summary, listener, tally)
        stack.enter_context(listener)
        stack.enter_context(_ended_by_signals(listener.leave))
        title = f"{source.name} by {predictor.model.name}"
        windows = listen_output.BY_FORMAT[form](listener, tally, title, predictor.model.labels)
        for live_window, latency_s in stack.enter_context(closing(windows)):
            if recorder:
                recorder.note(live_window, latency_s)


@contextmanager
def _ended_by_signals(leave: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C ends after the window that is being shown; a second one ends at once."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for each, handler in before.items():
            signal.signal(each, handler)

    def end(*_: object) -> None:
        restore()
        leave()

    for each in before:
        signal.signal(each, end)
    try:
        yield
    finally:
        restore()


def _recorder(
    stack: ExitStack, folder: Path, source: SoundSource, predictor: Predictor
) -> Recorder:
    from sertool.timeline import recorder

    return stack.enter_context(recorder.open_recorder(folder, source.rate, predictor.model.labels))


def _keep_picture(recorder: Recorder, tally: Tally) -> None:
    from sertool.timeline.recorder import draw

    if tally.listened_s:
        draw(recorder.sound, recorder.table)
    console.say(f"kept: {recorder.sound.with_suffix('.*')}")
