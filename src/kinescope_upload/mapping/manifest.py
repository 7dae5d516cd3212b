"""The manifest: the library brings its own list of courses, modules and lessons. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.mapping.entries import Entry, resolve
from kinescope_upload.mapping.json_node import Node
from kinescope_upload.mapping.names import without_video_suffix
from kinescope_upload.mapping.paths import Locator
from kinescope_upload.model import MappingSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kinescope_upload.model import MappedLibrary, VideoFile

_FORM = (
    'A manifest looks like {"courses": [{"id": "…", "modules": [{"lessons": '
    '[{"id": "…", "filepath": "course/section/file.mp4"}, {"submodule": {"lessons": […]}}, …]}]}]}.'
)


def assign_by_manifest(data: object, files: Iterable[VideoFile], *, origin: str) -> MappedLibrary:
    """Gives each lesson the file that the manifest names for it.

    Args:
        data: What the manifest holds, parsed; unknown keys are ignored.
        files: The library's files.
        origin: The manifest, as it is named to the user.

    Raises:
        UsageError: The manifest is not shaped like one; it names the place.
    """
    top = Node(origin=origin, form=_FORM, value=data)
    entries = [entry for course in top.items("courses") for entry in _entries_of_course(course)]
    return resolve(entries, Locator.of(files, bases=(), origin=origin), MappingSource.MANIFEST)


def _entries_of_course(course: Node) -> Iterator[Entry]:
    course_id = course.name("id")
    for module in course.items("modules"):
        for lesson in _lessons(module):
            yield _entry(lesson, course_id)


def _lessons(module: Node) -> Iterator[Node]:
    """The module's lessons in their order, those of nested submodules in their places."""
    waiting = [module.items("lessons")]
    while waiting:
        node = next(waiting[-1], None)
        if node is None:
            waiting.pop()
        elif node.has("submodule"):
            waiting.append(node.field("submodule").items("lessons"))
        else:
            yield node


def _entry(lesson: Node, course_id: str) -> Entry:
    title = lesson.optional_text("title_original")
    return Entry(
        lesson_id=lesson.name("id"),
        course=course_id,
        path=lesson.text("filepath"),
        title=without_video_suffix(title) if title else None,
    )
