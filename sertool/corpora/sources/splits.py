"""The words by which corpora name the sides of their own division."""

from __future__ import annotations

import re

from sertool.corpora.sources import words

_WORDS = {
    "train": "train training trn tr trainset",
    "dev": "dev development devel val valid validation devset",
    "test": "test testing tst testset eval evaluation",
}
_SIDES = {word: name for name, spellings in _WORDS.items() for word in spellings.split()}


def side(text: str) -> str:
    """train, dev or test in any wording, `test2` of several, `fold-3`; else the word itself.

    >>> [side(text) for text in ("Training", "validation", "Test1", "3.0", "Fold 03", "nan")]
    ['train', 'dev', 'test1', 'fold-3', 'fold-3', '']
    """
    word = words.key(words.known(text))
    plain = re.sub(r"[\s_-]", "", word)
    number = re.fullmatch(r"(?:fold)?0*(\d+)(?:\.0+)?", plain)
    if number:
        return f"fold-{number[1]}"
    several = re.fullmatch(r"(test)(?:ing|set)?0*(\d+)", plain)
    if several:
        return f"{several[1]}{several[2]}"
    return _SIDES.get(plain, word)


def side_of_folder(path: str) -> str:
    """The side that the folders of a path name, the outermost first; "" = none does.

    >>> side_of_folder("data/validation/a.wav"), side_of_folder("train.wav")
    ('dev', '')
    """
    folders = path.replace("\\", "/").split("/")[:-1]
    return next((_SIDES[each.lower()] for each in folders if each.lower() in _SIDES), "")
