"""What protocols share: clips in a fixed order, folds over them, and the splits made of folds.

A protocol decides over clips; rows (the variants of a clip) follow, so variants can never be torn
apart. Whatever the folds, a recording whose very sound is among the test clips is not trained on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations
from logging import getLogger
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sertool.errors import BadChoice, BadTable, NotEnough
from sertool.types import VARIANTS, Split

N_FOLDS = 5
OTHERS = "others"
"""What a split is trained on that leaves one corpus or language out."""

Fold = tuple[str, np.ndarray]
"""Its name and its test clips: a mask of shape (n_clips,)."""


@dataclass(frozen=True)
class Clips:
    """The clips of an identity table, in an order that does not depend on that of its rows.

    Attributes:
        table: one row per clip (that of its original), with its row number in column `row`.
        rows: row numbers of all variants, shape (n_rows,).
        clip_of: the clip of each of these rows, shape (n_rows,).
    """

    table: pa.Table
    rows: np.ndarray
    clip_of: np.ndarray

    def column(self, name: str) -> np.ndarray:
        """A column, shape (n_clips,)."""
        return cast(np.ndarray, self.table.column(name).to_numpy())

    def known(self, name: str) -> np.ndarray:
        """A column that must be filled for every clip, shape (n_clips,).

        Raises:
            NotEnough: it is "" for some.
        """
        values = self.column(name)
        n_unknown = np.count_nonzero(values == "")
        if n_unknown:
            raise NotEnough(
                f"the {name} of {n_unknown} of {len(values)} clips in {_corpora(self)} is unknown; "
                f"fill the column '{name}' of the manifest, or use a protocol that needs none"
            )
        return values

    def within_corpus(self, name: str) -> np.ndarray:
        """A column whose values mean something inside a corpus only, shape (n_clips,).

        Where corpora are pooled, each value is preceded by its corpus: "emodb:03".
        """
        corpora, values = self.column("corpus"), self.column(name)
        return values if len(set(corpora)) == 1 else corpora + ":" + values

    def sound(self) -> np.ndarray:
        """What names the sound of each clip, shape (n_clips,); the clip itself where unknown."""
        sha256, own = self.column("sha256"), self.column("corpus") + "/" + self.column("clip")
        return np.where(sha256 == "", own, sha256)


def ordered(identity: pa.Table) -> pa.Table:
    """The rows of `identity` by corpus, clip and variant, with their row numbers as `row`."""
    numbered = identity.append_column("row", pa.array(np.arange(identity.num_rows)))
    # The sound tells clips of one name apart where a caller joined corpora under one name.
    keys = [(name, "ascending") for name in ("corpus", "clip", "sha256", "variant")]
    return numbered.sort_by(keys)


def clips_of(identity: pa.Table, *, name: str) -> Clips:
    """The clips of an identity table with one row per variant of each.

    Raises:
        NotEnough: fewer than two emotions; `name` tells the user where.
        BadTable: a clip without its original, or with two.
    """
    table = ordered(identity)
    n_emotions = len(table.column("emotion").unique())
    if n_emotions < 2:
        raise NotEnough(
            f"{name or 'the corpora'}: {n_emotions} emotions in {table.num_rows} rows, at least 2 "
            "are needed; choose other emotions or add recordings"
        )
    changes = np.zeros(table.num_rows, dtype=bool)
    for key in ("corpus", "clip", "sha256"):
        values = table.column(key).to_numpy()
        changes[1:] |= values[1:] != values[:-1]
    clip_of = np.cumsum(changes)
    is_original = table.column("variant").to_numpy() == VARIANTS[0]
    if not np.array_equal(clip_of[is_original], np.arange(clip_of[-1] + 1)):
        raise BadTable(f"{name}: clips without exactly one original row; extract them again")
    originals = table.filter(pc.equal(table.column("variant"), VARIANTS[0]))
    return Clips(originals, table.column("row").to_numpy(), clip_of)


def leaving_out(
    clips: Clips, column: str, *, most_singly: int, instead: str, name: str, seed: int
) -> Iterator[Split]:
    """Leave the clips of one value of a column out in turn, else those of five groups of values.

    Args:
        clips: of one corpus or pool.
        column: "speaker" or "sentence", filled for every clip.
        most_singly: up to so many values each is left out by itself.
        instead: the protocols that serve where there is one value only, quoted.
        name: of the corpus or pool.
        seed: of the groups.

    Raises:
        NotEnough: one value, unknown values, or too few emotions to train on.
    """
    clips.known(column)
    values = clips.within_corpus(column)
    n_values = len(set(values))
    if n_values < 2:
        raise NotEnough(
            f"{name}: one {column} only ({values[0]}), at least 2 are needed to leave one out; "
            f"add recordings of others, or use the protocol {instead}, which asks another question"
        )
    if n_values <= most_singly:
        folds = each_out(values, prefix=column)
    else:
        folds = balanced(clips, values, seed=seed)
    yield from within(clips, folds, name=name)


def each_out(labels: np.ndarray, *, prefix: str) -> Iterator[Fold]:
    """One fold per label (speaker, sentence): "speaker-03" tests all clips of 03."""
    for label in sorted(set(labels)):
        yield f"{prefix}-{label}", labels == label


def balanced(clips: Clips, groups: np.ndarray, *, seed: int) -> Iterator[Fold]:
    """Five folds (fewer, if there are fewer groups) that never part a group, even in emotions.

    Groups are dealt one by one, large before small and otherwise shuffled, each to the fold that
    has the fewest clips of the group's emotions so far. Single clips come out stratified.

    Args:
        clips: to divide.
        groups: what must stay together, shape (n_clips,).
        seed: of the shuffle.
    """
    _, emotion = np.unique(clips.column("emotion"), return_inverse=True)
    names, group = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(names), emotion.max() + 1))
    np.add.at(counts, (group, emotion), 1)
    weights = counts / counts.sum(axis=0)
    sizes = np.log2(counts.sum(axis=1)).astype(int)  # alike when within a factor of two
    shuffled = np.random.default_rng(seed).permutation(len(names))
    totals = np.zeros((min(N_FOLDS, len(names)), counts.shape[1]))
    fold_of = np.empty(len(names), dtype=int)
    for each in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
        fold_of[each] = np.lexsort((totals.sum(axis=1), totals @ weights[each]))[0]
        totals[fold_of[each]] += counts[each]
    for number in range(len(totals)):
        yield f"fold-{number + 1}", fold_of[group] == number


def within(clips: Clips, folds: Iterable[Fold], *, name: str) -> Iterator[Split]:
    """A split for each fold of one corpus or pool: its clips are tested, the others trained on.

    Raises:
        NotEnough: a fold leaves fewer than two emotions to train on.
    """
    sound = _numbered(clips.sound())
    for fold, test in folds:
        same = ~test & _shared(sound, test)
        train = ~test & ~same
        if _n_emotions(clips, train) < 2:
            raise NotEnough(
                f"{name}: without {fold} fewer than 2 emotions are left to train on; add "
                "speakers who utter the others, or choose emotions that several utter"
            )
        yield _split(clips, train, test, same, train_on=name, test_on=name, fold=fold)


def across(clips: Clips, column: str) -> Iterator[Split]:
    """Every ordered pair of a column's values, then (from three on) each against all others.

    Emotions that the two sides do not share are dropped from both; a pair that shares fewer than
    two is left out and logged. A speaker of the test side is not trained on.

    Raises:
        NotEnough: fewer than two values, or no pair that shares two emotions.
        BadChoice: a value that is called as the splits call "all others".
    """
    values = clips.known(column)
    present = sorted(set(values))
    if len(present) < 2:
        raise NotEnough(
            f"one {column} only ({', '.join(present)}) in {_corpora(clips)}; add one to cross to"
        )
    if OTHERS in present:
        raise BadChoice(f"a {column} named {OTHERS!r}, which here means all but one; rename it")
    pairs = list(permutations(present, 2))
    if len(present) > 2:
        pairs += [(OTHERS, test_on) for test_on in present]
    sound, speaker = _numbered(clips.sound()), _numbered(_speaker_names(clips))
    splits = [_cross(clips, values, sound, speaker, *pair) for pair in pairs]
    if not any(splits):
        raise NotEnough(f"no two values of {column} share 2 emotions; choose other emotions")
    yield from (split for split in splits if split)


def _cross(
    clips: Clips,
    values: np.ndarray,
    sound: np.ndarray,
    speaker: np.ndarray,
    train_on: str,
    test_on: str,
) -> Split | None:
    test = values == test_on
    train = ~test if train_on == OTHERS else values == train_on
    same = train & _shared(sound, test)
    train = train & ~same & ~_shared(speaker, test)
    emotion = clips.column("emotion")
    shared = sorted(set(emotion[train]) & set(emotion[test]))
    if len(shared) < 2:
        message = "%s->%s left out: training and test clips share fewer than 2 emotions: %s"
        getLogger(__name__).warning(message, train_on, test_on, shared)
        return None
    kept = np.isin(emotion, shared)
    train, test, same = train & kept, test & kept, same & kept
    return _split(clips, train, test, same, train_on=train_on, test_on=test_on, fold="")


def _split(
    clips: Clips,
    train: np.ndarray,
    test: np.ndarray,
    same: np.ndarray,
    *,
    train_on: str,
    test_on: str,
    fold: str,
) -> Split:
    return Split(
        train_on=train_on,
        test_on=test_on,
        fold=fold,
        train=clips.rows[train[clips.clip_of]],
        test=clips.column("row")[test],
        validation=np.empty(0, dtype=np.int64),
        n_same_sound=int(same.sum()),
    )


def _numbered(labels: np.ndarray) -> np.ndarray:
    return np.unique(labels, return_inverse=True)[1]


def _shared(labels: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Which clips have a label that one of the test clips has, too."""
    return np.isin(labels, labels[test])


def _speaker_names(clips: Clips) -> np.ndarray:
    """The speaker of each clip; the clip itself where unknown."""
    speaker = clips.column("speaker")
    return np.where(speaker == "", clips.sound(), clips.column("corpus") + ":" + speaker)


def _n_emotions(clips: Clips, mask: np.ndarray) -> int:
    return len(set(clips.column("emotion")[mask]))


def _corpora(clips: Clips) -> str:
    return ", ".join(sorted(set(clips.column("corpus"))))
