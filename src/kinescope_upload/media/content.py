"""Judges a file by its content: whole, broken, or in a container that nothing here reads. Pure.

The signatures are those of the containers' specifications (Matroska RFC 9559, RIFF, ISO/IEC 13818-1, Ogg RFC 3533,
Adobe's FLV, Microsoft's ASF); what makes an MP4 broken follows from ISO/IEC 14496-12.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from kinescope_upload.media.boxes import boxes, read_movie, through_window
from kinescope_upload.media.verdict import Broken, Look, Unknown, Whole
from kinescope_upload.text import distinct_bytes

if TYPE_CHECKING:
    from kinescope_upload.media.boxes import Box, Movie, Read

_HEAD: Final = 4096
_MOST_BOXES: Final = 100_000
_TS_PACKET: Final = 188
_TS_SYNC: Final = 0x47
_MP4_NAMES: Final = (".mp4", ".mov", ".m4v")
_KNOWN: Final = frozenset(
    b"ftyp styp moov mdat free skip wide uuid moof sidx ssix mfra meta pdin pnot junk pict PICT prft emsg".split()
)
"""The boxes that lie at a file's top."""
_SIGNATURES: Final = (
    (0, b"\x1a\x45\xdf\xa3", "Matroska or WebM"),
    (8, b"AVI ", "AVI"),
    (0, b"OggS", "Ogg"),
    (0, b"FLV\x01", "FLV"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media"),
    (0, b"\x00\x00\x01\xba", "MPEG program stream"),
)
_WEB_PAGES: Final = (b"<!doctype html", b"<html", b"<head", b"<body")
_WHITE: Final = frozenset("\t\n\f\r\x1b")


def judge(read: Read, size: int) -> Look:
    """Judges a file; no bytes make it raise.

    Args:
        read: Gives at most so many bytes (second) from a position (first).
        size: The file's size in bytes.
    """
    if size == 0:
        return Broken(reason="is empty")
    read = through_window(read)
    head = read(0, min(size, _HEAD))
    if head[4:8] in _KNOWN:
        return _judge_mp4(read, size)
    if container := _container_of(head):
        return Unknown(container=container)
    return _judge_strange(head)


def without_more(look: Look, name: str) -> Look:
    """What is held of a file when nobody can tell more: one that is called MP4 and is none is broken.

    Args:
        look: What was found.
        name: The file's name.
    """
    if look == Unknown() and name.lower().endswith(_MP4_NAMES):
        return Broken(reason="is no MP4: its first bytes are those of no video format")
    return look


def _judge_strange(head: bytes) -> Look:
    """Judges a file whose first bytes are those of no container."""
    if not any(head):
        return Broken(reason="holds zeros where a video begins: its copy was not finished")
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text[:16].lower().startswith(_WEB_PAGES):
        return Broken(reason="is a web page (HTML), not a video")
    if _is_text(head):
        return Broken(reason="is text, not a video")
    return Unknown()


def _is_text(head: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head.removeprefix(codecs.BOM_UTF8))
    except UnicodeDecodeError:
        return False
    return all(char.isprintable() or char in _WHITE for char in text)


def _container_of(head: bytes) -> str | None:
    for start, signature, container in _SIGNATURES:
        if head.startswith(signature, start):
            return container
    for start in (0, 4):  # the second: with a time before each packet
        step = _TS_PACKET + start
        packets = head[start : 4 * step : step]
        if len(packets) > 1 and set(packets) == {_TS_SYNC}:
            return "MPEG transport stream"
    return None


@dataclass(slots=True, kw_only=True)
class _Top:
    """The boxes at a file's top: the index, whether there is content, and the box that ends past the file's end."""

    moov: Box | None = None
    content_at: int | None = None
    cut: Box | None = None

    @property
    def is_complete(self) -> bool:
        return self.moov is not None and self.content_at is not None


def _top_of(read: Read, size: int) -> _Top:
    top = _Top()
    for box in islice(boxes(read, 0, size), _MOST_BOXES):
        if box.end > size:
            is_rest = top.is_complete and box.kind not in _KNOWN  # what some programs leave behind the last box
            top.cut = None if is_rest else box
        elif box.kind == b"moov" and top.moov is None:
            top.moov = box
        elif box.kind in {b"mdat", b"moof"} and top.content_at is None:
            top.content_at = box.start
    return top


def _judge_mp4(read: Read, size: int) -> Look:
    top = _top_of(read, size)
    if top.cut is not None:
        needed, there = distinct_bytes(top.cut.end, size)
        kind = top.cut.kind.decode("latin-1")
        return Broken(reason=f"is cut off: its box `{kind}` ends at {needed}, the file at {there}")
    if top.moov is None:
        return Broken(reason="has no index (`moov`), so nothing can play it: its recording or copy was not finished")
    if top.content_at is None:
        return Broken(reason="has an index (`moov`) and no content (`mdat`)")
    return _judge_movie(read, read_movie(read, top.moov), starts_fast=top.moov.start < top.content_at)


def _judge_movie(read: Read, movie: Movie, *, starts_fast: bool) -> Look:
    if movie.is_packed:
        return Unknown(container="QuickTime with a compressed index")
    if movie.is_damaged:
        return Broken(reason="has a damaged index (`moov`)")
    if not movie.video and not movie.audio:
        return Broken(reason="holds neither pictures nor sound")
    container = "MOV" if read(8, 4) == b"qt  " else "MP4"
    return Whole(
        container=container,
        duration=movie.duration,
        video=movie.video,
        audio=movie.audio,
        starts_fast=starts_fast,
    )
