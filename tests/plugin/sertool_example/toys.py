"""A corpus whose file names are toySPEAKER_EMOTION_TAKE."""

from __future__ import annotations

from sertool.corpora import match_name
from sertool.types import Clip, Corpus


def parse(path: str) -> Clip | None:
    """The clip of a path, None = it is none."""
    match = match_name(r"toy(?P<speaker>\d)_(?P<emotion>angry|sad)_(?P<take>\d)", path)
    if match is None:
        return None
    return Clip(
        path=path,
        emotion=match["emotion"],
        speaker=match["speaker"],
        recording=match[0],
        raw_label=match["emotion"],
        sentence=match["take"],
    )


corpus = Corpus(
    name="toys",
    language="en",
    licence="CC0 1.0",
    url="https://example.org/toys",
    citation="Toys, a corpus made in a test.",
    clips=24,
    speakers=4,
    parse=parse,
)
