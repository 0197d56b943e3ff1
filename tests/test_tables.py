"""Tables as the field writes them: heads, times, and where recordings lie."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from synthetic import tone, write_sound
from tabled import clips, kinds, listed

from sertool.corpora.sources import (
    manifest_source,
    segments,
)
from sertool.errors import BadChoice, BadTable

HEADS = {
    "names of audformat": "file,label,speaker\n0.wav,sad,a\n",
    "names of others": "Filename;EmoClass;SpkrID\n0.wav;sad;a\n",
    "Hugging Face": "file_name,label,speaker_id\n0.wav,sad,a\n",
    "tabs": "wav\temotion\tspeaker\n0.wav\tsad\ta\n",
    "bars": "audio|emotion|speaker\n0.wav|sad|a\n",
    "Excel": "sep=;\r\npath;emotion;speaker\r\n0.wav;sad;a\r\n",
    "byte order mark": "\ufeffpath,emotion,speaker\n0.wav,sad,a\n",
    "blanks at the end": "path,emotion,speaker\n0.wav,sad,a,,\n",
}


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("name", ["m.csv", "m.TSV", "m.txt"])
def test_heads_and_delimiters(tmp_path: Path, kind: str, name: str) -> None:
    (clip,) = clips(tmp_path, HEADS[kind], name)
    assert (clip.path, clip.emotion, clip.speaker) == ("0.wav", "sad", "a")


def test_short_lines_are_filled_with_blanks(tmp_path: Path) -> None:
    found = clips(tmp_path, "path,emotion,speaker,notes\n0.wav,sad,ann\n1.wav,happy\n")
    assert [(clip.path, clip.speaker) for clip in found] == [("0.wav", "ann"), ("1.wav", "")]


def test_heads_that_the_user_names(tmp_path: Path) -> None:
    text = "sound,feeling,label\na.wav,sad,3\n"
    (clip,) = clips(tmp_path, text, heads={"path": "Sound", "emotion": "feeling"})
    assert (clip.path, clip.emotion) == ("a.wav", "sad")
    with pytest.raises(BadChoice, match=r"no field 'emotoin' \(did you mean 'emotion'"):
        clips(tmp_path, text, heads={"emotoin": "feeling"})
    with pytest.raises(BadChoice, match=r"m.csv has no 'feelin' \(did you mean 'feeling'"):
        clips(tmp_path, text, heads={"emotion": "feelin"})


def test_the_canonical_head_counts_and_the_other_is_named(tmp_path: Path) -> None:
    source = listed(tmp_path, "path,emotion,label\na.wav,sad,3\n")
    assert source.clips[0].emotion == "sad"
    assert "'label'" in kinds(source)["columns passed over"]


def test_parquet_and_arff(tmp_path: Path) -> None:
    table = pa.table({"file": ["a.wav"], "emotion": ["sad"], "start": [np.timedelta64(1500, "ms")]})
    pq.write_table(table, tmp_path / "m.parquet")
    (clip,) = manifest_source(tmp_path / "m.parquet", name="mine").clips
    assert (clip.path, clip.start_s) == ("a.wav#1.5-", 1.5)
    text = (
        "% from Weka\n@relation x\n@attribute name string\n@attribute rms numeric\n"
        "@attribute class {sad,happy}\n\n@data\n'a, b.wav',0.1,sad\nc.wav,0.2,?\n"
    )
    source = listed(tmp_path, text, "m.arff")
    assert [(clip.path, clip.emotion) for clip in source.clips] == [("a, b.wav", "sad")]
    assert "1 of 2 rows have no emotion" in kinds(source)["rows without emotion"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,emotion\na.wav,sad\n", "is no ARFF file"),
        ("@attribute name string\n@attribute class {a}\n@data\n{0 x, 1 a}\n", "sparse form"),
    ],
)
def test_what_is_no_arff(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadTable, match=message):
        listed(tmp_path, text, "m.arff")


TIMES = {
    "1.5": 1.5, "1,5": 1.5, ".5": 0.5, "1e-3": 0.001, "90": 90.0, "00:00:01.500": 1.5,
    "1:02:03.25": 3723.25, "02:03": 123.0, "00:00:01,500": 1.5, "0 days 00:00:01.500000": 1.5,
    "1 days 00:00:01": 86401.0, "0 days": 0.0, "PT1M2.5S": 62.5, "P0DT0H0M1.5S": 1.5,
    "1500 ms": 1.5, "1.5s": 1.5, "2 min": 120.0,
}  # fmt: skip


@pytest.mark.parametrize("text", TIMES)
def test_times_as_the_field_writes_them(text: str) -> None:
    assert segments.seconds(text) == TIMES[text]


@pytest.mark.parametrize(
    "text", ["", "soon", "-1", "1:2:3:4", "inf", "nan", "1e400", "P", "PT", "1 x"]
)
def test_what_is_no_time(text: str) -> None:
    assert segments.seconds(text) is None


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        ("start,end", "1.5,3.25"), ("onset,offset", "1.5,3.25"), ("StartTime,EndTime", "1.5,3.25"),
        ("begin,stop", "1.5,3.25"), ("start_time,duration", "1.5,1.75"),
        ("offset,duration", "1.5,1.75"), ("start (ms),end (ms)", "1500,3250"),
        ("start_ms,end_ms", "1500,3250"), ("Start,End", "00:00:01.5,00:00:03.25"),
        ("start,end", "0 days 00:00:01.5,0 days 00:00:03.25"), ("tmin,tmax", "1.5,3.25"),
        ("start,end,duration", "1.5,3.25,9"), ("Begin Time - msec,End Time - msec", "1500,3250"),
        ("Begin Time - hh:mm:ss.ms,End Time - hh:mm:ss.ms", "00:00:01.5,00:00:03.250"),
        ("segment_start,segment_end", "1.5,3.25"), ("start_ms,duration_ms", "1500,1750"),
    ],
)  # fmt: skip
def test_parts_by_any_name(tmp_path: Path, heads: str, cells: str) -> None:
    (clip,) = clips(tmp_path, f"file,{heads},emotion\na.wav,{cells},sad\n")
    assert (clip.path, clip.start_s, clip.end_s) == ("a.wav#1.5-3.25", 1.5, 3.25)
    assert clip.file == "a.wav"


@pytest.mark.parametrize(
    ("cells", "path"),
    [
        ("0 days,NaT", "a.wav"), (",", "a.wav"), ("0,3", "a.wav#0-3"), (",3", "a.wav#0-3"),
        ("60,NaT", "a.wav#60-"), ("1.0000004,2", "a.wav#1-2"),
    ],
)  # fmt: skip
def test_open_ends(tmp_path: Path, cells: str, path: str) -> None:
    assert [
        clip.path for clip in clips(tmp_path, f"file,start,end,label\na.wav,{cells},sad\n")
    ] == [path]


def test_lengths_alone_are_no_parts(tmp_path: Path) -> None:
    (clip,) = clips(tmp_path, "file,duration,label\na.wav,3.5,sad\n")
    assert clip.path == "a.wav"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,start,end,emotion\na,2,1,sad\nb,0,1,sad\nc,1,1,sad\n", "line 2: .*so have lines 4"),
        ("path,start,end,emotion\na,x,1,sad\n", r"line 2: start 'x' is no time such as 12.5, 00:"),
        ("path,start,end,emotion\na,-1,1,sad\n", "line 2: start '-1' is no time"),
        ("path,end,emotion\na,1,sad\n", "none that says where clips begin"),
        ("path,offset,emotion\na,1,sad\n", "say --columns start=HEAD or end=HEAD"),
    ],
)
def test_times_that_cannot_be(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadTable, match=message):
        clips(tmp_path, text)


@pytest.mark.parametrize(
    "heads",
    ["start_sample,end_sample", "StartFrame,EndFrame", "onset at,offset at", "begin_x,dur_x"],
)
def test_columns_that_sound_like_times_are_not_passed_over(tmp_path: Path, heads: str) -> None:
    text = f"path,{heads},emotion\na,2,3,sad\n"
    first, second = heads.split(",")
    with pytest.raises(BadTable, match=f"add --columns start={first},end={second}; if not, --colu"):
        clips(tmp_path, text)
    (clip,) = clips(tmp_path, text, heads={"start": ""})
    assert clip.path == "a"
    (clip,) = clips(tmp_path, text, heads={"start": first, "end": second})
    assert clip.path == "a#2-3"


def test_an_end_that_is_not_understood_is_asked_about(tmp_path: Path) -> None:
    text = "path,start,end_sample,emotion\na,2,3,sad\n"
    with pytest.raises(BadTable, match="add --columns end=end_sample; if not, --columns end="):
        clips(tmp_path, text)
    assert [clip.path for clip in clips(tmp_path, text, heads={"end": ""})] == ["a#2-"]
    assert [clip.path for clip in clips(tmp_path, text, heads={"end": "end_sample"})] == ["a#2-3"]


def test_times_that_the_user_says_are_none(tmp_path: Path) -> None:
    text = "path,start,end,emotion\na,2,3,sad\n"
    assert [clip.path for clip in clips(tmp_path, text, heads={"start": ""})] == ["a"]


def test_parts_are_in_the_order_of_time(tmp_path: Path) -> None:
    text = "path,start,end,emotion\na,10,12,sad\na,2,3,sad\nb,,,sad\na,1,3,sad\n"
    assert [clip.path for clip in clips(tmp_path, text)] == ["a#1-3", "a#2-3", "a#10-12", "b"]


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("written", ["NFC", "NFD"])
def test_paths_in_any_unicode_form(tmp_path: Path, on_disk: str, written: str) -> None:
    name = "bücher/tränen.wav"
    there = tmp_path / unicodedata.normalize(on_disk, name)
    write_sound(there, tone(0.2))
    (clip,) = clips(tmp_path, f"path,emotion\n{unicodedata.normalize(written, name)},sad\n")
    assert (tmp_path / clip.path).is_file()


def test_paths_of_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_sound(tmp_path / "wav" / "a.wav", tone(0.2))
    source = listed(tmp_path, "path,emotion\nwav/a.wav,sad\nwav/b.wav,sad\n", "tables/m.csv")
    assert [clip.path for clip in source.clips] == [f"{tmp_path}/wav/{name}.wav" for name in "ab"]
    assert "1 of 2 do from the working directory" in kinds(source)["paths of the working directory"]
    write_sound(tmp_path / "tables" / "wav" / "b.wav", tone(0.2))
    source = listed(tmp_path, "path,emotion\nwav/a.wav,sad\nwav/b.wav,sad\n", "tables/m.csv")
    assert [clip.path for clip in source.clips] == ["wav/a.wav", "wav/b.wav"]
