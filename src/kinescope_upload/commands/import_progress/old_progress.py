"""The replaced system's progress file, taken apart. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from kinescope_upload.errors import UsageError
from kinescope_upload.mapping.json_node import BadEntry, Node, read_each
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

OLD_NAME: Final = "kinescope-upload-progress.json"
_FORM: Final = 'It looks like {"uploaded": [{"lessonId": "…", "videoId": "<UUID>", …}], "failed": [{"lessonId": "…"}]}.'


@dataclass(frozen=True, slots=True, kw_only=True)
class OldUpload:
    """A lesson that the old system uploaded and linked.

    Attributes:
        lesson_id: The lesson.
        video_id: Its video, a lower-case UUID; empty where the entry holds something else in its place.
        place: Where it stands in the file ("uploaded[3]").
        course: Its course; None in older entries.
        folder_id: The folder of its video; None in older entries.
        megabytes: Its file's size in megabytes of one kind or the other; None in older entries.
        uploaded_at: When (UTC); None when the file does not say.
        remark: What stands there in the place of a video's id; empty where `video_id` is one.
    """

    lesson_id: str
    video_id: str
    place: str
    course: str | None = None
    folder_id: str | None = None
    megabytes: float | None = None
    uploaded_at: datetime | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldProgress:
    """What the file holds.

    Attributes:
        uploads: Its uploads, in its order.
        failed: The lessons whose last attempt failed.
        bad: The entries that cannot be read.
        without: What of the others cannot be read and counts as not being there, in sentences.
    """

    uploads: tuple[OldUpload, ...]
    failed: tuple[str, ...] = ()
    bad: tuple[BadEntry, ...] = ()
    without: tuple[str, ...] = ()


def parse_old_progress(data: object, *, origin: str) -> OldProgress:
    """Takes the file apart: takes what can be read, and names what cannot.

    Args:
        data: What it holds, parsed; unknown keys are ignored.
        origin: The file, as it is named to the user.

    Raises:
        UsageError: It as a whole is not shaped like one; names the place.
    """
    top = Node(origin=origin, form=_FORM, value=data)
    bad: list[BadEntry] = []
    without: list[str] = []
    uploads = tuple(read_each(top.items("uploaded"), partial(_upload, without), bad=bad))
    undone = top.items("failed") if top.has("failed") else ()
    failed = tuple(read_each(undone, lambda node: node.name("lessonId"), bad=bad))
    return OldProgress(uploads=uploads, failed=failed, bad=tuple(bad), without=tuple(without))


def _upload(without: list[str], node: Node) -> OldUpload:
    text = node.text("videoId")
    video_id = video_key(text) or ""
    return OldUpload(
        lesson_id=node.name("lessonId"),
        video_id=video_id,
        place=node.place,
        course=node.optional_name("courseId"),
        folder_id=_or_none(lambda: node.optional_text("folderId"), without),
        megabytes=_or_none(lambda: _megabytes(node), without),
        uploaded_at=_or_none(lambda: _moment(node), without),
        remark="" if video_id else text.strip(),
    )


def _or_none(read: Callable[[], T | None], without: list[str]) -> T | None:
    """What `read` returns; None where that cannot be read, and `without` says so."""
    try:
        return read()
    except UsageError as error:
        without.append(error.what)
        return None


def _megabytes(node: Node) -> float | None:
    if not node.has("sizeMB"):
        return None
    value = node.field("sizeMB").value
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise UsageError(f"{node.origin}: {node.place}.sizeMB is no number.", _FORM)
    return float(value)


def _moment(node: Node) -> datetime | None:
    text = node.optional_text("uploadedAt")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f'{node.origin}: {node.place}.uploadedAt is "{text}", which is no moment.', _FORM) from None
