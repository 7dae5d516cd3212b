"""Builds lessons from files, rows and progress, and finds what disagrees without any video. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kinescope_upload.audit.compare.facts import Finding, Lesson
from kinescope_upload.audit.compare.free_files import files_without_lesson
from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.kinescope.course_folders import FolderState
from kinescope_upload.mapping import CORRECT_PAIR, is_named_like, named_like_others, section_of
from kinescope_upload.model import MappingSource
from kinescope_upload.plan.begun import is_old_file
from kinescope_upload.plan.exchanged import find_exchanged
from kinescope_upload.plan.own_file import keeps_its_own
from kinescope_upload.plan.renumbered import NOT_RENUMBERED
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload import Stage
from kinescope_upload.upload.old_video import serving_of
from kinescope_upload.upload.titles import first_title

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from kinescope_upload.audit.compare.summary import RecordSummary
    from kinescope_upload.kinescope.course_folders import CourseFolder
    from kinescope_upload.model import Assignment, Doubt, LessonRow, MappedLibrary, VideoFile
    from kinescope_upload.plan.renumbered import Renumbered


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSides:
    """Everything but the videos.

    Attributes:
        mapped: Which file belongs to which lesson, compared with the database.
        scanned: The assignments before that comparison.
        is_scanned: Whether they follow from the files' positions alone.
        rows: The rows by lesson id, of all courses; None without the database.
        summaries: The progress files' records of begun uploads by lesson id, of all courses.
        files: The library's files by path, as far as they are known.
        find: Looks for another file by its path; None when it does not exist.
        md5_of: The MD5 of a file, as far as somebody read it as it is now; else None.
        seconds_of: How long a file plays, as far as somebody looked into it as it is now; else None.
        broken: Why no player can show a file, as far as somebody looked into it; else empty.
        renumbered: The lessons that were renumbered; `summaries` has what is recorded where it belongs now.
        meant: The lessons whose pair was written down as the titles are.
        in_map_alone: Whether a map file that is given for this command says everything.
    """

    mapped: MappedLibrary
    scanned: Sequence[Assignment]
    is_scanned: bool
    rows: Mapping[str, LessonRow] | None
    summaries: Mapping[str, RecordSummary]
    files: Mapping[str, VideoFile]
    find: Callable[[str], VideoFile | None]
    md5_of: Callable[[VideoFile], str | None]
    seconds_of: Callable[[VideoFile], float | None]
    broken: Callable[[VideoFile], str]
    renumbered: Renumbered = NOT_RENUMBERED
    meant: Collection[str] = frozenset()
    in_map_alone: bool = False


def lessons_of(sides: LocalSides) -> dict[str, Lesson]:
    """Returns every lesson that a side knows, by id.

    The file that was sent for a lesson stays its file, even if its position has changed. Where it is gone and a new one
    took its place, that is the lesson's; and what a person says goes before.
    """
    assignments = {assignment.lesson_id: assignment for assignment in sides.mapped.assignments}
    explained = _explained(sides)
    sent = {summary.path for summary in sides.summaries.values()}
    given = {one.file.path: one.lesson_id for one in sides.mapped.assignments if one.source.is_written}
    ids = {**dict.fromkeys(sides.rows or {}), **dict.fromkeys(sides.summaries), **dict.fromkeys(assignments)}
    lessons = {
        lesson_id: _lesson(
            lesson_id, sides, assignments.get(lesson_id), (sent, given), is_explained=lesson_id in explained
        )
        for lesson_id in ids
    }
    lessons |= {key: replace(lessons[key], is_unclear=True) for key in sides.renumbered.unclear if key in lessons}
    return lessons | {key: replace(lessons[key], is_exchanged=True) for key in _exchanged(sides, given.values())}


def _exchanged(sides: LocalSides, said: Collection[str]) -> Iterator[str]:
    """The lessons whose replacement was begun under a title that another lesson has by now: `replace` refuses them."""
    if any(serving_of(summary.old_videos) for summary in sides.summaries.values()):
        for key in find_exchanged(sides.summaries, sides.rows or {}, said):
            if serving_of(sides.summaries[key].old_videos):
                yield key


def _lesson(
    lesson_id: str,
    sides: LocalSides,
    assignment: Assignment | None,
    named: tuple[Collection[str | None], Mapping[str, str]],
    *,
    is_explained: bool,
) -> Lesson:
    row, summary = (sides.rows or {}).get(lesson_id), sides.summaries.get(lesson_id)
    stated = assignment.title if assignment else None
    recorded = summary.title if summary and row is None else None
    courses = [side.course for side in (row, summary, assignment) if side is not None]
    file = _file(sides, assignment, summary, named[0])
    is_others = file is not None and named[1].get(file.path, lesson_id) != lesson_id
    is_given_away = is_others and summary is not None and not summary.stage.is_linked
    file = None if is_given_away else file
    if summary and file and keeps_its_own(summary, file, sides.files):
        summary = replace(summary, own_file_is_there=True)
    is_said = assignment is not None and assignment.source.is_written
    said = assignment.file if assignment and summary and is_said and not _is_begun_from(summary, assignment) else None
    if said and _is_of_another(said, lesson_id, sides, named[1].values()):
        said, is_given_away = None, True
    return Lesson(
        lesson_id=lesson_id,
        course=courses[0],
        title=first_title(stated, row.title if row else None, recorded),
        file=file,
        row=row,
        summary=summary,
        is_explained=is_explained,
        is_given_away=is_given_away,
        said=said,
        is_called_off=_is_called_off(sides, summary, said or file),
        file_md5=sides.md5_of(file) if file else None,
        file_duration=sides.seconds_of(file) if file else None,
        broken=sides.broken(file) if file else "",
    )


def _is_of_another(file: VideoFile, lesson_id: str, sides: LocalSides, said: Collection[str]) -> bool:
    """Whether the file was sent for another lesson, which has no other one since: it is published for nobody else."""
    return any(
        key != lesson_id and summary.path == file.path and summary.stage is not Stage.PLANNED and key not in said
        for key, summary in sides.summaries.items()
    )


def _is_begun_from(summary: RecordSummary, assignment: Assignment) -> bool:
    """Whether no replacement was begun from another file than the lesson's."""
    return serving_of(summary.old_videos) is None or summary.path == assignment.file.path


