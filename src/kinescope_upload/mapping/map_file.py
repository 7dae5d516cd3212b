"""The map file: somebody wrote down which file belongs to which lesson. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.errors import UsageError
from kinescope_upload.mapping.entries import Entry, resolve
from kinescope_upload.mapping.json_node import BadEntry, Node, read_each
from kinescope_upload.mapping.paths import Locator
from kinescope_upload.model import MappingSource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kinescope_upload.model import MappedLibrary, VideoFile

_FORM = 'A map file looks like {"matched": [{"filePath": "course/section/file.mp4", "lessonId": "…"}, …]}.'


def assign_by_map(data: object, files: Iterable[VideoFile], *, root: str, origin: str) -> MappedLibrary:
    """Gives each lesson the file that the map file names for it.

    Paths are relative to the library root, or absolute below `root`, below the map's own `basePath`, or below wherever
    the library was when the map was made. An entry without `courseId` is of the course in whose folder its file lies.
    An entry that is not as it should be becomes a doubt; the others count.

    Args:
        data: What the map file holds, parsed; unknown keys are ignored.
        files: The library's files.
        root: The library root's absolute path.
        origin: The map file, as it is named to the user.

    Raises:
        UsageError: The map file as a whole is not shaped like one; it names the place.
    """
    top = Node(origin=origin, form=_FORM, value=data)
    bad: list[BadEntry] = []
    entries = list(read_each(top.items("matched"), _entry, bad=bad))
    locator = Locator.of(files, bases=(root, top.optional_text("basePath")), origin=origin)
    return resolve(entries, locator, MappingSource.MAP_FILE, bad)


def _entry(node: Node) -> Entry:
    return Entry(
        lesson_id=node.name("lessonId"),
        course=node.optional_name("courseId"),
        path=node.text("filePath"),
        title=node.optional_text("title"),
        called=_called(node),
        stamp=_stamp(node),
    )


def _called(node: Node) -> str | None:
    """The lesson's title then; what is no text says nothing."""
    try:
        return node.optional_text("lessonTitle")
    except UsageError:
        return None


def _stamp(node: Node) -> tuple[int, int] | None:
    """The file's size and time of change then; what is no number says nothing."""
    match node.value:
        case {"fileSize": int(size), "fileModified": int(modified)}:
            return size, modified
    return None
