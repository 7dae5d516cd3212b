"""Files, rows and progress as they are now."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from kinescope_upload.audit.compare import LocalSides, summary_of
from kinescope_upload.errors import BatchStoppedError, DatabaseDownError
from kinescope_upload.library.checksums import md5_now
from kinescope_upload.library.look import look_at_files
from kinescope_upload.library.scan import EMPTY, stat_file
from kinescope_upload.media.verdict import Whole
from kinescope_upload.model import Doubt, MappingSource
from kinescope_upload.plan.places import paths_now
from kinescope_upload.plan.renumbered import rekeyed
from kinescope_upload.progress import read_looks, read_md5s, remember_looks
from kinescope_upload.survey import check_selection, survey_files
from kinescope_upload.survey.pairs import with_moved_pairs
from kinescope_upload.survey.rows import hidden_courses
from kinescope_upload.upload.titles import is_title_of
from kinescope_upload.video_ids import is_same_video

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kinescope_upload.audit.compare import RecordSummary
    from kinescope_upload.audit.inspection import Tools
    from kinescope_upload.config import Settings
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.mapping import Original
    from kinescope_upload.model import LessonRow, VideoFile
    from kinescope_upload.plan.renumbered import Renumbered
    from kinescope_upload.progress import AllProgress, RememberedLooks
    from kinescope_upload.retries.retrying_client import RetryingClient
    from kinescope_upload.survey import Survey


def survey_all_rows(settings: Settings, database: LessonsDatabase | None, client: RetryingClient) -> Survey:
    """Surveys the library and reads all rows, of other courses too: their videos are not unknown.

    Raises:
        UsageError: The library or the mapping cannot be read.
        BatchStoppedError: The database does not answer or refuses.
    """
    survey = survey_files(settings)
    if database is not None:
        survey = replace(survey, rows=_rows(database, client))
        survey = replace(survey, hidden=hidden_courses(survey, lambda: client.call(database.row_security)))
    check_selection(survey, settings)
    return survey


def _rows(database: LessonsDatabase, client: RetryingClient) -> dict[str, LessonRow]:
    try:
        return {row.lesson_id: row for row in client.call(database.rows)}
    except DatabaseDownError as error:
        raise BatchStoppedError(error.what, f"{error.remedy}, then run the same command again.") from error


def courses_in_question(tools: Tools, survey: Survey) -> tuple[str, ...]:
    """The courses that were named, else every course that a side has something of.

    A folder of the library of which neither database nor progress knows is none.
    """
    if tools.settings.courses:
        return tuple(sorted(set(tools.settings.courses)))
    recorded = set(tools.progress.courses())
    courses = {*survey.courses, *recorded}
    if survey.rows is not None:
        of_rows = {row.course for row in survey.rows.values()}
        foreign = {one.course for one in survey.unchecked.assignments} - of_rows - recorded
        courses = (courses - foreign) | of_rows
    return tuple(sorted(courses))


def sides_of(
    tools: Tools, survey: Survey, ask: Callable[[Sequence[str]], Mapping[str, Original]], *, is_deep: bool = False
) -> LocalSides:
    """Everything but the videos, as far as a comparison needs it.

    Args:
        tools: The settings, and what is recorded.
        survey: Library and rows.
        ask: Gives the originals of videos where the mapping needs them.
        is_deep: Whether each file is looked into again.
    """
    settings, looks = tools.settings, read_looks(tools.settings.progress)
    files = {one.path: one for one in survey.files}
    if is_deep:
        looks.found |= look_at_files(survey.files, settings.needed_library(), settle=settings.settle).found
        with suppress(OSError):  # the next command looks again
            remember_looks(settings.progress, looks.found)
    recorded, rows = _summaries(tools.progress, files, survey.rows or {}), survey.rows
    survey = survey.beside(tools.progress).knowing(recorded)
    apart = {key: recorded.pop(key) for key in survey.elsewhere & recorded.keys()}
    md5s = _read(tools, survey.files_to_read(recorded))
    renumbered = survey.find_renumbered(recorded, survey.unsteady(recorded), md5s)
    survey = with_moved_pairs(survey, renumbered)
    summaries = _as_renumbered(recorded, renumbered, survey.files, md5s)
    mapped = survey.resolve(summaries, ask=ask)
    others = tuple(survey.elsewhere)
    away = Doubt(course=None, subject="", reason="in other libraries", lesson_ids=others, blocking=False)
    return LocalSides(
        mapped=replace(mapped, doubts=(*mapped.doubts, away)) if others else mapped,
        scanned=survey.unchecked.assignments,
        is_scanned=survey.source is MappingSource.SCAN_RULE,
        rows=rows,
        summaries={**summaries, **apart},
        files=files,
        find=partial(stat_file, settings.needed_library()),
        md5_of=read_md5s(settings.progress),
        renumbered=renumbered,
        meant=survey.meant,
        in_map_alone=survey.source is MappingSource.MAP_FILE,
        seconds_of=partial(_seconds, looks),
        broken=_no_reason if settings.send_broken else partial(_why_broken, looks),
    )


def _read(tools: Tools, files: Sequence[VideoFile]) -> dict[VideoFile, str]:
    """Reads files for their MD5s, and remembers these; what cannot be read now tells nothing."""
    library = tools.settings.needed_library()
    found = {file: md5 for file in files if (md5 := md5_now(library, file))}
    if found:
        tools.remember(found)
    return found


def _as_renumbered(
    recorded: dict[str, RecordSummary],
    found: Renumbered,
    files: Sequence[VideoFile],
    md5s: Mapping[VideoFile, str],
) -> dict[str, RecordSummary]:
    """What is recorded by the lessons that it is of now, each with its file where that was renamed with it."""
    if not found.moved:
        return recorded
    paths = paths_now({old: recorded[old] for old in found.moved}, files, md5s, recorded)
    return rekeyed(recorded, found.moved) | {
        new: replace(recorded[old], path=paths[old]) for old, new in found.moved.items()
    }


def _why_broken(looks: RememberedLooks, file: VideoFile) -> str:
    look = looks.broken(file)
    return EMPTY if file.size == 0 else look.reason if look else ""


def _seconds(looks: RememberedLooks, file: VideoFile) -> float | None:
    look = looks.sure(file)
    return look.duration if isinstance(look, Whole) else None


def _no_reason(_file: VideoFile) -> str:
    return ""


def _summaries(
    progress: AllProgress, files: Mapping[str, VideoFile], rows: Mapping[str, LessonRow]
) -> dict[str, RecordSummary]:
    """What is recorded, of all courses; equal texts are kept once."""
    found: dict[str, RecordSummary] = {}
    for course in progress.courses():
        for record in progress.stream(course):
            summary = summary_of(record)
            if summary.is_begun or summary.former_ids or summary.old_videos:
                row = rows.get(record.lesson_id)
                file = files.get(record.path) if record.path else None
                found[row.lesson_id if row else record.lesson_id] = _slim(summary, file, row)
    return found


def _slim(summary: RecordSummary, file: VideoFile | None, row: LessonRow | None) -> RecordSummary:
    return replace(
        summary,
        path=file.path if file else summary.path,
        size=file.size if file and file.size == summary.size else summary.size,
        modified_ns=file.modified_ns if file and summary.is_for(file) else summary.modified_ns,
        video_id=row.video_id if row and row.video_id == summary.video_id else summary.video_id,
        title="" if row and _is_called_so(summary, row) else summary.title,
        former_ids=summary.former_ids,
    )


def _is_called_so(summary: RecordSummary, row: LessonRow) -> bool:
    """Whether the row has the recorded title and names the recorded video: then the title tells nothing."""
    return is_same_video(row.video_id, summary.video_id) and is_title_of(summary.title, row.title)
