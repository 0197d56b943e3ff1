"""Results of a study, kept as JSON lines; the only file that knows how they are stored.

`results.jsonl` alone is enough to redo every table: each line carries its confusion matrix, whole
and by speaker. What each test clip was taken for is kept by `predictions`.
"""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, get_type_hints

import numpy as np

from sertool.errors import BadTable, CannotWrite, NotFound
from sertool.storage import writing
from sertool.storage.jsontypes import is_of

FORMAT = 2
"""What is written; format 1, which had no `settings`, is read as well."""
READABLE = (1, 2)
RESULTS = "results.jsonl"

KEY = (
    "protocol", "split", "normalisation", "estimator", "parameters", "emotions",
    "train_variants", "seed", "store",
)  # fmt: skip
Key = tuple[str, ...]
"""The values of `KEY` as text."""


@dataclass(frozen=True)
class Result:
    """One estimator fitted on one split, and how it did on the test rows.

    Attributes:
        protocol: its name.
        question: what a number under this protocol answers.
        leaks: what train and test share by design.
        split: the name of the split, for example "emodb/speaker-03" or "en->de".
        train_on: what was trained on.
        test_on: what was tested on; equals `train_on` within a corpus.
        normalisation: how features were standardised.
        estimator: its name.
        parameters: those that differ from the estimator's defaults, as declared; a list is what was
            chosen from.
        emotions: which emotions entered, as declared: "six", "all" or a comma-separated list.
        train_variants: the variants of the training clips that were trained on.
        seed: of the split and of the estimator.
        store: digest of the feature rows.
        labels: the emotions, in the order of the confusion matrices.
        confusion: clips by true (row) and recognised (column) emotion.
        by_speaker: the same for each test speaker.
        accuracy: in [0, 1].
        uar: unweighted average recall over the emotions tested, in [0, 1].
        macro_f1: in [0, 1].
        left_out: clips of the tested corpora that did not enter, by emotion.
        n_train: training rows.
        n_test: test rows.
        n_train_clips: training clips.
        n_test_clips: test clips.
        n_train_speakers: training speakers.
        n_test_speakers: test speakers.
        n_shared_clips: clips in both.
        n_shared_speakers: speakers in both.
        fit_seconds: time to fit, looking for open parameters included.
        predict_ms: milliseconds per test row, features not included.
        model_bytes: size of the fitted estimator, pickled.
        warnings: what a reader should know before quoting the number.
        versions: of sertool, of the libraries, and of the plug-ins of other packages, such as
            "plugin estimator mine".
        learning_curve: where the estimator learns in epochs, its `history_`: for example "loss" and
            "validation_accuracy", one number per epoch.
        features: the feature sets, joined by "+".
        settings: all plain parameters that the estimator was made with, its defaults among them;
            empty where they were not recorded.
        chosen: the values of the parameters that were looked for on speakers of the training rows.

    >>> import sertool, tempfile
    >>> from sertool.storage import paths
    >>> asked = sertool.study(protocols=["clips"], corpora=["emodb"], estimators=["majority"],
    ...               features=["librosa178"])
    >>> plan = sertool.plan(asked, paths.ASSETS / "store")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = [result for _, result in sertool.run(plan, folder)]
    >>> sum(result.n_test_clips for result in found)  # five folds test each clip of EmoDB once
    535
    """

    protocol: str
    question: str
    leaks: tuple[str, ...]
    split: str
    train_on: str
    test_on: str
    normalisation: str
    estimator: str
    parameters: dict[str, Any]
    emotions: str
    train_variants: tuple[str, ...]
    seed: int
    store: str
    labels: tuple[str, ...]
    confusion: list[list[int]]
    by_speaker: dict[str, list[list[int]]]
    accuracy: float
    uar: float
    macro_f1: float
    left_out: dict[str, int]
    n_train: int
    n_test: int
    n_train_clips: int
    n_test_clips: int
    n_train_speakers: int
    n_test_speakers: int
    n_shared_clips: int
    n_shared_speakers: int
    fit_seconds: float
    predict_ms: float
    model_bytes: int
    warnings: tuple[str, ...]
    versions: dict[str, str]
    learning_curve: dict[str, list[float]] = field(default_factory=dict)
    features: str = "librosa178"
    settings: dict[str, Any] = field(default_factory=dict)
    chosen: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """What makes a result the one it is; a study skips keys that it already holds."""
        return key(
            self.protocol, self.split, self.normalisation, self.estimator, self.parameters,
            self.emotions, self.train_variants, self.seed, self.store,
        )  # fmt: skip


