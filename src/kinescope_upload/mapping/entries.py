"""What map file and manifest say in common, and what follows from it: assignments, doubts, ignored files. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kinescope_upload.library_paths import first_folder, nfc
from kinescope_upload.mapping.names import grouped, which_of
from kinescope_upload.mapping.twins import RENAME_ONE
from kinescope_upload.model import Assignment, Doubt, IgnoredFile, MappedLibrary, MappingSource
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kinescope_upload.mapping.json_node import BadEntry
    from kinescope_upload.mapping.paths import Locator
    from kinescope_upload.model import VideoFile
    from kinescope_upload.text.hints import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file belongs to one lesson, as somebody wrote it down.

    Attributes:
        lesson_id: The lesson.
        course: Its course; None means the folder directly below the library root that holds the file.
        path: The file's path as written.
        title: The video's title; None when none is given.
        called: The lesson's title then; None when it is not given.
        stamp: The file's size in bytes and its time of change in seconds since the epoch (UTC) when a person confirmed
            the pair; None when one is not given.
    """

    lesson_id: str
    course: str | None
    path: str
    title: str | None
    called: str | None = None
    stamp: tuple[int, int] | None = None


def stamp_of(file: VideoFile) -> tuple[int, int]:
    """The file's size in bytes and its time of change in seconds since the epoch (UTC)."""
    return file.size, file.modified_ns // 1_000_000_000


def resolve(
    entries: Sequence[Entry], locator: Locator, source: MappingSource, bad: Iterable[BadEntry] = ()
) -> MappedLibrary:
    """Finds the entries' files, and keeps the entries that name one file for one lesson and contradict no other.

    An entry that stands there twice counts once.

    Args:
        entries: What was written down.
        locator: Finds the files.
        source: Where it was written down.
        bad: The entries that could not be read; each is a doubt.
    """
    found = locator.find_all([entry.path for entry in entries])
    claims = {_claim(entry, files): None for entry, files in zip(entries, found, strict=True)}
    by_lesson = grouped(claims, lambda one: one.lesson_id)
    by_file = grouped(claims, lambda one: one.path)
    clear = [one for one in claims if len(by_lesson[one.lesson_id]) == 1 and len(by_file[one.path]) == 1]
    doubts = [
        *(_doubt_of_lesson(rivals, locator.origin, source) for rivals in by_lesson.values() if len(rivals) > 1),
        *(
            _doubt_of_file(rivals, locator.origin, source)
            for rivals in by_file.values()
            if len({one.lesson_id for one in rivals}) > 1
        ),
        *(_doubt_of_search(one, locator.origin, source) for one in clear if one.file is None),
        *(_doubt_of_bad_entry(one, locator, source) for one in bad),
    ]
    return MappedLibrary(
        assignments=tuple(_assignment(one, one.file, source) for one in clear if one.file is not None),
        doubts=tuple(sorted(doubts, key=lambda doubt: (doubt.course or "", doubt.subject))),
        ignored=_not_mentioned(locator, found, source),
        called={entry.lesson_id: entry.called for entry in entries if entry.called},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """An entry and its file; without one, `path` is as written and `candidates` are the paths that it could be."""

    lesson_id: str
    course: str | None
    path: str
    title: str | None
    file: VideoFile | None
    candidates: tuple[str, ...]
    is_as_confirmed: bool = field(compare=False)


def _claim(entry: Entry, files: Sequence[VideoFile]) -> _Claim:
    file = files[0] if len(files) == 1 else None
    return _Claim(
        lesson_id=entry.lesson_id,
        course=entry.course or (first_folder(file.path) if file else None),
        path=file.path if file else entry.path,
        title=entry.title,
        file=file,
        candidates=tuple(file.path for file in files),
        is_as_confirmed=file is not None and entry.stamp == stamp_of(file),
    )


def _assignment(claim: _Claim, file: VideoFile, source: MappingSource) -> Assignment:
    return Assignment(
        lesson_id=claim.lesson_id,
        course=claim.course or first_folder(file.path),
        file=file,
        source=source,
        title=claim.title,
        is_as_confirmed=claim.is_as_confirmed,
    )


def _or_forget(what: str, source: MappingSource, lessons: Sequence[str]) -> str:
    """What a person can do about entries, where that of a map file may be taken out as well."""
    if source is not MappingSource.MAP_FILE or not lessons:
        return what
    commands = [("map", "--forget", one) for one in lessons]
    return Hint(f"{what} ", *_any_of(commands), " takes what the map file says of that lesson out.")


def _any_of(commands: Iterable[Command]) -> Iterator[str | Command]:
    for number, command in enumerate(commands):
        if number:
            yield " or "
        yield command


def _doubt_of_lesson(rivals: Sequence[_Claim], origin: str, source: MappingSource) -> Doubt:
    paths = sorted({one.path for one in rivals})
    named = ", ".join(f'"{path}"' for path in paths)
    reason = f"{len(paths)} files are named for it: {named}"
    if len(paths) == 1:
        reason = f"{named} is named for it more than once, with different courses or titles"
    return Doubt(
        course=rivals[0].course,
        subject=rivals[0].lesson_id,
        reason=reason,
        hint=_or_forget(f'Leave the right one in "{origin}".', source, [rivals[0].lesson_id]),
        lesson_ids=(rivals[0].lesson_id,),
        paths=_paths_of(rivals),
    )


def _doubt_of_file(rivals: Sequence[_Claim], origin: str, source: MappingSource) -> Doubt:
    lessons = tuple(sorted({one.lesson_id for one in rivals}))
    courses = {one.course for one in rivals}
    return Doubt(
        course=courses.pop() if len(courses) == 1 else None,
        subject=rivals[0].path,
        reason=f"is named for {len(lessons)} lessons: {', '.join(lessons)}",
        hint=_or_forget(f'Leave the right one in "{origin}".', source, lessons),
        lesson_ids=lessons,
        paths=_paths_of(rivals),
    )


def _paths_of(claims: Iterable[_Claim]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for one in claims for path in one.candidates or (one.path,)))


