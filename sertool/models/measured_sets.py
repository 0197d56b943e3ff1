"""What has to be measured of a recording for a model, by the model's file."""

from __future__ import annotations

from collections.abc import Mapping

from sertool.errors import BadModel, UnknownName
from sertool.features import sets
from sertool.features.sets import FeatureSet
from sertool.models.persistence import Model


def feature_sets(model: Model) -> tuple[FeatureSet, ...]:
    """What a model uses, measured as in its training.

    Raises:
        BadModel: a set that is not here, or measures other numbers by now.
    """
    versions = model.about.get("feature_sets")
    if not isinstance(versions, Mapping):  # of an older file
        versions = {}
    try:
        names = tuple(versions) or sets.of_columns(model.features)
        found = tuple(map(sets.get, names))
    except UnknownName as error:
        brought = model.about.get("plugins", {}).get("feature_sets", {}).values()
        remedy = f"install {', '.join(brought)}" if brought else "train the model again"
        raise BadModel(f"{error}: {remedy}") from None
    columns = tuple(column for each in found for column in each.columns)
    changed = [each.name for each in found if versions.get(each.name, each.version) != each.version]
    if changed or columns != tuple(model.features):
        raise BadModel(
            f"the model uses {', '.join(names)}, which measures other numbers now: train it again"
        )
    return found
