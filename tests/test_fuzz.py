"""Nothing that stands in a file can do more than be refused: tables of odd structure, odd bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import fuzzing
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sertool import audio, registry
from sertool.benchmark import study
from sertool.corpora.sources import manifest
from sertool.errors import BadRecording, SertoolError
from sertool.types import EMOTIONS, Signal

settings.register_profile("sertool", deadline=None, derandomize=True, database=None)
settings.load_profile("sertool")

CORPORA = registry.names("corpora")
CELLS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(EMOTIONS)


def fuzz(folder: Path, first: int, each: int) -> list[dict]:
    """What came of so many inputs for each door, tried in a process of its own."""
    tests = Path(__file__).parent
    ran = subprocess.run(
        [sys.executable, "-W", "error", tests / "fuzzing.py", str(first), str(each), folder],
        capture_output=True, text=True, cwd=folder, timeout=3600,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent)])},
    )  # fmt: skip
    last = folder / "number"
    where = last.read_text() if last.exists() else "at once"
    assert ran.returncode == 0, f"ended with {ran.returncode} ({where}): {ran.stderr[-2000:]}"
    return [json.loads(line) for line in ran.stdout.splitlines()]


def check(folder: Path, first: int, each: int, capsys: pytest.CaptureFixture[str]) -> None:
    doors = fuzz(folder, first, each)
    refused = ", ".join(
        f"{door['door']} {door['refused']} ({door['seconds']} s)"
        for door in doors
        if "refused" in door
    )
    with capsys.disabled():
        print(f"\n{each * len(fuzzing.DOORS)} inputs, {each} a door; refused: {refused}")
    assert [door["door"] for door in doors] == [*fuzzing.DOORS, "written elsewhere"]
    assert [finding for door in doors for finding in door["findings"]] == []


def test_a_thousand_mutated_inputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(tmp_path, 0, 112, capsys)


@pytest.mark.slow
def test_twenty_thousand_mutated_inputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(tmp_path, 112, 2300, capsys)


@pytest.mark.parametrize("name", CORPORA)
@given(path=st.text(max_size=40) | st.from_regex(r"([\w-]{1,8}/){0,2}[\w-]{1,20}\.wav"))
def test_any_path_is_a_clip_or_none(name: str, path: str) -> None:
    clip = registry.get("corpora", name).parse(path)
    assert clip is None or (clip.path == path and clip.emotion in EMOTIONS and clip.speaker)


@given(
    rows=st.lists(st.lists(CELLS, min_size=2, max_size=7), max_size=5),
    columns=st.permutations(
        ["path", "emotion", "speaker", "start", "end", "split", "gender", "arousal"]
    ),
    delimiter=st.sampled_from(",;\t"),
)
def test_any_manifest_is_read_or_refused(
    rows: list[list[str]], columns: list[str], delimiter: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "mine.csv")
        lines = [delimiter.join(f'"{cell}"' for cell in row) for row in [columns, *rows]]
        file.write_text("\n".join(lines), encoding="utf-8")
        try:
            found = manifest.read(file, name="mine", vocabulary=None)
        except SertoolError:
            return
    corpus, clips = found.corpus, found.clips
    assert corpus.clips == len(clips) <= len(rows)
    assert all(clip.path and clip.emotion for clip in clips)


VALUES = st.recursive(
    st.integers() | st.booleans() | st.text(max_size=8) | st.sampled_from(["svm", "clips", "six"]),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@given(asked=st.dictionaries(st.sampled_from(study.KEYS), VALUES, max_size=4))
def test_any_specification_is_understood_or_refused(asked: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.toml")
        lines = [f"{key} = {json.dumps(value)}" for key, value in asked.items()]
        file.write_text("\n".join(lines), encoding="utf-8")
        try:
            none: dict = {"protocols": (), "corpora": (), "estimators": ()}
            asked = study.study(**{**none, **study.read(file)})
        except SertoolError:
            return
    assert all(0 <= seed < 2**32 for seed in asked.seeds)


@given(
    n_samples=st.integers(0, 200_000),
    rate=st.sampled_from([1_000, 8_000, 22_050, 44_100]),
    seconds=st.floats(0.1, 5),
    offset=st.floats(0, 5),
)
def test_any_window_lies_inside(n_samples: int, rate: int, seconds: float, offset: float) -> None:
    rule = audio.WindowRule(seconds=seconds, offset_s=offset)
    try:
        part, begins = audio.window(Signal(np.arange(n_samples), rate), rule)
    except BadRecording:
        assert n_samples < 0.1 * rate + 1
        return
    start = int(part.samples[0])
    assert start == round(begins * rate)
    assert 0 < part.samples.size <= min(n_samples - start, round(seconds * rate))
