"""A trained model <-> a file that holds all that predicting needs; stored with skops, never pickle.

A model file is a line of text, `sertool model 2 <sha256>`, and then a zip of skops that is
compressed as one stream. The checksum is that of all that follows the line, so one pass finds a
flipped byte anywhere before a parser sees it. The stream claims no size that one would have to
believe: unpacking stops at a limit. The members of the zip are not compressed again.

What trusting a model file means. Loading runs no code from the file: only types that the installed
estimator of its name declares and those that skops trusts are built (`sertool.models.trust`). The
checksum tells damage, not the sender: who makes a file on purpose makes its checksum, too. Such a
file can lie about emotions, and since XGBoost and scikit-learn take the insides of boosters and
trees as they come, it may end the process or worse. So it is safer than pickle, not safe: load
models from people you trust.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression

from sertool import estimators
from sertool.audio import nosound
from sertool.errors import BadModel, NotFound, SertoolError
from sertool.models import trust
from sertool.models.trust import UntrustedTypesFoundException
from sertool.storage import writing

FORMAT = 2
SUFFIX = ".sertool"

LARGEST_BYTES = 1_000_000_000
"""Of a file, and of what it unpacks to."""
MOST_TIMES = 100
"""So many times its packed size a model may unpack to; a forest of stumps reaches 42."""
MOST_MEMBERS = 100_000
"""Arrays and other members in the zip; a forest of 200 trees has 1,009."""
DEEPEST = 100
"""Levels of nesting in the schema; those of the models that ship have 16."""

DAMAGED = (
    ValueError, LookupError, TypeError, AttributeError, ImportError, EOFError, OSError,
    ArithmeticError, AssertionError, RuntimeError, MemoryError, zipfile.BadZipFile,
    tokenize.TokenError, UserWarning,
)  # fmt: skip
"""What building from a foreign or crafted file ends in."""


@dataclass(frozen=True)
class Model:
    """A fitted estimator with all that its numbers depend on.

    Attributes:
        name: of the estimator.
        estimator: fitted on scaled features.
        calibrator: from the estimator's scores to probabilities, fitted on held-out speakers.
        features: names of the columns that the estimator expects, in order.
        window: the rule that cuts a recording, as `sertool.audio` has it.
        center: subtracted from the features, shape (n_features,).
        scale: the features are divided by it, shape (n_features,).
        labels: the emotions, in the order of the probabilities.
        sure_from: the probability from which on an answer is confident.
        lowest: where the usual range of each feature begins, shape (n_features,).
        highest: where it ends, shape (n_features,).
        most_outside: the share of features outside of it above which a clip is remarked upon.
        about: what it was trained on: corpora with clips, speakers, licence and citation;
            variants; feature sets with their versions; seed; parameters; package and version of the
            plug-ins that it takes; how its held-out answers were: calibration, evaluation.
        versions: of sertool and of the libraries at training.
    """

    name: str
    estimator: BaseEstimator
    calibrator: LogisticRegression
    features: tuple[str, ...]
    window: Mapping[str, Any]
    center: np.ndarray
    scale: np.ndarray
    labels: tuple[str, ...]
    sure_from: float
    lowest: np.ndarray
    highest: np.ndarray
    most_outside: float
    about: Mapping[str, Any]
    versions: Mapping[str, str]

    def probabilities(self, X: np.ndarray) -> np.ndarray:
        """Calibrated probabilities, shape (n, n_labels), of raw features, shape (n, n_features).

        Raises:
            UnknownName, BadPlugin: the estimator's plug-in is not there, or fails.
        """
        scaled = ((X - self.center) / self.scale).astype(np.float32)
        scores = estimators.calibratable(self.name, self.estimator, scaled)
        calibrated: np.ndarray = self.calibrator.predict_proba(scores)
        return calibrated


def save(model: Model, path: Path) -> None:
    """Write a model file in one step; a file that was there is replaced.

    Raises:
        BadModel: the estimator is made of types that `load` would refuse, or is too large.
        CannotWrite: the disk is full, or the folder may not be written to.
    """
    content = {name: getattr(model, name) for name in _FIELDS}
    content |= {name: list(getattr(model, name)) for name in ("features", "labels")}
    packed = seal(trust.packed(content))
    _content(packed, path)
    writing.write(path, packed)


def load(path: Path) -> Model:
    """Read a model file.

    Raises:
        NotFound: no such file.
        BadModel: damaged, no model, of another format, too large, of an estimator that is not
            installed, or holding types that it does not declare.
        BadPlugin: the estimator's plug-in fails.
    """
    if not path.is_file():
        raise NotFound(f"no model file {path}; sertool train --output {path} makes one")
    if path.stat().st_size > LARGEST_BYTES:
        raise BadModel(f"{path} has more than {LARGEST_BYTES} bytes: refused")
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise BadModel(f"{path} cannot be read ({error.strerror}): fix that") from None
    return _model(_content(packed, path), path)


def seal(archive: bytes) -> bytes:
    """A zip of skops, its members not compressed, as the content of a model file."""
    stream = zlib.compress(archive, 9)
    return f"sertool model {FORMAT} {hashlib.sha256(stream).hexdigest()}\n".encode() + stream


_WARNINGS = Lock()
"""Filters of warnings are the whole process's: threads that load models take turns."""
_FIELDS = tuple(Model.__dataclass_fields__)
_FIRST_LINE = re.compile(rb"sertool model (\d{1,9}) ([0-9a-f]{64})\n")


