"""Plug-ins in single files, as `--plugin` takes them, and what becomes of those that misbehave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from synthetic import EMODB_NAMES

from sertool import registry, store
from sertool.corpora import sources
from sertool.errors import BadPlugin, BadRecording, NotFound, SertoolError
from sertool.features import sets
from sertool.store import extraction, layout
from sertool.types import Signal

SET = """
import numpy as np
from sertool.features.sets import FeatureSet

def measure(signal):
    {body}

feature_set = FeatureSet("levels", ("level_mean", "level_largest"), measure, "a test", "CC0"{more})
"""
GOOD = "return [np.abs(signal.samples).mean(), np.abs(signal.samples).max()]"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Whatever a test adds is gone after it."""
    yield
    registry._FILES.clear()
    sets.get.cache_clear()


def written(folder: Path, body: str = GOOD, more: str = "") -> Path:
    file = folder / "my_levels.py"
    file.write_text(SET.format(body=body, more=more))
    return file


def planned(folder: Path, place: Path, *names: str) -> extraction.ExtractionPlan:
    source = sources.folder_source(registry.get("corpora", "emodb"), folder)
    return extraction.plan([source], place, names)


def test_a_set_of_a_file_is_measured_by_two_processes(emodb_folder: Path, tmp_path: Path) -> None:
    assert registry.add_file(written(tmp_path)) == ("feature set levels",)
    list(extraction.extract(planned(emodb_folder, tmp_path / "s", "librosa178", "levels"), jobs=2))
    table = store.read(tmp_path / "s", wanted=["levels"])
    assert table.num_rows == 3 * len(EMODB_NAMES)
    largest = table.column("level_largest").to_numpy()
    assert (largest >= table.column("level_mean").to_numpy()).all()
    assert (largest > 0).all()
    (file,) = (tmp_path / "s").glob("emodb/levels.*.parquet")
    assert registry.origin("feature_sets", "levels").distribution == "my_levels.py"
    assert b"my_levels.py" in file.read_bytes()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "import nothing_of_that_name",
            r"my.py failed \(ModuleNotFoundError: .*leave --plugin out",
        ),
        ("1 +", r"failed \(SyntaxError"),
        ("raise KeyboardInterrupt if 0 else KeyError('x')", r"failed \(KeyError: 'x'\)"),
        ("class Own(Exception): pass\nraise Own", r"failed \(Own: no message\)"),
        ("x = 1", "holds no plug-in; name one of its objects corpus, "),
        ("def estimator(): pass\nestimator.name = 'svm'", "the estimator svm is there already"),
    ],
)
def test_a_file_that_is_no_plug_in(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "my.py").write_text(text)
    with pytest.raises(BadPlugin, match=says):
        registry.add_file(tmp_path / "my.py")


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no plug-in file"):
        registry.add_file(tmp_path / "none.py")


def test_two_files_with_one_name(tmp_path: Path) -> None:
    registry.add_file(written(tmp_path))
    registry.add_file(written(tmp_path))  # the same one again
    with pytest.raises(BadPlugin, match="the feature set levels is there already"):
        registry.add_file(written(tmp_path, more=", version='2'"))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (", variants=('loud',)", "has variants that are not a tuple of some of original"),
        (", variants=()", "has variants that are not a tuple of some of original"),
        (", window='whole'", r"names a window 'whole' \(possible: study, utterance\)"),
    ],
)
def test_a_set_that_breaks_its_contract(tmp_path: Path, more: str, says: str) -> None:
    registry.add_file(written(tmp_path, more=more))
    with pytest.raises(BadPlugin, match=rf"levels of my_levels.py \w+ {says}"):
        sets.get("levels")
    assert sets.known() == ("librosa178", "functionals", "speech")  # the others are


def test_a_set_with_two_columns_of_one_name(tmp_path: Path) -> None:
    file = written(tmp_path)
    file.write_text(file.read_text().replace("level_largest", "level_mean"))
    registry.add_file(file)
    with pytest.raises(BadPlugin, match="has no columns, two of one name"):
        sets.get("levels")


