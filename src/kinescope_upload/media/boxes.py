"""Walks through the boxes of an MP4 or MOV file (ISO/IEC 14496-12, section 4.2). Pure: others read the bytes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Read = Callable[[int, int], bytes]
"""Gives at most so many bytes (second) from a position (first); fewer at the end of the file."""

_WINDOW: Final = 4096
_SIZE_FOLLOWS, _TO_THE_END = 1, 0
_MOST_INNER: Final = 1000
_PRINTABLE: Final = frozenset(range(0x20, 0x7F)) | {0xA9}
"""The bytes of a box's type: ASCII, and the sign with which QuickTime's own begin."""
_SOUND, _PICTURE = b"soun", b"vide"
_LONG: Final = 1
"""The version of a box whose times have 64 bits."""


class Box(NamedTuple):
    """A box: its type, where its content starts, and where it ends, which may be past the end of what holds it."""

    kind: bytes
    start: int
    end: int


class Movie(NamedTuple):
    """What `moov` says.

    `duration` is in seconds, None where it does not say; `video` and `audio` count the tracks; `is_packed` says that
    all of it is compressed (QuickTime's `cmov`) and nothing known; `is_damaged` that a box in it ends past its end.
    """

    duration: float | None = None
    video: int = 0
    audio: int = 0
    is_packed: bool = False
    is_damaged: bool = False


def through_window(read: Read) -> Read:
    """Reads more than is asked for, so that neighbouring boxes cost one read of the disk."""
    start, held = 0, b""

    def from_window(position: int, length: int) -> bytes:
        nonlocal start, held
        if not start <= position <= position + length <= start + len(held):
            start, held = position, read(position, max(length, _WINDOW))
        return held[position - start : position - start + length]

    return from_window


def boxes(read: Read, start: int, end: int) -> Iterator[Box]:
    """Yields the boxes between two positions, until one reaches the end or something that is no box is met."""
    while start < end:
        header = read(start, 16)
        size, kind = int.from_bytes(header[:4], "big"), header[4:8]
        content = start + 8
        if size == _SIZE_FOLLOWS:
            size, content = int.from_bytes(header[8:16], "big"), start + 16
        elif size == _TO_THE_END:
            size = end - start
        if len(kind) < 4 or not _PRINTABLE.issuperset(kind) or start + size < content:  # noqa: PLR2004 - 4 bytes
            return
        yield Box(kind, content, start + size)
        start += size


def read_movie(read: Read, moov: Box) -> Movie:
    """Reads the duration and the tracks of a movie; the box must lie in the file."""
    inner = _inner(read, moov)
    kinds = {box.kind for box in inner}
    if b"cmov" in kinds:
        return Movie(is_packed=True)
    handlers: list[bytes] = []
    is_damaged = b"mvhd" not in kinds
    for box in inner:
        if box.end > moov.end:
            is_damaged = True
        elif box.kind == b"trak":
            handler = _handler(read, box)
            is_damaged = is_damaged or handler is None
            handlers.append(handler or b"")
    duration = None if is_damaged else _duration(read, inner)
    return Movie(duration, handlers.count(_PICTURE), handlers.count(_SOUND), is_damaged=is_damaged)


def _inner(read: Read, box: Box) -> list[Box]:
    return list(islice(boxes(read, box.start, box.end), _MOST_INNER))


def _handler(read: Read, trak: Box) -> bytes | None:
    """The type of a track's content (8.4.3); empty where the track does not say, None where it is damaged."""
    for media in _inner(read, trak):
        if media.end > trak.end:
            return None
        if media.kind == b"mdia":
            return _handler_of_media(read, media)
    return b""


def _handler_of_media(read: Read, mdia: Box) -> bytes | None:
    for box in _inner(read, mdia):
        if box.end > mdia.end:
            return None
        if box.kind == b"hdlr":
            return read(box.start, 12)[8:]
    return b""


def _duration(read: Read, inner: list[Box]) -> float | None:
    """The movie's duration (8.2.2); of a fragmented one, that of all its fragments (8.8.2)."""
    header = next(box for box in inner if box.kind == b"mvhd")
    scale, length = _times(read(header.start, min(32, header.end - header.start)), before=4)
    if length is None:
        extended = next((box for mvex in inner if mvex.kind == b"mvex" for box in _inner(read, mvex)), None)
        if extended is not None and extended.kind == b"mehd":
            length = _number(read(extended.start, 12), 4)
    return length / scale if scale and length else None


def _times(content: bytes, *, before: int) -> tuple[int, int | None]:
    """The units a second, and the duration in such units; None where it is not known."""
    is_long = content[:1] == bytes([_LONG])
    at = before + (16 if is_long else 8)
    size = 8 if is_long else 4
    length = content[at + 4 : at + 4 + size]
    is_known = len(length) == size and any(length) and length != b"\xff" * size
    return int.from_bytes(content[at : at + 4], "big"), int.from_bytes(length, "big") if is_known else None


def _number(content: bytes, at: int) -> int | None:
    size = 8 if content[:1] == bytes([_LONG]) else 4
    return int.from_bytes(content[at : at + size], "big") or None
