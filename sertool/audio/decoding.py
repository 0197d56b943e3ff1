"""Decode sound by blocks, and the limits on what recordings may hold.

What a header says of the length is never believed: what is there is read to its end, and limits
count what was decoded, so that a hostile header costs neither time nor memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

import numpy as np
import soundfile

from sertool import versions
from sertool.audio import channels, containers, headers, libsndfile, mpeg, nosound, pyav, sources
from sertool.audio.extent import Extent
from sertool.audio.sources import Recording, Source
from sertool.errors import BadChoice, BadRecording, MissingExtra

RATES = (1_000, 768_000)
"""Lowest and highest sampling rate in Hz that is believed."""
LOUDEST = 1e9
"""Largest sample, full scale being 1; the squares of larger ones are no numbers any more."""
POSSIBLE = "WAV, FLAC, OGG, OPUS, MP3, M4A, AAC, WebM or WMA"


@dataclass(frozen=True)
class Stream:
    """A recording that is being decoded.

    Attributes:
        rate: its own sampling rate, in Hz.
        n_channels: how many it has.
        channels: its samples in order, in blocks of shape (n, n_channels), float32.
        extent: how much of it there is, known once `channels` came to their end.
        channel: which one is analysed, from 0 on; None = the mean of all.
        cancelled: whether it is analysed since the channels cancel each other.
    """

    rate: int
    n_channels: int
    channels: Iterator[np.ndarray]
    extent: Extent = field(default_factory=Extent)
    channel: int | None = None
    cancelled: bool = False

    @property
    def blocks(self) -> Iterator[np.ndarray]:
        """What is analysed, mono, in blocks of shape (n,)."""
        return (mono(block, self.channel) for block in self.channels)

    @property
    def label(self) -> str:
        """What the channel that is analysed is called, "" = all of them, or the only one."""
        return "" if self.channel is None else channels.label(self.channel, self.n_channels)

    def remarks(self) -> tuple[str, ...]:
        """What to say of the recording once it was decoded, a phrase each."""
        said = self.extent.remarks()
        if not self.cancelled or self.channel is None:
            return said
        return (channels.remark(self.channel, self.n_channels), *said)


Opener = Callable[[], AbstractContextManager[Stream]]
"""Opens a recording from its beginning."""


@dataclass(frozen=True)
class _Limits:
    name: str
    longest_s: float
    most_values: float

    def counted(self, stream: Stream) -> Stream:
        """The same, refused where it goes beyond the limits."""
        return replace(stream, channels=self._counted(stream))

    def _counted(self, stream: Stream) -> Iterator[np.ndarray]:
        n_samples = 0
        for block in stream.channels:
            n_samples += len(block)
            self._check(n_samples, stream)
            yield checked(self.name, block)
        stream.extent.there_s = n_samples / stream.rate
        if not n_samples:
            raise BadRecording(f"'{self.name}' holds no samples; record or export it again")

    def _check(self, n_samples: int, stream: Stream) -> None:
        most = min(self.longest_s * stream.rate, self.most_values / stream.n_channels)
        if n_samples > most:
            minutes = f"{most / stream.rate / 60:.3g} minutes"
            many = "s" * (stream.n_channels > 1)
            raise BadRecording(
                f"'{self.name}' is longer than {minutes}, the most that is read at {stream.rate} "
                f"Hz in {stream.n_channels} channel{many}; cut it into shorter ones"
            )


@contextmanager
def open_recording(
    recording: Recording,
    longest_s: float,
    most_values: float = float("inf"),
    channel: str = channels.MIX,
) -> Iterator[Stream]:
    """Open a recording to decode it block by block, in constant memory.

    Where the channels would cancel each other in their mean (`sertool.audio.channels`), the
    loudest is analysed instead; to know that, several channels are decoded once before.

    Args:
        recording: the path of a sound file, an open one, or its bytes.
        longest_s: recordings beyond this many seconds are refused.
        most_values: those with more samples times channels are, too.
        channel: "mix", "left", "right" or a number from 1 on.

    Raises:
        NotFound: there is no such file.
        BadChoice: no such name of a channel.
        BadRecording: no audio, no samples, NaN, infinite or absurdly large samples, a name that
            is not UTF-8, no such channel, or more sound than the limits allow; some are seen only
            when that block comes.
        MissingExtra: what needs PyAV, which is not installed.
    """
    name = sources.name(recording)
    with chosen(partial(open_channels, recording, longest_s, most_values), channel, name) as stream:
        yield stream


@contextmanager
def chosen(opener: Opener, channel: str, name: str) -> Iterator[Stream]:
    """A recording with the choice of what is analysed, as `open_recording` makes it.

    Args:
        opener: opens the recording from its beginning, each time that it is called.
        channel: as above, one only.
        name: of the recording, for the error.

    Raises:
        BadChoice, BadRecording: as above.
    """
    with opener() as stream:
        picked = channels.indices(channel, stream.n_channels, name)
        if len(picked) > 1:
            raise BadChoice(f"channel {channel!r} stands for several; give one: left, right")
        (index,) = picked
        if index is not None or stream.n_channels == 1:
            yield replace(stream, channel=index)
            return
        instead = _instead(opener)
        yield replace(stream, channel=instead, cancelled=instead is not None)


def _instead(opener: Opener) -> int | None:
    with opener() as stream:
        balance = channels.Balance(stream.n_channels)
        for block in stream.channels:
            balance.add(block)
    return balance.instead()


def names_of_channels(recording: Recording, longest_s: float) -> tuple[str, ...]:
    """What `open_recording` takes for each channel of a recording, in order; "mix" if it has one.

    Raises:
        NotFound, BadRecording, MissingExtra: as above.
    """
    with open_channels(recording, longest_s) as stream:
        if stream.n_channels == 1:
            return (channels.MIX,)
        if stream.n_channels == 2:
            return channels.SIDES
        return tuple(str(number + 1) for number in range(stream.n_channels))


@contextmanager
def open_channels(
    recording: Recording, longest_s: float, most_values: float = float("inf")
) -> Iterator[Stream]:
    """The same, all channels, without a choice of what is analysed: their mean."""
    with sources.opened(recording) as source:
        limits = _Limits(source.name, longest_s, most_values)
        with _opened(source) as stream:
            check_rate(source.name, stream.rate)
            yield limits.counted(stream)


@contextmanager
def _opened(source: Source) -> Iterator[Stream]:
    head = source.read(source.start, nosound.HEAD)
    if not head:
        raise BadRecording(f"'{source.name}' is empty: 0 bytes; download or record it again")
    what = nosound.known(head)
    if what:
        raise BadRecording(f"'{source.name}' is {what}")
    header = headers.header(source.file, source.start, source.end)
    place = header.mpeg or (mpeg.after_tags(source.file, source.start, source.end), source.end)
    begin = source.read(place[0], containers.HEAD)
    demuxer = None if header.mpeg else containers.demuxer(begin)
    with ExitStack() as stack:
        if demuxer:
            yield stack.enter_context(_through_pyav(source, demuxer, header))
            return
        frames = mpeg.frames(source.file, *place) if mpeg.frame(begin) else None
        try:
            stream = _through_libsndfile(source, header, frames, stack)
        except soundfile.LibsndfileError as error:
            stream = stack.enter_context(_otherwise(source, header, error))
        yield stream


def _through_libsndfile(
    source: Source, header: headers.Header, frames: mpeg.Frames | None, stack: ExitStack
) -> Stream:
    file, extent = libsndfile.opened(source, header, frames, stack)
    blocks = libsndfile.blocks(file, extent)
    blocks = _measured(blocks, file.samplerate, extent, header.share_there)
    return Stream(file.samplerate, file.channels, blocks, extent)


@contextmanager
def _through_pyav(source: Source, demuxer: str, header: headers.Header) -> Iterator[Stream]:
    with pyav.open_container(source, demuxer) as (rate, blocks, extent):
        first = next(blocks, np.empty((0, 1), np.float32))
        every = _measured(chain([first], blocks), rate, extent, header.share_there)
        yield Stream(rate, first.shape[1], every, extent)


def _measured(
    blocks: Iterator[np.ndarray], rate: int, extent: Extent, share_there: float | None
) -> Iterator[np.ndarray]:
    """The same blocks; how long all would be where a header says that this is a share of it."""
    n_samples = 0
    for block in blocks:
        n_samples += len(block)
        if share_there:
            extent.said_s = max(extent.said_s, n_samples / rate / share_there)
        yield block


@contextmanager
def _otherwise(
    source: Source, header: headers.Header, error: soundfile.LibsndfileError
) -> Iterator[Stream]:
    """What libsndfile does not open: MPEG audio behind something else, or what PyAV knows."""
    reason = f"'{source.name}' cannot be decoded ({error.error_string.strip()}); "
    head = source.read(source.start, nosound.HEAD)
    what = nosound.text(head)
    if what:
        raise BadRecording(f"'{source.name}' is {what}") from None
    demuxer = containers.other_demuxer(head)
    frames = None if demuxer else mpeg.frames(source.file, source.start, source.end)
    with ExitStack() as stack:
        try:
            if frames:
                stream = _through_libsndfile(source, replace(header, mpeg=(0, 0)), frames, stack)
            elif demuxer:
                stream = stack.enter_context(_through_pyav(source, demuxer, header))
            else:
                raise BadRecording
        except MissingExtra:
            raise MissingExtra(
                f"{reason}PyAV decodes more kinds: {versions.hint('formats')}, or give a complete "
                f"{POSSIBLE} file"
            ) from None
        except (BadRecording, soundfile.LibsndfileError):
            raise BadRecording(f"{reason}give a complete {POSSIBLE} file") from None
        yield stream


def analysed(samples: np.ndarray, channel: int | None) -> np.ndarray:
    """The channels that what is analysed is made of, (n, n_channels) -> (n, those).

    >>> analysed(np.array([[0.5, -0.5], [1.0, 0.0]]), 1).tolist()
    [[-0.5], [0.0]]
    """
    return samples if channel is None else samples[:, channel : channel + 1]


def mono(samples: np.ndarray, channel: int | None) -> np.ndarray:
    """A channel, or the mean of all where it is None, shape (n, n_channels) -> (n,).

    >>> mono(np.array([[0.5, -0.5], [1.0, 0.0]]), 1)
    array([-0.5,  0. ])
    """
    return mixed(samples) if channel is None else samples[:, channel]


def mixed(samples: np.ndarray) -> np.ndarray:
    """Mono: the mean of the channels, shape (n, n_channels) -> (n,).

    >>> mixed(np.array([[0.5, -0.5], [1.0, 0.0]]))
    array([0. , 0.5])
    """
    return samples.mean(axis=1) if samples.shape[1] > 1 else samples[:, 0]


def checked(name: object, samples: np.ndarray) -> np.ndarray:
    """The same samples.

    Raises:
        BadRecording: some are NaN, infinite or absurdly large.
    """
    # extremes, which NaN makes NaN, take no memory as the sizes of all samples would
    if not (samples.max(initial=0) <= LOUDEST and samples.min(initial=0) >= -LOUDEST):
        raise BadRecording(
            f"'{name}' holds NaN or infinite samples, or some beyond {LOUDEST:.0e} times full "
            "scale; export it again"
        )
    return samples


def check_rate(name: object, rate: float) -> None:
    """Refuse a sampling rate outside `RATES`.

    Raises:
        BadChoice: it is no number.
        BadRecording: what is claimed, and what is possible.
    """
    lowest, highest = RATES
    if isinstance(rate, bool) or not isinstance(rate, int | float | np.integer | np.floating):
        raise BadChoice(f"'{name}' has a rate of {rate!r}; give a number of Hz, such as 16000")
    if not lowest <= rate <= highest:
        raise BadRecording(f"'{name}' claims {rate} Hz; possible are {lowest} to {highest} Hz")
