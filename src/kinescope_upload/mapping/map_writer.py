"""A mapping as a map file: what `assign_by_map` reads, and beside it what a person needs to correct it. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kinescope_upload.errors import UsageError
from kinescope_upload.library_paths import is_path_of
from kinescope_upload.mapping.entries import stamp_of
from kinescope_upload.mapping.map_file import assign_by_map

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from kinescope_upload.model import (
        Assignment,
        IgnoredFile,
        LessonRow,
        MappedLibrary,
        VideoFile,
    )

_NOT_WRITABLE = "its name, its lesson's or its title holds what no map file can hold"
_NOT_SURE = "nothing proves that it is this lesson's"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a map file is made of.

    Attributes:
        root: The library root's absolute path.
        matched: What is sure, and reads back as it is.
        unsure: Files with the lesson that each would be of, and why that is not sure.
        without_file: Lessons that are to be done and have no file.
        ignored: Files that are left alone.
        rows: The database's lessons by id, for their titles; empty without a database.
    """

    root: str
    matched: tuple[Assignment, ...]
    unsure: tuple[tuple[Assignment, str], ...]
    without_file: tuple[str, ...]
    ignored: tuple[IgnoredFile, ...]
    rows: Mapping[str, LessonRow]


def draft_of(
    mapped: MappedLibrary, guessed: Iterable[Assignment], rows: Mapping[str, LessonRow] | None, *, root: str
) -> Draft:
    """Splits a mapping into what a map file may say and what a person has to decide.

    Args:
        mapped: What is sure, with doubts and proposals.
        guessed: What was read before the database was asked; what is proposed counts before it.
        rows: The database's lessons by id; None without a database.
        root: The library root's absolute path.
    """
    readable = _readable(mapped.assignments, root)
    sure = {one.file.path for one in mapped.assignments}
    dropped = {one.path for one in mapped.ignored}
    unsure = [(one, _NOT_WRITABLE) for one in mapped.assignments if one not in readable]
    proposed = {one.file.path: one for one in mapped.proposals}
    for one in guessed:
        if one.file.path not in sure | dropped:
            proposal = proposed.get(one.file.path)
            lesson_id = proposal.lesson_id or "" if proposal else one.lesson_id
            unsure.append((replace(one, lesson_id=lesson_id), _NOT_SURE))
    placed = {one.lesson_id for one in mapped.assignments}
    undone = {lesson for doubt in mapped.doubts for lesson in doubt.lesson_ids} - placed
    return Draft(
        root=root,
        matched=tuple(one for one in mapped.assignments if one in readable),
        unsure=tuple(unsure),
        without_file=tuple(sorted(undone)),
        ignored=mapped.ignored,
        rows=rows or {},
    )


def map_text(draft: Draft) -> str:
    """The map file: "matched" is what counts; the other lists are for whoever corrects it."""
    content = {
        "basePath": draft.root,
        "matched": [_entry(one, draft.rows) for one in draft.matched],
        "unsure": [{**_entry(one, draft.rows), "reason": reason} for one, reason in draft.unsure],
        "lessonsWithoutFile": [_lesson(lesson_id, draft.rows.get(lesson_id)) for lesson_id in draft.without_file],
        "ignored": [{"filePath": one.path, "reason": one.reason} for one in draft.ignored],
    }
    lists = [f"{json.dumps(key)}: {_listed(value)}" for key, value in content.items()]
    return "{\n" + ",\n".join(lists) + "\n}\n"


def pairs_about(data: object, file: VideoFile, row: LessonRow) -> list[tuple[str, str]]:
    """The pairs of a parsed map file that name this file or this lesson: path and lesson id as they stand there."""
    entries = data.get("matched") if isinstance(data, dict) else None
    return [
        (str(entry.get("filePath")), str(entry.get("lessonId")))
        for entry in (entries if isinstance(entries, list) else [])
        if _is_of(entry, row.lesson_id, file.path)
    ]


def with_pairs(data: Mapping[str, object], pairs: Iterable[Mapping[str, str | int]]) -> str:
    """The map file with more pairs; a pair replaces what stood there of its lesson or its file, the rest stays.

    Args:
        data: What the map file holds now, parsed; empty where there is none.
        pairs: Entries as `pair_of` and `confirmed_pair` make them.
    """
    new = list(pairs)
    before = data.get("matched")
    kept = [
        entry
        for entry in (before if isinstance(before, list) else [])
        if not any(_is_of(entry, str(one["lessonId"]), str(one["filePath"])) for one in new)
    ]
    content = {**data, "matched": [*kept, *new]}
    return "{\n" + ",\n".join(f"{_json(key)}: {_listed(value)}" for key, value in content.items()) + "\n}\n"


