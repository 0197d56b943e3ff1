"""Print the oldest release of each dependency that pyproject.toml allows, as constraints for pip.

`python .ci/oldest.py > oldest.txt && pip install --constraint oldest.txt ".[all]"`
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
FLOOR = re.compile(r"(?P<name>[\w-]+)>=(?P<release>[\d.]+)(?:,[^;]*)?(?P<marker>;.*)?")
NOT_USED = {"all", "test"}
"""Extras that say nothing of what sertool itself needs."""


def floors(project: dict[str, object]) -> list[str]:
    """The floor of each dependency; the higher one where an extra asks for more.

    >>> floors({"dependencies": ["a>=1.9,<2", "b>=2; os_name == 'nt'"],
    ...         "optional-dependencies": {"more": ["a>=1.10"], "test": ["c>=1"]}})
    ['a==1.10', "b==2; os_name == 'nt'"]
    """
    extras = project["optional-dependencies"]
    assert isinstance(extras, dict)
    lists = [each for name, each in extras.items() if name not in NOT_USED]
    highest: dict[tuple[str, str], str] = {}
    for requirement in sum(lists, start=project["dependencies"]):
        found = FLOOR.fullmatch(requirement)
        if not found:
            sys.exit(f"{PROJECT.name}: {requirement!r} has no floor; write NAME>=RELEASE")
        key = found["name"], found["marker"] or ""
        highest[key] = max(highest.get(key, "0"), found["release"], key=_order)
    return [f"{name}=={release}{marker}" for (name, marker), release in highest.items()]


def _order(release: str) -> tuple[int, ...]:
    return tuple(int(number) for number in release.split("."))


if __name__ == "__main__":
    print("\n".join(floors(tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"])))
