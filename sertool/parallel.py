"""Independent tasks done side by side in worker processes, through joblib."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterable
from typing import TypeVar

import joblib

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


def outcomes(
    function: Callable[[Task], Outcome], tasks: Iterable[Task], jobs: int
) -> Generator[Outcome]:
    """What `function` returns for each task, in their order, as it comes.

    Args:
        function: of a module, so that a worker finds it; what it raises is raised here.
        tasks: taken up a few at a time.
        jobs: worker processes; 1 works in this process, -1 takes every core.

    Closing the generator early gives up the tasks that are not finished.

    >>> list(outcomes(abs, [-1, 2, -3], jobs=1))
    [1, 2, 3]
    """
    parallel = joblib.Parallel(
        n_jobs=jobs, batch_size=1, pre_dispatch="8*n_jobs", return_as="generator"
    )
    found = parallel(joblib.delayed(function)(task) for task in tasks)
    try:
        for outcome in found:  # noqa: UP028 - else closing would reach joblib before what is below
            yield outcome
    finally:
        with warnings.catch_warnings():  # that tasks are given up is no news to who closes
            warnings.filterwarnings("ignore", r".*tasks (which|have)", UserWarning)
            found.close()
