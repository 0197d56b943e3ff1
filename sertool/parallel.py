"""Independent tasks done side by side, through joblib: by processes here, or by a cluster."""

from __future__ import annotations

import multiprocessing.resource_tracker
import os
import signal
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import joblib
from joblib.externals.loky.backend import resource_tracker as loky_tracker

from sertool import versions
from sertool.errors import BadChoice, MissingExtra, choices

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

Outcome = TypeVar("Outcome")

ENGINES = ("local", "dask")
"""Who does the tasks: worker processes of this machine, or the workers of a Dask cluster."""
UNSAID = "ignore:resource_tracker:UserWarning"
PATIENCE_S = 10
"""How long a scheduler, and then its first worker, is waited for."""


def outcomes(
    function: Callable[..., Outcome], tasks: Iterable[tuple[Any, ...]], jobs: int
) -> Generator[Outcome]:
    """What `function` returns for the arguments of each task, in their order, as it comes.

    Args:
        function: of a module, so that a worker finds it; what it raises is raised here.
        tasks: the arguments of each, taken up a few at a time. An array that is an argument itself,
            and of several tasks, reaches a worker once.
        jobs: worker processes; 1 works in this process, -1 takes every core. Inside `engine` the
            cluster has its own number.

    Closing the generator early gives up the tasks that are not finished.

    >>> list(outcomes(pow, [(2, 1), (2, 2), (2, 3)], jobs=1))
    [2, 4, 8]
    """
    parallel = joblib.Parallel(
        n_jobs=jobs, batch_size=1, pre_dispatch="8*n_jobs", return_as="generator"
    )
    found = None
    try:
        with _left_to_this_process(jobs):
            found = parallel(joblib.delayed(function)(*task) for task in tasks)
        for outcome in found:  # noqa: UP028 - else closing would reach joblib before what is below
            yield outcome
    finally:
        with warnings.catch_warnings():  # that tasks are given up is no news to who closes
            warnings.filterwarnings("ignore", r".*tasks (which|have)", UserWarning)
            if found:
                found.close()


@contextmanager
def _left_to_this_process(jobs: int) -> Iterator[None]:
    """Have workers that are started inside pass over Ctrl-C, which a terminal sends to all.

    They inherit what is blocked here; meant for this process, it waits until the end of the block.
    """
    if jobs == 1 or not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    with _quiet():
        for tracker in (multiprocessing.resource_tracker, loky_tracker):
            tracker.ensure_running()  # starting one unblocks SIGINT
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _quiet() -> Iterator[None]:
    """Have trackers clean up behind workers that were given up, without a word of it."""
    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, [before, UNSAID]))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before


@contextmanager
def engine(name: str, scheduler: str | None = None) -> Iterator[None]:
    """Have the tasks that are begun inside done by an engine.

    Args:
        name: "local" or "dask".
        scheduler: the address of Dask's, for example "tcp://10.0.0.1:8786".

    Raises:
        BadChoice: no such engine, no scheduler named, or none that answers.
        MissingExtra: Dask is not installed.
    """
    if name not in ENGINES:
        raise BadChoice(f"no engine {choices(name, ENGINES)}")
    if (name == "dask") != bool(scheduler):
        raise BadChoice("--engine dask and --scheduler tcp://HOST:PORT go together: give both")
    if not scheduler:
        yield
        return
    try:
        from distributed import Client
    except ImportError:
        raise MissingExtra(f"a Dask cluster takes: {versions.hint('dask')}") from None
    try:
        client = Client(scheduler, timeout=PATIENCE_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise BadChoice(f"no Dask scheduler answers at {scheduler} ({error})") from None
    with client, joblib.parallel_config(backend="dask", client=client):
        if not client.scheduler_info(n_workers=-1)["workers"]:
            raise BadChoice(f"the scheduler at {scheduler} has no workers; start some")
        yield


def one_blas_thread() -> AbstractContextManager[object]:
    """Have matrix products done by the thread that asks for them.

    BLAS's own threads lose more by waiting for each other than they gain on small matrices, and
    worker processes take every core already.
    """
    limit: AbstractContextManager[object] = _blas().limit(limits=1, user_api="blas")
    return limit


@cache
def _blas() -> ThreadpoolController:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
