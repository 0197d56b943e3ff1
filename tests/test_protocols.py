import numpy as np
import pyarrow.compute as pc
import pytest
from identities import by_identity, named, one_corpus, shuffled, splits, three_corpora

from sertool import registry
from sertool.errors import BadTable, NotEnough
from sertool.learning import normalisations
from sertool.types import VARIANTS

PROTOCOLS = registry.names("protocols")
WITHIN = ("clips", "speakers", "sentences")


@pytest.mark.parametrize("name", PROTOCOLS)
class TestEveryProtocol:
    def test_describes_itself(self, name):
        protocol = registry.get("protocols", name)
        assert protocol.name == name
        assert protocol.question.endswith("?")
        assert set(protocol.leaks) <= {"clip", "speaker", "sentence", "scaling", "corpus"}
        if protocol.recipe is not None:
            sees = normalisations.get(protocol.recipe.scaling).sees
            assert (sees == "all rows") == ("scaling" in protocol.leaks)
            assert set(protocol.recipe.variants) <= set(VARIANTS)

    def test_rows_exist_and_are_used_once(self, name):
        table = three_corpora()
        for split in splits(name, table):
            rows = np.concatenate([split.train, split.validation, split.test])
            assert len(split.train)
            assert len(split.test)
            assert len(np.unique(rows)) == len(rows)
            assert rows.min() >= 0
            assert rows.max() < table.num_rows
            assert {split.train.dtype, split.test.dtype, split.validation.dtype} == {
                np.dtype(np.int64)
            }

    def test_names_are_unique(self, name):
        names = [split.name for split in splits(name, three_corpora())]
        assert len(set(names)) == len(names) > 0

    def test_is_deterministic(self, name):
        table = three_corpora()
        first, again = splits(name, table), splits(name, table)
        assert by_identity(table, first) == by_identity(table, again)

    def test_does_not_depend_on_the_order_of_rows(self, name):
        table, other = three_corpora(), shuffled(three_corpora())
        assert by_identity(table, splits(name, table)) == by_identity(other, splits(name, other))

    def test_does_not_look_beyond_the_identity(self, name):
        table = three_corpora().drop_columns(["duration_s", "offset_s", "raw_label", "gender"])
        assert by_identity(table, splits(name, table)) == by_identity(
            table, splits(name, three_corpora())
        )

    @pytest.mark.parametrize("shared", ["clip", "speaker", "sentence"])
    def test_shares_what_it_declares_and_nothing_else(self, name, shared):
        if "corpus" in registry.get("protocols", name).leaks:
            pytest.skip("the corpus decides: tests/test_given.py")
        table = three_corpora()
        overlaps = [
            set(named(table, split.train, "corpus", shared))
            & set(named(table, split.test, "corpus", shared))
            for split in splits(name, table)
        ]
        assert any(overlaps) == (shared in registry.get("protocols", name).leaks)

    def test_tests_on_originals_unless_clips_leak(self, name):
        table = three_corpora()
        tested = {
            variant
            for split in splits(name, table)
            for (variant,) in named(table, split.test, "variant")
        }
        leaks = "clip" in registry.get("protocols", name).leaks
        assert tested == (set(VARIANTS) if leaks else {"original"})

    def test_trains_on_all_variants(self, name):
        table = three_corpora()
        for split in splits(name, table):
            assert {v for (v,) in named(table, split.train, "variant")} == set(VARIANTS)

    def test_runs_on_originals_alone(self, name):
        table = three_corpora().filter(pc.equal(pc.field("variant"), "original"))
        assert splits(name, table)

    def test_one_emotion_is_not_enough(self, name):
        table = three_corpora().filter(pc.equal(pc.field("emotion"), "sad"))
        with pytest.raises(NotEnough, match="1 emotions"):
            splits(name, table)

    def test_nothing_is_not_enough(self, name):
        with pytest.raises(NotEnough, match="0 emotions in 0 rows"):
            splits(name, three_corpora().slice(0, 0))

    def test_a_clip_without_its_original_is_refused(self, name):
        with pytest.raises(BadTable, match="exactly one original"):
            splits(name, shuffled(three_corpora().slice(1)))


@pytest.mark.parametrize("name", WITHIN)
@pytest.mark.parametrize("table", [one_corpus(), three_corpora()], ids=["one", "pool"])
def test_every_clip_is_tested_once_and_trained_on_otherwise(name, table):
    originals = np.flatnonzero(np.array(table.column("variant").to_pylist()) == "original")
    found = splits(name, table)
    tested = np.concatenate([split.test for split in found])
    np.testing.assert_array_equal(np.sort(tested), originals)
    for split in found:
        assert len(split.train) == table.num_rows - len(VARIANTS) * len(split.test)
        assert split.validation.size == 0
        assert split.train_on == split.test_on == "pool"


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("clips", {}),
        ("speakers", {"n_speakers": 12}),
        ("sentences", {}),
    ],
    ids=WITHIN,
)
def test_folds_follow_the_seed(name, sizes):
    table = one_corpus(**sizes)
    first, other = (by_identity(table, splits(name, table, seed)) for seed in (1, 2))
    assert [split[0] for split in first] == [f"pool/fold-{number}" for number in range(1, 6)]
    assert first != other
