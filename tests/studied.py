"""Studies run on stores of made-up features."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sertool import store
from sertool.benchmark import evaluation, planning
from sertool.benchmark.results import Result
from sertool.benchmark.study import study


def run(folder: Path, place: Path, **keys: Any) -> list[Result]:
    asked = study(**{"corpora": store.corpora(place), "estimators": ["majority", "svm"], **keys})
    return [result for _, result in evaluation.run(planning.plan(asked, place), folder)]
