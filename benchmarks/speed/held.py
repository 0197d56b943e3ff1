"""The most memory that a command and its workers hold, together and one by one.

    python benchmarks/speed/held.py sertool benchmark SPEC.toml --jobs 2

Looks twice a second at what Linux says of each process (the proportional set size, in which a page
that several share counts once in all). Prints the command's own output first, then markdown.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

SECONDS = 0.5


def main(command: Sequence[str]) -> int:
    """Run a command and print what it held; its exit code."""
    most: Counter[int] = Counter()
    together = 0.0
    begun = time.perf_counter()
    process = subprocess.Popen(command)
    while process.poll() is None:
        now = Counter({pid: held(pid) for pid in family(process.pid)})
        most |= now
        together = max(together, now.total())
        time.sleep(SECONDS)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    each = ", ".join(f"{megabytes:.0f}" for _, megabytes in most.most_common(4))
    print(  # noqa: T201
        f"\n| seconds | of processor time | MB held together | by the largest processes |\n"
        f"|---|---|---|---|\n| {time.perf_counter() - begun:.0f} "
        f"| {used.ru_utime + used.ru_stime:.0f} | {together:.0f} | {each} |"
    )
    return process.returncode


def family(parent: int) -> list[int]:
    """A process and all that come from it."""
    found = [parent]
    for pid in found:
        with suppress(OSError):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                found += map(int, (thread / "children").read_text().split())
    return found


def held(pid: int) -> int:
    """The memory of a process in MB; 0 where it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) // 1024
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