def test_a_set_that_lies_about_its_columns_stops_and_loses_nothing(
    emodb_folder: Path, tmp_path: Path
) -> None:
    list(extraction.extract(planned(emodb_folder, tmp_path / "s", "librosa178")))
    before = store.read(tmp_path / "s")
    registry.add_file(written(tmp_path, "return np.zeros(3)"))
    with pytest.raises(BadPlugin, match=r"declares 2 columns and returns an array of shape \(3,\)"):
        list(extraction.extract(planned(emodb_folder, tmp_path / "s", "levels")))
    assert store.read(tmp_path / "s").equals(before)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return [1, np.nan if signal.samples.size % 2 else 2]", "has no number for level_largest"),
        ("return [1, 2 // (signal.samples.size % 2)]", r"failed \(ZeroDivisionError"),
    ],
)
def test_a_set_that_fails_on_some_recordings(tmp_path: Path, body: str, says: str) -> None:
    registry.add_file(written(tmp_path, body))
    levels = [sets.get("levels")]
    odd, even = (Signal(np.ones(size, np.float32), 22_050) for size in (22_049, 22_050))
    bad, good = (odd, even) if "nan" in body else (even, odd)
    assert sets.measure(levels, good).tolist() == [1, 2]
    with pytest.raises(BadRecording, match=rf"levels of my_levels.py \w+ {says}"):
        sets.measure(levels, bad)


def test_what_another_set_measured_of_such_a_recording_stays(
    emodb_folder: Path, tmp_path: Path
) -> None:
    list(extraction.extract(planned(emodb_folder, tmp_path / "s", "librosa178")))
    lengthened = emodb_folder / "wav" / EMODB_NAMES[0]
    import soundfile

    samples, rate = soundfile.read(lengthened)
    soundfile.write(lengthened, np.r_[samples, samples], rate)
    body = "return [1, np.nan if signal.samples.size > 30_000 else 2]"
    registry.add_file(written(tmp_path, body, more=", variants=('original',)"))
    outcomes = list(extraction.extract(planned(emodb_folder, tmp_path / "s", "levels")))
    assert [each.clip for each in outcomes if each.cause] == [f"wav/{EMODB_NAMES[0]}"]
    assert store.read(tmp_path / "s", wanted=["levels"]).num_rows == len(EMODB_NAMES) - 1
    assert store.read(tmp_path / "s", wanted=["librosa178"]).num_rows == 3 * len(EMODB_NAMES)


def test_a_set_that_is_gone_leaves_the_rest(emodb_folder: Path, tmp_path: Path) -> None:
    registry.add_file(written(tmp_path))
    list(extraction.extract(planned(emodb_folder, tmp_path / "s", "librosa178", "levels")))
    before = store.read(tmp_path / "s")
    registry._FILES.clear()
    sets.get.cache_clear()
    assert store.read(tmp_path / "s").equals(before)
    assert store.sets(tmp_path / "s") == ("librosa178", "levels")
    with pytest.raises(
        BadPlugin, match=r"of my_levels.py \w+, which was not given; add --plugin my_levels.py"
    ):
        planned(emodb_folder, tmp_path / "s", "levels")
    (emodb_folder / "wav" / EMODB_NAMES[0]).unlink()
    plan = planned(emodb_folder, tmp_path / "s", "librosa178")
    assert list(plan.untouched) == ["levels"]
    list(extraction.extract(plan))
    assert store.read(tmp_path / "s").num_rows == before.num_rows - 3


