"""A package of plug-ins for learning, put where Python finds it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sertool import registry

TESTS = Path(__file__).parent
PLACE = Path(registry.__file__).parents[1]
THEIRS = '''
"""Plug-ins of every kind that learning has, good ones and bad ones."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import ExtraTreesClassifier

from sertool.estimators import Estimator, log_probabilities
from sertool.learning.normalisations import Normalisation
from sertool.protocols.speakers import splits
from sertool.types import Protocol, Recipe


class Centre:
    """What the fitted form holds, and is no estimator."""

    def __init__(self, mean=None):
        self.mean = mean


class Nearest(ClassifierMixin, BaseEstimator):
    """The emotion whose mean is the nearest."""

    def __init__(self, sharpness=1.0, fault="", random_state=None):
        self.sharpness = sharpness
        self.fault = fault
        self.random_state = random_state

    def fit(self, X, y, validation=None):
        if self.fault == "fit":
            raise RuntimeError("no luck\\ntoday")
        self.classes_ = np.unique(y)
        self.centres_ = [Centre(X[np.asarray(y) == each].mean(axis=0)) for each in self.classes_]
        self.history_ = {"loss": [np.float32(2.0), np.float32(1.0)]}
        return self

    def decision_function(self, X):
        distances = [((X - each.mean) ** 2).mean(axis=1) for each in self.centres_]
        values = -self.sharpness * np.stack(distances, axis=1)
        if self.fault == "nan":
            values[0, 0] = np.nan
        return values[:-1] if self.fault == "rows" else values

    def predict(self, X):
        if self.fault == "codes":
            return self.decision_function(X).argmax(axis=1)
        answers = self.classes_[self.decision_function(X).argmax(axis=1)]
        return answers[:-1] if self.fault == "shape" else answers


def fixed(fault):
    def make(*, sharpness=1.0, random_state=None):
        return Nearest(sharpness, fault)

    return Estimator(make, types=("their_code.Centre", "their_code.Nearest"))


nearest = Estimator(Nearest, types=("their_code.Centre", "their_code.Nearest"))
undeclared = Nearest
trees = ExtraTreesClassifier
word = "a word"
FAULTS = {name: fixed(name) for name in ("fit", "nan", "rows", "codes", "shape")}
globals().update({f"bad_{name}": each for name, each in FAULTS.items()})


def halved(X, groups):
    return X / 2


half = Normalisation("half", "Features are halved.", halved, "nothing")
nothing = Normalisation("nothing", "Features vanish.", lambda X, groups: X * np.nan)
halves = Protocol(
    "halves", "How well is somebody else recognised?", ("sentence",), "within", splits,
    Recipe(("original",), "half"),
)
fixed_wrongly = Protocol(
    "fixed_wrongly", "Is it?", ("sentence",), "within", splits, Recipe(("noisy",), "half")
)


def failing(identity, *, name, seed):
    raise ZeroDivisionError("by nought")


falls = Protocol("falls", "Does it?", (), "within", failing)
'''
POINTS = """
[sertool.estimators]
nearest = their_code:nearest
undeclared = their_code:undeclared
trees = their_code:trees
word = their_code:word
bad_fit = their_code:bad_fit
bad_nan = their_code:bad_nan
bad_rows = their_code:bad_rows
bad_codes = their_code:bad_codes
bad_shape = their_code:bad_shape
gone = their_lost_code:estimator

[sertool.normalisations]
half = their_code:half
nothing = their_code:nothing
renamed = their_code:half

[sertool.protocols]
halves = their_code:halves
fixed_wrongly = their_code:fixed_wrongly
falls = their_code:falls
clips = their_code:halves
"""


def publish(place: Path, version: str = "1.0") -> Path:
    """Put a package where Python finds it, as an installer does."""
    place.mkdir(exist_ok=True)
    (place / "their_code.py").write_text(THEIRS)
    about = place / "theirs-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Name: theirs\nVersion: {version}\n")
    (about / "entry_points.txt").write_text(POINTS)
    return place


def python(*arguments: str, path: str) -> str:
    ran = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((path, str(PLACE), str(TESTS)))},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout
