"""Where recordings come from, as the command line names it: NAME=DIR, NAME=FILE.csv, NAME."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from sertool.cli import home, sound_paths
from sertool.errors import BadChoice, NotFound, UnknownName

if TYPE_CHECKING:
    from sertool.corpora.sources import Source
    from sertool.types import Emotion

MAP = "A manifest's label and its emotion (joy=happy); may be given several times."


def source(
    given: str, mapping: Mapping[str, Emotion], vocabulary: Collection[Emotion] | None
) -> Source:
    """The clips of a corpus that is given with its place, or by the name under which it was added.

    Args:
        given: a built-in corpus and its folder, another name and a CSV, or a name alone.
        mapping: a manifest's words -> emotions.
        vocabulary: the emotions that a manifest may hold; None = any word.

    Raises:
        BadChoice: a manifest under the name of a built-in corpus.
        UnknownName: no such corpus.
        NotFound: a corpus that was not added, or no such folder or manifest.
        NotEnough: a folder without recordings of the corpus.
        BadTable, BadLabel: a manifest that is not as it must be.
    """
    from sertool import registry
    from sertool.corpora import PassedOver, find_corpus, sources
    from sertool.storage import paths

    name, equals, place = given.partition("=")
    if equals and place.lower().endswith(".csv"):
        if name in registry.names("corpora"):
            raise BadChoice(
                f"{name} is the name of a built-in corpus; give your manifest another name"
            )
        return sources.manifest_source(
            paths.path(place), name=name, mapping=mapping, vocabulary=vocabulary
        )
    try:
        corpus = find_corpus(name)
    except UnknownName as error:
        raise UnknownName(
            f"{error}; recordings of your own are given as a CSV with the columns path, emotion: "
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


def mapping(given: Sequence[str]) -> dict[str, Emotion]:
    """WORD=EMOTION, each, as a manifest's words -> emotions.

    Raises:
        BadChoice: one that does not read so.

    >>> mapping(["joy=happy"])
    {'joy': 'happy'}
    """
    return dict(_pair(each) for each in given)


def _pair(given: str) -> tuple[str, Emotion]:
    word, equals, emotion = given.partition("=")
    if not (word and equals and emotion):
        raise BadChoice(f"--map {given!r} must read WORD=EMOTION, for example --map joy=happy")
    return word, emotion
