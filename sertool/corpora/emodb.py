"""Berlin Database of Emotional Speech (EmoDB).

Ten actors, ten everyday sentences, seven emotions, German, 16 kHz. A file's name holds speaker (two
digits), sentence (three characters), emotion (the initial of its German name) and take. The
speakers' sexes are those of the database's documentation.
"""

from __future__ import annotations

from sertool.corpora import match_name
from sertool.types import Clip, Corpus, Emotion

CODES: dict[str, Emotion] = {
    "A": "fear",  # Angst
    "E": "disgust",  # Ekel
    "F": "happy",  # Freude
    "L": "boredom",  # Langeweile
    "N": "neutral",
    "T": "sad",  # Trauer
    "W": "angry",  # Wut
}
GENDERS = {
    "03": "male", "08": "female", "09": "female", "10": "male", "11": "male", "12": "male",
    "13": "female", "14": "female", "15": "male", "16": "female",
}  # fmt: skip
SENTENCES = ("a01", "a02", "a04", "a05", "a07", "b01", "b02", "b03", "b09", "b10")
PATTERN = rf"({'|'.join(GENDERS)})({'|'.join(SENTENCES)})([{''.join(CODES)}])([a-z])"


def parse(path: str) -> Clip | None:
    """Speaker, sentence, emotion and take from the file name; the folders do not matter.

    >>> parse("wav/03a01Fa.wav")
    Clip(path='wav/03a01Fa.wav', emotion='happy', speaker='03', recording='03a01Fa', \
raw_label='F', sentence='a01', gender='male', intensity='', language='')
    >>> parse("wav/readme.wav") is None
    True
    """
    name = match_name(PATTERN, path)
    if name is None:
        return None
    speaker, sentence, code, take = name[1], name[2].lower(), name[3].upper(), name[4].lower()
    return Clip(
        path=path,
        emotion=CODES[code],
        speaker=speaker,
        recording=f"{speaker}{sentence}{code}{take}",
        raw_label=code,
        sentence=sentence,
        gender=GENDERS[speaker],
    )


corpus = Corpus(
    name="emodb",
    language="de",
    licence="CC0 1.0",
    url="http://emodb.bilderbar.info",
    citation=(
        "F. Burkhardt, A. Paeschke, M. Rolfes, W. F. Sendlmeier, B. Weiss: A database of German "
        "emotional speech. Interspeech 2005, 1517-1520. doi:10.21437/Interspeech.2005-446"
    ),
    clips=535,
    speakers=10,
    parse=parse,
)
