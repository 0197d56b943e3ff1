"""What is asked of each of many recordings, answered in this process or in others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sertool.cli import console, model_options
from sertool.errors import SertoolError

if TYPE_CHECKING:
    from sertool.models.prediction import Prediction, Predictor

SILENT = "nobody seems to speak in this recording"


@dataclass(frozen=True)
class Question:
    """What is asked of every recording.

    Attributes:
        backend: as `--backend`.
        model: as `--model`.
        voice: as `--voice`.
        channel: as `--channel`.
        hop_s: from one window of the timeline to the next; None = one answer on each recording.
        plugins: the files of `--plugin`, which other processes load, too.
    """

    backend: str | None
    model: Path | None
    voice: Path | None
    channel: str = "mix"
    hop_s: float | None = None
    plugins: tuple[Path, ...] = ()

    def predictor(self) -> Predictor:
        """The model, loaded once in a process."""
        return _predictor(self)

    def __str__(self) -> str:
        """The question in words, in which models and voices of one name differ."""
        words = [f"model {_digested(self.model)}" if self.model else f"model {self._backend}"]
        words += [f"voice {_digested(self.voice)}"] if self.voice else []
        words += [f"channel {self.channel}"]
        words += [f"timeline of {self.hop_s:g} s"] if self.hop_s is not None else []
        return ", ".join(words)

    @property
    def _backend(self) -> str:
        from sertool.models import persistence, prediction

        name = self.backend or model_options.DEFAULT_BACKEND
        file = prediction.MODELS / f"{name}{persistence.SUFFIX}"
        return _digested(file) if file.is_file() else name


@lru_cache(maxsize=1)
def _predictor(question: Question) -> Predictor:
    from sertool import registry

    for file in question.plugins:
        registry.add_file(file)
    return model_options.predictor(question.backend, question.model, question.voice)


def _digested(file: Path) -> str:
    return f"{file.stem} {hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"


def predictions(question: Question, path: Path) -> list[Prediction]:
    """The answers on a recording, one for each channel that is asked for; of a bad one its error.

    Runs in a worker where there are several jobs.
    """
    from sertool.models.prediction import Prediction

    try:
        found: list[Prediction] = question.predictor()([path], channel=question.channel)
    except SertoolError as error:
        return [Prediction(str(path), "", {}, 0.0, 0.0, 0.0, error=str(error))]
    return found


def rows(question: Question, path: Path) -> list[dict[str, Any]]:
    """As `predictions`, as rows of a file; of a timeline its spans."""
    if question.hop_s is not None:
        return list(_spans(question, path))
    return [flat(each) for each in predictions(question, path)]


def flat(prediction: Prediction) -> dict[str, Any]:
    """A prediction as a row: a column for each emotion, remarks in one text."""
    facts = prediction.facts()
    del facts["seconds"]
    shares: dict[str, float] = facts.pop("probabilities")
    return {**facts, **shares, "remarks": "; ".join(prediction.remarks)}


def _spans(question: Question, path: Path) -> Iterator[dict[str, Any]]:
    from dataclasses import asdict

    from sertool import timeline
    from sertool.audio import LONGEST_TIMELINE_S, decoding
    from sertool.audio.channels import EACH

    hop_s = question.hop_s or 1.0
    nothing = {"path": str(path), "emotion": "", "remarks": "", "error": ""}
    try:
        names: Sequence[str] = [question.channel]
        if question.channel == EACH:
            names = list(decoding.names_of_channels(path, LONGEST_TIMELINE_S))
        for name in names:
            windows = question.predictor().timeline(path, hop_s=hop_s, channel=name)
            found = [asdict(span) for span in timeline.spans(windows)]
            remarks = SILENT if not found else ""
            yield from ({**nothing, **each} for each in found or [{"remarks": remarks}])
    except SertoolError as error:
        yield {**nothing, "error": str(error)}


def columns(question: Question) -> Mapping[str, type]:
    """The columns of `rows`, in their order."""
    if question.hop_s is not None:
        return {
            "path": str, "start_s": float, "end_s": float, "emotion": str, "probability": float,
            "confident": bool, "channel": str, "remarks": str, "error": str,
        }  # fmt: skip
    emotions = dict.fromkeys(sorted(question.predictor().model.labels), float)
    return {
        "path": str, "emotion": str, **emotions, "start_s": float, "end_s": float,
        "duration_s": float, "compute_s": float, "confident": bool, "remarks": str,
        "channel": str, "error": str,
    }  # fmt: skip


def of_each(
    work: Any, question: Question, paths: Sequence[Path], jobs: int, doing: str
) -> Iterator[Any]:
    """What `predictions` or `rows` makes of each recording, in order, under a bar for several."""
    from sertool import parallel

    tasks = ((question, path) for path in paths)
    jobs = max(1, min(jobs, len(paths))) if jobs > 0 else jobs
    with console.bar() as progress, closing(parallel.outcomes(work, tasks, jobs)) as found:
        task = progress.add_task(doing, total=len(paths), visible=len(paths) > 1)
        for outcome in found:
            yield outcome
            progress.advance(task)
