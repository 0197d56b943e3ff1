"""From recordings to the store: resumable, parallel, unharmed by bad files."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from synthetic import EMODB_NAMES, SAMPLE, needs_sample, rewrite, tone, write_sound

import sertool
from sertool import registry, store
from sertool.corpora import sources
from sertool.errors import BadChoice, BadRecording, NotFound, UnknownName
from sertool.features import sets
from sertool.store import extraction, layout, parquet
from sertool.types import VARIANTS

STUDY = ("librosa178",)


def run(folder: Path, place: Path, jobs: int = 1) -> list[extraction.Outcome]:
    source = sources.folder_source(registry.get("corpora", "emodb"), folder)
    return list(extraction.extract(extraction.plan([source], place, STUDY), jobs=jobs))


def test_every_clip_gets_three_variants(emodb_folder: Path, tmp_path: Path) -> None:
    outcomes = run(emodb_folder, tmp_path / "store")
    table = store.read(tmp_path / "store")
    assert sorted(outcome.clip for outcome in outcomes) == sorted(f"wav/{n}" for n in EMODB_NAMES)
    assert table.num_rows == 3 * len(EMODB_NAMES)
    assert np.isfinite(store.matrix(table)).all()
    assert set(table.column("emotion").to_pylist()) == {"angry", "sad", "neutral"}


def test_rows_equal_clip_features(emodb_folder: Path, tmp_path: Path) -> None:
    run(emodb_folder, tmp_path / "store")
    rows = store.matrix(store.read(tmp_path / "store"))[:3]
    path = emodb_folder / "wav" / sorted(EMODB_NAMES)[0]
    np.testing.assert_array_equal(rows, sertool.clip_features(path, VARIANTS))


def test_workers_change_nothing(emodb_folder: Path, tmp_path: Path) -> None:
    run(emodb_folder, tmp_path / "one")
    run(emodb_folder, tmp_path / "two", jobs=2)
    assert store.read(tmp_path / "one").equals(store.read(tmp_path / "two"))


def test_second_run_extracts_nothing(emodb_folder: Path, tmp_path: Path) -> None:
    run(emodb_folder, tmp_path / "store")
    assert run(emodb_folder, tmp_path / "store") == []


def test_only_what_changed_is_extracted(emodb_folder: Path, tmp_path: Path) -> None:
    run(emodb_folder, tmp_path / "store")
    changed = emodb_folder / "wav" / EMODB_NAMES[4]
    write_sound(changed, tone(1.3, pitch=333))
    outcomes = run(emodb_folder, tmp_path / "store")
    assert [outcome.clip for outcome in outcomes] == [f"wav/{EMODB_NAMES[4]}"]
    assert store.read(tmp_path / "store").num_rows == 3 * len(EMODB_NAMES)


def test_a_clip_that_is_gone_leaves_the_store(emodb_folder: Path, tmp_path: Path) -> None:
    run(emodb_folder, tmp_path / "store")
    (emodb_folder / "wav" / EMODB_NAMES[0]).unlink()
    source = sources.folder_source(registry.get("corpora", "emodb"), emodb_folder)
    plan = extraction.plan([source], tmp_path / "store", STUDY)
    assert (plan.leaving, len(plan.tasks)) == (1, 0)
    list(extraction.extract(plan))
    assert store.read(tmp_path / "store").num_rows == 3 * (len(EMODB_NAMES) - 1)


def test_a_set_is_added_and_never_lost(emodb_folder: Path, tmp_path: Path) -> None:
    run(emodb_folder, tmp_path / "store")
    before = store.read(tmp_path / "store")
    source = sources.folder_source(registry.get("corpora", "emodb"), emodb_folder)
    plan = extraction.plan([source], tmp_path / "store", ["functionals"])
    assert plan.feature_sets == ("librosa178", "functionals")
    assert len(plan.tasks) == len(EMODB_NAMES)
    list(extraction.extract(plan))
    both = store.read(tmp_path / "store")
    assert both.schema.names == store.schema(["librosa178", "functionals"]).names
    assert both.select(before.column_names).equals(before)
    assert run(emodb_folder, tmp_path / "store") == []
    assert store.sets(tmp_path / "store") == ("librosa178", "functionals")


def adding(folder: Path, place: Path, *sets: str) -> extraction.ExtractionPlan:
    source = sources.folder_source(registry.get("corpora", "emodb"), folder)
    return extraction.plan([source], place, sets or STUDY)


def test_a_set_that_has_other_columns_now_is_measured_again(
    emodb_folder: Path, tmp_path: Path
) -> None:
    list(extraction.extract(adding(emodb_folder, tmp_path / "store", "functionals")))
    file = tmp_path / "store" / "emodb" / "functionals.utterance.parquet"
    names = [name for name in parquet.read(file).columns if "_skewness" not in name]
    rewrite(file, lambda table: table.select(names))  # as an older sertool wrote it
    plan = adding(emodb_folder, tmp_path / "store")
    assert plan.feature_sets == ("librosa178", "functionals")
    assert len(plan.tasks) == len(EMODB_NAMES)
    list(extraction.extract(plan))
    assert store.sets(tmp_path / "store") == ("librosa178", "functionals")


def test_adding_a_set_can_be_stopped_and_goes_on(emodb_folder: Path, tmp_path: Path) -> None:
    run(emodb_folder, tmp_path / "store")
    before = store.read(tmp_path / "store")
    outcomes = extraction.extract(adding(emodb_folder, tmp_path / "store", "functionals"))
    next(outcomes)
    outcomes.close()
    assert store.read(tmp_path / "store").equals(before)
    plan = adding(emodb_folder, tmp_path / "store")  # knows from the journal what was begun
    assert plan.feature_sets == ("librosa178", "functionals")
    assert len(plan.tasks) == len(EMODB_NAMES) - 1
    list(extraction.extract(plan))
    assert store.sets(tmp_path / "store") == ("librosa178", "functionals")
    assert store.read(tmp_path / "store").num_rows == before.num_rows


def test_a_recording_gone_bad_keeps_its_rows_while_a_set_is_added(
    emodb_folder: Path, tmp_path: Path
) -> None:
    run(emodb_folder, tmp_path / "store")
    before = store.read(tmp_path / "store")
    (emodb_folder / "wav" / EMODB_NAMES[0]).write_bytes(b"no sound")
    outcomes = list(extraction.extract(adding(emodb_folder, tmp_path / "store", "functionals")))
    assert [outcome.clip for outcome in outcomes if outcome.cause] == [f"wav/{EMODB_NAMES[0]}"]
    assert store.read(tmp_path / "store", wanted=["librosa178"]).equals(before)
    assert store.read(tmp_path / "store").num_rows == before.num_rows - 3
    assert run(emodb_folder, tmp_path / "store")[0].cause  # it is tried again
    assert store.read(tmp_path / "store", wanted=["librosa178"]).equals(before)


def test_no_set_at_all(emodb_folder: Path, tmp_path: Path) -> None:
    source = sources.folder_source(registry.get("corpora", "emodb"), emodb_folder)
    with pytest.raises(BadChoice, match="no feature set"):
        extraction.plan([source], tmp_path / "store", [])


def test_rows_of_another_set_equal_clip_features(emodb_folder: Path, tmp_path: Path) -> None:
    source = sources.folder_source(registry.get("corpora", "emodb"), emodb_folder)
    list(extraction.extract(extraction.plan([source], tmp_path / "store", ["functionals"])))
    columns = sets.columns(["functionals"])
    rows = store.matrix(store.read(tmp_path / "store"), columns)[:3]
    path = emodb_folder / "wav" / sorted(EMODB_NAMES)[0]
    expected = sertool.clip_features(path, VARIANTS, ["functionals"])
    np.testing.assert_array_equal(rows, expected)


def test_a_set_that_does_not_exist(emodb_folder: Path, tmp_path: Path) -> None:
    source = sources.folder_source(registry.get("corpora", "emodb"), emodb_folder)
    with pytest.raises(UnknownName, match="functionals"):
        extraction.plan([source], tmp_path / "store", ["functional"])


def test_first_speakers_alone(emodb_folder: Path) -> None:
    source = sources.folder_source(registry.get("corpora", "emodb"), emodb_folder)
    assert {clip.speaker for clip in sources.first_speakers(source, 2).clips} == {"03", "08"}


def test_stopping_early_keeps_what_was_finished(emodb_folder: Path, tmp_path: Path) -> None:
    source = sources.folder_source(registry.get("corpora", "emodb"), emodb_folder)
    with contextlib.closing(
        extraction.extract(extraction.plan([source], tmp_path / "store", STUDY))
    ) as outcomes:
        for _ in range(5):
            next(outcomes)
    assert store.read(tmp_path / "store").num_rows == 3 * 5
    assert len(run(emodb_folder, tmp_path / "store")) == len(EMODB_NAMES) - 5


BAD = {
    "no audio": b"this is text",
    "empty": b"",
    "truncated": None,
    "NaN": None,
    "20 ms": None,
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_recording_is_skipped_and_named(emodb_folder: Path, tmp_path: Path, kind: str) -> None:
    bad = emodb_folder / "wav" / EMODB_NAMES[2]
    if kind == "truncated":
        bad.write_bytes(bad.read_bytes()[:3000])
    elif kind == "NaN":
        import soundfile

        soundfile.write(bad, np.full(16_000, np.nan, np.float32), 16_000, subtype="FLOAT")
    elif kind == "20 ms":
        write_sound(bad, tone(0.02))
    else:
        bad.write_bytes(BAD[kind] or b"")
    outcomes = run(emodb_folder, tmp_path / "store")
    causes = {outcome.clip: outcome.cause for outcome in outcomes if outcome.cause}
    assert list(causes) == [f"wav/{EMODB_NAMES[2]}"]
    assert len(causes[f"wav/{EMODB_NAMES[2]}"]) > 20
    assert store.read(tmp_path / "store").num_rows == 3 * (len(EMODB_NAMES) - 1)


def test_manifest_corpus_with_a_file_that_is_missing(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", tone())
    (tmp_path / "mine.csv").write_text("path,emotion,speaker\na.wav,joy,ann\nb.wav,sad,bob\n")
    source = sources.manifest_source(tmp_path / "mine.csv", name="mine", mapping={"joy": "happy"})
    outcomes = list(extraction.extract(extraction.plan([source], tmp_path / "store", STUDY)))
    assert {outcome.clip: bool(outcome.cause) for outcome in outcomes} == {
        "a.wav": False, "b.wav": True,
    }  # fmt: skip
    table = store.read(tmp_path / "store")
    assert table.column("emotion").to_pylist() == ["happy"] * 3
    assert table.column("raw_label").to_pylist() == ["joy"] * 3


KILLED = """
from pathlib import Path
import sys
from sertool import registry
from sertool.corpora import sources
from sertool.store import extraction
source = sources.folder_source(registry.get("corpora", sys.argv[1]), Path(sys.argv[2]))
for outcome in extraction.extract(extraction.plan([source], Path(sys.argv[3]), ["librosa178"])):
    print(outcome.clip, flush=True)
