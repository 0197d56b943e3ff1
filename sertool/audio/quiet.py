"""Keep a C library from printing, as libmpg123 inside of libsndfile does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_STDERR = 2
_ALONE = Lock()


@contextmanager
def no_stderr() -> Iterator[None]:
    """Nothing that the process prints on standard error meanwhile is seen; one thread at a time."""
    with _ALONE:
        try:
            kept = os.dup(_STDERR)
        except OSError:  # it is closed
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, _STDERR)
            yield
        finally:
            os.dup2(kept, _STDERR)
            os.close(nowhere)
            os.close(kept)
