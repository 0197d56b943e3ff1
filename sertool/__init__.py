"""sertool: honest comparison of classical back ends on speech emotion recognition.

The public names stand in `__all__`; each is imported when it is first used, so that
`import sertool` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sertool.errors import SertoolError as SertoolError
    from sertool.evaluation import run as run
    from sertool.extraction import clip_features as clip_features
    from sertool.planning import plan as plan
    from sertool.prediction import Prediction as Prediction
    from sertool.prediction import Predictor as Predictor
    from sertool.prediction import load as load
    from sertool.results import Result as Result
    from sertool.speaker import Voice as Voice
    from sertool.speaker import calibrate as calibrate
    from sertool.speaker import load as load_voice
    from sertool.specification import Study as Study
    from sertool.specification import study as study
    from sertool.store import FEATURE_NAMES as FEATURE_NAMES
    from sertool.store import read as read_store
    from sertool.timeline import Span as Span
    from sertool.timeline import spans as spans
    from sertool.types import Signal as Signal

_PLACES = {
    "FEATURE_NAMES": ("sertool.store", "FEATURE_NAMES"),
    "Prediction": ("sertool.prediction", "Prediction"),
    "Predictor": ("sertool.prediction", "Predictor"),
    "Result": ("sertool.results", "Result"),
    "SertoolError": ("sertool.errors", "SertoolError"),
    "Signal": ("sertool.types", "Signal"),
    "Span": ("sertool.timeline", "Span"),
    "Study": ("sertool.specification", "Study"),
    "Voice": ("sertool.speaker", "Voice"),
    "calibrate": ("sertool.speaker", "calibrate"),
    "clip_features": ("sertool.extraction", "clip_features"),
    "plan": ("sertool.planning", "plan"),
    "load": ("sertool.prediction", "load"),
    "load_voice": ("sertool.speaker", "load"),
    "read_store": ("sertool.store", "read"),
    "run": ("sertool.evaluation", "run"),
    "spans": ("sertool.timeline", "spans"),
    "study": ("sertool.specification", "study"),
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
