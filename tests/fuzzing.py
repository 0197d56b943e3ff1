"""Mutated files at every door, in a process of its own: `fuzzing.py FIRST COUNT FOLDER`.

A door takes a source of random numbers and tries one input: it may return or raise a
`SertoolError`. Whatever else happens is a finding: another exception, more than `SECONDS` of
processor time, `PATIENCE_S` of the clock or `BYTES` for one input, a file written outside of
FOLDER, the end of the process.
"""

from __future__ import annotations

import faulthandler
import json
import os
import random
import resource
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter, process_time

from doors import DOORS, Attempt

from sertool.errors import SertoolError

SECONDS = 10
PATIENCE_S = 60
"""Of the clock, as a busy disk or processor may keep an input waiting; ends the process."""
BYTES = 2**30

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = (
    "shutil.rmtree",
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.symlink",
    "os.link",
    "os.truncate",
)


class Watch:
    """Notes what is written outside of a folder while it is on."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder.resolve()) + os.sep
        self.is_on = False
        self.strays: list[str] = []
        sys.addaudithook(self)

    def __call__(self, event: str, arguments: tuple) -> None:
        if not self.is_on or event not in ("open", *CHANGES):
            return
        if event == "open" and not (arguments[2] or 0) & WRITES:
            return
        if event in ("os.remove", "os.rmdir") and arguments[1] != -1:
            return  # inside of what shutil.rmtree was told to remove
        if isinstance(arguments[0], str | bytes | os.PathLike):
            path = os.path.realpath(os.fsdecode(arguments[0])) + os.sep
            if not path.startswith(self.folder) and path != "/dev/null/":
                self.strays.append(f"{event} {path}")


def findings(door: str, attempt: Attempt, numbers: range, folder: Path) -> Iterator[str]:
    """Of each input that did not end well: "" = refused with a `SertoolError`, else a finding."""
    with ThreadPoolExecutor(1) as pool:
        for number in numbers:
            (folder / "number").write_text(f"{door} {number}")
            faulthandler.dump_traceback_later(PATIENCE_S, exit=True)
            begun = process_time()
            error = pool.submit(attempt, random.Random(f"{door} {number}")).exception()
            faulthandler.cancel_dump_traceback_later()
            if process_time() - begun > SECONDS:
                yield f"{door} {number}: took more than {SECONDS} s"
            elif isinstance(error, SertoolError):
                yield ""
            elif error:
                trace = "".join(traceback.format_exception(error))
                yield f"{door} {number}: {error!r} in {trace[-300:]}"


def main(first: int, count: int, folder: Path) -> None:
    attempts = {}
    for name, door in DOORS.items():
        (folder / name).mkdir(parents=True)
        attempts[name] = door(folder / name)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    watch = Watch(folder)
    for name, attempt in attempts.items():
        begun = perf_counter()
        watch.is_on = True
        ends = list(findings(name, attempt, range(first, first + count), folder))
        watch.is_on = False
        found = [end for end in ends if end]
        said = {"door": name, "refused": ends.count(""), "findings": found}
        print(json.dumps(said | {"seconds": round(perf_counter() - begun, 1)}), flush=True)
    print(json.dumps({"door": "written elsewhere", "findings": sorted(set(watch.strays))}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
