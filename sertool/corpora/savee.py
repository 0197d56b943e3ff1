"""Surrey Audio-Visual Expressed Emotion (SAVEE), sound only.

Four men (DC, JE, JK, KL), seven emotions, English, 44.1 kHz. Speaker, emotion and number name a
recording: `DC/a01` in the official form, `ALL/DC_a01` in the flat one.

Each emotion has 15 sentences: 3 common to all emotions, 2 of its own that are spoken once more as
neutral, and 10 of its own alone; neutral has 30. The names do not say which is which. Aligning all
recordings of each speaker (dynamic time warping of cepstra) shows, alike for all four: 1 to 3 are
the common ones, 4 and 5 those spoken twice; neutral has the common ones as 1 to 3 and once more as
16 to 18, sentences of its own as 4 to 15 and those of the other emotions as 19 to 30, in the order
of `TWICE_SPOKEN`.
"""

from __future__ import annotations

from sertool.corpora import match_name
from sertool.types import Clip, Corpus, Emotion

CODES: dict[str, Emotion] = {
    "a": "angry",
    "d": "disgust",
    "f": "fear",
    "h": "happy",
    "n": "neutral",
    "sa": "sad",
    "su": "surprise",
}
TWICE_SPOKEN = (
    "a04", "a05", "d04", "d05", "f04", "f05", "su04", "su05", "sa04", "sa05", "h04", "h05",
)  # fmt: skip
"""The sentences of n19 to n30."""


def parse(path: str) -> Clip | None:
    """Speaker, emotion and number from the file name, the speaker perhaps from its folder.

    >>> parse("ALL/DC_su04.wav")
    Clip(path='ALL/DC_su04.wav', emotion='surprise', speaker='DC', recording='DC_su04', \
raw_label='su', sentence='su04', gender='male', intensity='', language='')
    >>> parse("AudioData/DC/su04.wav").recording
    'DC_su04'
    >>> parse("AudioData/su04.wav") is None
    True
    """
    name = match_name(rf"(DC|JE|JK|KL)[_/]({'|'.join(CODES)})(\d\d)", path)
    if name is None:
        return None
    speaker, code, number = name[1].upper(), name[2].lower(), int(name[3])
    if not 1 <= number <= (30 if code == "n" else 15):
        return None
    return Clip(
        path=path,
        emotion=CODES[code],
        speaker=speaker,
        recording=f"{speaker}_{code}{number:02}",
        raw_label=code,
        sentence=_sentence(code, number),
        gender="male",
    )


def _sentence(code: str, number: int) -> str:
    """Equal for two recordings where, and only where, the same text is spoken.

    >>> [_sentence(*name) for name in [("a", 1), ("n", 1), ("n", 16), ("a", 4), ("n", 19)]]
    ['common-1', 'common-1', 'common-1', 'a04', 'a04']
    """
    if code == "n" and number >= 19:
        return TWICE_SPOKEN[number - 19]
    if code == "n" and number >= 16:
        return f"common-{number - 15}"
    return f"common-{number}" if number <= 3 else f"{code}{number:02}"


corpus = Corpus(
    name="savee",
    language="en",
    licence="research only",
    url="http://kahlan.eps.surrey.ac.uk/savee/",
    citation=(
        "S. Haq, P. J. B. Jackson: Multimodal Emotion Recognition. In W. Wang (ed.): Machine "
        "Audition: Principles, Algorithms and Systems, IGI Global, 398-423, 2010"
    ),
    clips=480,
    speakers=4,
    parse=parse,
)
