"""What a researcher should know of a corpus before a number is made of it.

From its files, its labels and the inspection of its recordings: what is wrong or odd, and
what to do or what sertool does about it. Works on any corpus, a manifest's among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sertool.corpora.audit.files import of_files
from sertool.corpora.audit.finding import Finding
from sertool.corpora.audit.inspection import Inspection
from sertool.corpora.audit.labels import of_labels
from sertool.corpora.audit.sounds import of_sounds
from sertool.corpora.audit.splits import of_splits
from sertool.corpora.sources import Source

__all__ = ["Audit", "Finding", "absent", "audit"]


@dataclass(frozen=True)
class Audit:
    """What there is to say of a corpus.

    Attributes:
        corpus: its name.
        folder: where it lies.
        n_recordings: how many clips it has there.
        findings: worries first.
    """

    corpus: str
    folder: str
    n_recordings: int
    findings: tuple[Finding, ...]


def audit(source: Source, inspections: Sequence[Inspection]) -> Audit:
    """Say what to know of a corpus.

    Args:
        source: the corpus, its folder and clips.
        inspections: what `inspection.inspect` says of each of these clips.
    """
    found = [
        *of_files(source, inspections), *of_sounds(inspections), *of_labels(source.clips),
        *of_splits(inspections),
        *(Finding(each.kind, each.severity, each.says, each.advice) for each in source.notes),
    ]  # fmt: skip
    found.sort(key=lambda finding: finding.severity != "worry")
    return Audit(source.corpus.name, str(source.folder), len(source.clips), tuple(found))


def absent(name: str, reason: str) -> Audit:
    """What there is to say of a corpus of which nothing was found, for this reason.

    >>> absent("tess", "no folder tess").n_recordings
    0
    """
    advice = f"give its folder, {name}=DIR, or say again where it lies: sertool corpora add"
    return Audit(name, "", 0, (Finding("missing recordings", "worry", reason, advice),))
