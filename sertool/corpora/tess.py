"""Toronto Emotional Speech Set (TESS): "Say the word ..." with 200 words.

Two actresses, OAF (64 years old) and YAF (26), seven emotions, English. A file's name holds
actress, word and emotion; the folders' names vary from copy to copy and tell nothing more. A
widespread copy holds the whole set a second time, one folder down.

Known flaws: one file reads OA_bite_neutral for OAF_bite_neutral; one is sampled at 96 kHz.
"""

from __future__ import annotations

from sertool.corpora import match_name
from sertool.types import Clip, Corpus, Emotion

CODES: dict[str, Emotion] = {
    "angry": "angry",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happy",
    "neutral": "neutral",
    "ps": "surprise",
    "sad": "sad",
}
"""`ps` is the set's "pleasant surprise"."""


def parse(path: str) -> Clip | None:
    """Actress, word and emotion from the file name; the folders do not matter.

    >>> parse("OAF_Pleasant_surprise/OAF_back_ps.wav")
    Clip(path='OAF_Pleasant_surprise/OAF_back_ps.wav', emotion='surprise', speaker='OAF', \
recording='OAF_back_ps', raw_label='ps', sentence='back', gender='female', intensity='', \
language='')
    >>> parse("OAF_neutral/OA_bite_neutral.wav").recording
    'OAF_bite_neutral'
    >>> parse("OAF_neutral/OAF_bite_bored.wav") is None
    True
    """
    name = match_name(rf"(OAF?|YAF)_([a-z]+)_({'|'.join(CODES)})", path)
    if name is None:
        return None
    speaker = f"{name[1][0].upper()}AF"
    word, code = name[2].lower(), name[3].lower()
    return Clip(
        path=path,
        emotion=CODES[code],
        speaker=speaker,
        recording=f"{speaker}_{word}_{code}",
        raw_label=code,
        sentence=word,
        gender="female",
    )


corpus = Corpus(
    name="tess",
    language="en",
    licence="CC BY-NC-ND 4.0",
    url="https://doi.org/10.5683/SP2/E8H2MF",
    citation=(
        "M. K. Pichora-Fuller, K. Dupuis: Toronto emotional speech set (TESS). Scholars Portal "
        "Dataverse, 2020. doi:10.5683/SP2/E8H2MF"
    ),
    clips=2800,
    speakers=2,
    parse=parse,
)
