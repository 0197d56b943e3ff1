"""Standard output and error write whatever a name holds, in any encoding."""

from __future__ import annotations

import io
import os
import sys


def survive() -> None:
    r"""Never let a name end a command because an encoding lacks a letter of it.

    A file or a program gets UTF-8, unless PYTHONIOENCODING says otherwise; what an encoding lacks
    is written as an escape, such as \u4e2d.
    """
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        is_free = not stream.isatty() and not os.environ.get("PYTHONIOENCODING")
        encoding = "utf-8" if is_free else None
        stream.reconfigure(encoding=encoding, errors="backslashreplace")
