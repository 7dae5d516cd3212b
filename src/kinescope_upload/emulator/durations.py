"""How long a video lasts, as the index of its MP4 says (ISO/IEC 14496-12, 8.2.2)."""

import io
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

__all__ = ["duration_of_mp4"]

_LONG = 1


def duration_of_mp4(head: bytes, path: Path | None) -> float | None:
    """Return the seconds that an MP4 lasts; None where its bytes do not say.

    Args:
        head: Its first bytes, which are enough where the index comes first.
        path: The file that holds all of them, if there is one.
    """
    found = _duration(io.BytesIO(head))
    if found is None and path is not None:
        with suppress(OSError), path.open("rb") as file:
            found = _duration(file)
    return found


def _duration(file: BinaryIO) -> float | None:
    if not _enter(file, b"moov") or not _enter(file, b"mvhd"):
        return None
    is_long = file.read(4)[:1] == bytes([_LONG])
    file.seek(16 if is_long else 8, io.SEEK_CUR)  # when it was made and changed
    scale, length = (int.from_bytes(file.read(size), "big") for size in (4, 8 if is_long else 4))
    return length / scale if scale and length else None


def _enter(file: BinaryIO, wanted: bytes) -> bool:
    """Go on to the content of the next box of this kind; say whether there is one."""
    while len(header := file.read(8)) == 8:  # noqa: PLR2004 - size and kind
        size, kind, read = int.from_bytes(header[:4], "big"), header[4:], 8
        if size == 1:
            size, read = int.from_bytes(file.read(8), "big"), 16
        if kind == wanted:
            return True
        if size < read:
            return False
        file.seek(size - read, io.SEEK_CUR)
    return False