def _doubt_of_search(claim: _Claim, origin: str, source: MappingSource) -> Doubt:
    reason = f'its file "{claim.path}" is not in the library, or is ignored there'
    correct = f'Add the file, or correct its path in "{origin}".'
    if claim.candidates:
        reason = f'its file "{claim.path}" may be any of {which_of(claim.candidates)}'
        correct = RENAME_ONE if len(set(map(nfc, claim.candidates))) == 1 else correct
    return Doubt(
        course=claim.course,
        subject=claim.lesson_id,
        reason=reason,
        hint=_or_forget(correct, source, [claim.lesson_id]),
        lesson_ids=(claim.lesson_id,),
        paths=_paths_of([claim]),
    )


def _doubt_of_bad_entry(entry: BadEntry, locator: Locator, source: MappingSource) -> Doubt:
    return Doubt(
        course=None,
        subject=entry.lesson_id or entry.place,
        reason=entry.reason,
        hint=_or_forget(
            "Correct or remove that entry; the others count.", source, [entry.lesson_id] if entry.lesson_id else []
        ),
        lesson_ids=(entry.lesson_id,) if entry.lesson_id else (),
        paths=tuple(file.path for file in locator.find_all([entry.path])[0]) if entry.path else (),
    )


def _not_mentioned(
    locator: Locator, found: Iterable[Sequence[VideoFile]], source: MappingSource
) -> tuple[IgnoredFile, ...]:
    mentioned = {file.path for files in found for file in files}
    paths = sorted(file.path for files in locator.files.values() for file in files if file.path not in mentioned)
    return tuple(IgnoredFile(path=path, reason=f"not in the {source}") for path in paths)
