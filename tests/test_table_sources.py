"""Tables that the tools of others write: audb, Hugging Face, nkululeko."""

from __future__ import annotations

from pathlib import Path

import pytest
from tabled import listed

from sertool.corpora.sources import (
    manifest_source,
)
from sertool.errors import BadTable, NotFound


def test_hugging_face_folders(tmp_path: Path) -> None:
    for side, name in (("train", "a"), ("test", "b")):
        listed_text = f"file_name,label\n{name}.wav,sad\n"
        (tmp_path / side).mkdir()
        (tmp_path / side / "metadata.csv").write_text(listed_text)
    source = manifest_source(tmp_path, name="mine")
    assert {(clip.path, clip.split) for clip in source.clips} == {
        ("train/a.wav", "train"), ("test/b.wav", "test"),
    }  # fmt: skip


def test_hugging_face_table_above_folders(tmp_path: Path) -> None:
    (tmp_path / "metadata.csv").write_text(
        "file_name,label\ndata/train/a.wav,sad\ndata/validation/b.wav,happy\n"
    )
    found = manifest_source(tmp_path, name="mine").clips
    assert [(clip.path, clip.split) for clip in found] == [
        ("data/train/a.wav", "train"), ("data/validation/b.wav", "dev"),
    ]  # fmt: skip
    (tmp_path / "metadata.csv").write_text("name,label\na.wav,sad\n")
    with pytest.raises(BadTable, match=r"metadata.csv has no column file_name"):
        manifest_source(tmp_path, name="mine")


AUDB = {
    "db.yaml": "name: mine\n",
    "db.files.csv": "file,speaker,transcription\naudio/a.wav,1,a01\naudio/b.wav,2,a02\n",
    "db.speaker.csv": "speaker,age,gender,language\n1,31,male,deu\n2,32,female,deu\n",
    "db.emotion.csv": "file,emotion,confidence\naudio/a.wav,sad,0.9\naudio/b.wav,happy,0.8\n",
    "db.emotion.train.csv": "file,emotion\naudio/a.wav,sad\n",
    "db.emotion.test.csv": "file,emotion\naudio/b.wav,happy\n",
}


def audb_folder(folder: Path, **changed: str) -> Path:
    for name, text in {**AUDB, **{f"db.{key}.csv": text for key, text in changed.items()}}.items():
        (folder / name).write_text(text)
    return folder


def test_folders_of_audb(tmp_path: Path) -> None:
    source = manifest_source(audb_folder(tmp_path), name="mine")
    one, other = source.clips
    assert (one.path, one.emotion, one.speaker, one.split) == ("audio/a.wav", "sad", "1", "train")
    assert (one.sentence, one.age, one.gender, one.language) == ("a01", "31", "male", "de")
    assert (other.emotion, other.split, other.gender) == ("happy", "test", "female")


def test_segmented_tables_of_audb(tmp_path: Path) -> None:
    parts = "file,start,end,emotion\naudio/a.wav,0 days 00:00:01,0 days 00:00:02,sad\n"
    folder = audb_folder(tmp_path, emotion=parts)
    (folder / "db.emotion.train.csv").unlink()
    (folder / "db.emotion.test.csv").unlink()
    (clip,) = manifest_source(folder, name="mine").clips
    assert (clip.path, clip.speaker, clip.gender) == ("audio/a.wav#1-2", "1", "male")


def test_tables_of_audb_that_contradict_each_other(tmp_path: Path) -> None:
    with pytest.raises(
        BadTable, match="is angry, sad in another table; give the table that counts"
    ):
        manifest_source(
            audb_folder(tmp_path, **{"emotion.train": "file,emotion\naudio/a.wav,angry\n"}),
            name="mine",
        )


def test_audb_without_emotions(tmp_path: Path) -> None:
    (tmp_path / "db.files.csv").write_text("file,duration\na.wav,1\n")
    with pytest.raises(BadTable, match="no table db"):
        manifest_source(tmp_path, name="mine")


INI = """[EXP]
root = ./
name = results
[DATA]
databases = ['one', 'two']
one = ./one.csv
one.type = csv
one.split_strategy = train
one.mapping = {'anger': 'angry'}
two = ./two.csv
two.split_strategy = test
target = feeling
"""


def test_a_configuration_of_nkululeko(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("file,feeling,speaker\na.wav,anger,x\n")
    (tmp_path / "two.csv").write_text("wav;label;Split;speaker;start_ms\nb.wav;sad;train;y;1500\n")
    found = listed(tmp_path, INI, "exp.ini").clips
    assert [(clip.path, clip.emotion, clip.speaker, clip.split) for clip in found] == [
        ("a.wav", "angry", "x", "train"), ("b.wav#1.5-", "sad", "y", "test"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("[EXP]\n", BadTable, "names no databases"),
        ("[DATA]\ndatabases = ['x']\n", NotFound, "no database at ''"),
        ("[DATA]\ndatabases = x\n", BadTable, "'x' is no list in Python's notation"),
        ("nothing\n", BadTable, "is no configuration"),
    ],
)
def test_what_is_no_configuration(
    tmp_path: Path, text: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        listed(tmp_path, text, "exp.ini")
