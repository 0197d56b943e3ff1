"""A Dask cluster of processes on this machine, for tests."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import sertool

ROOT = Path(sertool.__file__).parents[1]


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextlib.contextmanager
def process(*words: str, python: str | Path = sys.executable) -> Iterator[subprocess.Popen[bytes]]:
    """A module run by a Python beside the tests, and killed after them."""
    running = subprocess.Popen(
        [python, "-m", *words], cwd=ROOT, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield running
    finally:
        running.kill()
        running.wait()


@contextlib.contextmanager
def dask_cluster(
    n_workers: int, python: str | Path = sys.executable
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers of one thread each: its address, and the workers."""
    from distributed import Client

    address = f"tcp://127.0.0.1:{free_port()}"
    with contextlib.ExitStack() as stack:
        host = address.removeprefix("tcp://").split(":")
        stack.enter_context(
            process(
                "distributed.cli.dask_scheduler", "--host", host[0], "--port", host[1],
                "--no-dashboard", python=python,
            )
        )  # fmt: skip
        workers = [
            stack.enter_context(
                process(
                    "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny",
                    "--no-dashboard", python=python,
                )
            )
            for _ in range(n_workers)
        ]  # fmt: skip
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(n_workers, timeout=60)
        yield address, workers
