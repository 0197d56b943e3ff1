"""Whether what stands in a JSON file is of the type that was declared for it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, get_args, get_origin

LARGEST_INT = 2**53
"""JSON numbers beyond it are not exact everywhere; counts and seeds stay far below."""


def is_of(value: object, declared: Any) -> bool:
    """Whether a value read from JSON, in which a tuple is a list, is of a declared type.

    Args:
        value: as `json.loads` returned it.
        declared: str, bool, int, float (a whole number will do), Any, or a list, tuple of any
            length or dict by text of these.

    >>> is_of({"svm": [1, 2.5]}, dict[str, list[float]])
    True
    >>> is_of(True, int), is_of(["a"], str), is_of(2**60, int)
    (False, False, False)
    """
    container, inner = get_origin(declared), get_args(declared)
    if container in (list, tuple):
        return isinstance(value, list) and _are_of(value, inner[0])
    if container is dict:
        return isinstance(value, dict) and _are_of(value.values(), inner[1])
    return _are_of([value], declared)


def _are_of(values: Collection[object], declared: Any) -> bool:
    """As `is_of`, of several values at once: most are counts, of which there are many."""
    if declared is Any:
        return True
    if get_origin(declared) is not None:
        return all(is_of(each, declared) for each in values)
    kinds, allowed = {*map(type, values)}, {int, float} if declared is float else {declared}
    if not kinds <= allowed:
        return False
    whole = (abs(each) for each in values if type(each) is int)
    return int not in kinds or max(whole) <= LARGEST_INT
