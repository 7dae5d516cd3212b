"""Files of every kind that a library may hold: built box by box, broken in every way, and in other containers."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass, field
from typing import Final

from kinescope_upload.media.sample_mp4 import make_mp4


def box(kind: bytes, content: bytes = b"", *, is_long: bool = False) -> bytes:
    """A box (ISO/IEC 14496-12, section 4.2), its size in 64 bits where it is long."""
    if is_long:
        return b"\0\0\0\1" + kind + (len(content) + 16).to_bytes(8, "big") + content
    return (len(content) + 8).to_bytes(4, "big") + kind + content


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a movie is made of; `handlers` are the tracks' types."""

    scale: int = 1000
    length: int = 12_500
    version: int = 0
    handlers: tuple[bytes, ...] = (b"vide", b"soun")
    before: tuple[bytes, ...] = field(default=(b"free",))
    """Boxes before those that count, in `moov` and in each track."""
    is_long: bool = False

    @property
    def padding(self) -> bytes:
        return b"".join(box(kind, b"-", is_long=self.is_long) for kind in self.before)

    @property
    def moov(self) -> bytes:
        tracks = b"".join(map(self._track, self.handlers))
        return box(b"moov", self.padding + self._header + tracks, is_long=self.is_long)

    @property
    def _header(self) -> bytes:
        size = 8 if self.version else 4
        times = bytes(2 * size) + self.scale.to_bytes(4, "big") + self.length.to_bytes(size, "big")
        return box(b"mvhd", bytes([self.version, 0, 0, 0]) + times + bytes(80), is_long=self.is_long)

    def _track(self, handler: bytes) -> bytes:
        media = self.padding + box(b"hdlr", bytes(8) + handler + bytes(12), is_long=self.is_long)
        return box(b"trak", self.padding + box(b"mdia", media, is_long=self.is_long), is_long=self.is_long)


FTYP: Final = box(b"ftyp", b"isom\0\0\2\0isom")
MDAT: Final = box(b"mdat", b"pictures and sound")
WHOLE: Final = make_mp4(20_000, seed="whole", seconds=12.5)

BROKEN: Final[dict[str, tuple[bytes, str]]] = {
    "a web page": (b"\xef\xbb\xbf\r\n<!DOCTYPE html>\n<html><body>404</body></html>", "web page"),
    "a text": ("Ссылка больше не действует.\n".encode(), "is text"),
    "zeros": (bytes(20_000), "zeros"),
    "no index": (FTYP + box(b"mdat", bytes(2000)), "no index"),
    "no index behind a box without an end": (FTYP + b"\0\0\0\0mdat" + bytes(2000), "no index"),
    "cut in its content": (WHOLE[:15_000], "is cut off: its box `mdat` ends at 20.0 kB, the file at 15.0 kB"),
    "cut in its index": (WHOLE[:500], "is cut off: its box `moov`"),
    "content longer than the file": (FTYP + Made().moov + b"\0\0\0\1mdat" + (1 << 40).to_bytes(8, "big"), "cut off"),
    "an index and no content": (FTYP + Made().moov, "no content"),
    "an index without a head": (FTYP + box(b"moov", box(b"trak")) + MDAT, "damaged index"),
    "a track that ends past its index": (
        FTYP + box(b"moov", Made(handlers=()).moov[8:] + b"\0\0\1\0trak") + MDAT,
        "damaged index",
    ),
    "no track": (FTYP + Made(handlers=(b"text",)).moov + MDAT, "neither pictures nor sound"),
    "noise": (random.Random(4).randbytes(20_000), "is no MP4"),
}
"""Files named .mp4 that no player can show, and a part of the reason that is told."""

OTHERS: Final[dict[str, tuple[bytes, str]]] = {
    "Matroska": (b"\x1a\x45\xdf\xa3" + bytes(500), "Matroska or WebM"),
    "AVI": (b"RIFF\0\0\1\0AVI LIST" + bytes(500), "AVI"),
    "MPEG-TS": ((b"\x47" + b"\xff" * 187) * 4, "MPEG transport stream"),
    "M2TS": ((b"\x01\x02\x03\x04\x47" + b"\xff" * 187) * 4, "MPEG transport stream"),
    "Ogg": (b"OggS\0\2" + bytes(500), "Ogg"),
    "FLV": (b"FLV\1\5" + bytes(500), "FLV"),
    "Windows Media": (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(500), "Windows Media"),
    "MPEG-PS": (b"\0\0\1\xba" + b"\x44" * 500, "MPEG program stream"),
    "packed QuickTime": (box(b"moov", box(b"cmov", b"zlib")) + MDAT, "QuickTime with a compressed index"),
}


def matroska(seconds: float) -> bytes:
    """A Matroska file (RFC 9559) of one empty video track that MediaInfo reads."""
    head = _element("1a45dfa3", _element("4282", b"matroska") + _element("4287", b"\4") + _element("4285", b"\2"))
    info = _element(
        "1549a966", _element("2ad7b1", b"\x0f\x42\x40") + _element("4489", struct.pack(">d", seconds * 1000))
    )
    picture = _element("e0", _element("b0", b"\0\x80") + _element("ba", b"\0\x48"))
    facts = (("d7", b"\1"), ("73c5", b"\1"), ("83", b"\1"), ("86", b"V_VP8"))
    track = b"".join(_element(identity, content) for identity, content in facts) + picture
    tracks = _element("1654ae6b", _element("ae", track))
    cluster = _element("1f43b675", _element("e7", b"\0") + _element("a3", b"\x81\0\0\x80" + bytes(40)))
    return head + _element("18538067", info + tracks + cluster)


def _element(identity: str, content: bytes) -> bytes:
    return bytes.fromhex(identity) + _length(len(content)) + content


def _length(size: int) -> bytes:
    return (size | 1 << 14).to_bytes(2, "big") if size > 126 else bytes([0x80 | size])
