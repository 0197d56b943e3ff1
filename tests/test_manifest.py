from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from sertool.corpora import find_clips
from sertool.corpora.sources import manifest
from sertool.errors import BadChoice, BadLabel, BadTable, NotFound
from sertool.types import Clip, Corpus

FULL = """path,emotion,speaker,language,sentence,gender
b.wav,happy,ann,en,s1,F
a.wav,sad,bob,en,s2,male
c.wav,angry,ann,en,s1,
"""


def read(folder: Path, text: str, encoding: str = "utf-8", **options: object) -> list[Clip]:
    return read_both(folder, text, encoding, **options)[1]


def read_both(
    folder: Path, text: str, encoding: str = "utf-8", **options: object
) -> tuple[Corpus, list[Clip]]:
    path = folder / "mine.csv"
    path.write_bytes(text.encode(encoding))
    found = manifest.read(path, **({"name": "mine"} | options))  # type: ignore[arg-type]
    return found.corpus, [*found.clips]


def test_every_column(tmp_path: Path) -> None:
    corpus, clips = read_both(tmp_path, FULL)
    assert clips[0] == Clip(
        path="a.wav",
        emotion="sad",
        speaker="bob",
        recording="a.wav",
        raw_label="sad",
        sentence="s2",
        gender="male",
        language="en",
    )
    assert [(clip.path, clip.gender) for clip in clips[1:]] == [("b.wav", "female"), ("c.wav", "")]
    assert (corpus.name, corpus.clips, corpus.speakers, corpus.language) == ("mine", 3, 2, "en")


def test_only_what_is_required(tmp_path: Path) -> None:
    corpus, (clip,) = read_both(tmp_path, "path,emotion\na.wav,sad\n")
    assert (clip.speaker, clip.sentence, clip.gender, clip.language) == ("", "", "", "und")
    assert (corpus.speakers, corpus.language) == (0, "und")


@pytest.mark.parametrize(
    ("languages", "expected"),
    [(("de", "de"), "de"), (("de", "it"), "mul"), (("de", ""), "mul"), (("", ""), "und")],
)
def test_language_of_the_corpus(tmp_path: Path, languages: tuple[str, str], expected: str) -> None:
    lines = [f"{number}.wav,sad,{language}" for number, language in enumerate(languages)]
    corpus, clips = read_both(tmp_path, "\n".join(["path,emotion,language", *lines]))
    assert corpus.language == expected
    assert tuple(clip.language for clip in clips) == tuple(each or "und" for each in languages)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_dialects(tmp_path: Path, delimiter: str, encoding: str, newline: str) -> None:
    lines = [
        ("Path", " EMOTION ", "note"),
        ("ä b.wav", " Happy", ""),
        ("", " ", ""),
        ("c", "SAD", ""),
    ]
    text = newline.join(delimiter.join(line) for line in lines)
    clips = read(tmp_path, text, encoding)
    assert [(clip.path, clip.emotion) for clip in clips] == [("c", "sad"), ("ä b.wav", "happy")]


def test_quoted_delimiter(tmp_path: Path) -> None:
    (clip,) = read(tmp_path, 'path,emotion\n"one, two.wav",sad\n')
    assert clip.path == "one, two.wav"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a.wav", "a.wav"),
        ("./x/../a.wav", "a.wav"),
        ("sub//a.wav", "sub/a.wav"),
        ("sub\\a.wav", "sub/a.wav"),
        ("{folder}/sub/a.wav", "sub/a.wav"),
        ("../a.wav", "{parent}/a.wav"),
        ("/elsewhere/a.wav", "/elsewhere/a.wav"),
    ],
)
def test_paths(tmp_path: Path, written: str, expected: str) -> None:
    places = {"folder": tmp_path.as_posix(), "parent": tmp_path.parent.as_posix()}
    (clip,) = read(tmp_path, f"path,emotion\n{written.format(**places)},sad\n")
    assert clip.path == expected.format(**places)


def test_manifest_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.csv").write_text(f"path,emotion\n{tmp_path}/a.wav,sad\n")
    (clip,) = manifest.read(Path("mine.csv"), name="mine").clips
    assert clip.path == "a.wav"


def test_parse_is_a_look_up_that_can_be_sent_to_workers(tmp_path: Path) -> None:
    corpus, clips = read_both(tmp_path, FULL)
    parse = pickle.loads(pickle.dumps(corpus)).parse
    assert [parse(clip.path) for clip in clips] == clips
    assert parse("d.wav") is None


