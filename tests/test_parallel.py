"""Tasks done side by side."""

from __future__ import annotations

import pytest

from sertool.parallel import outcomes

JOBS = (1, 2)


@pytest.mark.parametrize("jobs", JOBS)
def test_outcomes_come_in_the_order_of_the_tasks(jobs: int) -> None:
    assert list(outcomes(abs, ((number,) for number in range(-30, 0)), jobs)) == list(
        range(30, 0, -1)
    )


# joblib's own thread may meet a task that was just given up (KeyError); nothing of ours is lost.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("jobs", JOBS)
def test_closing_early_gives_up_the_rest_without_a_warning(jobs: int) -> None:
    found = outcomes(abs, ((number,) for number in range(-300, 0)), jobs)
    assert next(found) == 300
    found.close()
    assert list(found) == []


@pytest.mark.parametrize("jobs", JOBS)
def test_what_a_task_raises_is_raised_here(jobs: int) -> None:
    with pytest.raises(ZeroDivisionError):
        list(outcomes((1).__truediv__, [(1,), (0,)], jobs))
