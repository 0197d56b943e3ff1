"""The original study's procedure, kept to reproduce its published 75.96 %; it leaks by design."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sertool.errors import NotEnough
from sertool.protocols import _folds
from sertool.types import VARIANTS, Protocol, Recipe, Split

if TYPE_CHECKING:
    import pyarrow as pa

FEWEST_ROWS = 10


def splits(identity: pa.Table, *, name: str, seed: int) -> Iterator[Split]:
    """All rows of all variants shuffled: 80 % training, the rest halved: validation and test.

    The variants of a clip, its speaker and its sentence fall on all sides. The draws are those
    of scikit-learn's `train_test_split`, as in the study; rows are put into the order of corpus,
    clip and variant before, so that a rebuilt store gives the same split.

    Raises:
        NotEnough: fewer than ten rows or two emotions.
    """
    from sklearn.model_selection import train_test_split

    clips = _folds.clips_of(identity, name=name)
    if len(clips.rows) < FEWEST_ROWS:
        raise NotEnough(
            f"{name}: {len(clips.rows)} rows, at least {FEWEST_ROWS} are needed for 80/10/10; "
            "add recordings"
        )
    train, rest = train_test_split(clips.rows, test_size=0.2, random_state=seed)
    validation, test = train_test_split(rest, test_size=0.5, random_state=seed)
    yield Split(name, name, "", train, test, validation)


protocol = Protocol(
    name="original",
    question="What does the original study's procedure report?",
    leaks=("clip", "speaker", "sentence", "scaling"),
    scope="within",
    splits=splits,
    recipe=Recipe(VARIANTS, scaling="minmax_all"),
)
