"""A real video of about one kilobyte, filled up to any size: every player takes it, and so does a transcoder."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

_VIDEO: Final = base64.b64decode(
    """
AAAAIGZ0eXBpc29tAAACAGlzb21pc28yYXZjMW1wNDEAAANqbW9vdgAAAGxtdmhkAAAAAAAAAAAAAAAAAAAD6AAAB9AAAQAAAQAAAAAAAAAAAAAA
AAEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgAAArl0cmFrAAAAXHRraGQAAAAD
AAAAAAAAAAAAAAABAAAAAAAAB9AAAAAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAABAAAAAAIAAAABIAAAAAAAk
ZWR0cwAAABxlbHN0AAAAAAAAAAEAAAfQAAAQAAABAAAAAAIxbWRpYQAAACBtZGhkAAAAAAAAAAAAAAAAAAAoAAAAUABVxAAAAAAALWhkbHIAAAAA
AAAAAHZpZGUAAAAAAAAAAAAAAABWaWRlb0hhbmRsZXIAAAAB3G1pbmYAAAAUdm1oZAAAAAEAAAAAAAAAAAAAACRkaW5mAAAAHGRyZWYAAAAAAAAA
AQAAAAx1cmwgAAAAAQAAAZxzdGJsAAAAxHN0c2QAAAAAAAAAAQAAALRhdmMxAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAIAASABIAAAASAAAAAAA
AAABDExhdmMgbGlieDI2NAAAAAAAAAAAAAAAAAAAAAAAAAAAGP//AAAAOmF2Y0MBZAAL/+EAG2dkAAuscgRCC/lwEQAAAwABAAADAAoPFCmEYAEA
CGjoQ4GUTITA/fj4AAAAABBwYXNwAAAAAQAAAAEAAAAUYnRydAAAAAAAAAKkAAAAAAAAABhzdHRzAAAAAAAAAAEAAAAKAAAIAAAAABRzdHNzAAAA
AAAAAAEAAAABAAAAOGN0dHMAAAAAAAAABQAAAAEAABAAAAAAAQAAUAAAAAABAAAgAAAAAAMAAAAAAAAABAAACAAAAAAcc3RzYwAAAAAAAAABAAAA
AQAAAAoAAAABAAAAPHN0c3oAAAAAAAAAAAAAAAoAAAArAAAADgAAAA4AAAAOAAAADgAAAA4AAAAOAAAADgAAAA4AAAAOAAAAFHN0Y28AAAAAAAAA
AQAAA5oAAAA9dWR0YQAAADVtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABtZGlyYXBwbAAAAAAAAAAAAAAAAAhpbHN0AAAACGZyZWUAAACxbWRhdAAA
ACdliIEAAtnP/nZ4jwJnGqQolw1NgRLxt36OHlRGBCVAXZ1NcAFcG3EAAAAKQZoJLYglnP8DegAAAApBnhCHEFc5/ybhAAAACgGeGCaIJZz/NOAA
AAAKAZ4YRoglnP804QAAAAoBnhhmiCWc/zThAAAACgGeGK1IJZz/NOEAAAAKAZ4YzUglnP804QAAAAoBnhjtSCWc/zTgAAAACgGeGQ1IJZz/NOA=
"""
)
"""Two seconds of one colour: H.264 (High), 128×72, 5 frames a second, no sound; moov before mdat.

Made by ffmpeg 9.0.2 (libx264), which put nothing of anybody's into it:

    ffmpeg -f lavfi -i color=c=0x335577:s=128x72:r=5:d=2 -pix_fmt yuv420p -c:v libx264 -preset veryslow
        -tune stillimage -crf 51 -x264-params keyint=300:scenecut=0 -bsf:v filter_units=remove_types=6
        -map_metadata -1 -fflags +bitexact -flags:v +bitexact -movflags +faststart tiny.mp4
"""
_HEAD: Final = 8
"""Bytes of a box's size and type (ISO/IEC 14496-12, section 4.2)."""
SMALLEST: Final = len(_VIDEO) + _HEAD
"""Bytes of the smallest file that can be made."""


def tiny_mp4(size: int, *, seed: str) -> bytes:
    """The video with a `free` box behind it, which players pass over, so that it has this size.

    Args:
        size: In bytes.
        seed: Files of different seeds differ, so that no service takes one for the other.

    Raises:
        ValueError: The size is less than `SMALLEST`.
    """
    room = size - len(_VIDEO)
    if room < _HEAD:
        raise ValueError(f"a video takes at least {SMALLEST} bytes")
    filling = hashlib.sha256(seed.encode()).digest() * (room // 32 + 1)
    return _VIDEO + room.to_bytes(4, "big") + b"free" + filling[: room - _HEAD]
