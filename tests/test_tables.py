"""Tables as the field writes them: heads, words, times, votes, and where recordings lie."""

from __future__ import annotations

import unicodedata
from itertools import combinations
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from synthetic import tone, write_sound

from sertool.corpora.sources import (
    Source,
    emotions,
    manifest_source,
    segments,
    splits,
    synonyms,
    votes,
    words,
)
from sertool.errors import BadChoice, BadLabel, BadTable, NotFound
from sertool.types import EMOTIONS, Clip


def listed(folder: Path, text: str, name: str = "m.csv", **options: object) -> Source:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return manifest_source(file, name="mine", **options)  # type: ignore[arg-type]


def clips(folder: Path, text: str, name: str = "m.csv", **options: object) -> tuple[Clip, ...]:
    return listed(folder, text, name, **options).clips


def kinds(source: Source) -> dict[str, str]:
    return {note.kind: note.says for note in source.notes}


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


PLACEHOLDERS = ("nan", "Unknown", "NA", "N/A", "None", "-", "null", "?", "", "<NA>", "NaN", "unk")


@pytest.mark.parametrize("word", PLACEHOLDERS)
def test_words_for_unknown(tmp_path: Path, word: str) -> None:
    text = f"path,emotion,speaker,gender,language,split\na.wav,sad,{word},{word},{word},{word}\n"
    (clip,) = clips(tmp_path, text)
    assert (clip.speaker, clip.gender, clip.language, clip.split) == ("", "", "und", "")
    own = listed(tmp_path, f"path,emotion\na.wav,sad\nb.wav,{word}\n", vocabulary=None)
    assert [clip.emotion for clip in own.clips] == ["sad"]
    assert "1 of 2 rows have no emotion" in kinds(own)["rows without emotion"]


def test_a_word_for_unknown_that_is_mapped_is_a_label(tmp_path: Path) -> None:
    (clip,) = clips(tmp_path, "path,emotion\na.wav,none\n", mapping={"None": "neutral"})
    assert clip.emotion == "neutral"


def test_unknown_speakers_are_counted_by_word(tmp_path: Path) -> None:
    rows = "".join(
        f"{number}.wav,sad,{word}\n" for number, word in enumerate(["nan", "nan", "-", "ann"])
    )
    source = listed(tmp_path, f"path,emotion,speaker\n{rows}")
    assert kinds(source)["unknown speakers"] == "3 rows name no speaker (nan 2, - 1)"
    assert source.corpus.speakers == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann", "ANN"),
        ("1", "1.0"),
        ("1", "01"),
        ("1.0", "001"),
        ("spk1", "spk_01"),
        ("Jo Ann", "jo ann"),
    ],
)
def test_speakers_that_may_be_one_are_asked_about(tmp_path: Path, one: str, other: str) -> None:
    source = listed(tmp_path, f"path,emotion,speaker\na,sad,{one}\nb,sad,{other}\nc,sad,else\n")
    (note,) = [note for note in source.notes if note.kind == "speakers alike"]
    assert note.severity == "worry"
    assert f"{one} (1 clips)" in note.says
    assert f"{other} (1 clips)" in note.says
    assert "else" not in note.says


@pytest.mark.parametrize(
    ("one", "other"), [("1", "10"), ("10", "100"), ("ann", "anne"), ("a1", "a2")]
)
def test_speakers_that_are_two(tmp_path: Path, one: str, other: str) -> None:
    source = listed(tmp_path, f"path,emotion,speaker\na,sad,{one}\nb,sad,{other}\n")
    assert "speakers alike" not in kinds(source)


def test_genders_are_optional_and_never_fatal(tmp_path: Path) -> None:
    cells = ["Female", "w", "weiblich", "donna", "M", "Mann", "hombre", "x", "Unknown", ""]
    rows = "".join(f"{number}.wav,sad,{word}\n" for number, word in enumerate(cells))
    source = listed(tmp_path, f"path,emotion,Sex\n{rows}")
    assert [clip.gender for clip in source.clips] == ["female"] * 4 + ["male"] * 3 + [""] * 3
    assert "(x 1, Unknown 1)" in kinds(source)["unknown genders"]


@pytest.mark.parametrize("written", ["de", "DE", "deu", "ger", "German", "deutsch"])
def test_languages_by_name_or_code_are_one(tmp_path: Path, written: str) -> None:
    source = listed(tmp_path, f"path,emotion,language\na,sad,{written}\nb,sad,de\n")
    assert source.corpus.language == "de"


SPLITS = {
    "train": "train", "Training": "train", "TRAIN": "train", "dev": "dev", "Development": "dev",
    "validation": "dev", "val": "dev", "test": "test", "Test1": "test1", "test-2": "test2",
    "1": "fold-1", "2.0": "fold-2", "fold 03": "fold-3", "Ses01": "ses01", "NaN": "",
}  # fmt: skip


