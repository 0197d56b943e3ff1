"""Speakers who utter one emotion only, counted by hand and on the names of real recordings."""

from __future__ import annotations

import pytest
from synthetic import SAMPLE, needs_sample

from sertool import registry
from sertool.learning.confounding import is_confounded, of_one_emotion


@pytest.mark.parametrize(
    ("speakers", "emotions", "single", "expected"),
    [
        ("aabb", "xyxy", "", False),
        ("aabb", "xxyy", "ab", True),
        ("aabbc", "xyxyx", "c", False),
        ("aabbccc", "xxyyxyz", "ab", True),
        ("aabb", "xxxy", "a", False),
        ("", "", "", False),
    ],
    ids=["crossed", "one-each", "one-of-three", "two-of-three", "half", "nobody"],
)
def test_confounded(speakers: str, emotions: str, single: str, expected: bool) -> None:
    assert of_one_emotion(speakers, emotions) == {*single}
    assert is_confounded(speakers, emotions) is expected


@needs_sample
@pytest.mark.parametrize(("name", "expected"), [("urdu", True), ("emodb", False), ("savee", False)])
def test_confounded_on_real_names(name: str, expected: bool) -> None:
    folder = SAMPLE / name
    parse = registry.get("corpora", name).parse
    paths = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.*"))]
    clips = [clip for clip in map(parse, paths) if clip]
    assert len(clips) > 50
    speakers, emotions = zip(*((clip.speaker, clip.emotion) for clip in clips), strict=True)
    assert is_confounded(speakers, emotions) is expected
