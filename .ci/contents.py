"""Check that the wheel in a folder holds what git has of the package, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

(wheel,) = Path(sys.argv[1]).glob("*.whl")
listed = subprocess.run(
    ["git", "ls-files", "sertool"], capture_output=True, text=True, check=True
).stdout
kept = {*listed.splitlines()}
held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
if kept != held:
    sys.exit(f"{wheel.name} lacks {sorted(kept - held)} and has {sorted(held - kept)} beyond git")
print(f"{wheel.name}: {len(held)} files, {wheel.stat().st_size / 1e6:.0f} MB")
