"""What is said of recordings that could not be used: each by itself, or many alike in one line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

MOST_EACH = 3
"""So many of one kind are named each; of more, how many there are and one of them."""


def lines(skipped: Sequence[tuple[str, str]], corpus: str = "") -> Iterator[str]:
    """What to say, a line each, in the order in which the kinds occur first.

    Args:
        skipped: name and cause of each; the cause holds the name, or a path that ends in it.
        corpus: that they are of, "" = they are called by their paths.

    >>> empty = [(f"{n}.wav", f"'d/{n}.wav' is empty: 0 bytes") for n in "abcd"]
    >>> list(lines([*empty, ("x.wav", "'d/x.wav' is a PDF")]))
    ['skipped 4 files: empty: 0 bytes; e.g. a.wav', "skipped 'd/x.wav' is a PDF"]
    """
    for kind in _kinds(skipped):
        if len(kind) <= MOST_EACH:
            of_corpus = [f"{corpus}/{name}: " if corpus else "" for name, _ in kind]
            yield from (
                f"skipped {of}{cause}" for of, (_, cause) in zip(of_corpus, kind, strict=True)
            )
        else:
            name, cause = kind[0]
            of = f" of {corpus}" if corpus else ""
            yield f"skipped {len(kind):,} files{of}: {reason(name, cause)}; e.g. {name}"


def _kinds(skipped: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Those with the same reason, whatever numbers are in it."""
    kinds: dict[str, list[tuple[str, str]]] = {}
    for name, cause in skipped:
        kinds.setdefault(re.sub(r"[\d.,]+", "#", reason(name, cause)), []).append((name, cause))
    return list(kinds.values())


def reason(name: str, cause: str) -> str:
    """A cause without the name of the recording.

    >>> reason("a.wav", "'d/a.wav' is a PDF: give a sound file")
    'a PDF: give a sound file'
    >>> reason("a.wav", "no recording at 'd/a.wav'; give the path of a sound file")
    'no recording; give the path of a sound file'
    """
    at = cause.find(name)
    if at < 0:
        return cause
    quote = cause.rfind("'", 0, at)
    before = cause[: max(quote, 0)].strip().removesuffix(" at")
    after = cause[at + len(name) :].removeprefix("'").removeprefix(":")
    return f"{before}{after}".strip().removeprefix("is ")
