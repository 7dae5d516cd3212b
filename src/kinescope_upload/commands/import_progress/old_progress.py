"""The replaced system's progress file, taken apart. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import UsageError
from kinescope_upload.mapping.json_node import Node
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD_NAME: Final = "kinescope-upload-progress.json"
_FORM: Final = 'It looks like {"uploaded": [{"lessonId": "…", "videoId": "<UUID>", …}], "failed": [{"lessonId": "…"}]}.'


@dataclass(frozen=True, slots=True, kw_only=True)
class OldUpload:
    """A lesson that the old system uploaded and linked.

    Attributes:
        lesson_id: The lesson.
        video_id: Its video, a lower-case UUID.
        place: Where it stands in the file ("uploaded[3]").
        course: Its course; None in older entries.
        folder_id: The folder of its video; None in older entries.
        megabytes: Its file's size in megabytes of one kind or the other; None in older entries.
        uploaded_at: When (UTC); None when the file does not say.
    """

    lesson_id: str
    video_id: str
    place: str
    course: str | None = None
    folder_id: str | None = None
    megabytes: float | None = None
    uploaded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OldProgress:
    """What the file holds: uploads in its order, and the lessons whose last attempt failed."""

    uploads: tuple[OldUpload, ...]
    failed: tuple[str, ...] = ()


def parse_old_progress(data: object, *, origin: str) -> OldProgress:
    """Takes the file apart.

    Args:
        data: What it holds, parsed; unknown keys are ignored.
        origin: The file, as it is named to the user.

    Raises:
        UsageError: It is not shaped like one; names the place.
    """
    top = Node(origin=origin, form=_FORM, value=data)
    return OldProgress(uploads=tuple(map(_upload, top.items("uploaded"))), failed=tuple(_failed(top)))


def _upload(node: Node) -> OldUpload:
    return OldUpload(
        lesson_id=node.name("lessonId"),
        video_id=_video_id(node),
        place=node.place,
        course=node.optional_name("courseId"),
        folder_id=node.optional_text("folderId"),
        megabytes=_megabytes(node),
        uploaded_at=_moment(node),
    )


def _failed(top: Node) -> Iterator[str]:
    if top.has("failed"):
        for node in top.items("failed"):
            yield node.name("lessonId")


def _video_id(node: Node) -> str:
    text = node.text("videoId")
    video_id = video_key(text)
    if video_id is None:
        raise UsageError(f'{node.origin}: {node.place}.videoId is "{text.strip()}", which is no id of a video.', _FORM)
    return video_id


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