def _content(packed: bytes, path: Path) -> dict[str, Any]:
    """What was saved, built only after all that can be told beforehand was checked."""
    archive = _unpacked(packed, path)
    try:
        estimator = trust.named(_schema(archive), str(path))
        with _WARNINGS, warnings.catch_warnings():
            warnings.filterwarnings("error", r"Reading `\.npy`", UserWarning)  # of Python 2
            content = trust.built(archive, estimator)
    except UntrustedTypesFoundException as error:
        raise BadModel(f"{path} holds types that sertool does not load: {error}") from None
    except SertoolError:
        raise
    except DAMAGED as error:
        raise _no_model(path, repr(error)) from None
    if not isinstance(content, dict) or content.get("name") != estimator:
        raise _no_model(path, "it holds something else")
    return content


def _unpacked(packed: bytes, path: Path) -> bytes:
    """The zip in a model file whose checksum is right."""
    first = _FIRST_LINE.match(packed)
    number = int(first[1]) if first else 1 if packed.startswith(b"PK") else None
    if number not in (None, FORMAT):
        raise BadModel(
            f"{path} is a model of format {number}; this sertool reads format {FORMAT}: train it "
            f"again with: sertool train --estimator NAME --store DIR --output {path}"
        )
    if first is None:
        raise _no_model(path, _instead(packed))
    stream = memoryview(packed)[first.end() :]
    if hashlib.sha256(stream).hexdigest().encode() != first[2]:
        raise BadModel(f"{path} is damaged (its checksum is wrong); get it or train it again")
    most = min(LARGEST_BYTES, MOST_TIMES * len(stream))
    unpacking = zlib.decompressobj()
    try:
        archive = unpacking.decompress(stream, most)
    except zlib.error as error:
        raise _no_model(path, str(error)) from None
    if not unpacking.eof and len(archive) >= most:
        raise BadModel(f"{path} would unpack to more than {most} bytes: refused")
    return archive


def _schema(archive: bytes) -> Any:
    """The schema of a zip whose members and nesting were counted and sized.

    Raises:
        ValueError: a limit is passed.
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as members:
        sizes = {entry.filename: entry.file_size for entry in members.infolist()}
        if len(members.infolist()) > MOST_MEMBERS:
            raise ValueError(f"{len(members.infolist())} members, more than {MOST_MEMBERS}")
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in members.infolist()):
            raise ValueError("its members are compressed once more")
        if sum(sizes.values()) > len(archive):
            raise ValueError("its members claim more bytes than there are")
        schema = json.loads(members.read("schema.json"))
    named = sum(sizes.get(name, 0) for name in _members_named(schema))
    if named > LARGEST_BYTES:
        raise ValueError(f"its arrays would take {named} bytes, more than {LARGEST_BYTES}")
    return schema


def _members_named(schema: object) -> Iterator[str]:
    """The members that a schema names, each as often as it does."""
    level = [schema]
    for _ in range(DEEPEST):
        tables = [each for each in level if isinstance(each, dict)]
        yield from (str(each["file"]) for each in tables if "file" in each)
        lists = [each for each in level if isinstance(each, list)]
        level = list(chain(*lists, *(table.values() for table in tables)))
        if not level:
            return
    raise ValueError(f"nested deeper than {DEEPEST} levels")


def _no_model(path: Path, cause: str) -> BadModel:
    return BadModel(
        f"{path} is no model file ({cause}); give one that sertool train wrote, or a model that "
        "ships, by its name"
    )


def _instead(content: bytes) -> str:
    """What a file is that does not begin as a model file does."""
    if content.lstrip().startswith(b"{"):
        return "it is JSON; a voice file goes with --voice"
    if nosound.text(content[: nosound.HEAD]):
        return "it is text"
    return "it does not begin as one"


def _model(content: dict[str, Any], path: Path) -> Model:
    if set(content) != set(_FIELDS):
        raise BadModel(f"{path}: parts missing or unknown: {set(content) ^ set(_FIELDS)}")
    content |= {name: tuple(content[name]) for name in ("features", "labels")}
    return Model(**content)