def _is_called_off(sides: LocalSides, summary: RecordSummary | None, file: VideoFile | None) -> bool:
    serving = serving_of(summary.old_videos) if summary else None
    if not (summary and serving and file):
        return False
    if is_old_file(file, summary, serving, sides.md5_of):
        return True
    is_told = serving.path in sides.files or serving.md5 is None or sides.md5_of(file) is not None
    looks_old = file.may_be(serving.path, size=serving.size, modified_ns=serving.modified_ns)
    return not is_told and looks_old and not summary.is_for(file)  # a run reads it: the old file under another name


def _file(
    sides: LocalSides, assignment: Assignment | None, summary: RecordSummary | None, sent: Collection[str | None]
) -> VideoFile | None:
    assigned = assignment.file if assignment else None
    if summary is None or summary.path is None:
        return assigned
    if assigned and assigned.path == summary.path:
        return assigned
    if assignment and assignment.source.is_written and serving_of(summary.old_videos) is None:
        return assigned
    is_its_own = assigned is not None and (summary.is_for(assigned) or _is_new(assigned, summary, sent))
    return sides.files.get(summary.path) or sides.find(summary.path) or (assigned if is_its_own else None)


def _is_new(file: VideoFile, summary: RecordSummary, sent: Collection[str | None]) -> bool:
    """Whether it is a file that took the place of the one that was sent for the lesson's video."""
    return summary.stage.is_linked and file.path not in sent


def _open_doubts(sides: LocalSides) -> list[Doubt]:
    """The doubts that add to the findings about single files and lessons.

    A file that was sent is certain; what was written down and does not hold is said all the same. Where a section has
    only files or only lessons left, each gets its own finding.
    """
    blocking = [doubt for doubt in sides.mapped.doubts if doubt.blocking]
    if not sides.is_scanned:
        return blocking
    sent = {summary.path for summary in sides.summaries.values()}
    left = {section_of(scanned.file.path) for scanned in sides.scanned if scanned.file.path not in sent}
    return [
        doubt
        for doubt in blocking
        if doubt.paths
        or (doubt.subject in left and any(lesson_id not in sides.summaries for lesson_id in doubt.lesson_ids))
    ]


def _explained(sides: LocalSides) -> set[str]:
    """The lessons that lack a file on purpose, or whose section's finding says why."""
    explained = {lesson for doubt in sides.mapped.doubts if not doubt.blocking for lesson in doubt.lesson_ids}
    sections = set()
    for doubt in _open_doubts(sides):
        explained.update(doubt.lesson_ids)
        sections.add(doubt.subject)
    return explained | {scanned.lesson_id for scanned in sides.scanned if section_of(scanned.file.path) in sections}


