"""nEMO: nine actors, ninety sentences, six emotions, Polish.

A file's name holds speaker, emotion and the number of the sentence, which is the same text for all
speakers and emotions. The speakers' sexes are those of the release's `data.tsv`.
"""

from __future__ import annotations

from sertool.corpora import match_name
from sertool.types import Clip, Corpus, Emotion

CODES: dict[str, Emotion] = {
    "anger": "angry",
    "fear": "fear",
    "happiness": "happy",
    "neutral": "neutral",
    "sadness": "sad",
    "surprised": "surprise",
}
GENDERS = {
    "EB0": "female", "IC0": "female", "KD0": "female", "KS0": "male", "MK0": "female",
    "MP0": "male", "SM0": "male", "TP0": "male", "WR0": "male",
}  # fmt: skip
PATTERN = rf"({'|'.join(GENDERS)})_({'|'.join(CODES)})_([1-9]\d?)"


def parse(path: str) -> Clip | None:
    """Speaker, emotion and sentence from the file name; the folders do not matter.

    >>> parse("samples/EB0_anger_1.wav")
    Clip(path='samples/EB0_anger_1.wav', emotion='angry', speaker='EB0', \
recording='EB0_anger_1', raw_label='anger', sentence='1', gender='female', intensity='', \
language='')
    >>> parse("samples/EB0_anger.wav") is None
    True
    """
    name = match_name(PATTERN, path)
    if name is None:
        return None
    speaker, word, sentence = name[1].upper(), name[2].lower(), name[3]
    return Clip(
        path=path,
        emotion=CODES[word],
        speaker=speaker,
        recording=f"{speaker}_{word}_{sentence}",
        raw_label=word,
        sentence=sentence,
        gender=GENDERS[speaker],
    )


corpus = Corpus(
    name="nemo",
    language="pl",
    licence="CC BY-NC-SA 4.0",
    url="https://github.com/amu-cai/nEMO",
    citation=(
        "I. Christop: nEMO: Dataset of Emotional Speech in Polish. Joint International Conference "
        "on Computational Linguistics, Language Resources and Evaluation (LREC-COLING), "
        "12111-12116, 2024"
    ),
    clips=4481,
    speakers=9,
    parse=parse,
)
