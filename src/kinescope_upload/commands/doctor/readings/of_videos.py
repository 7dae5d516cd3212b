"""From a video as the API shows it to a reading. Pure: what came as JSON is not trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kinescope_upload.commands.doctor.readings.outcome import Found, NotTold, NotTried, Outcome

_NAMES: Final = frozenset({"original", "original.mp4"})
_BROKEN: Final = frozenset({"suspended", "aborted"})
_FAILED: Final = frozenset({"error", "suspended", "aborted"})
_UNFINISHED: Final = frozenset({"pending", "uploading"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """The original file of a video; None for what Kinescope does not say, `size` in bytes."""

    name: str | None
    size: int | None
    md5: str | None


def text_of(video: object, key: str) -> str:
    """A text of the video; empty when there is none."""
    value = video.get(key) if isinstance(video, Mapping) else None
    return value if isinstance(value, str) else ""


def status_of(video: object) -> str:
    """Kinescope's word for the video's state; empty when there is none."""
    return text_of(video, "status")


def original_of(video: object) -> Asset | None:
    """The original asset; None when there is none."""
    assets = video.get("assets") if isinstance(video, Mapping) else None
    for asset in assets if isinstance(assets, list) else []:
        if isinstance(asset, Mapping) and asset.get("quality") == "original":
            size = asset.get("file_size")
            return Asset(
                name=text_of(asset, "original_name") or None,
                size=size if isinstance(size, int) and not isinstance(size, bool) else None,
                md5=text_of(asset, "md5").lower() or None,
            )
    return None


def decide_pending_assets(video: object) -> Outcome:
    """`pending-assets`, from a video whose upload is open."""
    original = original_of(video)
    if original is None:
        return Found(name="pending-assets", value="empty")
    if original.name is None and original.size is None:
        return NotTold(name="pending-assets", why="there is an original with neither name nor size")
    return Found(name="pending-assets", value="told")


def decide_originals(video: object, *, is_last: bool) -> Outcome | None:
    """`originals`, from a video whose every byte arrived; None while Kinescope still processes it.

    Args:
        video: The video.
        is_last: Whether nobody will look again.
    """
    name, status = "originals", status_of(video)
    is_there = original_of(video) is not None
    if status == "done":
        return Found(name=name, value="kept" if is_there else "off")
    if status in _FAILED:
        return NotTold(name=name, why=f'Kinescope could not process the video: its status is "{status}"')
    if not is_last:
        return None
    if is_there and status not in _UNFINISHED:
        return Found(name=name, value="kept", remark=f'seen while "{status}"')
    return NotTold(name=name, why=f'the video is still "{status}"')


def decide_original_name(video: object, *, file_name: str) -> Outcome:
    """`original-name`, from the same video at the same moment."""
    original = original_of(video)
    if original is None:
        return NotTried(name="original-name", why="there is no original asset")
    if original.name == file_name:
        return Found(name="original-name", value="file")
    if original.name in _NAMES:
        return Found(name="original-name", value=original.name)
    return NotTold(name="original-name", why=f'it is "{original.name}"' if original.name else "it has no name")


def decide_broken_upload(video: object, *, waited: float, is_last: bool) -> Outcome | None:
    """`broken-upload`, from a video whose upload broke; None while its status may still change.

    Args:
        video: The video; None when there is none any more.
        waited: Seconds since the upload broke.
        is_last: Whether nobody will look again.
    """
    name = "broken-upload"
    if video is None:
        return NotTold(name=name, why=f"the video is gone {waited:.0f} s after the break")
    status = status_of(video)
    if status in _BROKEN:
        return Found(name=name, value=status, remark=f"seen {waited:.0f} s after the break")
    if status not in _UNFINISHED:
        return NotTold(name=name, why=f'its status is "{status}"')
    if not is_last:
        return None
    return Found(name=name, value="uploading", remark=f'still "{status}" {waited:.0f} s after the break')


def decide_description(*, sent: str, stored: str) -> Outcome:
    """`description`, from what init was given and what the video shows."""
    if stored.strip() == sent:
        return Found(name="description", value="kept")
    if not stored:
        return Found(name="description", value="dropped")
    return NotTold(name="description", why="the video shows another description than init was given")


def decide_long_title(*, sent: str, stored: str) -> Outcome:
    """`long-title`, from a title over 140 characters that init took, and the one that the video shows."""
    if stored == sent:
        return Found(name="long-title", value="kept")
    begin = stored.rstrip(".… ")
    if begin and sent.startswith(begin):
        return Found(name="long-title", value="cut", remark=f"to {len(stored)} characters")
    return NotTold(name="long-title", why="the video shows another title than init was given")


def decide_move(*, by_put: bool, by_patch: bool) -> Outcome:
    """`move`, from the video's folder after each of the two requests."""
    match by_put, by_patch:
        case True, True:
            return Found(name="move", value="both")
        case True, False:
            return Found(name="move", value="put")
        case False, True:
            return Found(name="move", value="patch")
        case _:
            return NotTold(name="move", why="the video moved by neither request")