"""


def kill_after(n_clips: int, corpus: str, folder: Path, place: Path) -> None:
    """Extract in a process of its own and kill it, without mercy, after some clips."""
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, corpus, str(folder), str(place)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(sertool.__file__).parents[1])},
    )
    assert process.stdout is not None
    for _ in range(n_clips):
        assert process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


def test_killed_half_way_and_run_again_equals_an_uninterrupted_run(
    emodb_folder: Path, tmp_path: Path
) -> None:
    kill_after(9, "emodb", emodb_folder, tmp_path / "killed")
    with pytest.raises(NotFound):
        store.read(tmp_path / "killed")
    again = run(emodb_folder, tmp_path / "killed")
    assert 0 < len(again) <= len(EMODB_NAMES) - 8
    run(emodb_folder, tmp_path / "whole")
    assert store.read(tmp_path / "killed").equals(store.read(tmp_path / "whole"))
    assert not (tmp_path / "killed" / layout.JOURNAL).exists()


@needs_sample
@pytest.mark.slow
def test_the_seven_samples(tmp_path: Path) -> None:
    names = sorted(path.name for path in SAMPLE.iterdir())
    sources = [sources.folder_source(registry.get("corpora", n), SAMPLE / n) for n in names]
    outcomes = list(
        extraction.extract(extraction.plan(sources, tmp_path / "store", STUDY), jobs=-1)
    )
    assert [outcome for outcome in outcomes if outcome.cause] == []
    assert store.read(tmp_path / "store").num_rows == 3 * 1423
    assert extraction.plan(sources, tmp_path / "store", STUDY).tasks == ()


def test_clip_features_shape_names_and_choice(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", tone())
    assert sertool.clip_features(path).shape == (1, 178)
    assert len(sertool.FEATURE_NAMES) == 178
    both = sertool.clip_features(path, ("noise", "original"))
    np.testing.assert_array_equal(both[1], sertool.clip_features(path)[0])
    with pytest.raises(BadChoice, match="possible: noise, original, stretch_pitch"):
        sertool.clip_features(path, ("loud",))  # type: ignore[arg-type]


def test_clip_features_of_what_is_no_sound(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("words")
    with pytest.raises(BadRecording, match="is text"):
        sertool.clip_features(tmp_path / "a.wav")
    with pytest.raises(NotFound, match="no recording"):
        sertool.clip_features(tmp_path / "none.wav")


def test_a_corpus_named_twice_is_refused(emodb_folder: Path, tmp_path: Path) -> None:
    source = sources.folder_source(registry.get("corpora", "emodb"), emodb_folder)
    with pytest.raises(BadChoice, match="named twice: emodb, emodb"):
        extraction.plan([source, source], tmp_path / "store", STUDY)
