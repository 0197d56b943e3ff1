from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from corpus_files import COMPLETE, cremad_files, savee_files

from sertool import registry
from sertool.corpora import SUFFIXES, cremad, emodb, emovo, find_clips, match_name, savee
from sertool.errors import NotEnough, NotFound
from sertool.types import EMOTIONS, SIX_EMOTIONS, Corpus

SAMPLES = Path(__file__).parents[2] / "shared/corpora"
SAMPLE_COUNTS = {
    "ravdess": 240, "cremad": 491, "tess": 224, "savee": 96, "emodb": 188, "emovo": 84, "urdu": 100,
}  # fmt: skip
NAMES = registry.names("corpora")


LAYOUTS: dict[str, Callable[[str], list[str]]] = {
    "usual": lambda path: [path],
    "deeper": lambda path: [f"archive (1)/Emotional Speech.v2/{path}"],
    "second copy": lambda path: [path, f"nested copy/nested copy/{path}"],
    "no folders": lambda path: [Path(path).name],
    "upper case": lambda path: [path.upper()],
    "lower case": lambda path: [path.lower()],
    "lossless": lambda path: [path.replace(".wav", ".flac")],
    "by emotion": lambda path: [f"emotion_{len(path) % 3}/{Path(path).name}"],
}


def corpus_named(name: str) -> Corpus:
    corpus = registry.get("corpora", name)
    assert isinstance(corpus, Corpus)
    return corpus


def lay_out(folder: Path, files: list[str]) -> Path:
    for parent in {Path(file).parent for file in files}:
        (folder / parent).mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file).touch()
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_facts_are_stated(name: str) -> None:
    corpus = corpus_named(name)
    assert corpus.name == name
    assert 2 <= len(corpus.language) <= 3
    assert corpus.licence
    assert corpus.url.startswith("http")
    assert len(corpus.citation) > 40
    assert corpus.clips > corpus.speakers > 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", ["", "readme.txt", "README.wav", ".wav", "a/b/c", "x_y_z.wav"])
def test_other_files_are_no_clips(name: str, path: str) -> None:
    assert corpus_named(name).parse(path) is None


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", COMPLETE)
def test_complete_copy_in_any_layout(name: str, layout: str) -> None:
    corpus = corpus_named(name)
    paths = [path for file in COMPLETE[name]() for path in LAYOUTS[layout](file)]
    clips = [clip for clip in map(corpus.parse, paths) if clip is not None]
    assert len(clips) == len(paths)
    assert [clip.path for clip in clips] == paths
    assert len({clip.recording for clip in clips}) == corpus.clips
    assert len({clip.speaker for clip in clips}) == corpus.speakers
    assert {clip.emotion for clip in clips} <= set(EMOTIONS)
    assert {clip.gender for clip in clips} <= {"female", "male"}
    assert {clip.language for clip in clips} == {""}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", COMPLETE)
def test_layout_changes_nothing_but_the_path(name: str, layout: str) -> None:
    corpus = corpus_named(name)
    file = COMPLETE[name]()[100]
    usual = corpus.parse(file)
    assert usual is not None
    for path in LAYOUTS[layout](file):
        other = corpus.parse(path)
        assert other is not None
        assert {**vars(other), "path": file} == vars(usual)


@pytest.mark.parametrize("name", COMPLETE)
def test_traces_of_macos_are_no_clips(name: str) -> None:
    file = Path(COMPLETE[name]()[0])
    parse = corpus_named(name).parse
    assert parse(str(file.with_name(f"._{file.name}"))) is None
    assert parse(f"__MACOSX/{file}") is None
    assert parse(f".Trash/{file}") is None


@pytest.mark.parametrize("name", COMPLETE)
@pytest.mark.parametrize("suffix", ["", ".txt", ".wav.json", ".csv"])
def test_only_sound_files_are_clips(name: str, suffix: str) -> None:
    file = Path(COMPLETE[name]()[0])
    assert corpus_named(name).parse(str(file.with_suffix(suffix))) is None


@pytest.mark.parametrize("name", COMPLETE)
def test_no_corpus_takes_the_clips_of_another(name: str) -> None:
    others = [file for other in COMPLETE if other != name for file in COMPLETE[other]()[::50]]
    assert [file for file in others if corpus_named(name).parse(file)] == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_sound_suffix(suffix: str) -> None:
    assert match_name("take", f"a/take{suffix.upper()}") is not None


