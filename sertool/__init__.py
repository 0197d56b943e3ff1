"""sertool: honest comparison of classical back ends on speech emotion recognition.

The public names stand in `__all__`; each is imported when it is first used, so that
`import sertool` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sertool.benchmark.evaluation import run as run
    from sertool.benchmark.planning import plan as plan
    from sertool.benchmark.results import Result as Result
    from sertool.benchmark.study import Study as Study
    from sertool.benchmark.study import study as study
    from sertool.errors import SertoolError as SertoolError
    from sertool.models.prediction import Prediction as Prediction
    from sertool.models.prediction import Predictor as Predictor
    from sertool.models.prediction import load as load
    from sertool.models.voice import Voice as Voice
    from sertool.models.voice import calibrate as calibrate
    from sertool.models.voice import load as load_voice
    from sertool.store import FEATURE_NAMES as FEATURE_NAMES
    from sertool.store import read as read_store
    from sertool.store.extraction import clip_features as clip_features
    from sertool.timeline import Span as Span
    from sertool.timeline import spans as spans
    from sertool.types import Signal as Signal

_PLACES = {
    "FEATURE_NAMES": ("sertool.store", "FEATURE_NAMES"),
    "Prediction": ("sertool.models.prediction", "Prediction"),
    "Predictor": ("sertool.models.prediction", "Predictor"),
    "Result": ("sertool.benchmark.results", "Result"),
    "SertoolError": ("sertool.errors", "SertoolError"),
    "Signal": ("sertool.types", "Signal"),
    "Span": ("sertool.timeline", "Span"),
    "Study": ("sertool.benchmark.study", "Study"),
    "Voice": ("sertool.models.voice", "Voice"),
    "calibrate": ("sertool.models.voice", "calibrate"),
    "clip_features": ("sertool.store.extraction", "clip_features"),
    "plan": ("sertool.benchmark.planning", "plan"),
    "load": ("sertool.models.prediction", "load"),
    "load_voice": ("sertool.models.voice", "load"),
    "read_store": ("sertool.store", "read"),
    "run": ("sertool.benchmark.evaluation", "run"),
    "spans": ("sertool.timeline", "spans"),
    "study": ("sertool.benchmark.study", "study"),
}

__all__ = sorted(_PLACES)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from sertool import versions

        return versions.sertool()
    if name not in _PLACES:
        raise AttributeError(f"module 'sertool' has no attribute {name!r}")
    module, attribute = _PLACES[name]
    return getattr(importlib.import_module(module), attribute)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
