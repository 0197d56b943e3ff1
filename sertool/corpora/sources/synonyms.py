"""What emotions are called in English, German, Italian, French and Spanish, and by corpora.

Only what means one emotion beyond doubt stands here: it is proposed, word by word, and never taken
without being asked. A word that two languages or corpora use for two emotions is left out.
"""

from __future__ import annotations

from collections.abc import Collection

from sertool.types import Emotion

_WORDS: dict[Emotion, str] = {
    "angry": (
        "angry anger ang rage fury furious hot_anger hotanger cold_anger coldanger mad irate "
        "wut wuetend wütend ärger aerger ärgerlich aergerlich zorn zornig verärgert "
        "veraergert rabbia arrabbiato arrabbiata rab colère colere en_colère fâché fachée "
        "fâchée énervé enervé ira enojo enojado enojada enfado enfadado enfadada rabia "
        "furioso furiosa"
    ),
    "boredom": (
        "boredom bored bor langeweile gelangweilt noia annoiato annoiata ennui ennuyé ennuyée "
        "aburrimiento aburrido aburrida"
    ),
    "calm": (
        "calm calmness cal relaxed serene ruhig gelassen calma calmo tranquillo tranquilla "
        "calme tranquilo tranquila"
    ),
    "disgust": (
        "disgust disgusted disgusting disg ekel angeekelt geekelt disgusto disgustato "
        "disgustata dégoût degout dégoûté dégoûtée asco repugnancia asqueado asqueada"
    ),
    "fear": (
        "fear fearful fea afraid scared frightened anxious_fear angst ängstlich aengstlich "
        "furcht panik paura spaventato spaventata pau peur apeuré apeurée effrayé effrayée "
        "miedo asustado asustada temor"
    ),
    "happy": (
        "happy happiness hap happily joy joyful joyous freude fröhlich froehlich glücklich "
        "gluecklich freudig gioia felice felicità felicita allegria gio joie joyeux joyeuse "
        "heureux heureuse bonheur alegría alegria alegre felicidad feliz"
    ),
    "neutral": ("neutral neutrality neu neut neutrale neutre neutro neutra emotionless"),
    "sad": (
        "sad sadness unhappy sorrow sorrowful trauer traurig traurigkeit tristezza triste tri "
        "tristesse tristeza"
    ),
    "surprise": (
        "surprise surprised surprising sur surp pleasant_surprise pleasantly_surprised ps "
        "überraschung ueberraschung überrascht ueberrascht sorpresa sorpreso sor surpris "
        "étonné étonnée sorprendido sorprendida"
    ),
}
SYNONYMS: dict[str, Emotion] = {
    spelling: emotion
    for emotion, names in _WORDS.items()
    for name in names.split()
    for spelling in (name.replace("_", " "), name, name.replace("_", "-"))
} | {"dis": "disgust"}
"""Word in small letters -> emotion; `triste` is sad in Italian, French and Spanish alike."""

_OTHER = (
    "xxx oth other others no_agreement no-agreement noagreement no_consensus undecided sonstiges "
    "altro autre otro"
)
NO_EMOTION = frozenset([*_OTHER.split(), "no agreement", "no consensus"])
"""Words for recordings without an emotion of their own or without agreement."""

AMBIGUOUS: dict[str, Emotion] = {
    "exc": "happy", "excited": "happy", "excitement": "happy", "fru": "angry",
    "frustrated": "angry", "frustration": "angry",
}  # fmt: skip
"""Words that papers count to an emotion that they are not."""

_MSP: dict[str, Emotion] = {
    "a": "angry", "h": "happy", "s": "sad", "n": "neutral", "f": "fear", "d": "disgust",
    "u": "surprise", "c": "", "o": "", "x": "",
}  # fmt: skip
"""MSP-Podcast: C is contempt, O other, X no agreement, none of which is an emotion of sertool's."""
_EMODB: dict[str, Emotion] = {
    "w": "angry", "l": "boredom", "e": "disgust", "a": "fear", "f": "happy", "t": "sad",
    "n": "neutral",
}  # fmt: skip
"""EmoDB, after the German words."""
_SAVEE: dict[str, Emotion] = {
    "a": "angry", "d": "disgust", "f": "fear", "h": "happy", "n": "neutral", "sa": "sad",
    "su": "surprise",
}  # fmt: skip


def by_letters(keys: Collection[str]) -> dict[str, Emotion]:
    """What codes of one letter mean, where a table's other codes leave no doubt; else nothing.

    A and F are angry and fear to some, Angst and Freude to others: a letter that only one of them
    uses has to be there, for EmoDB the W of Wut.

    >>> by_letters(["a", "h", "x"])["a"], by_letters(["a", "w"])["a"], by_letters(["a", "n"])
    ('angry', 'fear', {})
    """
    short = {key for key in keys if len(key) <= 2 and key.isalpha()}
    if not short or short != {*keys} - {""}:
        return {}
    fitting = [
        scheme
        for scheme, signs in ((_MSP, "huoxd"), (_EMODB, "w"), (_SAVEE, ("sa", "su")))
        if short <= scheme.keys() and short & {*signs}
    ]
    if len(fitting) != 1:
        return {}
    doubtful = {"c"} - {"c" for key in short if key in "oxu"}  # calm to some, contempt to others
    return {key: fitting[0][key] for key in short - doubtful}
