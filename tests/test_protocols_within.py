import numpy as np
import pyarrow as pa
import pytest
from identities import EMOTIONS, identity, named, one_corpus, recordings, splits
from sklearn.model_selection import train_test_split

from sertool.errors import NotEnough


class TestOriginal:
    def test_sizes_are_those_of_the_study(self):
        clips = recordings("study", "en", n_speakers=1, n_sentences=5659, emotions=("angry", "sad"))
        (split,) = splits("original", identity(clips))
        sizes = [len(rows) for rows in (split.train, split.validation, split.test)]
        assert sum(sizes) == 33_954
        assert sizes == [27_163, 3_395, 3_396]
        assert split.name == "pool"

    def test_draws_as_scikit_learn_does(self):
        table = one_corpus().sort_by([("clip", "ascending"), ("variant", "ascending")])
        (split,) = splits("original", table, seed=42)
        train, rest = train_test_split(np.arange(table.num_rows), test_size=0.2, random_state=42)
        validation, test = train_test_split(rest, test_size=0.5, random_state=42)
        for found, expected in zip(
            (split.train, split.validation, split.test), (train, validation, test), strict=True
        ):
            np.testing.assert_array_equal(found, expected)

    def test_nine_rows_are_not_enough(self):
        table = one_corpus(n_speakers=1, n_sentences=1)
        with pytest.raises(NotEnough, match="9 rows, at least 10"):
            splits("original", table)


class TestClips:
    def test_folds_are_stratified(self):
        table = one_corpus(n_speakers=7, n_sentences=11)
        for split in splits("clips", table):
            emotions = [emotion for (emotion,) in named(table, split.test, "emotion")]
            assert {emotions.count(each) for each in EMOTIONS} <= {15, 16}

    def test_copies_of_a_sound_stay_together(self):
        table = one_corpus()
        sounds = np.array(table.column("sha256").to_pylist())
        for first in range(0, 90, 9):
            sounds[first + 3 : first + 6] = sounds[first]
        table = table.set_column(table.column_names.index("sha256"), "sha256", pa.array(sounds))
        for split in splits("clips", table):
            assert not set(sounds[split.train]) & set(sounds[split.test])
        tested = np.concatenate([split.test for split in splits("clips", table)])
        assert len(np.unique(tested)) == table.num_rows / 3

    def test_a_rare_emotion_is_in_fewer_folds(self):
        clips = recordings("emodb", "de", n_speakers=4, n_sentences=3, emotions=("angry", "sad"))
        clips += recordings("emodb", "de", n_speakers=1, n_sentences=2, emotions=("fear",))
        table = identity(clips)
        with_fear = [
            split
            for split in splits("clips", table)
            if ("fear",) in named(table, split.test, "emotion")
        ]
        assert len(with_fear) == 2

    def test_four_recordings_are_not_enough(self):
        table = identity(
            recordings("mine", "en", n_speakers=2, n_sentences=1, emotions=EMOTIONS[:2])
        )
        with pytest.raises(NotEnough, match="4 different recordings, at least 5"):
            splits("clips", table)


class TestSpeakers:
    def test_up_to_ten_are_left_out_one_by_one(self):
        table = one_corpus(n_speakers=10)
        found = splits("speakers", table)
        assert [split.fold for split in found] == [f"speaker-{each:02}" for each in range(10)]
        for split in found:
            assert {f"speaker-{each}" for (each,) in named(table, split.test, "speaker")} == {
                split.fold
            }

    def test_eleven_are_grouped(self):
        table = one_corpus(n_speakers=11)
        found = splits("speakers", table)
        n_tested = [len(set(named(table, split.test, "speaker"))) for split in found]
        assert sorted(n_tested) == [2, 2, 2, 2, 3]

    def test_groups_are_even_in_clips_and_emotions(self):
        generator = np.random.default_rng(0)
        clips = [
            clip
            for clip in recordings("nemo", "pl", n_speakers=40, n_sentences=8)
            if generator.random() < 0.3 + 0.6 * (int(clip["speaker"]) % 4 == 0)
        ]
        table = identity(clips)
        for split in splits("speakers", table):
            emotions = [emotion for (emotion,) in named(table, split.test, "emotion")]
            assert len(emotions) == pytest.approx(len(clips) / 5, rel=0.1)
            for each in EMOTIONS:
                share = emotions.count(each) / len(emotions)
                assert share == pytest.approx(1 / 3, abs=0.06)

    def test_speakers_of_one_name_in_two_corpora_are_two(self):
        table = identity(
            [
                *recordings("emodb", "de", n_speakers=2, n_sentences=2),
                *recordings("savee", "en", n_speakers=2, n_sentences=2),
            ]
        )
        folds = [split.fold for split in splits("speakers", table)]
        assert folds == [
            "speaker-emodb:00", "speaker-emodb:01", "speaker-savee:00", "speaker-savee:01",
        ]  # fmt: skip

    def test_one_is_not_enough(self):
        with pytest.raises(NotEnough, match=r"pool: one speaker only \(00\).*'clips'"):
            splits("speakers", one_corpus(n_speakers=1))

    def test_unknown_ones_are_not_enough(self):
        clips = [
            clip | {"speaker": ""} for clip in recordings("mine", "", n_speakers=1, n_sentences=4)
        ]
        with pytest.raises(
            NotEnough, match="12 of 12 clips in mine is unknown; fill the column 'sp"
        ):
            splits("speakers", identity(clips))

    def test_one_emotion_left_to_train_on_is_not_enough(self):
        clips = recordings("mine", "en", n_speakers=1, n_sentences=5, emotions=("sad",))
        clips += [
            clip | {"speaker": "01", "clip": f"other/{clip['clip']}", "emotion": "happy"}
            for clip in clips
        ]
        with pytest.raises(NotEnough, match="without speaker-00 fewer than 2 emotions"):
            splits("speakers", identity(clips))

    def test_a_sound_that_is_tested_is_not_trained_on(self):
        table = one_corpus(n_speakers=2, n_sentences=2)
        sounds = table.column("sha256").to_pylist()
        sounds[18:21] = sounds[0:3]
        table = table.set_column(table.column_names.index("sha256"), "sha256", pa.array(sounds))
        for split in splits("speakers", table):
            assert len(split.test) == 6
            assert len(split.train) == 15
            assert split.n_same_sound == 1


class TestSentences:
    @pytest.mark.parametrize("n_sentences", [2, 5])
    def test_up_to_five_are_left_out_one_by_one(self, n_sentences):
        found = splits("sentences", one_corpus(n_sentences=n_sentences))
        assert [split.fold for split in found] == [f"sentence-s{i}" for i in range(n_sentences)]

    def test_one_is_not_enough(self):
        with pytest.raises(NotEnough, match=r"one sentence only \(s0\)"):
            splits("sentences", one_corpus(n_sentences=1))

    def test_unknown_ones_are_not_enough(self):
        clips = recordings("urdu", "ur", n_speakers=4, n_sentences=3)
        clips[0]["sentence"] = ""
        with pytest.raises(NotEnough, match="the sentence of 1 of 36 clips in urdu is unknown"):
            splits("sentences", identity(clips))
