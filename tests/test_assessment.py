"""What a model card says of answers, by arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from sertool.models import assessment
from sertool.models.assessment import Answers

LABELS = ("happy", "sad")


def answers(happy: list[float], emotions: list[str], corpora: list[str]) -> Answers:
    first = np.array(happy)
    return Answers(
        probabilities=np.stack([first, 1 - first], axis=1),
        labels=LABELS,
        emotions=np.array(emotions),
        speakers=np.array([f"{name}/1" for name in corpora]),
        corpora=np.array(corpora),
        outside=np.linspace(0, 1, len(happy)),
    )


def test_figures_are_by_corpus() -> None:
    # a: happy right, sad taken for happy, happy right; b: sad right
    given = answers([0.9, 0.6, 0.8, 0.3], ["happy", "sad", "happy", "sad"], ["a", "a", "a", "b"])
    found = assessment.by_corpus(given, threshold=0.75, most_outside=0.5)
    assert list(found) == ["a", "b"]
    assert found["a"]["accuracy"]["value"] == pytest.approx(2 / 3)
    assert found["a"]["uar"]["value"] == pytest.approx((1 + 0) / 2)
    assert found["a"]["chance"] == {"accuracy": pytest.approx(2 / 3), "uar": 0.5}
    assert found["b"]["accuracy"]["value"] == 1.0
    assert (found["a"]["clips"], found["a"]["speakers"]) == (3, 1)


def test_sure_is_probable_and_not_remarked_upon() -> None:
    # outside: 0, 1/3, 2/3, 1
    given = answers([0.9, 0.1, 0.9, 0.9], ["sad", "sad", "happy", "happy"], ["a"] * 4)
    found = assessment.by_corpus(given, threshold=0.75, most_outside=0.5)["a"]
    assert (found["sure"], found["sure_accuracy"], found["remarked"]) == (0.5, 0.5, 0.5)


def test_nothing_is_sure() -> None:
    given = answers([0.6, 0.6], ["sad", "happy"], ["a", "a"])
    found = assessment.by_corpus(given, threshold=0.9, most_outside=1.0)["a"]
    assert (found["sure"], found["sure_accuracy"]) == (0, None)


def test_calibration_error_of_two_answers() -> None:
    found = assessment.calibrated(answers([0.9, 0.9], ["happy", "sad"], ["a", "a"]))
    assert found["ece"] == pytest.approx(0.4)
    assert [each["clips"] for each in found["bins"]] == [2]
