"""Ryerson Audio-Visual Database of Emotional Speech and Song (RAVDESS), speech, sound only.

24 actors, two statements, eight emotions, English, 48 kHz. Seven numbers name a file: modality
(03 = sound only), channel (01 = speech, 02 = song), emotion, intensity, statement, repetition and
actor (odd = male). Songs and films of the same release are not clips of this corpus.

Known flaws: a few files are stereo; 03-01-03-01-02-02-07 is the same sound as 03-01-03-01-02-01-07.
"""

from __future__ import annotations

from sertool.corpora import match_name
from sertool.types import Clip, Corpus, Emotion

CODES: dict[str, tuple[str, Emotion]] = {
    "01": ("neutral", "neutral"),
    "02": ("calm", "calm"),
    "03": ("happy", "happy"),
    "04": ("sad", "sad"),
    "05": ("angry", "angry"),
    "06": ("fearful", "fear"),
    "07": ("disgust", "disgust"),
    "08": ("surprised", "surprise"),
}
"""Number in the file name -> the makers' word, which is the raw label, and sertool's."""

INTENSITIES = {"01": "normal", "02": "strong"}
STATEMENTS = {"01": "kids", "02": "dogs"}
"""Kids are talking by the door; dogs are sitting by the door."""


def parse(path: str) -> Clip | None:
    """Read the seven numbers of the file name; the folders do not matter.

    >>> parse("Actor_12/03-01-06-01-02-01-12.wav")
    Clip(path='Actor_12/03-01-06-01-02-01-12.wav', emotion='fear', speaker='12', \
recording='03-01-06-01-02-01-12', raw_label='fearful', sentence='dogs', gender='female', \
intensity='normal', language='')
    >>> parse("Actor_12/03-02-06-01-02-01-12.wav") is None  # a song
    True
    """
    name = match_name(r"03-01-(0[1-8])-(0[12])-(0[12])-0[12]-(0[1-9]|1\d|2[0-4])", path)
    if name is None:
        return None
    emotion, intensity, statement, actor = name.groups()
    raw_label, word = CODES[emotion]
    return Clip(
        path=path,
        emotion=word,
        speaker=actor,
        recording=name[0],
        raw_label=raw_label,
        sentence=STATEMENTS[statement],
        gender="male" if int(actor) % 2 else "female",
        intensity=INTENSITIES[intensity],
    )


corpus = Corpus(
    name="ravdess",
    language="en",
    licence="CC BY-NC-SA 4.0",
    url="https://doi.org/10.5281/zenodo.1188976",
    citation=(
        "S. R. Livingstone, F. A. Russo: The Ryerson Audio-Visual Database of Emotional Speech and "
        "Song (RAVDESS): A dynamic, multimodal set of facial and vocal expressions in North "
        "American English. PLoS ONE 13(5): e0196391, 2018. doi:10.1371/journal.pone.0196391"
    ),
    clips=1440,
    speakers=24,
    parse=parse,
)
