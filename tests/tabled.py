"""Tables written and read in one go."""

from __future__ import annotations

from pathlib import Path

from sertool.corpora.sources import Source, manifest_source
from sertool.types import Clip


def listed(folder: Path, text: str, name: str = "m.csv", **options: object) -> Source:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return manifest_source(file, name="mine", **options)  # type: ignore[arg-type]


def clips(folder: Path, text: str, name: str = "m.csv", **options: object) -> tuple[Clip, ...]:
    return listed(folder, text, name, **options).clips


def kinds(source: Source) -> dict[str, str]:
    return {note.kind: note.says for note in source.notes}
