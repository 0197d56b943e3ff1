"""What every command shows alike: tables on stdout, progress and messages on stderr."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from logging import INFO, Logger, LogRecord
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sertool.errors import BadChoice, SertoolError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table as RichTable

    from sertool.models.prediction import Prediction
    from sertool.timeline import Span

Outcome = TypeVar("Outcome")

ENGINE = "Where the work is done: in processes of this machine, or on a Dask cluster."
SCHEDULER = "The address of the Dask scheduler; its workers need sertool, too."
SETTLED_S = 1.0
"""So long work must have taken before its rate says anything."""


class PredictionFormat(enum.StrEnum):
    """How predictions are shown."""

    table = "table"
    json = "json"
    csv = "csv"


def say(text: str) -> None:
    """A message on stderr, as it is."""
    stderr().print(text, markup=False, highlight=False, soft_wrap=True)


def tell(text: str) -> None:
    """A sentence on stdout; a screen breaks it between words."""
    from rich.console import Console

    console = Console()
    console.print(text, markup=False, highlight=False, soft_wrap=not console.is_terminal)


def clock(seconds: float) -> str:
    """Minutes and seconds, and hours where there are some.

    >>> clock(83.4), clock(3_683)
    ('1:23', '1:01:23')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def words(given: str) -> list[str]:
    """What an option lists with commas.

    >>> words("clips, speakers")
    ['clips', 'speakers']
    """
    return [word.strip() for word in given.split(",") if word.strip()]


def feature_sets(given: str, window: str | None = None) -> list[str]:
    """What an option lists where sets are always taken together, with commas or plus signs.

    Args:
        given: names of sets.
        window: the rule that recordings are cut by; None = that of each set.

    Raises:
        UnknownName, BadChoice, BadPlugin: no such set or rule.

    >>> feature_sets("librosa178+functionals", "study")
    ['librosa178', 'functionals@study']
    """
    return [in_window(name, window) for name in words(given.replace("+", ","))]


def in_window(names: str, window: str | None) -> str:
    """A feature set, or several joined by plus signs, by another rule for windows.

    >>> in_window("librosa178+functionals", "study")
    'librosa178+functionals@study'
    """
    from sertool.features import sets

    if window is None:
        return names
    return "+".join(sets.by_window(name.strip(), window) for name in names.split("+"))


def stderr() -> Console:
    """The console for progress and messages."""
    from rich.console import Console

    return Console(stderr=True)


def bar() -> Progress:
    """A progress bar with count, rate and time left, on stderr; silent where that is no screen."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        """How many a second."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:.1f}/s" if speed and (task.elapsed or 0) >= SETTLED_S else "")

    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), console=stderr(),
    )  # fmt: skip


@contextmanager
def narrated(title: str, log: Logger) -> Iterator[None]:
    """Work of one piece on stderr, if that is a screen: its title and what the library logs of it.

    Args:
        title: what is being done.
        log: whose messages say how far it is.
    """
    with stderr().status(title) as status:

        def show_message(record: LogRecord) -> bool:
            status.update(f"{title}: {record.getMessage()}")
            return True

        level = log.level
        log.setLevel(INFO)
        log.addFilter(show_message)
        try:
            yield
        finally:
            log.removeFilter(show_message)
            log.setLevel(level)


def outcomes(
    work: Callable[[Path], Outcome], recordings: Sequence[Path], doing: str
) -> list[Outcome | SertoolError]:
    """What work makes of each recording, in order, under a bar where there are several.

    Bad recordings are named on stderr with the cause, many of one kind in one line; the outcome of
    each is its error.

    Args:
        work: to do with each.
        recordings: their paths.
        doing: what the work is called, such as "predicting".
    """
    from sertool.cli import skipped

    found: list[Outcome | SertoolError] = []
    with bar() as progress:
        task = progress.add_task(doing, total=len(recordings), visible=len(recordings) > 1)
        for path in recordings:
            try:
                found.append(work(path))
            except SertoolError as error:
                found.append(error)
            progress.advance(task)
    both = zip(recordings, found, strict=True)
    bad = [(str(path), str(each)) for path, each in both if isinstance(each, SertoolError)]
    for line in skipped.lines(bad):
        say(line)
    return found


def verdict(found: Prediction | Span) -> str:
    """The emotion, marked where it is not probable enough to be relied on."""
    return found.emotion if found.confident else f"{found.emotion} (unsure)"


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on stdout."""
    put(drawn(title, columns, rows))


def drawn(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    facts: Sequence[Sequence[str]] = (),
    best: Collection[tuple[int, int]] = (),
) -> RichTable:
    """A table to be put; `facts` stand below a rule, the (row, column) of `best` are bold."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title, style="bold"), title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(Text(column), justify="right" if number else "left")
    for number, row in enumerate(rows):
        styles = ["bold" if (number, column) in best else "" for column in range(len(row))]
        table.add_row(*map(Text, row, styles), end_section=number == len(rows) - 1)
    for row in facts:
        table.add_row(*map(Text, row), style="dim")
    return table


def fits(table: RichTable) -> bool:
    """Whether stdout is wide enough for a table; a file or a program always is."""
    from rich.console import Console

    console = Console()
    return not console.is_terminal or _width(table) <= console.width


def put(table: RichTable) -> None:
    """A table on stdout; where a file or a program reads it, no cell is cut."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=_width(table))
    console.print(table)


def _width(table: RichTable) -> int:
    from rich.console import Console

    return Console(width=1000).measure(table).maximum


def checked_jobs(jobs: int) -> int:
    """How many processes are asked for.

    Raises:
        BadChoice: none, or a negative number other than -1.
    """
    if jobs < -1 or jobs == 0:
        raise BadChoice(f"--jobs {jobs}: give 1 or more, or -1 for one for each core")
    return jobs
