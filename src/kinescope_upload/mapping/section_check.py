"""Divides the library's files among the lessons: first by what is confirmed or recorded, the rest by position. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from kinescope_upload.library_paths import first_folder, nfc
from kinescope_upload.mapping.division import Known, divide
from kinescope_upload.mapping.evidence import names_file
from kinescope_upload.mapping.names import grouped
from kinescope_upload.mapping.open_sections import (
    doubts_of_lessons_alone,
    doubts_of_unread_folders,
    match_originals,
    to_compare,
)
from kinescope_upload.mapping.recorded import keep_recorded
from kinescope_upload.mapping.scan_rule import section_of, trust_scan
from kinescope_upload.mapping.sections import Held, Section, rows_by_section
from kinescope_upload.mapping.unlinked import match_unlinked
from kinescope_upload.model import Assignment, IgnoredFile, LessonRow, MappedLibrary, MappingSource
from kinescope_upload.video_ids import is_same_video

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from kinescope_upload.mapping.evidence import Evidence, SentFile
    from kinescope_upload.mapping.recorded import Recorded
    from kinescope_upload.model import VideoFile


def check_sections(
    scanned: Sequence[Assignment], rows: Mapping[str, LessonRow] | None, known: Known | None = None
) -> MappedLibrary:
    """Gives lessons the files that are confirmed or recorded as theirs, and divides the rest by position.

    A position counts only where the files and lessons of its section are one for one, and no lesson with a video
    contradicts it. Elsewhere no position of the section is believed: one doubt says why, and each file that is left
    is proposed for a lesson. A first-level folder that is no course in the database is no doubt: its files are ignored.

    Args:
        scanned: What the scan rule made of the files.
        rows: The database's lessons by id; None goes without them: then each position stands for a lesson.
        known: What is known beside the files' places.
    """
    known = known or Known()
    has_unread = any(one.is_unread_folder for one in known.ignored)
    is_said = known.confirmed or known.broken
    if rows is None and not known.evidence.records and not is_said and not has_unread:
        return trust_scan(scanned)
    places = _Places(scanned, rows, known)
    recorded = keep_recorded([one.file for one in scanned], known.evidence, places, places.is_anothers, known.confirmed)
    recorded = recorded if rows is None else _without_strayed(recorded, rows, known.evidence.records)
    held = _held(recorded, known)
    table = _positions_as_rows(scanned, held, known.evidence) if rows is None else rows
    courses = {nfc(course) for course in {row.course for row in table.values()}}
    if rows is None:
        courses.update(one.course for one in scanned)
    of_courses = [one for one in scanned if one.course in courses]
    by_name = grouped(of_courses, lambda one: section_of(one.file.path))
    owned, left_over = rows_by_section(table.values(), by_name)
    sections = [_section(name, by_name[name], owned[name]) for name in sorted(by_name)]
    absent = [row for row in left_over if row.lesson_id not in held.files]
    division = divide(sections, absent, held, known)
    left, apart = division.left, [*absent, *division.astray]
    originals = match_originals(left, apart, known.evidence)
    kept = _kept(scanned, known.evidence.records, held, table, courses)
    given = {one.file.path for one in (*known.confirmed, *kept)}
    again = match_unlinked(left, known.evidence)
    outcomes = [one.without({**originals, **again}) for one in left]
    doubts = [doubt for one in outcomes if (doubt := one.doubt)]
    return MappedLibrary(
        assignments=(
            *known.confirmed,
            *kept,
            *division.by_position,
            *(
                Assignment(lesson_id=key, course=table[key].course, file=file, source=MappingSource.ORIGINAL)
                for key, file in originals.items()
            ),
            *(
                Assignment(lesson_id=key, course=table[key].course, file=file, source=MappingSource.RECORD)
                for key, file in again.items()
            ),
        ),
        doubts=(
            *doubts,
            *doubts_of_lessons_alone(absent),
            *(doubts_of_unread_folders(known.ignored, doubts) if rows is None else ()),
        ),
        ignored=() if rows is None else _of_no_course(scanned, courses, given),
        proposals=tuple(proposal for one in outcomes for proposal in one.proposals),
        recorded=recorded.files.keys(),
        uncompared=to_compare(left, apart, known.evidence, is_sending=bool(division.sound)),
        unread=tuple(dict.fromkeys((*recorded.unread, *(part for one in left for part in one.verdict.unread)))),
    )


class _Places:
    """Tells which lessons a file may be of by its place, but for those whose files a person named.

    These are the lessons of its section, and those of its course whose section is not on disk.
    """

    def __init__(self, scanned: Sequence[Assignment], rows: Mapping[str, LessonRow] | None, known: Known) -> None:
        self._scanned, self._rows = scanned, rows
        self._confirmed = {one.lesson_id for one in known.confirmed}
        self._records = known.evidence.records

    def __call__(self, file: VideoFile) -> frozenset[str]:
        here, absent = self._lessons
        section = section_of(file.path)
        return (here.get(section, frozenset()) | absent.get(first_folder(file.path), frozenset())) - self._confirmed

    def is_anothers(self, record: SentFile, file: VideoFile) -> bool:
        """Whether the lesson of the file's place, in another course, has a video of its own and no record: its file."""
        if first_folder(file.path) == nfc(record.course):
            return False
        lesson_id = self._by_path[file.path]
        row = self._rows.get(lesson_id) if self._rows else None
        if row is None or row.video_id is None or names_file(self._records.get(lesson_id)):
            return False
        return not is_same_video(row.video_id, record.video_id)

    @cached_property
    def _by_path(self) -> dict[str, str]:
        return {one.file.path: one.lesson_id for one in self._scanned}

    @cached_property
    def _lessons(self) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
        """The lessons by section, and those without one by course."""
        by_name = grouped(self._scanned, lambda one: section_of(one.file.path))
        if self._rows is None:
            lost = self._of_lost_sections(by_name)
            return {
                name: frozenset() if _is_moved(several, lost) else frozenset(one.lesson_id for one in several)
                for name, several in by_name.items()
            }, {}
        owned, left_over = rows_by_section(self._rows.values(), by_name)
        absent = grouped(left_over, lambda row: nfc(row.course))
        return _ids(owned), _ids(absent)

    def _of_lost_sections(self, sections: Container[str]) -> dict[int, list[SentFile]]:
        """What was sent from sections that are not on disk any more, by size."""
        records = self._records.values()
        lost = (one for one in records if one.names_file and one.path and section_of(one.path) not in sections)
        found: defaultdict[int, list[SentFile]] = defaultdict(list)
        for one in lost:
            found[one.size].append(one)
        return dict(found)


