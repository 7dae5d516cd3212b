"""The manifest: the library brings its own list of courses, modules and lessons. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.mapping.entries import Entry, resolve
from kinescope_upload.mapping.json_node import BadEntry, Node, read_each
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

    A course, module or lesson that is not as it should be becomes a doubt; the others count.

    Args:
        data: What the manifest holds, parsed; unknown keys are ignored.
        files: The library's files.
        origin: The manifest, as it is named to the user.

    Raises:
        UsageError: The manifest as a whole is not shaped like one; it names the place.
    """
    top = Node(origin=origin, form=_FORM, value=data)
    bad: list[BadEntry] = []
    entries: list[Entry] = []
    for course_id, modules in read_each(top.items("courses"), _course, bad=bad, lesson_key=""):
        for lessons in read_each(modules, _lessons_of, bad=bad, lesson_key=""):
            entries += _entries(lessons, course_id, bad)
    return resolve(entries, Locator.of(files, bases=(), origin=origin), MappingSource.MANIFEST, bad)


def _course(course: Node) -> tuple[str, Iterator[Node]]:
    return course.name("id"), course.items("modules")


def _lessons_of(module: Node) -> Iterator[Node]:
    return module.items("lessons")


def _entries(lessons: Iterator[Node], course_id: str, bad: list[BadEntry]) -> Iterator[Entry]:
    """The lessons in their order, those of nested submodules in their places."""

    def read(node: Node) -> Entry | Iterator[Node]:
        return node.field("submodule").items("lessons") if node.has("submodule") else _entry(node, course_id)

    waiting = [read_each(lessons, read, bad=bad, lesson_key="id")]
    while waiting:
        match next(waiting[-1], None):
            case None:
                waiting.pop()
            case Entry() as entry:
                yield entry
            case inner:
                waiting.append(read_each(inner, read, bad=bad, lesson_key="id"))


def _entry(lesson: Node, course_id: str) -> Entry:
    written = lesson.optional_text("title_original")
    title = without_video_suffix(written) if written else None
    return Entry(
        lesson_id=lesson.name("id"),
        course=course_id,
        path=lesson.text("filepath"),
        title=title,
        called=title,
    )
