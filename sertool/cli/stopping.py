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
    from threading import ExceptHookArgs

STOPPED = 130
"""The exit code of what was stopped: 128 and the number of SIGINT, as shells have it."""

AGAIN_S = 0.05
"""So long after a Ctrl-C was swallowed, or put off, it comes again."""
MOST_PUT_OFF = 200
"""So often it is put off: ten seconds."""
JOBLIB_THREAD = "ExecutorManagerThread"
"""It may look for a task that was just given up, and fail."""
UNDIVIDED = ("importlib.", "joblib.externals.loky.")
"""Modules whose work is done to the end: imports, and starting processes."""
DELICATE = ("numpy", "numba", "llvmlite", "pyarrow")
"""Packages whose compiled code calls Python, and prints what is raised there."""


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
    exception in a finalizer or in a callback from C, and prints it; a Ctrl-C there comes again. In
    an import, where a process is started, or in code that compiled code has called, it is put off.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    hooks = sys.unraisablehook, threading.excepthook
    n_put_off = 0

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal n_put_off
        if n_put_off < MOST_PUT_OFF and _is_delicate(frame):
            n_put_off += 1
            _come_again()
            return
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    def unraisable(lost: UnraisableHookArgs) -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            hooks[0](lost)
            return
        signal.signal(signal.SIGINT, stop)
        _come_again()

    def in_thread(failed: ExceptHookArgs) -> None:
        is_stopping = signal.getsignal(signal.SIGINT) is not stop
        if not (is_stopping and failed.thread and failed.thread.name == JOBLIB_THREAD):
            hooks[1](failed)

    sys.unraisablehook, threading.excepthook = unraisable, in_thread
    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.unraisablehook, threading.excepthook = hooks


def _come_again() -> None:
    again = threading.Timer(AGAIN_S, signal.raise_signal, [signal.SIGINT])
    again.daemon = True
    again.start()


def _is_delicate(frame: FrameType | None) -> bool:
    """Whether an exception here would be printed, or leave a module or process half made."""
    if frame and frame.f_globals.get("__name__", "").partition(".")[0] in DELICATE:
        return True
    while frame:
        if frame.f_globals.get("__name__", "").startswith(UNDIVIDED):
            return True
        frame = frame.f_back
    return False