def findings_of_sides(sides: LocalSides, lessons: Mapping[str, Lesson], courses: Collection[str]) -> Iterator[Finding]:
    """Yields what disagrees between disk and database, without any video.

    Args:
        sides: The sides.
        lessons: The result of `lessons_of`.
        courses: The courses in question.
    """
    doubts = [doubt for doubt in _open_doubts(sides) if doubt.course is None or doubt.course in courses]
    for doubt in doubts:
        reason = f"{doubt.subject}: {doubt.reason}"
        course = doubt.course or ""
        yield Finding(kind=Kind.MAPPING_IN_DOUBT, course=course, reason=reason, hint=doubt.hint)
    yield from _named_like_others(sides, lessons, courses)
    yield from _renumbered(sides.renumbered, lessons, courses)
    covered = {doubt.subject for doubt in doubts}
    yield from files_without_lesson(sides, lessons, courses, covered)


def _renumbered(found: Renumbered, lessons: Mapping[str, Lesson], courses: Collection[str]) -> Iterator[Finding]:
    """Yields the records that are another lesson's now, each at the lesson that it is of, or may be."""
    for key in found.titles:
        lesson = lessons.get(found.moved.get(key, key))
        if lesson and lesson.course in courses:
            reason, hint = found.reason(key), found.other_way(key) if key in found.moved else found.hint(key)
            yield lesson.finding(Kind.RENUMBERED, f"{key} {reason}", hint, video_id=lesson.own_id)


def _named_like_others(sides: LocalSides, lessons: Mapping[str, Lesson], courses: Collection[str]) -> Iterator[Finding]:
    """Yields the linked lessons whose file has the title of another one; a pair with the lesson's title is meant."""
    linked = [one for one in lessons.values() if one.row and one.row_id and one.course in courses]
    names = {one.lesson_id: one.file.stem for one in linked if one.file and one.lesson_id not in sides.meant}
    rows = [one.row for one in lessons.values() if one.row and one.course in courses]
    asks = Hint("Is it right all the same? Then say so: ", ("map", "--confirm"), " asks.")
    for lesson_id, other in named_like_others(names, rows):
        lesson = lessons[lesson_id]
        title = f'{lesson_id} ("{lesson.title}")' if lesson.title else lesson_id
        reason = f'{title} has the file "{names[lesson_id]}", and {other.lesson_id} is called "{other.title}"'
        hint = CORRECT_PAIR if sides.in_map_alone else asks
        yield lesson.finding(Kind.NAMED_LIKE_ANOTHER, reason, hint, video_id=lesson.row_id)


def links_by_position(sides: LocalSides, lessons: Mapping[str, Lesson]) -> frozenset[str]:
    """The linked lessons of which only the position of their file says that it is theirs.

    Neither a map file nor a manifest names the file, or did when it was sent, nor is it named like the lesson. That it
    was uploaded for the lesson says nothing else here: by its position it was.
    """
    return frozenset(
        one.lesson_id
        for one in sides.mapped.assignments
        if not one.source.is_written
        and (lesson := lessons.get(one.lesson_id)) is not None
        and lesson.row is not None
        and lesson.row_id
        and not is_named_like(one.file.stem, lesson.row.title)
        and not _was_written(one, lesson.summary)
    )


def _was_written(assignment: Assignment, summary: RecordSummary | None) -> bool:
    """Whether a map file or manifest named the file for the lesson when it was sent, and it has this one still."""
    if summary is None or summary.path is None or not summary.pair_is_written:
        return False
    return assignment.source is MappingSource.RECORD or assignment.file.is_at(summary.path)


def findings_of_folders(folders: Iterable[CourseFolder]) -> Iterator[Finding]:
    """Yields the courses whose folder is missing or not clear."""
    for folder in folders:
        kind, course = Kind.FOLDER_MISSING, folder.course
        match folder.state:
            case FolderState.MISSING:
                reason = f'the project has no folder named "{course}"'
            case FolderState.PIN_ASTRAY:
                reason = f'the project has no folder {folder.folder_ids[0]}, which is pinned for "{course}"'
            case FolderState.AMBIGUOUS:
                kind = Kind.FOLDER_AMBIGUOUS
                reason = f'{len(folder.folder_ids)} folders are named "{course}": {", ".join(folder.folder_ids)}'
            case _:
                continue
        yield Finding(kind=kind, course=course, reason=reason, hint=folder.hint)