def test_a_name_must_match_as_a_whole() -> None:
    assert match_name("take", "a/retake.wav") is None
    assert match_name("take", "a/take2.wav") is None
    assert match_name("take", "take/other.wav") is None


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("ravdess", "Actor_01/03-02-03-01-01-01-01.wav"),
        ("ravdess", "Actor_01/02-01-03-01-01-01-01.mp4"),
        ("ravdess", "Actor_25/03-01-03-01-01-01-25.wav"),
        ("cremad", "AudioWAV/1000_DFA_ANG_XX.wav"),
        ("cremad", "AudioWAV/1092_DFA_ANG_XX.wav"),
        ("cremad", "AudioWAV/1001_DFA_SUR_XX.wav"),
        ("tess", "OAF_angry/OAF_back_bored.wav"),
        ("savee", "AudioData/XX/a01.wav"),
        ("savee", "AudioData/DC/a16.wav"),
        ("savee", "AudioData/DC/n31.wav"),
        ("savee", "AudioData/DC/a00.wav"),
        ("emodb", "wav/01a01Fa.wav"),
        ("emodb", "wav/03a03Fa.wav"),
        ("emodb", "wav/03a01Xa.wav"),
        ("emovo", "f1/dis-f1-b4.wav"),
        ("urdu", "Angry/SM1_F10_B010.wav"),
        ("nemo", "samples/ZZ0_anger_1.wav"),
    ],
)
def test_outside_the_codes(name: str, path: str) -> None:
    assert corpus_named(name).parse(path) is None


def class_counts(names: tuple[str, ...]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for name in names:
        corpus = corpus_named(name)
        clips = [corpus.parse(file) for file in COMPLETE[name]()]
        counts.update(clip.emotion for clip in clips if clip is not None)
    return counts


def test_class_counts_of_the_four_english_corpora() -> None:
    counts = class_counts(("ravdess", "cremad", "tess", "savee"))
    assert counts.total() * 3 == 36486
    six = {emotion: counts[emotion] * 3 for emotion in SIX_EMOTIONS}
    assert six == dict.fromkeys(SIX_EMOTIONS, 5769) | {"neutral": 5109}
    assert sum(six.values()) == 33954


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("emovo", dict.fromkeys(sorted(emovo.CODES.values()), 84)),
        ("urdu", dict.fromkeys(("angry", "happy", "neutral", "sad"), 100)),
        ("tess", dict.fromkeys((*SIX_EMOTIONS, "surprise"), 400)),
        ("savee", dict.fromkeys((*SIX_EMOTIONS, "surprise"), 60) | {"neutral": 120}),
        ("ravdess", dict.fromkeys((*SIX_EMOTIONS, "calm", "surprise"), 192) | {"neutral": 96}),
    ],
)
def test_class_counts(name: str, counts: dict[str, int]) -> None:
    assert class_counts((name,)) == counts


def test_savee_sentences_are_equal_only_where_the_text_is() -> None:
    clips = [savee.parse(file) for file in savee_files() if "/DC_" in file]
    texts = Counter(clip.sentence for clip in clips if clip is not None)
    assert {text: n for text, n in texts.items() if n > 2} == {
        f"common-{number}": 8 for number in (1, 2, 3)
    }
    assert sorted(text for text, n in texts.items() if n == 2) == sorted(savee.TWICE_SPOKEN)
    assert sum(n == 1 for n in texts.values()) == 120 - 24 - 24


@pytest.mark.parametrize(("name", "number"), [("cremad", 12), ("emovo", 14), ("ravdess", 2)])
def test_number_of_sentences(name: str, number: int) -> None:
    clips = map(corpus_named(name).parse, COMPLETE[name]())
    assert len({clip.sentence for clip in clips if clip is not None}) == number


def test_genders_of_cremad() -> None:
    sexes = {clip.speaker: clip.gender for clip in map(cremad.parse, cremad_files()) if clip}
    assert Counter(sexes.values()) == {"male": 48, "female": 43}


@pytest.mark.parametrize("name", ["ravdess", "tess"])
def test_second_copy_on_disk_counts_once(name: str, tmp_path: Path) -> None:
    files = COMPLETE[name]()
    lay_out(tmp_path, files + [f"{name} data/{file}" for file in files])
    clips = find_clips(corpus_named(name), tmp_path)
    assert [clip.path for clip in clips] == sorted(files)