def without_pairs(data: Mapping[str, object], pairs: Iterable[tuple[str, str]]) -> Mapping[str, object]:
    """What a parsed map file holds, without these pairs of path and lesson id."""
    gone = list(pairs)
    entries = data.get("matched")
    if not gone or not isinstance(entries, list):
        return data
    return {**data, "matched": [entry for entry in entries if not any(_is_pair(entry, *one) for one in gone)]}


def pairs_of(data: object, lesson_id: str) -> list[tuple[str, str]]:
    """The entries of a parsed map file that name this lesson: path and lesson id as they stand there."""
    entries = data.get("matched") if isinstance(data, dict) else None
    return [
        (str(entry.get("filePath")), str(entry.get("lessonId")))
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and entry.get("lessonId") == lesson_id
    ]


def without_lessons(data: Mapping[str, object], lessons: Collection[str]) -> Mapping[str, object]:
    """What a parsed map file holds, without the entries of these lessons."""
    entries = data.get("matched")
    if not isinstance(entries, list):
        return data
    kept = [one for one in entries if not (isinstance(one, dict) and one.get("lessonId") in lessons)]
    return {**data, "matched": kept}


def _is_pair(entry: object, path: str, lesson_id: str) -> bool:
    if not isinstance(entry, dict) or entry.get("lessonId") != lesson_id:
        return False
    written = entry.get("filePath")
    return isinstance(written, str) and is_path_of(written, path)


def _is_of(entry: object, lesson_id: str, path: str) -> bool:
    """Whether an entry, which may be of any form, names the lesson or the file."""
    if not isinstance(entry, dict):
        return False
    written = entry.get("filePath")
    return entry.get("lessonId") == lesson_id or (isinstance(written, str) and is_path_of(written, path))


def pair_of(file: VideoFile, row: LessonRow) -> dict[str, str] | None:
    """A confirmed pair as an entry of a map file; None where names hold what no map file can hold."""
    pair = {"filePath": file.path, "lessonId": row.lesson_id, "courseId": row.course}
    try:
        read = assign_by_map({"matched": [pair]}, [file], root="", origin="").assignments
    except UsageError:
        return None
    held = [(one.file, one.lesson_id, one.course) for one in read] == [(file, row.lesson_id, row.course)]
    return {**pair, "lessonTitle": row.title} if held else None


def confirmed_pair(file: VideoFile, row: LessonRow) -> dict[str, str | int] | None:
    """The same with the file's size and time: the pair counts as meant while the file at its path has these."""
    pair, (size, modified) = pair_of(file, row), stamp_of(file)
    return {**pair, "fileSize": size, "fileModified": modified} if pair else None


def _listed(value: object) -> str:
    """A value of the file; a list has one line for each entry, so that it can be edited by hand."""
    if not isinstance(value, list) or not value:
        return _json(value)
    return "[\n  " + ",\n  ".join(map(_json, value)) + "\n]"


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(value)


def _entry(one: Assignment, rows: Mapping[str, LessonRow]) -> dict[str, str]:
    entry = {"filePath": one.file.path, "lessonId": one.lesson_id, "courseId": one.course}
    if one.title:
        entry["title"] = one.title
    if row := rows.get(one.lesson_id):
        entry["lessonTitle"] = row.title
    return entry


def _lesson(lesson_id: str, row: LessonRow | None) -> dict[str, str]:
    return {"lessonId": lesson_id} | ({"courseId": row.course, "lessonTitle": row.title} if row else {})


def _readable(assignments: Sequence[Assignment], root: str) -> frozenset[Assignment]:
    """Those that a map file gives back as they are; names from a disk may hold what none can hold."""
    alone = [one for one in assignments if _reads_back([one], root, [one.file])]
    together = _read_back(alone, root, [one.file for one in assignments])
    return frozenset(one for one in alone if _facts(one) in together)


def _reads_back(assignments: Sequence[Assignment], root: str, files: Iterable[VideoFile]) -> bool:
    try:
        return _read_back(assignments, root, files) == frozenset(map(_facts, assignments))
    except UsageError:
        return False


def _read_back(
    assignments: Sequence[Assignment], root: str, files: Iterable[VideoFile]
) -> frozenset[tuple[str, str, str, str | None]]:
    data = {"basePath": root, "matched": [_entry(one, {}) for one in assignments]}
    return frozenset(map(_facts, assign_by_map(data, files, root=root, origin="").assignments))


def _facts(one: Assignment) -> tuple[str, str, str, str | None]:
    return one.file.path, one.lesson_id, one.course, one.title
