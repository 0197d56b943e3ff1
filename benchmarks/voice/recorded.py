"""What the study of voices keeps: a line a number, with a confusion matrix for each speaker."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sertool.errors import BadTable
from sertool.learning import significance
from sertool.learning.confusion import chance
from sertool.learning.metrics.uar import uar

FORMAT = 1
RESULTS = "results.jsonl"
KEY = ("question", "corpus", "estimator", "way", "clips")
LEVELS = (0, 5, 10, 20, 40)
MOST_NEUTRAL = 10
SHRUNK = "mean, shrunk (sertool)"
NEUTRAL = "mean of neutral clips, shrunk"
PLAIN = "mean"
SCALED = "mean and deviation, shrunk"
SPEAKERS = "mean, shrunk; trained on rows less their speaker's mean"
QUESTIONS = ("new speaker", "unseen corpus")

TITLES = {
    "new speaker": "New speakers of the corpus that was trained on",
    "unseen corpus": "Speakers of corpora that were not trained on (trained on emodb and cremad)",
}


@dataclass(frozen=True)
class Line:
    """How one estimator did on one corpus in one way with so many clips of each speaker.

    Attributes:
        clips: how many; of the neutral ones, at most.
        matrices: one per speaker, shape (n_speakers, k, k), summed over draws.
        known: clips that were known of a speaker, in the mean.
    """

    question: str
    corpus: str
    estimator: str
    way: str
    clips: int
    matrices: np.ndarray
    known: float
    seed: int

    @property
    def uar(self) -> float:
        """In [0, 1], pooled over speakers and draws."""
        return float(uar(self.matrices.sum(axis=0)))

    @property
    def interval(self) -> significance.Interval:
        """Of UAR, over speakers."""
        return significance.interval(self.matrices, uar, seed=self.seed)

    @property
    def chance(self) -> float:
        """UAR of guessing."""
        return chance(self.matrices.sum(axis=(0, 2))).uar

    def gain_on(self, other: Line) -> tuple[float, significance.Interval]:
        """The difference of UAR on the same clips, and its interval over speakers."""
        k = self.matrices.shape[-1]
        both = np.concatenate([self.matrices, other.matrices], axis=2)

        def gain(matrices: np.ndarray) -> np.ndarray:
            return uar(matrices[..., :k]) - uar(matrices[..., k:])

        return float(gain(both.sum(axis=0))), significance.interval(both, gain, seed=self.seed)


Lines = dict[tuple[str, str, str, str, int], Line]
"""By question, corpus, estimator, way and number of clips."""


def read(folder: Path) -> Lines:
    """The lines of a study.

    Raises:
        BadTable: results of another format.
    """
    found: Lines = {}
    for text in (folder / RESULTS).read_text(encoding="utf-8").splitlines():
        stored = json.loads(text)
        if stored["format"] != FORMAT:
            raise BadTable(f"{folder}: not of format {FORMAT}; run the study again")
        names = sorted(stored["by_speaker"])
        known = [count for name in names for count in stored["clips_known"][name]]
        line = Line(
            *(stored[name] for name in KEY),
            matrices=np.array([stored["by_speaker"][name] for name in names]),
            known=float(np.mean(known)),
            seed=stored["seed"],
        )
        found[line.question, line.corpus, line.estimator, line.way, line.clips] = line
    return found


def estimators(lines: Lines, question: str) -> list[str]:
    """Those that were tried on a question, sorted."""
    return sorted({name for _, name in pairs(lines, question)})


def pairs(lines: Lines, question: str) -> list[tuple[str, str]]:
    """Corpus and estimator of what was tried on a question, sorted."""
    return sorted(
        {(each.corpus, each.estimator) for each in lines.values() if each.question == question}
    )


def by_clips(lines: Lines, question: str, corpus: str, estimator: str) -> list[Line]:
    """What sertool does with 0, 5, 10 ... clips."""
    keys = [(question, corpus, estimator, SHRUNK, level) for level in LEVELS]
    return [lines[key] for key in keys if key in lines]