def test_savee_in_both_forms_counts_once(tmp_path: Path) -> None:
    files = savee_files()
    official = [file.replace("ALL/", "AudioData/").replace("_", "/") for file in files]
    lay_out(tmp_path, files + official)
    assert [clip.path for clip in find_clips(savee.corpus, tmp_path)] == sorted(files)


def test_savee_in_its_official_form(tmp_path: Path) -> None:
    official = [file.replace("ALL/", "").replace("_", "/") for file in savee_files()]
    clips = find_clips(savee.corpus, lay_out(tmp_path, official))
    assert len(clips) == 480
    assert {clip.speaker for clip in clips} == {"DC", "JE", "JK", "KL"}


def test_cremad_is_taken_as_wav_rather_than_mp3(tmp_path: Path) -> None:
    files = cremad_files()
    copies = [file.replace("AudioWAV", "AudioMP3").replace(".wav", ".mp3") for file in files]
    clips = find_clips(cremad.corpus, lay_out(tmp_path, files + copies))
    assert len(clips) == 7442
    assert {Path(clip.path).parts[0] for clip in clips} == {"AudioWAV"}


def test_shallowest_then_first_by_name(tmp_path: Path) -> None:
    lay_out(tmp_path, ["a/b/03a01Fa.wav", "c/03a01Fa.wav", "b/03a01Fa.wav"])
    assert [clip.path for clip in find_clips(emodb.corpus, tmp_path)] == ["b/03a01Fa.wav"]


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    lay_out(tmp_path, ["wav/03a01Fa.wav", ".cache/03a02Fa.wav", "__MACOSX/wav/03a04Fa.wav"])
    lay_out(tmp_path, ["wav/._03a05Fa.wav"])
    assert [clip.path for clip in find_clips(emodb.corpus, tmp_path)] == ["wav/03a01Fa.wav"]


def test_corpus_inside_a_hidden_folder_is_found(tmp_path: Path) -> None:
    lay_out(tmp_path / ".data", ["wav/03a01Fa.wav"])
    assert len(find_clips(emodb.corpus, tmp_path / ".data")) == 1


def test_loops_of_links_end(tmp_path: Path) -> None:
    lay_out(tmp_path / "copy", ["a/wav/03a01Fa.wav"])
    (tmp_path / "copy/a/wav/up").symlink_to(tmp_path / "copy")
    (tmp_path / "copy/self").symlink_to(tmp_path / "copy/self")
    (tmp_path / "copy/missing.wav").symlink_to(tmp_path / "nowhere")
    clips = find_clips(emodb.corpus, tmp_path / "copy")
    assert [clip.path for clip in clips] == ["a/wav/03a01Fa.wav"]


def test_linked_folder_is_entered_on_the_shorter_way(tmp_path: Path) -> None:
    lay_out(tmp_path, ["a/deep/wav/03a01Fa.wav"])
    (tmp_path / "z").symlink_to(tmp_path / "a/deep/wav")
    assert [clip.path for clip in find_clips(emodb.corpus, tmp_path)] == ["z/03a01Fa.wav"]


def test_folder_named_like_a_recording(tmp_path: Path) -> None:
    lay_out(tmp_path, ["03a01Fa.wav/03a02Fa.wav"])
    clips = find_clips(emodb.corpus, tmp_path)
    assert [clip.recording for clip in clips] == ["03a02Fa"]


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no folder .*/none: give the one that holds emodb"):
        find_clips(emodb.corpus, tmp_path / "none")


def test_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(NotEnough, match=r"no clip of emodb in .*: 0 sound files; its 535 rec"):
        find_clips(emodb.corpus, tmp_path)


def test_folder_of_another_corpus(tmp_path: Path) -> None:
    lay_out(tmp_path, ["AudioWAV/1001_DFA_ANG_XX.wav", "notes.txt"])
    with pytest.raises(NotEnough, match=r"1 sound file such as AudioWAV/1001_DFA_ANG_XX\.wav"):
        find_clips(emodb.corpus, tmp_path)


def test_folder_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(NotFound, match="no permission to read"):
        find_clips(emodb.corpus, tmp_path)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the sample corpora")
@pytest.mark.parametrize(("name", "number"), SAMPLE_COUNTS.items())
def test_sample_corpora(name: str, number: int) -> None:
    clips = find_clips(corpus_named(name), SAMPLES / name)
    assert len(clips) == number
    assert len(clips) == sum(1 for _ in (SAMPLES / name).rglob("*.flac"))


def test_sample_corpora_sum() -> None:
    assert sum(SAMPLE_COUNTS.values()) == 1423
