"""How extraction scales over processes, and what a worker holds in memory.

    python benchmarks/speed/scaling.py --clips 600 CORPUS=FOLDER

Each row is a run of its own in a fresh process: the kernels are compiled, the file cache is warm,
workers start inside the measured time. Prints markdown.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import resource
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter


def main() -> None:
    """Measure 1 to n processes, then n threads, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", help="a corpus and where it lies, for example emodb=FOLDER")
    parser.add_argument("--clips", type=int, default=600, help="how many, from the first on")
    parser.add_argument("--run", choices=["processes", "threads"], help=argparse.SUPPRESS)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="measure up to so many")
    given = parser.parse_args()
    if given.run:
        run = {"processes": by_processes, "threads": by_threads}[given.run]
        print(json.dumps(run(given.source, given.clips, given.jobs)))  # noqa: T201
        return
    kinds = [("processes", jobs) for jobs in range(1, given.jobs + 1)] + [("threads", given.jobs)]
    runs = [(kind, jobs, spawned(given.source, given.clips, kind, jobs)) for kind, jobs in kinds]
    print(table(runs, given.clips))  # noqa: T201


def spawned(source: str, clips: int, kind: str, jobs: int) -> dict[str, float]:
    """What one run in a process of its own reports."""
    command = [sys.executable, __file__, source, "--clips", str(clips), "--run", kind]
    done = subprocess.run(
        [*command, "--jobs", str(jobs)], check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def table(runs: list[tuple[str, int, dict[str, float]]], clips: int) -> str:
    """A row per run, with what it gains on one process."""
    single = runs[0][2]["seconds"]
    lines = [
        f"{clips} clips, three variants each\n",
        "| | seconds | clips per second | times one process | first clip after | MB in the parent "
        "| MB in the largest worker |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, jobs, run in runs:
        lines.append(
            f"| {jobs} {kind} | {run['seconds']:.1f} | {clips / run['seconds']:.1f} "
            f"| {single / run['seconds']:.2f} | {run['first']:.1f} s | {run['parent']:.0f} "
            f"| {run['worker']:.0f} |"
        )
    return "\n".join(lines)


def by_processes(source: str, clips: int, jobs: int) -> dict[str, float]:
    """Extract into a store with so many worker processes; one works in this process."""
    from joblib.externals.loky import get_reusable_executor

    from sertool import registry
    from sertool.corpora import sources
    from sertool.store import extraction

    name, _, folder = source.partition("=")
    whole = sources.folder_source(registry.get("corpora", name), Path(folder))
    part = dataclasses.replace(whole, clips=whole.clips[:clips])
    with tempfile.TemporaryDirectory() as place:
        plan = extraction.plan([part], Path(place))
        begun = perf_counter()
        outcomes = extraction.extract(plan, jobs=jobs)
        next(outcomes)
        first = perf_counter() - begun
        for _ in outcomes:
            pass
        seconds = perf_counter() - begun
    if jobs > 1:
        get_reusable_executor().shutdown(wait=True)
    return report(seconds, first)


def by_threads(source: str, clips: int, jobs: int) -> dict[str, float]:
    """The same clips by threads of this process, without a store."""
    import sertool
    from sertool import registry
    from sertool.corpora import find_clips
    from sertool.types import VARIANTS

    name, _, folder = source.partition("=")
    found = list(find_clips(registry.get("corpora", name), Path(folder)))[:clips]
    begun = perf_counter()
    with ThreadPoolExecutor(jobs) as pool:
        results = pool.map(lambda c: sertool.clip_features(Path(folder) / c.path, VARIANTS), found)
        next(results)
        first = perf_counter() - begun
        for _ in results:
            pass
    return report(perf_counter() - begun, first)


def report(seconds: float, first: float) -> dict[str, float]:
    """Seconds, and the peak memory of this process and of its largest child in MB."""
    parent, worker = (
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {"seconds": seconds, "first": first, "parent": parent, "worker": worker}


if __name__ == "__main__":
    main()
