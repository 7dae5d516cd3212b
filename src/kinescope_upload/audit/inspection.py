"""Compares the four sides once; both `verify` and `repair` begin with it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare import (
    Comparison,
    Finding,
    Kind,
    TargetFolder,
    findings_of_folders,
    findings_of_sides,
    lessons_of,
    links_by_position,
    with_kept_files,
    with_mixed_up,
)
from kinescope_upload.audit.compare.events import FilesRead, VideosListed
from kinescope_upload.audit.sides import courses_in_question, sides_of, survey_all_rows
from kinescope_upload.connect import database_of, open_kinescope
from kinescope_upload.errors import FileChangedError, FileUnreadableError
from kinescope_upload.events import Warned
from kinescope_upload.kinescope.course_folders import match_folders
from kinescope_upload.kinescope.management_api import KinescopeApi
from kinescope_upload.kinescope.originals import originals_of
from kinescope_upload.library.checksums import md5_of
from kinescope_upload.policy.sizing import READ_BLOCK
from kinescope_upload.progress import ProgressFolder, ignored_in, notes_in, remember_md5s
from kinescope_upload.retries.retrying_client import RetryingClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from kinescope_upload.audit.compare import Lesson
    from kinescope_upload.audit.compare.events import Emit
    from kinescope_upload.config import Settings
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.model import VideoFile
    from kinescope_upload.progress import AllProgress
    from kinescope_upload.survey import Survey

_EMIT_EVERY: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What `verify` and `repair` work with.

    Attributes:
        settings: The settings.
        api: Kinescope, with retries.
        client: The retries, also for the database, and Kinescope's clock.
        database: The lessons' table; None with `--no-db`.
        emit: Takes the events.
        remember: Takes the MD5s of files that were read.
        progress: What is recorded of all courses.
    """

    settings: Settings
    api: KinescopeApi
    client: RetryingClient
    database: LessonsDatabase | None
    emit: Emit
    remember: Callable[[Mapping[VideoFile, str]], object]
    progress: AllProgress


@contextmanager
def open_tools(settings: Settings, emit: Emit, progress: AllProgress | None = None) -> Iterator[Tools]:
    """Opens Kinescope and the database while the block runs; progress is that of the progress folder, unless given.

    Raises:
        UsageError: A setting is missing.
    """
    settings.check_for_upload()
    with open_kinescope(settings) as kinescope:
        client = RetryingClient(kinescope.service, settings, emit)
        kinescope.service.pace.listen(
            lambda seconds: emit(Warned(message=f"Waiting {seconds:.0f} s: Kinescope limits the rate of requests."))
        )
        yield Tools(
            settings=settings,
            api=KinescopeApi(client, api_url=settings.api_url),
            client=client,
            database=database_of(settings),
            emit=emit,
            remember=partial(remember_md5s, settings.progress),
            progress=progress or ProgressFolder(settings.progress),
        )


def read_files(tools: Tools, comparison: Comparison, lessons: Iterable[Lesson]) -> None:
    """Reads these lessons' files for their MD5, and remembers it."""
    lessons = tuple(lessons)
    found: dict[str, str] = {}
    try:
        unreadable = _read_md5s(tools.settings.needed_library(), lessons, found, tools.emit)
    finally:  # Ctrl+C may end it after hours
        read = {one.file: md5 for one in lessons if one.file and (md5 := found.get(one.lesson_id))}
        tools.remember(read)
    comparison.learn(found, unreadable)


def inspect(tools: Tools, survey: Survey | None = None, *, is_deep: bool = False) -> Comparison:
    """Compares everything once, and returns the comparison.

    Args:
        tools: What it works with.
        survey: Library and rows, where they were read before.
        is_deep: Whether every file is read again for its MD5; else those with another time than at their upload are.
    """
    settings, project_id = tools.settings, tools.settings.needed_project_id()
    if survey is None:
        survey = survey_all_rows(settings, tools.database, tools.client)
    for ignored in ignored_in(settings.progress):
        tools.emit(Warned(message=ignored.message))
    for note in notes_in(settings.progress):
        tools.emit(Warned(message=note))
    courses = courses_in_question(tools, survey)
    sides = sides_of(tools, survey, partial(originals_of, tools.api), is_deep=is_deep)
    lessons = with_kept_files(with_mixed_up(lessons_of(sides), sides), sides)
    folders = match_folders(
        courses, pinned=settings.folders, folders=tools.api.folders(project_id), project_id=project_id
    )
    places = {
        folder.course: TargetFolder(course=folder.course, project_id=project_id, folder_ids=folder.folder_ids)
        for folder in folders
    }
    others = [*findings_of_sides(sides, lessons, courses), *findings_of_folders(folders)]
    if hidden := survey.hidden:
        others.append(Finding(kind=Kind.ROWS_HIDDEN, course="", reason=hidden.reason, hint=hidden.hint))
    used = {one.file.path for one in lessons.values() if one.file}
    comparison = Comparison(
        lessons,
        places,
        has_database=sides.rows is not None,
        others=others,
        by_position=links_by_position(sides, lessons),
        renumbered=sides.renumbered,
        said=survey.said,
        in_map=survey.in_map,
        free={one.size: one.path for one in sides.files.values() if one.path not in used},
    )
    del sides, lessons, survey
    named = (lesson for lesson in comparison.in_question if lesson.ids)
    read_files(tools, comparison, [lesson for lesson in named if is_deep or _is_to_be_read(lesson)])
    _list_videos(tools, comparison)
    if is_deep:
        read_files(tools, comparison, comparison.to_be_read())
    return comparison


def _is_to_be_read(lesson: Lesson) -> bool:
    """Whether only its content tells what became of it, and nobody has read it as it is now."""
    return lesson.is_redated and lesson.file_md5 is None


def _list_videos(tools: Tools, comparison: Comparison) -> None:
    """Lists every course's folder, then asks for the named videos that were in none of them.

    A video that is not in its folder is asked for by its id before it counts as gone.
    """
    listed = 0
    for place in comparison.places.values():
        for folder_id in place.folder_ids:
            is_root = folder_id == place.project_id
            of_folder = None if is_root else folder_id
            for video in tools.api.videos_in(project_id=place.project_id, folder_id=of_folder):
                listed += 1
                if listed % _EMIT_EVERY == 0:
                    tools.emit(VideosListed(videos=listed))
                if not is_root or video.folder_id is None:
                    comparison.see(video)
    for video in tools.api.videos_named(comparison.missing()):
        comparison.see(video)
    tools.emit(VideosListed(videos=listed))


def _read_md5s(library: Path, lessons: Iterable[Lesson], found: dict[str, str], emit: Emit) -> list[Finding]:
    """Reads the MD5s of these lessons' files, and returns the files that cannot be read.

    Args:
        library: The library root.
        lessons: The lessons; those without a file are left out.
        found: Takes the MD5s by lesson id.
        emit: Takes a `FilesRead` after each block.
    """
    files = [(lesson, lesson.file) for lesson in lessons if lesson.file]
    total = sum(file.size for _, file in files)
    read = 0

    def count_block() -> None:
        nonlocal read
        read += READ_BLOCK
        emit(FilesRead(read_bytes=min(read, total), total_bytes=total))

    unreadable: list[Finding] = []
    for lesson, file in files:
        try:
            found[lesson.lesson_id] = md5_of(library, file, count_block)
        except (FileChangedError, FileUnreadableError) as error:
            hint = error.hint or "Run the command again when the file no longer changes."
            unreadable.append(lesson.finding(Kind.FILE_UNREADABLE, f"{lesson.lesson_id}: {error.what}", hint))
    return unreadable
