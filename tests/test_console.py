"""What every command shows alike, on a screen that is a piece of text."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest
from rich.console import Console

from sertool.cli import console
from sertool.errors import BadRecording

LOG = logging.getLogger("test_console")


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What is written to stderr, as if it were a screen."""
    text = io.StringIO()
    stderr = Console(file=text, force_terminal=True, width=100, color_system=None)
    monkeypatch.setattr(console, "stderr", lambda: stderr)
    return text


def length(path: Path) -> int:
    if not path.suffix:
        raise BadRecording(f"{path}: [no] suffix")
    return len(path.name)


def test_a_log_says_how_far_work_is(screen: io.StringIO) -> None:
    with console.narrated("training svm", LOG):
        LOG.info("group %d of %d", 2, 5)
    LOG.info("afterwards")
    assert "training svm: group 2 of 5" in screen.getvalue()
    assert "afterwards" not in screen.getvalue()
    assert not LOG.filters
    assert LOG.level == logging.NOTSET


def test_a_log_is_let_go_of_where_work_fails(screen: io.StringIO) -> None:
    with pytest.raises(BadRecording), console.narrated("training svm", LOG):
        raise BadRecording("no")
    assert not LOG.filters
    assert LOG.level == logging.NOTSET


def test_the_outcome_of_a_bad_recording_is_its_error(screen: io.StringIO) -> None:
    paths = [Path("a.wav"), Path("b"), Path("ccc.wav")]
    first, bad, last = console.outcomes(length, paths, "measuring")
    assert (first, str(bad), last) == (5, "b: [no] suffix", 7)
    assert "skipped b: [no] suffix" in screen.getvalue()
    assert "3/3" in screen.getvalue()


@pytest.mark.parametrize(("seconds", "expected"), [(0.01, ""), (2.0, "1.5/s")])
def test_a_rate_is_shown_once_work_has_lasted(seconds: float, expected: str) -> None:
    clock = [0.0]
    progress = console.bar()
    progress.get_time = lambda: clock[0]
    task = progress.add_task("measuring", total=10)
    for share in (1 / 3, 2 / 3, 1):
        clock[0] = share * seconds
        progress.advance(task)
    rate = next(each for each in progress.columns if type(each).__name__ == "Rate")
    assert str(rate(progress.tasks[0])) == expected
