"""Divides the library's files among the lessons: first by what is confirmed or recorded, the rest by position. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kinescope_upload.mapping.evidence import Evidence
from kinescope_upload.mapping.names import grouped, is_video_name, nfc
from kinescope_upload.mapping.open_sections import (
    OpenSection,
    doubts_of_lessons_alone,
    match_originals,
    to_compare,
)
from kinescope_upload.mapping.recorded import keep_recorded
from kinescope_upload.mapping.scan_rule import section_of, trust_scan
from kinescope_upload.mapping.sections import Held, Section, rows_by_section
from kinescope_upload.mapping.trust import judge
from kinescope_upload.model import Assignment, IgnoredFile, LessonRow, MappedLibrary, MappingSource

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from kinescope_upload.mapping.recorded import Recorded
    from kinescope_upload.mapping.sections import Counted
    from kinescope_upload.mapping.trust import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known beside the files' places and the rows.

    Attributes:
        confirmed: The pairs that a person confirmed.
        broken: The lessons that the same person named in a way that does not count.
        evidence: Records, originals, MD5s.
        ignored: Files that the scan left alone.
    """

    confirmed: Sequence[Assignment] = ()
    broken: frozenset[str] = frozenset()
    evidence: Evidence = field(default_factory=Evidence)
    ignored: Sequence[IgnoredFile] = ()


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
    if rows is None and not known.evidence.records and not known.confirmed:
        return trust_scan(scanned)
    recorded = keep_recorded([one.file for one in scanned], known.evidence)
    held = _held(recorded, known)
    table = _positions_as_rows(scanned, held, known.evidence) if rows is None else rows
    courses = {nfc(course) for course in {row.course for row in table.values()}}
    of_courses = [one for one in scanned if one.course in courses]
    by_name = grouped(of_courses, lambda one: section_of(one.file.path))
    owned, left_over = rows_by_section(table.values(), by_name)
    sections = [_section(name, by_name[name], owned[name]) for name in sorted(by_name)]
    by_position, left = _divide(sections, held, known)
    absent = [row for row in left_over if row.lesson_id not in held.files]
    originals = match_originals(left, absent, known.evidence)
    kept = _kept(scanned, recorded, held, table, courses)
    given = {one.file.path for one in (*known.confirmed, *kept)}
    outcomes = [one.without(originals) for one in left]
    return MappedLibrary(
        assignments=(
            *known.confirmed,
            *kept,
            *by_position,
            *(
                Assignment(lesson_id=key, course=table[key].course, file=file, source=MappingSource.ORIGINAL)
                for key, file in originals.items()
            ),
        ),
        doubts=(
            *(doubt for one in outcomes if (doubt := one.doubt)),
            *doubts_of_lessons_alone(absent),
        ),
        ignored=() if rows is None else _of_no_course(scanned, courses, given),
        proposals=tuple(proposal for one in outcomes for proposal in one.proposals),
        recorded=recorded.files.keys(),
        uncompared=to_compare(left, absent, known.evidence),
        unread=tuple(dict.fromkeys((*recorded.unread, *(path for one in left for path in one.verdict.unread)))),
    )


def _held(recorded: Recorded, known: Known) -> Held:
    files = recorded.files
    if known.confirmed:
        said = {one.lesson_id: one.file for one in known.confirmed}
        paths = {file.path for file in said.values()}
        kept = {key: file for key, file in recorded.files.items() if key not in said and file.path not in paths}
        files = {**said, **kept}
    return Held(
        files=files,
        lessons={file.path: key for key, file in files.items()},
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


def _divide(sections: Iterable[Section], held: Held, known: Known) -> tuple[list[Assignment], list[OpenSection]]:
    """What the positions that are believed say, and the sections in which something is left."""
    spoiled = grouped(filter(_may_be_of_a_lesson, known.ignored), lambda one: section_of(one.path))
    is_alone = not (known.confirmed or known.broken or known.evidence.records or known.evidence.originals)
    by_position: list[Assignment] = []
    left: list[OpenSection] = []
    for section in sections:
        if section.is_settled(held):
            continue
        if is_alone and not section.needs_files(held) and (counted := section.counted(held, frozenset())).is_in_step:
            by_position += counted.by_position(held)  # nothing can contradict, and nothing is to be sent
            continue
        counted, verdict = _judge(section, held, known, spoiled.get(section.name, ()))
        if verdict.is_believed or (verdict.is_unopposed and not section.needs_files(held)):
            by_position += counted.by_position(held)
        else:
            left.append(OpenSection.of(section, counted, verdict, held, known.evidence))
    return by_position, left


def _judge(section: Section, held: Held, known: Known, ignored: Sequence[IgnoredFile]) -> tuple[Counted, Verdict]:
    """Judges the section with its confirmed pairs in their places, else as without them: one of both may hold."""
    counted = section.counted(held, frozenset())
    verdict = judge(counted, held, known.evidence, ignored)
    if not verdict.is_believed and held.confirmed:
        counted = section.counted(held, held.confirmed)
        verdict = judge(counted, held, known.evidence, ignored)
    return counted, verdict


def _may_be_of_a_lesson(ignored: IgnoredFile) -> bool:
    """Whether a file that is left alone may be some lesson's: an empty or unfinished one, not a hidden one."""
    folder, _, name = ignored.path.rpartition("/")
    is_hidden = not folder or any(part.startswith(".") for part in ignored.path.split("/"))
    return not is_hidden and (is_video_name(name) or is_video_name(name.rpartition(".")[0]))


def _kept(
    scanned: Iterable[Assignment],
    recorded: Recorded,
    held: Held,
    rows: Mapping[str, LessonRow],
    courses: Container[str],
) -> list[Assignment]:
    """The recorded lessons with their files; those of courses that the database does not know are left out."""
    found = []
    by_path = {one.file.path: one for one in scanned}
    files = held.files
    for key, file in recorded.files.items():
        if files.get(key) is not file:
            continue
        row, place = rows.get(key), by_path[file.path]
        if row and place.lesson_id == key and place.course == row.course:
            found.append(place)  # most of a hundred thousand
        elif row or nfc(recorded.courses[key]) in courses:
            course = row.course if row else recorded.courses[key]
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