def test_finished_work_of_a_set_that_is_gone_waits_for_it(
    emodb_folder: Path, tmp_path: Path
) -> None:
    file = written(tmp_path)
    registry.add_file(file)
    list(extraction.extract(planned(emodb_folder, tmp_path / "s", "librosa178")))
    outcomes = extraction.extract(planned(emodb_folder, tmp_path / "s", "levels"))
    next(outcomes)
    outcomes.close()
    registry._FILES.clear()
    sets.get.cache_clear()
    list(extraction.extract(planned(emodb_folder, tmp_path / "s", "librosa178")))
    assert len(layout.journal_parts(tmp_path / "s", "emodb")) > 0
    registry.add_file(file)
    plan = planned(emodb_folder, tmp_path / "s", "levels")
    assert len(plan.tasks) < len(EMODB_NAMES)
    list(extraction.extract(plan))
    assert not (tmp_path / "s" / layout.JOURNAL).exists()
    assert store.read(tmp_path / "s", wanted=["levels"]).num_rows == 3 * len(EMODB_NAMES)


def test_every_error_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "my.py").write_text("raise ValueError('two\\nlines')")
    with pytest.raises(SertoolError) as caught:
        registry.add_file(tmp_path / "my.py")
    assert "\n" not in str(caught.value)


def test_a_set_that_writes_into_its_input_harms_no_other(
    emodb_folder: Path, tmp_path: Path
) -> None:
    list(extraction.extract(planned(emodb_folder, tmp_path / "alone", "librosa178")))
    body = "signal.samples[:] = 0.01; return [1, 2]"
    registry.add_file(written(tmp_path, body, more=", window='study'"))
    list(extraction.extract(planned(emodb_folder, tmp_path / "s", "levels", "librosa178")))
    both = store.read(tmp_path / "s", wanted=["librosa178"])
    assert both.equals(store.read(tmp_path / "alone"))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return np.ma.masked_array([1, 2], [0, 1])", "returns a masked array"),
        ("return np.array([1j, 2])", "no array of real numbers"),
        ("return ['a', 'b']", "no array of real numbers"),
        ("return None", "no array of real numbers"),
    ],
)
def test_a_set_that_returns_no_real_numbers(tmp_path: Path, body: str, says: str) -> None:
    registry.add_file(written(tmp_path, body))
    with pytest.raises(BadPlugin, match=says):
        sets.measure([sets.get("levels")], Signal(np.ones(9_000, np.float32), 22_050))


@pytest.mark.parametrize("ends", ["sys.exit(0)", "sys.exit('no GPU')", "raise Odd"])
def test_a_set_that_would_end_the_process(tmp_path: Path, ends: str) -> None:
    odd = (
        "import sys\n\n\nclass Odd(Exception):\n    def __str__(self):\n        return 1 / 0\n\n\n"
    )
    file = written(tmp_path, ends)
    file.write_text(odd + file.read_text())
    registry.add_file(file)
    with pytest.raises(
        BadRecording, match=r"levels of my_levels.py \w+ failed \((SystemExit|Odd):"
    ):
        sets.measure([sets.get("levels")], Signal(np.ones(9_000, np.float32), 22_050))
    file.write_text("import sys; sys.exit(0)")
    with pytest.raises(BadPlugin, match=r"failed \(SystemExit: 0\)"):
        registry.add_file(file)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ('("clip", "variant")', "has columns that a store has, too: clip, variant"),
        ('["a", "b"]', "names are no texts in a tuple"),
        ("5", "names are no texts in a tuple"),
    ],
)
def test_columns_that_no_set_may_have(tmp_path: Path, columns: str, says: str) -> None:
    file = written(tmp_path)
    file.write_text(file.read_text().replace('("level_mean", "level_largest")', columns))
    registry.add_file(file)
    with pytest.raises(BadPlugin, match=says):
        sets.get("levels")


@pytest.mark.parametrize("rate", ["0", "'16000'", "10**9"])
def test_rates_that_nothing_has(tmp_path: Path, rate: str) -> None:
    registry.add_file(written(tmp_path, more=f", rate={rate}"))
    with pytest.raises(BadPlugin, match="Hz; possible are 4,000 to 192,000"):
        sets.get("levels")


def test_what_a_plug_in_prints_spoils_no_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.add_file(written(tmp_path, "print('NOISE'); return [1, 2]"))
    sets.measure([sets.get("levels")], Signal(np.ones(9_000, np.float32), 22_050))
    said = capsys.readouterr()
    assert (said.out, "NOISE" in said.err) == ("", True)
