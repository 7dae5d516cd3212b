"""Says what a look at a video file may find. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The file is a whole video, as far as its structure tells.

    Attributes:
        container: "MP4", "MOV", "Matroska", …
        duration: In seconds; None where the file does not say.
        video: How many tracks hold pictures.
        audio: How many tracks hold sound.
        starts_fast: Whether a player may begin before it has all of the file: the index (`moov`) comes first.
    """

    container: str
    duration: float | None
    video: int
    audio: int
    starts_fast: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """No player can show the file.

    Attributes:
        reason: Why, in words that follow the file's name: "is a web page (HTML), not a video".
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Nothing here can tell.

    Attributes:
        container: The container's name; None where its first bytes are those of no format that is known.
    """

    container: str | None = None


Look = Whole | Broken | Unknown
"""What is known of a file's content after it was looked at."""
