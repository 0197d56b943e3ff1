"""A plug-in is one file: it is listed, runs in every command and through the contract tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from synthetic import fill, tone

from sertool import registry
from sertool.errors import BadPlugin, UnknownName
from sertool.features import Feature
from sertool.features.spectrum import Spectrum
from sertool.types import Signal

TESTS = Path(__file__).parent
PLACE = Path(registry.__file__).parents[1]
"""Where the sertool lies that is tested."""

NEW = {
    "corpora/toycorpus.py": '''
        """A corpus whose file names are speaker_emotion."""

        from sertool.corpora import match_name
        from sertool.types import Clip, Corpus


        def parse(path):
            match = match_name(r"toy(?P<speaker>\\d)_(?P<emotion>angry|sad)", path)
            if match is None:
                return None
            emotion = match["emotion"].lower()
            return Clip(path, emotion, match["speaker"], match[0], match["emotion"])


        corpus = Corpus(
            name="toycorpus", language="en", licence="CC0 1.0", url="https://example.org",
            citation="A toy corpus, made in a test, of two speakers who say nothing.",
            clips=4, speakers=2, parse=parse,
        )
    ''',
    "features/toyfeature.py": '''
        """Peak: the largest sample."""

        import numpy as np

        from sertool.features import Feature


        def compute(spectrum):
            return np.array([np.abs(spectrum.samples).max()], np.float32)


        feature = Feature("toyfeature", 1, "full scale", "a test", compute)
    ''',
    "estimators/toyestimator.py": '''
        """The nearest neighbour."""

        from sklearn.neighbors import KNeighborsClassifier


        def estimator(*, n_neighbors=5, random_state=None):
            """An unfitted nearest neighbour classifier."""
            return KNeighborsClassifier(n_neighbors)
    ''',
    "protocols/toyprotocol.py": '''
        """Train on the first half of the speakers, test on the second, per corpus."""

        from sertool.protocols.speakers import splits
        from sertool.types import Protocol

        protocol = Protocol(
            "toyprotocol", "How well is somebody else recognised?", ("sentence",), "within", splits
        )
    ''',
}

PLUGIN = """
import importlib
from pathlib import Path
for kind in ("corpora", "features", "estimators", "protocols"):
    package = importlib.import_module(f"sertool.{kind}")
    package.__path__.append(str(Path(__file__).parent / kind))
"""


@pytest.fixture
def added(tmp_path: Path) -> Path:
    """A folder with one new file of each kind; every Python that finds it puts them beside ours."""
    for name, text in NEW.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(textwrap.dedent(text))
    (tmp_path / "sitecustomize.py").write_text(PLUGIN)
    return tmp_path


def python(added: Path, *arguments: str) -> str:
    ran = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=TESTS.parent,
        env=os.environ | {"PYTHONPATH": f"{added}{os.pathsep}{PLACE}"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def sertool(added: Path, *arguments: str) -> str:
    return python(added, "-m", "sertool", *arguments)


def test_new_files_are_listed(added: Path) -> None:
    listed = sertool(added, "list")
    for name in ("toycorpus", "toyfeature", "toyestimator", "toyprotocol"):
        assert name in listed


def test_new_files_run_through_the_contract_tests(added: Path) -> None:
    files = ("corpora", "contracts", "estimators", "protocols")
    reported = python(
        added, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider",
        *(str(TESTS / f"test_{name}.py") for name in files), "-k", "toy and not need_no_keras",
    )  # fmt: skip
    for name in ("toycorpus", "toyfeature", "toyestimator", "toyprotocol"):
        assert re.search(rf"PASSED .*{name}", reported), reported
    assert "failed" not in reported


def test_new_estimator_and_protocol_run_in_a_benchmark(added: Path, tmp_path: Path) -> None:
    fill(tmp_path / "store", registry.get("corpora", "emodb"), 4, ("angry", "sad"), 3)
    printed = sertool(
        added, "benchmark", "--store", str(tmp_path / "store"), "--results", str(tmp_path / "r"),
        "--protocols", "toyprotocol", "--estimators", "toyestimator",
    )  # fmt: skip
    assert "toyestimator" in printed
    assert "How well is somebody else recognised?" in printed


def test_another_package_publishes_by_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "theirs.py").write_text(
        textwrap.dedent(NEW["estimators/toyestimator.py"]) + "\n\nsvm = estimator\n"
    )
    about = tmp_path / "theirs-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Name: theirs\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[sertool.estimators]\nneighbours = theirs:estimator\nsvm = theirs:svm\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "neighbours" in registry.names("estimators")
    made = registry.get("estimators", "neighbours")(n_neighbors=3)
    assert type(made).__name__ == "KNeighborsClassifier"
    assert str(registry.origin("estimators", "neighbours")) == "theirs 1.0"
    with pytest.raises(BadPlugin, match="svm is in two places: sertool itself and theirs"):
        registry.get("estimators", "svm")


@pytest.mark.parametrize("kind", registry.KINDS)
def test_a_misspelt_name_is_answered_with_the_list(kind: str) -> None:
    first = registry.names(kind)[0]
    with pytest.raises(UnknownName, match=f"did you mean '{first}'"):
        registry.get(kind, first[:-1] + "_")


@pytest.mark.parametrize("name", registry.names("features"))
def test_every_feature_keeps_its_contract(name: str) -> None:
    feature = registry.get("features", name)
    assert isinstance(feature, Feature)
    assert feature.name == name
    assert feature.unit
    assert feature.source
    spectrum = Spectrum.of(Signal(tone(1.0, 22_050), 22_050))
    values = feature.compute(spectrum)
    assert values.shape == (feature.size,)
    assert len(feature.columns) == feature.size
    assert np.isfinite(values).all()
    np.testing.assert_array_equal(values, feature.compute(spectrum))