def _is_moved(files: Iterable[Assignment], lost: Mapping[int, Iterable[SentFile]]) -> bool:
    """Whether each file of a section may be one of a section that is gone: its folder has another name now."""
    return all(any(sent.is_for(one.file) for sent in lost.get(one.file.size, ())) for one in files)


def _ids(rows: Mapping[str, Iterable[LessonRow]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(row.lesson_id for row in several) for name, several in rows.items()}


def _without_strayed(recorded: Recorded, rows: Mapping[str, LessonRow], records: Mapping[str, SentFile]) -> Recorded:
    """Without the lessons that are in the database no more and whose file stands in another section now.

    Somebody moved it there, and it may be the file of one of that section's lessons.
    """
    strayed = {
        key
        for key, file in recorded.files.items()
        if key not in rows and section_of(file.path) != section_of(records[key].path or "")
    }
    if not strayed:
        return recorded
    kept = {key: file for key, file in recorded.files.items() if key not in strayed}
    return replace(recorded, files=kept, lessons={file.path: key for key, file in kept.items()})


def _held(recorded: Recorded, known: Known) -> Held:
    files, lessons = recorded.files, recorded.lessons
    if known.confirmed:
        said = {one.lesson_id: one.file for one in known.confirmed}
        paths = {file.path for file in said.values()}
        kept = {key: file for key, file in recorded.files.items() if key not in said and file.path not in paths}
        files = {**said, **kept}
        lessons = {file.path: key for key, file in files.items()}
    return Held(
        files=files,
        lessons=lessons,
        confirmed=frozenset(one.lesson_id for one in known.confirmed),
        changed=recorded.changed,
        broken=known.broken,
    )


def _positions_as_rows(scanned: Iterable[Assignment], held: Held, evidence: Evidence) -> dict[str, LessonRow]:
    """A row for each position that one file has, in the sections that hold files which belong to no lesson."""
    unsettled = {section_of(one.file.path) for one in scanned if one.file.path not in held.lessons}
    wanted = [one for one in scanned if section_of(one.file.path) in unsettled]
    files_of = Counter(one.lesson_id for one in wanted)
    return {
        one.lesson_id: LessonRow(
            lesson_id=one.lesson_id, course=one.course, title="", video_id=_video_of(one.lesson_id, evidence)
        )
        for one in wanted
        if files_of[one.lesson_id] == 1
    }


def _video_of(lesson_id: str, evidence: Evidence) -> str | None:
    record = evidence.records.get(lesson_id)
    return record.video_id if record and record.is_begun and record.path is None else None


def _section(name: str, files: Sequence[Assignment], rows: Iterable[LessonRow]) -> Section:
    return Section(name=name, files=files, lessons={nfc(row.lesson_id): row for row in rows})


def _kept(
    scanned: Iterable[Assignment],
    records: Mapping[str, SentFile],
    held: Held,
    rows: Mapping[str, LessonRow],
    courses: Container[str],
) -> list[Assignment]:
    """The recorded lessons with their files; those of courses that the database does not know are left out."""
    found = []
    by_path = {one.file.path: one for one in scanned}
    for key, file in held.files.items():
        if key in held.confirmed:
            continue
        row, place = rows.get(key), by_path[file.path]
        course = row.course if row else records[key].course
        if row is None and nfc(course) not in courses:
            continue
        if place.lesson_id == key and place.course == course:
            found.append(place)  # most of a hundred thousand
        else:
            found.append(Assignment(lesson_id=key, course=course, file=file, source=MappingSource.RECORD))
    return found


def _of_no_course(
    scanned: Iterable[Assignment], courses: Container[str], given: Container[str]
) -> tuple[IgnoredFile, ...]:
    foreign = [one for one in scanned if one.course not in courses and one.file.path not in given]
    return tuple(
        IgnoredFile(path=one.file.path, reason=f'folder "{one.course}" is no course in the database')
        for one in sorted(foreign, key=lambda one: one.file.path)
    )
