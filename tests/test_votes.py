"""Several raters of one recording."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from random import Random

import numpy as np
import pytest
from tabled import kinds, listed

from sertool.corpora.sources import (
    votes,
)


def test_labels_of_several_raters(tmp_path: Path) -> None:
    text = (
        "path,emotion,rater,arousal,speaker\n"
        "a,happy,1,1,ann\na,joy,2,2,ann\na,sad,3,6,\n"
        "b,sad,1,,bob\nb,happy,2,,bob\n"
        "c,sad,1,,bob\n"
        "d,sad,1,,bob\nd,nan,2,,bob\n"
    )  # fmt: skip
    source = listed(tmp_path, text, mapping={"joy": "happy"})
    found = {clip.path: clip for clip in source.clips}
    assert {path: clip.emotion for path, clip in found.items()} == {
        "a": "happy",
        "c": "sad",
        "d": "sad",
    }
    assert found["a"].votes == ("happy", "happy", "sad")
    assert (found["a"].arousal, found["a"].speaker, found["c"].votes) == (3.0, "ann", ())
    assert "2 of 4 recordings have several labels, 5 in all" in kinds(source)["several raters"]
    assert (
        "1 recordings have no most frequent label, such as b (sad, happy)"
        in kinds(source)["no majority"]
    )


def alpha_by_pairs(units: list[list[str]]) -> float:
    """Krippendorff's alpha from his definition: 1 - D_o / D_e by a matrix of coincidences."""
    labels = sorted({label for unit in units for label in unit})
    coincidences = np.zeros((len(labels), len(labels)))
    for unit in units:
        for one, other in combinations(range(len(unit)), 2):
            pair = labels.index(unit[one]), labels.index(unit[other])
            for first, second in (pair, pair[::-1]):
                coincidences[first, second] += 1 / (len(unit) - 1)
    totals = coincidences.sum(axis=1)
    n = totals.sum()
    expected = (np.outer(totals, totals) - np.diag(totals)) / (n - 1)
    off = ~np.eye(len(labels), dtype=bool)
    return 1 - coincidences[off].sum() / expected[off].sum()


def test_alpha_is_that_of_the_definition() -> None:
    random = Random(3)
    for _ in range(50):
        units = [
            [random.choice("abcd"[: random.randint(1, 4)]) for _ in range(random.randint(0, 5))]
            for _ in range(random.randint(4, 30))
        ]
        paired = [unit for unit in units if len(unit) > 1]
        if len({label for unit in paired for label in unit}) > 1:
            assert votes.alpha(units) == pytest.approx(alpha_by_pairs(paired), abs=1e-12)


def test_alpha_of_the_published_example() -> None:
    """The nominal example of Krippendorff's "Computing Krippendorff's alpha-reliability" (2011)."""
    raters = (
        "1 2 3 3 2 1 4 1 2 * * *", "1 2 3 3 2 2 4 1 2 5 * 3", "* 3 3 3 2 3 4 2 2 5 1 *",
        "1 2 3 3 2 4 4 1 2 5 1 *",
    )  # fmt: skip
    columns = zip(*(line.split() for line in raters), strict=True)
    units = [[label for label in unit if label != "*"] for unit in columns]
    assert votes.alpha(units) == pytest.approx(0.743, abs=5e-4)


@pytest.mark.parametrize("units", [[], [["a"]], [["a", "a"], ["a", "a"]]])
def test_alpha_that_is_not_defined(units: list[list[str]]) -> None:
    assert votes.alpha(units) is None
