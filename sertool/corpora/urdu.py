"""URDU: utterances of four emotions from Urdu talk shows, in everyday speech.

A file's name holds sex and number of the speaker (SM1, SF11), the speaker's count of files (F10)
and emotion with a running number (A010). The makers speak of 38 speakers; the names tell 29, most
of whom utter one emotion only. What is said is not in the names.
"""

from __future__ import annotations

from sertool.corpora import match_name
from sertool.types import Clip, Corpus, Emotion

CODES: dict[str, Emotion] = {"A": "angry", "H": "happy", "N": "neutral", "S": "sad"}
GENDERS = {"F": "female", "M": "male"}


def parse(path: str) -> Clip | None:
    """Speaker and emotion from the file name; the folders do not matter.

    >>> parse("Angry/SM1_F10_A010.wav")
    Clip(path='Angry/SM1_F10_A010.wav', emotion='angry', speaker='SM1', \
recording='SM1_F10_A010', raw_label='A', sentence='', gender='male', intensity='', language='')
    >>> parse("Angry/SX1_F10_A010.wav") is None
    True
    """
    name = match_name(rf"(S([FM])\d+)_F\d+_([{''.join(CODES)}])\d+", path)
    if name is None:
        return None
    speaker, gender, code = (part.upper() for part in name.groups())
    return Clip(
        path=path,
        emotion=CODES[code],
        speaker=speaker,
        recording=name[0].upper(),
        raw_label=code,
        gender=GENDERS[gender],
    )


corpus = Corpus(
    name="urdu",
    language="ur",
    licence="research only",
    url="https://github.com/siddiquelatif/URDU-Dataset",
    citation=(
        "S. Latif, A. Qayyum, M. Usman, J. Qadir: Cross Lingual Speech Emotion Recognition: Urdu "
        "vs. Western Languages. International Conference on Frontiers of Information Technology "
        "(FIT), 88-93, 2018. arXiv:1812.10411"
    ),
    clips=400,
    speakers=29,
    parse=parse,
)
