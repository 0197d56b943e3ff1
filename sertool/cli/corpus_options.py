"""Where recordings come from, as the command line names it: NAME=DIR, NAME=TABLE, NAME."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from sertool.cli import home, sound_paths
from sertool.errors import BadChoice, NotFound, UnknownName

if TYPE_CHECKING:
    from sertool.corpora.sources import Source
    from sertool.types import Emotion

MAP = (
    "A table's label and its emotion (joy=happy); a label without emotion (xxx=) leaves its rows "
    "out. May be given several times."
)
HEADS = (
    "What the columns of your own table are called where sertool does not find them: "
    "path=sound,emotion=feeling."
)


def source(
    given: str,
    mapping: Mapping[str, Emotion],
    vocabulary: Collection[Emotion] | None,
    heads: Mapping[str, str],
) -> Source:
    """The clips of a corpus that is given with its place, or by the name under which it was added.

    Args:
        given: a built-in corpus and its folder, another name and a table, or a name alone.
        mapping: a table's words -> emotions.
        vocabulary: the emotions that a table may hold; None = any word.
        heads: field -> what its column is called in a table.

    Raises:
        BadChoice: a table under the name of a built-in corpus, or a place without a name.
        UnknownName: no such corpus.
        NotFound: a corpus that was not added, or no such folder or table.
        NotEnough: a folder without recordings of the corpus.
        BadTable, BadLabel: a table that is not as it must be.
    """
    from sertool import registry
    from sertool.corpora import PassedOver, find_corpus, sources
    from sertool.corpora.sources import lists, table
    from sertool.storage import paths

    name, equals, place = given.partition("=")
    _refuse_unnamed(given, name, bool(equals), place)
    is_built_in = name in registry.names("corpora")
    if is_built_in and place.lower().endswith(table.SUFFIXES):
        raise BadChoice(f"{name} is the name of a built-in corpus; give your manifest another name")
    if equals and not is_built_in and lists.is_list(place):
        return sources.manifest_source(
            paths.path(place), name=name, mapping=mapping, vocabulary=vocabulary, heads=heads
        )
    try:
        corpus = find_corpus(name)
    except UnknownName as error:
        raise UnknownName(
            f"{error}; recordings of your own are given as a table with the columns path, emotion: "
            f"{name}=FILE.csv"
        ) from None
    folder = paths.path(place) if equals else home.places().get(name)
    if folder is None:
        raise NotFound(
            f"no folder is known for {name}; give {name}=DIR, or: sertool corpora add {name} DIR"
        )
    passed_over = PassedOver()
    found = sources.folder_source(corpus, folder, passed_over)
    sound_paths.say(passed_over, name)
    return found


def _refuse_unnamed(given: str, name: str, has_place: bool, place: str) -> None:
    """Refuse a place without a name, and a name with an empty place."""
    from sertool import registry
    from sertool.corpora.sources import lists

    if (has_place and name and place) or given in registry.names("corpora"):
        return
    if has_place and name:
        raise BadChoice(f"{given} names no place: give {name}=DIR or {name}=FILE.csv")
    where = place if has_place else given
    if where and lists.is_list(where):
        raise BadChoice(f"{where!r} has no name; give your recordings one, such as mine={where}")
    if has_place or "/" in where or "\\" in where or os.path.isdir(where):  # noqa: PTH112
        raise BadChoice(
            f"{where!r} has no name: give a corpus that sertool knows as NAME={where} (sertool "
            "list names them), recordings of your own as a table, mine=FILE.csv"
        )


def heads(given: str) -> dict[str, str]:
    """FIELD=HEAD,... as a mapping; FIELD= maps to "", which means that there is no such column.

    Raises:
        BadChoice: one that does not read so.

    >>> heads("path=file, emotion=label")
    {'path': 'file', 'emotion': 'label'}
    """
    pairs = [each.partition("=") for each in given.split(",") if each.strip()]
    for field, equals, _ in pairs:
        if not (field.strip() and equals):
            raise BadChoice(
                f"--columns {given!r} must read FIELD=HEAD,..., for example path=file,emotion=label"
            )
    return {field.strip().lower(): head.strip() for field, _, head in pairs}


def mapping(given: Sequence[str]) -> dict[str, Emotion]:
    """WORD=EMOTION, each, as a table's words -> emotions; WORD= maps to "", which leaves out.

    Raises:
        BadChoice: one that does not read so.

    >>> mapping(["joy=happy"])
    {'joy': 'happy'}
    """
    return dict(_pair(each) for each in given)


def _pair(given: str) -> tuple[str, Emotion]:
    word, equals, emotion = given.partition("=")
    if not (word and equals):
        raise BadChoice(
            f"--map {given!r} must read WORD=EMOTION, for example --map joy=happy; WORD= leaves "
            "the rows of a word out"
        )
    return word, emotion.strip()