@pytest.mark.parametrize("written", SPLITS)
def test_words_for_sides(written: str) -> None:
    assert splits.side(written) == SPLITS[written]


def test_what_is_kept_beside_the_label(tmp_path: Path) -> None:
    text = (
        "FileName,EmoClass,EmoAct,EmoVal,EmoDom,SpkrID,Gender,Split_Set,session,age\n"
        'a.wav,sad,2.5,nan,"3,5",7,Male,Development,Ses01,31\n'
    )
    (clip,) = clips(tmp_path, text)
    assert (clip.arousal, clip.valence, clip.dominance) == (2.5, None, 3.5)
    assert (clip.split, clip.session, clip.age, clip.gender) == ("dev", "Ses01", "31", "male")


LINES = {
    "case 11": (
        "anger happiness sadness fearful surprised neutrality",
        "--map anger=angry --map fearful=fear --map happiness=happy --map neutrality=neutral "
        "--map sadness=sad --map surprised=surprise",
    ),
    "IEMOCAP": (
        "ang hap sad neu fea sur dis xxx oth",
        "--map ang=angry --map dis=disgust --map fea=fear --map hap=happy --map neu=neutral "
        "--map oth= --map sur=surprise --map xxx=",
    ),
    "MSP-Podcast": (
        "A H S N F C D U O X",
        "--map A=angry --map C= --map D=disgust --map F=fear --map H=happy --map N=neutral "
        "--map O= --map S=sad --map U=surprise --map X=",
    ),
    "CREMA-D": (
        "ANG DIS FEA HAP NEU SAD",
        "--map ANG=angry --map DIS=disgust --map FEA=fear --map HAP=happy --map NEU=neutral",
    ),
    "EmoDB": (
        "W L E A F T N",
        "--map A=fear --map E=disgust --map F=happy --map L=boredom --map N=neutral --map T=sad "
        "--map W=angry",
    ),
    "SAVEE": (
        "a d f h n sa su",
        "--map a=angry --map d=disgust --map f=fear --map h=happy --map n=neutral --map sa=sad "
        "--map su=surprise",
    ),
    "EMOVO": (
        "dis gio pau rab sor tri neu",
        "--map dis=disgust --map gio=happy --map neu=neutral --map pau=fear --map rab=angry "
        "--map sor=surprise --map tri=sad",
    ),
    "German": (
        "Ärger Freude Trauer Angst Ekel Überraschung Langeweile",
        "--map Angst=fear --map Ekel=disgust --map Freude=happy --map Langeweile=boredom "
        "--map Trauer=sad --map Ärger=angry --map Überraschung=surprise",
    ),
    "Italian": (
        "rabbia gioia tristezza paura sorpresa",
        "--map gioia=happy --map paura=fear --map rabbia=angry --map sorpresa=surprise "
        "--map tristezza=sad",
    ),
    "French": (
        "colère joie tristesse peur dégoût",
        "--map colère=angry --map dégoût=disgust --map joie=happy --map peur=fear "
        "--map tristesse=sad",
    ),
    "Spanish": (
        "ira alegría tristeza miedo asco",
        "--map alegría=happy --map asco=disgust --map ira=angry --map miedo=fear "
        "--map tristeza=sad",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", LINES)
def test_a_line_to_copy_for_each_vocabulary(tmp_path: Path, kind: str) -> None:
    labels, line = LINES[kind]
    text = "path,emotion\n" + "".join(f"{n}.wav,{word}\n" for n, word in enumerate(labels.split()))
    with pytest.raises(BadLabel) as caught:
        clips(tmp_path, text)
    assert f"map them with {line};" in str(caught.value)
    mapping = dict(each.split("=") for each in line.replace("--map ", "").split())
    found = clips(tmp_path, text, mapping=mapping)
    assert len(found) == len(labels.split()) - sum(not emotion for emotion in mapping.values())


@pytest.mark.parametrize("labels", ["A N F", "rude bold", "0 1 2", "A W H", "E N T", "excited fru"])
def test_no_pair_where_there_is_a_doubt(labels: str) -> None:
    found = labels.split()
    assert emotions.proposals(found, EMOTIONS, found) == {}


def test_words_without_a_proposal_are_asked_about(tmp_path: Path) -> None:
    with pytest.raises(BadLabel) as caught:
        clips(tmp_path, "path,emotion\na,joy\nb,rude\nc,exc\n")
    message = str(caught.value)
    assert (
        "map them with --map joy=happy, and say what exc, rude mean: --map exc=EMOTION" in message
    )
    assert "leave the rows out with --map exc=" in message
    assert "exc is not happy, though some count it so: --map exc=happy" in message


def test_every_proposal_is_an_emotion_that_there_is() -> None:
    assert {*synonyms.SYNONYMS.values()} == {*EMOTIONS}
    assert not {*synonyms.NO_EMOTION} & synonyms.SYNONYMS.keys()
    assert not synonyms.AMBIGUOUS.keys() & synonyms.SYNONYMS.keys()
    assert all(words.key(word) == word for word in synonyms.SYNONYMS)


def test_rows_that_are_mapped_to_nothing_are_counted(tmp_path: Path) -> None:
    source = listed(
        tmp_path, "path,emotion\na,ang\nb,xxx\nc,\n", mapping={"ang": "angry", "xxx": ""}
    )
    assert [clip.emotion for clip in source.clips] == ["angry"]
    assert (
        "1 of 3 rows have labels that are mapped to nothing (xxx 1)"
        in kinds(source)["rows left out"]
    )
    assert "1 of 3 rows have no emotion (blank 1)" in kinds(source)["rows without emotion"]


@pytest.mark.parametrize("written", ["NFC", "NFD"])
@pytest.mark.parametrize("mapped", ["NFC", "NFD"])
def test_words_in_any_unicode_form(tmp_path: Path, written: str, mapped: str) -> None:
    label, option = (unicodedata.normalize(form, "Ärger") for form in (written, mapped))
    (clip,) = clips(tmp_path, f"path,emotion\na,{label}\n", mapping={option: "angry"})
    assert clip.emotion == "angry"


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


def test_labels_of_several_raters(tmp_path: Path) -> None:
    text = (
        "path,emotion,rater,arousal,speaker\n"
        "a,happy,1,1,ann\na,joy,2,2,ann\na,sad,3,6,\n"
        "b,sad,1,,bob\nb,happy,2,,bob\n"
        "c,sad,1,,bob\n"
        "d,sad,1,,bob\nd,nan,2,,bob\n"
    )  # fmt: skip
    source = listed(tmp_path, text, mapping={"joy": "happy"})
    found = {clip.path: clip for clip in source.clips}
    assert {path: clip.emotion for path, clip in found.items()} == {
        "a": "happy",
        "c": "sad",
        "d": "sad",
    }
    assert found["a"].votes == ("happy", "happy", "sad")
    assert (found["a"].arousal, found["a"].speaker, found["c"].votes) == (3.0, "ann", ())
    assert "2 of 4 recordings have several labels, 5 in all" in kinds(source)["several raters"]
    assert (
        "1 recordings have no most frequent label, such as b (sad, happy)"
        in kinds(source)["no majority"]
    )


def alpha_by_pairs(units: list[list[str]]) -> float:
    """Krippendorff's alpha from his definition: 1 - D_o / D_e by a matrix of coincidences."""
    labels = sorted({label for unit in units for label in unit})
    coincidences = np.zeros((len(labels), len(labels)))
    for unit in units:
        for one, other in combinations(range(len(unit)), 2):
            pair = labels.index(unit[one]), labels.index(unit[other])
            for first, second in (pair, pair[::-1]):
                coincidences[first, second] += 1 / (len(unit) - 1)
    totals = coincidences.sum(axis=1)
    n = totals.sum()
    expected = (np.outer(totals, totals) - np.diag(totals)) / (n - 1)
    off = ~np.eye(len(labels), dtype=bool)
    return 1 - coincidences[off].sum() / expected[off].sum()


def test_alpha_is_that_of_the_definition() -> None:
    random = Random(3)
    for _ in range(50):
        units = [
            [random.choice("abcd"[: random.randint(1, 4)]) for _ in range(random.randint(0, 5))]
            for _ in range(random.randint(4, 30))
        ]
        paired = [unit for unit in units if len(unit) > 1]
        if len({label for unit in paired for label in unit}) > 1:
            assert votes.alpha(units) == pytest.approx(alpha_by_pairs(paired), abs=1e-12)


def test_alpha_of_the_published_example() -> None:
    """The nominal example of Krippendorff's "Computing Krippendorff's alpha-reliability" (2011)."""
    raters = (
        "1 2 3 3 2 1 4 1 2 * * *", "1 2 3 3 2 2 4 1 2 5 * 3", "* 3 3 3 2 3 4 2 2 5 1 *",
        "1 2 3 3 2 4 4 1 2 5 1 *",
    )  # fmt: skip
    columns = zip(*(line.split() for line in raters), strict=True)
    units = [[label for label in unit if label != "*"] for unit in columns]
    assert votes.alpha(units) == pytest.approx(0.743, abs=5e-4)


@pytest.mark.parametrize("units", [[], [["a"]], [["a", "a"], ["a", "a"]]])
def test_alpha_that_is_not_defined(units: list[list[str]]) -> None:
    assert votes.alpha(units) is None


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
