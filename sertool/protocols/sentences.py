"""Folds over sentences: nothing that is said in the test was said in training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sertool.errors import NotEnough
from sertool.protocols import _folds
from sertool.types import Protocol, Split

if TYPE_CHECKING:
    import pyarrow as pa


def splits(identity: pa.Table, *, name: str, seed: int) -> Iterator[Split]:
    """Leave one sentence out up to five sentences, else five groups of them even in emotions.

    Folds are called "sentence-a01" ("sentence-emodb:a01" in a pool) or "fold-1" to "fold-5".

    Raises:
        NotEnough: one sentence, unknown sentences, or too few emotions to train on.
    """
    clips = _folds.clips_of(identity, name=name)
    clips.known("sentence")
    sentences = clips.within_corpus("sentence")
    n_sentences = len(set(sentences))
    if n_sentences < 2:
        raise NotEnough(
            f"{name}: one sentence only ({sentences[0]}), at least 2 are needed to leave one out; "
            "use the protocol 'clips' or 'speakers' instead"
        )
    if n_sentences <= _folds.N_FOLDS:
        folds = _folds.each_out(sentences, prefix="sentence")
    else:
        folds = _folds.balanced(clips, sentences, seed=seed)
    yield from _folds.within(clips, folds, name=name)


protocol = Protocol(
    name="sentences",
    question="How well is a new sentence recognised?",
    leaks=("speaker",),
    scope="within",
    splits=splits,
)
