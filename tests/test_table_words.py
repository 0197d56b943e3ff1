"""The words of tables: for emotions, for speakers, for what is not known."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from tabled import clips, kinds, listed

from sertool.corpora.sources import (
    emotions,
    splits,
    synonyms,
    words,
)
from sertool.errors import BadLabel
from sertool.types import EMOTIONS

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
