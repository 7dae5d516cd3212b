"""`kupload import-progress`: the replaced system's progress becomes our own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.commands.import_progress.old_progress import OldProgress, parse_old_progress
from kinescope_upload.commands.import_progress.takeover import Known, Takeover, take_over
from kinescope_upload.connect import database_of
from kinescope_upload.display.printers import waits_on_stderr
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.library.scan import read_json_file
from kinescope_upload.mapping import Original, known_courses
from kinescope_upload.output.json_text import object_of
from kinescope_upload.output.sections import Section
from kinescope_upload.output.show import View, show, show_sections
from kinescope_upload.progress import ProgressStore, courses_in, read_records
from kinescope_upload.survey import check_alone, survey_library
from kinescope_upload.text import count, joined
from kinescope_upload.text.hints import command_line
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kinescope_upload.config import Settings
    from kinescope_upload.model import Assignment
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.survey import Survey
    from kinescope_upload.upload import Record


def import_progress(settings: Settings, options: DisplayOptions, stdout: TextIO, *, file: Path) -> int:
    """Takes over what the file holds and the progress files do not know.

    Returns:
        0 when every uploaded lesson is known afterwards, else 1.

    Raises:
        UsageError: The file, the library or a progress file cannot be read, or another run holds a course.
        BatchStoppedError: The database or the progress folder refuses.
    """
    old = parse_old_progress(read_json_file(file, "old progress file"), origin=str(file))
    takeover = _take(old, _survey(settings, options), settings)
    print_takeover(takeover, options, stdout)
    return ExitCode.NOT_DONE if takeover.not_taken else ExitCode.DONE


def _survey(settings: Settings, options: DisplayOptions) -> Survey | None:
    if settings.library is None:
        return None
    database = None if settings.database_url is None else database_of(settings)
    return survey_library(settings, database, waits_on_stderr(options))


def _take(old: OldProgress, survey: Survey | None, settings: Settings) -> Takeover:
    every = take_over(old, _known(settings, survey, {}))
    if not every.taken:
        return every
    courses = {one.record.course for one in every.taken}
    if settings.database_url is not None:
        check_alone(settings, courses, database_of(settings))
    with ProgressStore(settings.progress, courses) as progress:
        takeover = take_over(old, _known(settings, survey, read_records(settings.progress)))
        progress.save_all(one.record for one in takeover.taken)
    return takeover


def _known(settings: Settings, survey: Survey | None, records: Mapping[str, Record]) -> Known:
    courses = {*settings.folders, *courses_in(settings.progress)}
    named = {row.lesson_id: row.video_id for row in (survey.rows or {}).values() if row.video_id} if survey else {}
    row_videos = named if survey and survey.rows is not None else None
    if survey is None:
        return Known(files={}, courses_of_lessons={}, courses=courses, records=records)
    rows = survey.rows or {}
    is_proven = survey.is_proven or settings.trust_scan
    courses_of_lessons = {lesson_id: row.course for lesson_id, row in rows.items()}
    courses_of_lessons |= {one.lesson_id: one.course for one in survey.unchecked.assignments}
    return Known(
        files=_assigned(survey, records) if is_proven else {},
        courses_of_lessons=courses_of_lessons,
        courses=courses.union(known_courses(survey.unchecked, rows)),
        records=records,
        row_videos=row_videos,
    )


def _assigned(survey: Survey, records: Mapping[str, Record]) -> dict[str, Assignment]:
    """The files by lesson; linked lessons count as fitting their positions: the takeover compares sizes itself."""
    scanned = {one.lesson_id: one.file for one in survey.unchecked.assignments}
    lessons = {video_key(row.video_id): row.lesson_id for row in (survey.rows or {}).values() if row.video_id}

    def as_positioned(video_ids: Sequence[str]) -> dict[str, Original]:
        files = {key: scanned.get(lessons[key]) for key in video_ids}
        return {key: Original(size=file.size) for key, file in files.items() if file}

    return {one.lesson_id: one for one in survey.resolve(records, ask=as_positioned).assignments}


def _text(takeover: Takeover, options: DisplayOptions, stream: TextIO) -> None:
    show_sections(_sections(takeover, options), _totals(takeover), stream)


def _sections(takeover: Takeover, options: DisplayOptions) -> list[Section]:
    taken = takeover.taken if options.verbose else ()
    return [
        Section(
            title="Taken over as linked",
            columns=("Lesson", "Video", "File"),
            rows=tuple((one.record.lesson_id, one.record.video_id or "", one.record.path or "–") for one in taken),
        ),
        Section(
            title="Taken over with the video of the lesson's row",
            columns=("Lesson", "Video", "What the file says instead"),
            rows=tuple(
                (one.record.lesson_id, one.record.video_id or "", one.remark) for one in takeover.taken if one.remark
            ),
        ),
        Section(
            title="Counts as not being there",
            columns=("What and why",),
            rows=tuple((sentence,) for sentence in takeover.without),
        ),
        Section(
            title="Taken over, but the file is not known",
            columns=("Lesson", "Why"),
            rows=tuple((one.record.lesson_id, one.doubt) for one in takeover.taken if one.doubt),
        ),
        Section(
            title="Failed there, left to be done",
            columns=("Lesson",),
            rows=tuple((lesson_id,) for lesson_id in takeover.failed),
        ),
        Section(
            title="Not taken",
            columns=("Lesson", "Why, and what to do"),
            rows=tuple((one.lesson_id, joined(one.reason, one.hint)) for one in takeover.not_taken),
        ),
    ]


def _totals(takeover: Takeover) -> list[str]:
    totals = [f"{count(len(takeover.taken), 'lesson', 'lessons')} taken over as linked."]
    if takeover.known:
        totals.append(f"{count(len(takeover.known), 'lesson was', 'lessons were')} known already; nothing was changed.")
    if takeover.failed:
        totals.append(f"{count(len(takeover.failed), 'lesson', 'lessons')} failed there; the next run does them.")
    if takeover.not_taken:
        totals.append(f"{count(len(takeover.not_taken), 'entry was', 'entries were')} not taken.")
    return [*totals, f"Next: {command_line(('--dry-run',))}"]


def takeover_object(takeover: Takeover) -> JsonFields:
    """What became of it as the fields of the JSON output."""
    return {
        "taken": [
            {
                "lesson_id": one.record.lesson_id,
                "course": one.record.course,
                "video_id": one.record.video_id or "",
                "path": one.record.path or None,
                "doubt": one.doubt,
                "remark": one.remark,
            }
            for one in takeover.taken
        ],
        "known": takeover.known,
        "failed": takeover.failed,
        "not_taken": [object_of(one) for one in takeover.not_taken],
        "without": takeover.without,
    }


print_takeover: Final = partial(show, View(event="import", fields=takeover_object, text=_text))
