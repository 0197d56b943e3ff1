"""Whether what stands in a JSON file is of the type that was declared for it."""

from __future__ import annotations

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
        return isinstance(value, list) and all(is_of(each, inner[0]) for each in value)
    if container is dict:
        return isinstance(value, dict) and all(is_of(each, inner[1]) for each in value.values())
    if declared is Any:
        return True
    if type(value) is int and declared in (int, float):
        return abs(value) <= LARGEST_INT
    return type(value) is declared
