"""Tells where the files of lessons without a row stand: no advice deletes the only video of such a file. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.audit.compare.judgement import SeenVideo
from kinescope_upload.audit.compare.videos import is_same_content

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from kinescope_upload.audit.compare.facts import Lesson
    from kinescope_upload.audit.compare.lessons import LocalSides
    from kinescope_upload.audit.compare.summary import RecordSummary
    from kinescope_upload.kinescope.video import Video
    from kinescope_upload.model import VideoFile


def with_kept_files(lessons: Mapping[str, Lesson], sides: LocalSides) -> dict[str, Lesson]:
    """The lessons, by id, where each that has a video and no row knows where the file stands that was sent for it.

    Where several have its size and time and nobody has read them, each may be it.

    Args:
        lessons: As files, rows and progress make them.
        sides: Everything but the videos.
    """
    gone = {
        key: one.summary
        for key, one in lessons.items()
        if sides.rows is not None and one.row is None and one.summary and one.summary.path and one.summary.has_all_bytes
    }
    sizes = {summary.size for summary in gone.values()}
    by_size: defaultdict[int, list[VideoFile]] = defaultdict(list)
    for file in sides.files.values() if sizes else ():
        if file.size in sizes:
            by_size[file.size].append(file)
    there = {key: path for key, summary in gone.items() if (path := _path_of(summary, by_size[summary.size], sides))}
    return {**lessons, **{key: replace(lessons[key], still_at=path) for key, path in there.items()}}


def _path_of(summary: RecordSummary, files: list[VideoFile], sides: LocalSides) -> str | None:
    """Where the file is that was sent: rather at its own path than at another."""
    alike = [file for file in files if summary.is_for(file)]
    same = [file.path for file in alike if not summary.md5 or sides.md5_of(file) in {None, summary.md5}]
    return min(same, key=lambda path: (path != summary.path, path), default=None)


class FileHolders:
    """Tells which linked lessons have the files now that were sent for lessons without a row.

    Args:
        lessons: Every lesson, by id.
        look: What was seen of a video that is named for a lesson.
        without_original: The videos of which Kinescope keeps no original.
    """

    def __init__(
        self, lessons: Mapping[str, Lesson], look: Callable[[str], Video | SeenVideo], without_original: Collection[str]
    ) -> None:
        self._lessons = lessons
        self._look = look
        self._without_original = without_original
        self._by_path: dict[str, str] | None = None

    def of(self, lesson: Lesson) -> Lesson | None:
        """The linked lesson that has the file now which was sent for this one."""
        if lesson.still_at is None:
            return None
        if self._by_path is None:
            self._by_path = {one.file.path: key for key, one in self._lessons.items() if one.file and one.row_id}
        return self._lessons.get(self._by_path.get(lesson.still_at, ""))

    def show_copy_of(self, lesson: Lesson) -> bool:
        """Whether the video of that lesson's row certainly has what was sent for this one."""
        holder, summary = self.of(lesson), lesson.summary
        if holder is None or holder.row_id is None or not (summary and summary.md5) or summary.md5 != holder.md5:
            return False
        seen = self._look(holder.row_id)
        if isinstance(seen, SeenVideo):
            return seen is SeenVideo.GOOD and holder.row_id not in self._without_original
        return is_same_content(holder, seen)
