"""Makes whole MP4 files of any size from 1 kB on and any duration: every player takes them, and so does a transcoder.

What tests, the demo, the benchmarks and `kupload doctor --try` send. Pure but for `write_mp4`.
"""

from __future__ import annotations

import base64
from hashlib import shake_128
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

SMALLEST: Final = 1000
"""Bytes of the smallest file that can be made."""

_HEAD: Final = base64.b64decode(
    """
AAAAIGZ0eXBpc29tAAACAGlzb21pc28yYXZjMW1wNDEAAAMJbW9vdgAAAGxtdmhkAAAAAAAAAAAAAAAAAAAD6AAAB9AAAQAAAQAAAAAAAAAAAAAAAAEA
AAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgAAApV0cmFrAAAAXHRraGQAAAADAAAAAAAA
AAAAAAABAAAAAAAAB9AAAAAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAABAAAAAAIAAAABIAAAAAAAkZWR0cwAAABxl
bHN0AAAAAAAAAAEAAAfQAAAQAAABAAAAAAINbWRpYQAAACBtZGhkAAAAAAAAAAAAAAAAAAAoAAAAUABVxAAAAAAALWhkbHIAAAAAAAAAAHZpZGUAAAAA
AAAAAAAAAABWaWRlb0hhbmRsZXIAAAABuG1pbmYAAAAUdm1oZAAAAAEAAAAAAAAAAAAAACRkaW5mAAAAHGRyZWYAAAAAAAAAAQAAAAx1cmwgAAAAAQAA
AXhzdGJsAAAAoHN0c2QAAAAAAAAAAQAAAJBhdmMxAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAIAASABIAAAASAAAAAAAAAABDExhdmMgbGlieDI2NAAA
AAAAAAAAAAAAAAAAAAAAAAAAGP//AAAAOmF2Y0MBZAAL/+EAG2dkAAuscgRCC/lwEQAAAwABAAADAAoPFCmEYAEACGjoQ4GUTITA/fj4AAAAABhzdHRz
AAAAAAAAAAEAAAAKAAAIAAAAABRzdHNzAAAAAAAAAAEAAAABAAAAOGN0dHMAAAAAAAAABQAAAAEAABAAAAAAAQAAUAAAAAABAAAgAAAAAAMAAAAAAAAA
BAAACAAAAAAcc3RzYwAAAAAAAAABAAAAAQAAAAoAAAABAAAAPHN0c3oAAAAAAAAAAAAAAAoAAAArAAAADgAAAA4AAAAOAAAADgAAAA4AAAAOAAAADgAA
AA4AAAAOAAAAFHN0Y28AAAAAAAAAAQAAA5o=
"""
)
_FRAMES: Final = base64.b64decode(
    """
AAAAJ2WIgQAC2c/+dniPAmcapCiXDU2BEvG3fo4eVEYEJUBdnU1wAVwbcQAAAApBmgktiCWc/wN6AAAACkGeEIcQVzn/JuEAAAAKAZ4YJoglnP804AAA
AAoBnhhGiCWc/zThAAAACgGeGGaIJZz/NOEAAAAKAZ4YrUglnP804QAAAAoBnhjNSCWc/zThAAAACgGeGO1IJZz/NOAAAAAKAZ4ZDUglnP804A==
"""
)
"""The boxes `ftyp` and `moov` of a video, and its ten frames: H.264 (High) of one colour, 128×72, no sound.

Made by ffmpeg 9.0.2 (libx264), which put nothing of anybody's into it; `udta`, `free`, `pasp` and `btrt` are left out:

    ffmpeg -f lavfi -i color=c=0x335577:s=128x72:r=5:d=2 -pix_fmt yuv420p -c:v libx264 -preset veryslow
        -tune stillimage -crf 51 -x264-params keyint=300:scenecut=0 -bsf:v filter_units=remove_types=6
        -map_metadata -1 -fflags +bitexact -flags:v +bitexact -movflags +faststart tiny.mp4
"""
_TICKS: Final = 1024
"""Units of the track's time that a frame lasts in a video of one second: its `mdhd` says 10,240 a second."""
_LONGEST: Final = 400_000.0
"""Seconds that fit into the 32 bits of `mdhd`."""
_WRITTEN: Final = 64 * 1024
"""Bytes of a file that `write_mp4` writes; what follows is a hole in the file."""
_SHIFTS: Final = (2, 10, 4, 0, 1)
"""By how many frames each entry of `ctts` shifts its frames."""


def make_mp4(size: int, *, seed: str, seconds: float = 2.0) -> bytes:
    """Returns a whole file of this size; no two places in it are alike.

    Args:
        size: In bytes.
        seed: Files of different seeds differ, so that no service takes one for the other.
        seconds: How long the video lasts.

    Raises:
        ValueError: The size is less than `SMALLEST`, or the video lasts for no time or too long.
    """
    head = _head(size, seconds)
    return head + shake_128(seed.encode()).digest(size - len(head))


def write_mp4(path: Path, size: int, *, seed: str, seconds: float = 2.0) -> None:
    """Writes a whole file of this size, which takes next to no room on the disk however large it is.

    The arguments and errors are those of `make_mp4`; a large file is another one than that makes.
    """
    head = _head(size, seconds)
    with path.open("wb") as file:
        file.write(head + shake_128(seed.encode()).digest(min(size, _WRITTEN) - len(head)))
        file.truncate(size)


def _head(size: int, seconds: float) -> bytes:
    """Everything before the filling of `mdat`, which holds more than the frames: a track reads what its tables name."""
    if size < SMALLEST:
        raise ValueError(f"an MP4 takes at least {SMALLEST:,} bytes")
    if not 0 < seconds <= _LONGEST:
        raise ValueError(f"an MP4 lasts more than 0 and at most {_LONGEST:,.0f} seconds")
    data = size - len(_HEAD)
    is_small = data < 1 << 32
    mdat = data.to_bytes(4, "big") + b"mdat" if is_small else b"\0\0\0\1mdat" + data.to_bytes(8, "big")
    return _lasting(seconds, first_frame=len(_HEAD) + len(mdat)) + mdat + _FRAMES


def _lasting(seconds: float, *, first_frame: int) -> bytes:
    """The boxes before `mdat` for a video of this duration whose frames lie there (ISO/IEC 14496-12, 8.2 to 8.7)."""
    head = bytearray(_HEAD)
    frame = max(1, round(seconds * _TICKS))
    _put(head, b"mvhd", 16, round(seconds * 1000))
    _put(head, b"tkhd", 20, round(seconds * 1000))
    _put(head, b"elst", 8, round(seconds * 1000))
    _put(head, b"elst", 12, 2 * frame)
    _put(head, b"mdhd", 16, 10 * frame)
    _put(head, b"stts", 12, frame)
    for entry, shift in enumerate(_SHIFTS):
        _put(head, b"ctts", 12 + 8 * entry, shift * frame)
    _put(head, b"stco", 8, first_frame)
    return bytes(head)


def _put(head: bytearray, kind: bytes, offset: int, number: int) -> None:
    """Writes a number of 32 bits into the content of the only box of this kind."""
    start = head.index(kind) + len(kind) + offset
    head[start : start + 4] = number.to_bytes(4, "big")
