"""EMOVO: six actors, fourteen sentences, seven emotions, Italian, stereo.

A file's name holds emotion (the first three letters of its Italian name), speaker (f1 to f3 women,
m1 to m3 men) and sentence. Its makers state no licence.
"""

from __future__ import annotations

from sertool.corpora import match_name
from sertool.types import Clip, Corpus, Emotion

CODES: dict[str, Emotion] = {
    "dis": "disgust",  # disgusto
    "gio": "happy",  # gioia
    "neu": "neutral",  # neutrale
    "pau": "fear",  # paura
    "rab": "angry",  # rabbia
    "sor": "surprise",  # sorpresa
    "tri": "sad",  # tristezza
}
PATTERN = rf"({'|'.join(CODES)})-([fm][1-3])-(b[1-3]|d[12]|l[1-4]|n[1-5])"


def parse(path: str) -> Clip | None:
    """Emotion, speaker and sentence from the file name; the folders do not matter.

    >>> parse("EMOVO/f1/dis-f1-b1.wav")
    Clip(path='EMOVO/f1/dis-f1-b1.wav', emotion='disgust', speaker='f1', recording='dis-f1-b1', \
raw_label='dis', sentence='b1', gender='female', intensity='', language='')
    >>> parse("EMOVO/f1/dis-f4-b1.wav") is None
    True
    """
    name = match_name(PATTERN, path)
    if name is None:
        return None
    code, speaker, sentence = (part.lower() for part in name.groups())
    return Clip(
        path=path,
        emotion=CODES[code],
        speaker=speaker,
        recording=f"{code}-{speaker}-{sentence}",
        raw_label=code,
        sentence=sentence,
        gender="female" if speaker.startswith("f") else "male",
    )


corpus = Corpus(
    name="emovo",
    language="it",
    licence="none stated",
    url="http://www.lrec-conf.org/proceedings/lrec2014/summaries/591.html",
    citation=(
        "G. Costantini, I. Iaderola, A. Paoloni, M. Todisco: EMOVO Corpus: an Italian Emotional "
        "Speech Database. Ninth International Conference on Language Resources and Evaluation "
        "(LREC), 3501-3504, 2014"
    ),
    clips=588,
    speakers=6,
    parse=parse,
)