def key(
    protocol: str,
    split: str,
    normalisation: str,
    estimator: str,
    parameters: dict[str, Any],
    emotions: str,
    train_variants: Sequence[str],
    seed: int,
    store: str,
) -> Key:
    """The key that a result of these settings has or will have."""
    declared = json.dumps(parameters, sort_keys=True)
    variants = ",".join(train_variants)
    return (
        protocol, split, normalisation, estimator, declared, emotions, variants, str(seed), store,
    )  # fmt: skip


def read(folder: Path) -> list[Result]:
    """All results of a study, in the order in which they were made.

    A last line that a kill cut short is dropped; it will be made again.

    Raises:
        NotFound: no results there.
        BadTable: a line that is no result, or one of another format.
    """
    file = folder / RESULTS
    if not file.is_file():
        raise NotFound(f"no {RESULTS} in {folder}; sertool benchmark --results {folder} makes one")
    lines = file.read_bytes().splitlines(keepends=True)
    whole = [line for line in lines if line.endswith(b"\n")]
    return [_parse(line, f"{file}:{number}") for number, line in enumerate(whole, 1)]


def prepare(folder: Path) -> None:
    """Make the folder of a study's results.

    Raises:
        CannotWrite: it cannot be made or written to; better said before the first fit than after.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise CannotWrite(
            f"results cannot be kept in '{folder}' ({error.strerror}); name another folder"
        ) from None


def latest(folder: Path) -> dict[Key, Result]:
    """The results in a folder by their keys, the later of two; none where it holds none yet."""
    if not (folder / RESULTS).is_file():
        return {}
    return {result.key: result for result in read(folder)}


def add(folder: Path, result: Result) -> Result:
    """Keep one result; it outlives a kill from here on.

    Returns:
        The result as it will be read: JSON knows no tuple inside of a parameter.
    """
    line = json.dumps({"format": FORMAT, **dataclasses.asdict(result)}) + "\n"
    readable = _parse(line.encode(), "a result that was just made")
    with writing.failures_in_words(folder / RESULTS), (folder / RESULTS).open("ab+") as file:
        _drop_cut_off_line(file)
        file.write(line.encode())
    return readable


def _drop_cut_off_line(file: BinaryIO) -> None:
    """Remove what a kill left of a line, so that the next one begins on its own."""
    if file.tell() == 0:
        return
    file.seek(-1, os.SEEK_END)
    if file.read() != b"\n":
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)


def _parse(line: bytes, place: str) -> Result:
    try:
        stored = json.loads(line)
        number = stored.pop("format", None)
        if number not in READABLE:
            raise ValueError(f"of format {number!r}, this sertool reads up to {FORMAT}")
        _check_types(stored)
        for name in ("leaks", "train_variants", "labels", "warnings"):
            stored[name] = tuple(stored[name])
        result = Result(**stored)
        _check_counts(result)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadTable(f"{place}: not a result ({error}); remove the line and run again") from None
    return result


def _check_types(stored: dict[str, Any]) -> None:
    types = _types()
    strange = [name for name in stored if name in types and not is_of(stored[name], types[name])]
    if strange:
        raise ValueError(f"{', '.join(strange)}: of another type")


@cache
def _types() -> dict[str, Any]:
    """The declared type of each attribute; to work them out takes as long as to read a line."""
    return get_type_hints(Result)


def _check_counts(result: Result) -> None:
    """Confusion matrices that a table would be made of are square, of counts, and add up."""
    by_speaker = np.array([*result.by_speaker.values()])
    k = len(set(result.labels))
    if (
        by_speaker.shape != (len(by_speaker), k, k)
        or k != len(result.labels)
        or by_speaker.min() < 0
    ):
        raise ValueError("its confusions by speaker are no square tables of counts")
    if by_speaker.sum(axis=0).tolist() != result.confusion:
        raise ValueError("its confusions by speaker do not add up")
