"""Crowd-sourced Emotional Multimodal Actors Dataset (CREMA-D).

91 actors, twelve sentences, six emotions, English, 16 kHz. A file's name holds actor, sentence,
emotion and intensity (LO, MD, HI; XX = not asked for). The release holds each recording as
`AudioWAV` and once more as `AudioMP3`, where some files are blank; a recording counts once, as WAV
where it is there. The actors' sexes are those of the release's `VideoDemographics.csv`.

Known flaws: three pairs are the same sound under two emotions (1006_TIE NEU and HAP, 1013_WSI SAD
and DIS, 1017_IWW FEA and ANG); 1076_MTI_SAD_XX is silent; older copies write 1040_ITH_SAD_X.
"""

from __future__ import annotations

from sertool.corpora import match_name
from sertool.types import Clip, Corpus, Emotion

CODES: dict[str, Emotion] = {
    "ANG": "angry",
    "DIS": "disgust",
    "FEA": "fear",
    "HAP": "happy",
    "NEU": "neutral",
    "SAD": "sad",
}
SENTENCES = (
    "DFA", "IEO", "IOM", "ITH", "ITS", "IWL", "IWW", "MTI", "TAI", "TIE", "TSI", "WSI",
)  # fmt: skip
FEMALE = frozenset({
    1002, 1003, 1004, 1006, 1007, 1008, 1009, 1010, 1012, 1013, 1018, 1020, 1021, 1024, 1025, 1028,
    1029, 1030, 1037, 1043, 1046, 1047, 1049, 1052, 1053, 1054, 1055, 1056, 1058, 1060, 1061, 1063,
    1072, 1073, 1074, 1075, 1076, 1078, 1079, 1082, 1084, 1089, 1091,
})  # fmt: skip
"""43 of the 91 actors; the other 48 are male."""

PATTERN = (
    rf"(10(?:0[1-9]|[1-8]\d|9[01]))_({'|'.join(SENTENCES)})_({'|'.join(CODES)})_(LO|MD|HI|XX?)"
)


def parse(path: str) -> Clip | None:
    """Actor, sentence, emotion and intensity from the file name; the folders do not matter.

    >>> parse("AudioWAV/1001_IEO_FEA_HI.wav")
    Clip(path='AudioWAV/1001_IEO_FEA_HI.wav', emotion='fear', speaker='1001', \
recording='1001_IEO_FEA_HI', raw_label='FEA', sentence='IEO', gender='male', intensity='HI', \
language='')
    >>> parse("AudioWAV/1040_ITH_SAD_X.wav").recording
    '1040_ITH_SAD_XX'
    >>> parse("AudioWAV/1092_IEO_FEA_HI.wav") is None
    True
    """
    name = match_name(PATTERN, path)
    if name is None:
        return None
    actor, sentence, code, intensity = (part.upper() for part in name.groups())
    intensity = "XX" if intensity == "X" else intensity
    return Clip(
        path=path,
        emotion=CODES[code],
        speaker=actor,
        recording=f"{actor}_{sentence}_{code}_{intensity}",
        raw_label=code,
        sentence=sentence,
        gender="female" if int(actor) in FEMALE else "male",
        intensity=intensity,
    )


corpus = Corpus(
    name="cremad",
    language="en",
    licence="ODbL 1.0, contents DbCL 1.0",
    url="https://github.com/CheyneyComputerScience/CREMA-D",
    citation=(
        "H. Cao, D. G. Cooper, M. K. Keutmann, R. C. Gur, A. Nenkova, R. Verma: CREMA-D: "
        "Crowd-sourced Emotional Multimodal Actors Dataset. IEEE Transactions on Affective "
        "Computing 5(4), 377-390, 2014. doi:10.1109/TAFFC.2014.2336244"
    ),
    clips=7442,
    speakers=91,
    parse=parse,
)
