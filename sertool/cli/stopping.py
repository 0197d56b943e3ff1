"""Ctrl-C: one line that says what is kept, and exit code 130; never a traceback."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import typer

from sertool.cli import console

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

STOPPED = 130
"""The exit code of what was stopped: 128 and the number of SIGINT, as shells have it."""

AGAIN_S = 0.05
"""So long after a Ctrl-C was swallowed it comes again."""


@contextmanager
def answered(kept: Callable[[], str] | str = "") -> Iterator[None]:
    """Answer a Ctrl-C in the work inside with one line.

    Args:
        kept: what is kept and what to do, for the line; a function is asked once work has stopped.

    Raises:
        Exit: it was stopped.
    """
    try:
        yield
    except KeyboardInterrupt:
        told = kept if isinstance(kept, str) else kept()
        console.say(f"stopped; {told}" if told else "stopped")
        raise typer.Exit(STOPPED) from None


@contextmanager
def once() -> Iterator[None]:
    """Let the first Ctrl-C stop the work inside, while those after it are passed over.

    People press it twice, and the second would meet what puts the work away. Python swallows an
    exception in a finalizer or in a callback from C, and prints it; a Ctrl-C there comes again.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    hook = sys.unraisablehook

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    def again(lost: UnraisableHookArgs) -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            hook(lost)
            return
        signal.signal(signal.SIGINT, stop)
        threading.Timer(AGAIN_S, signal.raise_signal, [signal.SIGINT]).start()

    sys.unraisablehook = again
    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        sys.unraisablehook = hook
        signal.signal(signal.SIGINT, signal.default_int_handler)
