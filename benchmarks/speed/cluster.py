"""Clips per second on a Dask cluster of this machine, and whether its store is the same.

    python benchmarks/speed/cluster.py --clips 535 emodb=DIR

Extracts in this process, then on one Dask worker, on two, and on two of which one is killed on the
way, each into a store of its own, and compares the rows. Kernels are compiled, workers have started
and measured a clip before the clock runs. Milliseconds of processor time are told beside seconds
of the clock, as they mean something on a busy machine, too. Workers have the memory settings that
`docs/scaling.md` recommends. Prints markdown.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import signal
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from distributed import Client, LocalCluster

import sertool
from sertool import parallel, registry, store
from sertool.corpora import sources
from sertool.storage import paths
from sertool.store import extraction
from sertool.types import VARIANTS

KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": "134217728", "MALLOC_MMAP_THRESHOLD_": "33554432"}
"""Dask has its workers hand freed memory back at once, which costs them half as much time again."""


def main() -> None:
    """Measure each way and print a row."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", help="a corpus and where it lies, for example emodb=DIR")
    parser.add_argument("--clips", type=int, default=500, help="how many, from the first on")
    parser.add_argument("--stores", help="where the stores go, for example s3://bucket/stores")
    given = parser.parse_args()
    os.environ.update(KEEP_MEMORY)
    name, _, folder = given.source.partition("=")
    whole = sources.folder_source(registry.get("corpora", name), paths.path(folder))
    source = dataclasses.replace(whole, clips=whole.clips[: given.clips])
    print(  # noqa: T201
        "| | seconds | clips per second | processor ms a clip, workers | the same, driver "
        "| bytes a clip | rows |\n|---|---|---|---|---|---|---|"
    )
    with TemporaryDirectory() as here:
        stores = paths.path(given.stores or here)
        measured("this process", source, stores / "here", stores / "here")
        for n_workers in (1, 2):
            on_cluster(n_workers, source, stores, n_killed=0)
        on_cluster(2, source, stores, n_killed=1)


def on_cluster(n_workers: int, source: sources.Source, stores: Path, n_killed: int) -> None:
    """Extract on a cluster; so many of its workers are killed when a quarter is done."""
    clip = source.folder / source.clips[0].path
    with (
        LocalCluster(n_workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
        parallel.engine("dask", cluster.scheduler_address),
    ):
        client.run(sertool.clip_features, clip, VARIANTS)
        workers = [worker["pid"] for worker in client.run(lambda: {"pid": os.getpid()}).values()]

        def kill() -> None:
            for worker in workers[:n_killed]:
                os.kill(worker, signal.SIGKILL)

        def processor_seconds() -> float:
            return sum(client.run(process_time).values())

        name = f"{n_workers} Dask workers" + (f", {n_killed} killed" if n_killed else "")
        place = stores / f"{n_workers}-{n_killed}"
        measured(
            name, source, place, stores / "here", kill, processor_seconds if not n_killed else float
        )


def measured(
    name: str,
    source: sources.Source,
    place: Path,
    compared: Path,
    after_a_quarter: Callable[[], None] = lambda: None,
    processor_seconds: Callable[[], float] = lambda: 0.0,
) -> None:
    """Extract into a store and print its row."""
    plan = extraction.plan([source], place)
    by_workers, by_driver = processor_seconds(), process_time()
    begun = perf_counter()
    for number, outcome in enumerate(extraction.extract(plan, jobs=1)):
        assert not outcome.cause, outcome
        if number == len(plan.tasks) // 4:
            after_a_quarter()
    seconds = perf_counter() - begun
    n_clips = len(source.clips)
    by_driver = 1000 * (process_time() - by_driver) / n_clips
    by_workers = 1000 * (processor_seconds() - by_workers) / n_clips
    size = sum(file.stat().st_size for file in (place / source.corpus.name).glob("*.parquet"))
    same = "equal" if store.read(place).equals(store.read(compared)) else "DIFFERENT"
    print(  # noqa: T201
        f"| {name} | {seconds:.1f} | {n_clips / seconds:.1f} | {by_workers:.1f} "
        f"| {by_driver:.1f} | {size / n_clips:.0f} | {same} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
