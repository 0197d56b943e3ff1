"""Check that the sdist and the wheel in a folder hold what git has, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILT = "PKG-INFO"
"""The one file that building adds to an sdist; what it adds to a wheel lies in a folder."""


def committed(*places: str) -> set[str]:
    """The files that git has below these places of the project; everywhere without one."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *places], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return {*listed.stdout.split("\0")} - {""}


def in_wheel(wheel: Path) -> set[str]:
    """What a wheel installs."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def in_sdist(sdist: Path) -> set[str]:
    """The files of an sdist, below the one folder that it holds."""
    with tarfile.open(sdist) as archive:
        names = (each.name.partition("/")[2] for each in archive if each.isfile())
        return {*names} - {BUILT}


def compare(package: Path, held: set[str], kept: set[str]) -> None:
    """Say what a package holds, or end with what is wrong with it."""
    if kept != held:
        sys.exit(f"{package.name} lacks {sorted(kept - held)}, git lacks {sorted(held - kept)}")
    print(f"{package.name}: {len(held)} files, {package.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    compare(wheel, in_wheel(wheel), committed("sertool"))
    compare(sdist, in_sdist(sdist), committed())
