import logging

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from identities import EMOTIONS, identity, named, one_corpus, recordings, splits, three_corpora

from sertool.errors import BadChoice, NotEnough

ACROSS = ("cross_corpus", "cross_language")


class TestCrossing:
    @pytest.mark.parametrize("name", ACROSS)
    def test_every_ordered_pair_and_each_against_the_others(self, name):
        values = {"cross_corpus": ("emodb", "emovo", "savee"), "cross_language": ("de", "en", "it")}
        a, b, c = values[name]
        assert [split.name for split in splits(name, three_corpora())] == [
            f"{a}->{b}", f"{a}->{c}", f"{b}->{a}", f"{b}->{c}", f"{c}->{a}", f"{c}->{b}",
            f"others->{a}", f"others->{b}", f"others->{c}",
        ]  # fmt: skip

    @pytest.mark.parametrize("name", ACROSS)
    def test_two_need_no_others(self, name):
        table = three_corpora().filter(pc.not_equal(pc.field("corpus"), "savee"))
        assert len(splits(name, table)) == 2

    @pytest.mark.parametrize(
        ("pair", "emotions"),
        [
            ("emodb->savee", EMOTIONS),
            ("savee->emovo", EMOTIONS),
            ("others->emodb", EMOTIONS),
        ],
    )
    def test_emotions_that_are_not_shared_are_dropped_from_both(self, pair, emotions):
        table = three_corpora()
        (split,) = (split for split in splits("cross_corpus", table) if split.name == pair)
        assert {each for (each,) in named(table, split.train, "emotion")} == set(emotions)
        assert {each for (each,) in named(table, split.test, "emotion")} == set(emotions)

    def test_an_emotion_of_one_of_the_others_is_shared(self):
        table = identity(
            [
                *recordings("a", "en", n_speakers=1, n_sentences=2, emotions=("sad", "happy")),
                *recordings("b", "de", n_speakers=1, n_sentences=2, emotions=("sad", "calm")),
                *recordings("c", "it", n_speakers=1, n_sentences=2, emotions=(*EMOTIONS, "calm")),
            ]
        )
        (split,) = (s for s in splits("cross_corpus", table) if s.name == "others->c")
        trained = {each for (each,) in named(table, split.train, "emotion")}
        assert trained == {"sad", "happy", "calm"}

    def test_a_pair_that_shares_one_emotion_is_left_out_and_logged(self, caplog):
        table = identity(
            [
                *recordings("a", "en", n_speakers=1, n_sentences=2, emotions=("sad", "happy")),
                *recordings("b", "de", n_speakers=1, n_sentences=2, emotions=("sad", "calm")),
                *recordings("c", "it", n_speakers=1, n_sentences=2, emotions=("sad", "happy")),
            ]
        )
        with caplog.at_level(logging.WARNING):
            names = [split.name for split in splits("cross_corpus", table)]
        assert names == ["a->c", "c->a", "others->a", "others->c"]
        assert "a->b left out" in caplog.text

    def test_a_pair_alone_that_shares_one_emotion_is_not_enough(self):
        table = identity(
            [
                *recordings("a", "en", n_speakers=1, n_sentences=2, emotions=("sad", "happy")),
                *recordings("b", "de", n_speakers=1, n_sentences=2, emotions=("sad", "calm")),
            ]
        )
        with pytest.raises(NotEnough, match="share 2 emotions"):
            splits("cross_corpus", table)

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("cross_corpus", r"one corpus only \(emodb\)"),
            ("cross_language", r"one language only \(de\) in emodb"),
        ],
    )
    def test_one_is_not_enough(self, name, message):
        with pytest.raises(NotEnough, match=message):
            splits(name, one_corpus())

    def test_unknown_languages_are_not_enough(self):
        clips = recordings("emodb", "de", n_speakers=2, n_sentences=2)
        clips += recordings("mine", "", n_speakers=2, n_sentences=2)
        with pytest.raises(NotEnough, match="the language of 12 of 24 clips"):
            splits("cross_language", identity(clips))

    def test_a_speaker_of_two_languages_is_not_on_both_sides(self):
        clips = recordings("mine", "de", n_speakers=4, n_sentences=3)
        clips += [
            clip | {"clip": f"en/{clip['clip']}", "language": "en"}
            for clip in clips
            if clip["speaker"] in {"00", "01"}
        ]
        table = identity(clips)
        found = {split.name: split for split in splits("cross_language", table)}
        assert set(found) == {"de->en"}
        trained = set(named(table, found["de->en"].train, "speaker"))
        assert trained == {("02",), ("03",)}

    def test_a_sound_in_two_corpora_is_not_on_both_sides(self):
        clips = recordings("a", "en", n_speakers=2, n_sentences=3)
        clips += [clip | {"corpus": "b"} for clip in clips]
        table = identity(clips)
        sounds = table.column("sha256").to_pylist()
        sounds[54:57] = sounds[0:3]
        table = table.set_column(table.column_names.index("sha256"), "sha256", pa.array(sounds))
        for split in splits("cross_corpus", table):
            assert len(split.train) == 54 - 3
            assert len(split.test) == 18

    def test_a_corpus_named_others_is_refused(self):
        clips = recordings("others", "en", n_speakers=2, n_sentences=3)
        clips += recordings("emodb", "de", n_speakers=2, n_sentences=3)
        with pytest.raises(BadChoice, match="rename"):
            splits("cross_corpus", identity(clips))

    def test_clips_of_one_name_in_a_joined_corpus_stay_two(self):
        clips = recordings("emodb", "de", n_speakers=2, n_sentences=3)
        clips += recordings("savee", "en", n_speakers=2, n_sentences=3)
        clips += recordings("emovo", "it", n_speakers=2, n_sentences=3)
        table = identity(clips)
        joined = pc.if_else(pc.equal(table.column("corpus"), "emovo"), "emovo", "emodb+savee")
        table = table.set_column(table.column_names.index("corpus"), "corpus", joined)
        sizes = {s.name: (len(s.train), len(s.test)) for s in splits("cross_corpus", table)}
        assert sizes == {"emodb+savee->emovo": (108, 18), "emovo->emodb+savee": (54, 36)}
