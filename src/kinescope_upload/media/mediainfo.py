"""Asks MediaInfo (pymediainfo, extra `media`) about a file that kupload does not read itself."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from kinescope_upload.media.verdict import Broken, Whole

if TYPE_CHECKING:
    from io import FileIO

_MOST: Final = 64 * 1024**2
"""Bytes of a file that MediaInfo gets to read."""


class _Part:
    """Gives MediaInfo an open file that ends after so many bytes: it might read the whole of what it does not know."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._left = _MOST

    def seek(self, position: int, whence: int = 0) -> int:
        return self._file.seek(position, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, length: int) -> bytes:
        block = self._file.read(min(length, self._left))
        self._left -= len(block)
        return block


@cache
def is_installed() -> bool:
    """Whether MediaInfo can be asked: the package is there, and its library, too."""
    try:
        from pymediainfo import MediaInfo  # noqa: PLC0415 - an extra
    except ImportError:
        return False
    return MediaInfo.can_parse()


def ask_mediainfo(file: FileIO) -> Whole | Broken | None:
    """What MediaInfo says of an open file; None where it is not installed, or cannot tell.

    Raises:
        OSError: The file cannot be read.
    """
    if not is_installed():
        return None
    from xml.etree.ElementTree import ParseError  # noqa: PLC0415 - 1 MB, for MediaInfo alone

    from pymediainfo import MediaInfo  # noqa: PLC0415 - an extra

    try:
        tracks = MediaInfo.parse(_Part(file), encoding_errors="replace").tracks
    except (RuntimeError, ValueError, ParseError):
        return None
    facts = next((track.to_data() for track in tracks if track.track_type == "General"), {})
    if facts.get("istruncated") == "Yes":
        return Broken(reason="is cut off: more should follow, says MediaInfo")
    video, audio = (sum(track.track_type == kind for track in tracks) for kind in ("Video", "Audio"))
    if "format" not in facts or not (video or audio):
        return None
    return Whole(container=str(facts["format"]), duration=_seconds(facts.get("duration")), video=video, audio=audio)


def _seconds(milliseconds: object) -> float | None:
    try:
        return float(str(milliseconds)) / 1000 or None
    except ValueError:
        return None