def test_walking_finds_what_is_there_and_the_list_holds_all(tmp_path: Path) -> None:
    corpus, clips = read_both(tmp_path, FULL)
    (tmp_path / "b.wav").touch()
    (tmp_path / "other.wav").touch()
    assert [clip.path for clip in find_clips(corpus, tmp_path)] == ["b.wav"]
    assert [clip.path for clip in clips] == ["a.wav", "b.wav", "c.wav"]


def test_mapping(tmp_path: Path) -> None:
    text = "path,emotion\na,Joy\nb,JOY\nc,calm\n"
    clips = read(tmp_path, text, mapping={"joy": "happy", "CALM": "neutral"})
    assert [clip.emotion for clip in clips] == ["happy", "happy", "neutral"]
    assert [clip.raw_label for clip in clips] == ["Joy", "JOY", "calm"]


def test_unknown_emotions_name_the_ways_out(tmp_path: Path) -> None:
    text = "path,emotion\na,joy\nb,rude\nc,joy\nd,sad\n"
    with pytest.raises(BadLabel) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    assert "joy (2), rude (1)" in message
    assert "angry, boredom, calm, disgust, fear, happy, neutral, sad, surprise" in message
    assert "--map joy=happy" in message
    assert "--own-labels" in message


def test_own_labels(tmp_path: Path) -> None:
    text = "path,emotion\na, Stress \nb,calm\nc,rude\n"
    clips = read(tmp_path, text, vocabulary=None, mapping={"rude": "rudeness"})
    assert [clip.emotion for clip in clips] == ["Stress", "calm", "rudeness"]


def test_own_labels_that_differ_in_case_only(tmp_path: Path) -> None:
    text = "path,emotion\na,Stress\nb,stress\n"
    with pytest.raises(BadLabel, match=r"Stress and stress .* --map stress=stress"):
        read(tmp_path, text, vocabulary=None)
    clips = read(tmp_path, text, vocabulary=None, mapping={"stress": "stress"})
    assert [clip.emotion for clip in clips] == ["stress", "stress"]


def test_vocabulary_of_ones_own(tmp_path: Path) -> None:
    (clip,) = read(tmp_path, "path,emotion\na,STRESS\n", vocabulary={"stress", "calm"})
    assert clip.emotion == "stress"


def test_mapping_to_outside_the_vocabulary(tmp_path: Path) -> None:
    with pytest.raises(BadChoice, match=r"cannot map to 'hapy' \(did you mean 'happy'"):
        read(tmp_path, "path,emotion\na,joy\n", mapping={"joy": "hapy"})


@pytest.mark.parametrize("name", ["", "a/b", "a+b", "_hidden", ".hidden", "a=b", "ä", "a b"])
def test_names_that_no_corpus_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadChoice, match="use letters, digits"):
        read(tmp_path, FULL, name=name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"no column path and emotion \(its first line: empty\)"),
        ("path,emotion\n", "lists no recording"),
        ("path,emotion\n\n , \n", "lists no recording"),
        ("path,mood\na,sad\n", r"no column emotion \(its first line: path, mood\)"),
        ("a.wav,sad\n", "no column path and emotion"),
        ("path,emotion,Emotion\na,sad,sad\n", "names a column twice"),
        ("path,emotion\na,sad\n,sad\n", "mine.csv, line 3: no path"),
        ("path,emotion\na,\nb,nan\nc\n", "lists no recording with an emotion"),
        ("path,emotion\na,b.wav,sad\n", "line 2: 3 fields under 2 columns"),
        (
            "path,emotion,speaker\na,sad,ann\n\n./a,sad,bob\n",
            "lines 2 and 4: a has the speaker 'ann' and 'bob'; keep one, or say in columns start",
        ),
        ('path,emotion\n"a,sad\n', "line 2: unexpected end of data; fix the quotes"),
        ('path,emotion\n"a"b,sad\n', "line 2: .* fix the quotes"),
    ],
    ids=[
        "empty", "header only", "blank lines only", "no emotion column", "no header",
        "column twice", "blank path", "no emotion", "long line", "two speakers", "open quote",
        "broken quote",
    ],
)  # fmt: skip
def test_bad_tables(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadTable, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(BadTable, match="not UTF-8 text: save it as CSV in UTF-8"):
        read(tmp_path, "path,emotion\nä.wav,sad\n", encoding)


@pytest.mark.parametrize("name", ["none.csv", "."])
def test_missing_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound, match="no manifest"):
        manifest.read(tmp_path / name, name="mine")
