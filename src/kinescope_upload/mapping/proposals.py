"""Proposes which file may be which lesson's, where nothing proves it: a person decides. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from kinescope_upload.library_paths import nfc
from kinescope_upload.mapping.sections import lesson_order
from kinescope_upload.model import Proposal
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kinescope_upload.mapping.evidence import Original
    from kinescope_upload.model import Assignment, LessonRow, VideoFile

_NUMBERING = re.compile(r"^(?:\W*\d+[a-zа-яё]?(?=[\W_]|$)[\W_]*)+")
_OWN_NUMBER = re.compile(r"\W*(\d{1,6})(?=[\W_])")
_BETWEEN = re.compile(r"[\W_]+")


def title_key(text: str) -> str:
    """A title, or a file's name without its suffix, as it is compared: no case, no numbering, letters and digits."""
    composed = nfc(text).casefold()
    return _BETWEEN.sub("", _NUMBERING.sub("", composed)) or _BETWEEN.sub("", composed)


def own_number(file: VideoFile) -> int | None:
    """The number that the file's name begins with: 7 of "007_Start.mp4", none of "001a_New.mp4"."""
    found = _OWN_NUMBER.match(file.name)
    return int(found[1]) if found else None


def by_own_number(files: Iterable[Assignment], lessons: Iterable[LessonRow]) -> dict[str, LessonRow]:
    """The lessons by the path of the file that has their number; none unless each file has the number of one lesson.

    Args:
        files: The files that belong to no lesson.
        lessons: The lessons that they may belong to.
    """
    numbered: defaultdict[int | None, list[LessonRow]] = defaultdict(list)
    for row in lessons:
        numbered[lesson_order(row)[1]].append(row)
    found = {one.file.path: numbered.get(own_number(one.file), []) for one in files}
    return {path: rows[0] for path, rows in found.items()} if all(len(rows) == 1 for rows in found.values()) else {}


def propose(
    section: str, files: Sequence[Assignment], lessons: Sequence[LessonRow], guesses: Mapping[str, LessonRow]
) -> tuple[Proposal, ...]:
    """Pairs the files of a section with its lessons: first by their titles, then as guessed, the rest in their order.

    Args:
        section: The section.
        files: Its files that belong to no lesson, in their order.
        lessons: Its lessons that have no file, in their order.
        guesses: The lessons of files by path, as numbers or places tell them.
    """
    pairs = by_title(files, lessons)
    taken = {row.lesson_id for row in pairs.values()}
    guessed = {key: row for key, row in guesses.items() if key not in pairs and row.lesson_id not in taken}
    pairs |= guessed
    taken |= {row.lesson_id for row in guessed.values()}
    rest = iter([row for row in lessons if row.lesson_id not in taken])
    proposals = []
    for one in files:
        row = pairs.get(one.file.path) or next(rest, None)
        proposals.append(
            Proposal(
                file=one.file,
                course=row.course if row else one.course,
                section=section,
                lesson_id=row.lesson_id if row else None,
                title=row.title if row else "",
            )
        )
    return tuple(proposals)


def by_title(files: Iterable[Assignment], lessons: Iterable[LessonRow]) -> dict[str, LessonRow]:
    """The lessons by the path of the only file that is named like them, where they are the only ones named so."""
    by_name: defaultdict[str, list[VideoFile]] = defaultdict(list)
    for one in files:
        by_name[title_key(one.file.stem)].append(one.file)
    by_title: defaultdict[str, list[LessonRow]] = defaultdict(list)
    for row in lessons:
        by_title[title_key(row.title)].append(row)
    return {
        by_name[key][0].path: rows[0]
        for key, rows in by_title.items()
        if key and len(rows) == 1 and len(by_name.get(key, ())) == 1
    }


def alone_of_their_size(
    files: Iterable[VideoFile], lessons: Iterable[LessonRow], originals: Mapping[str, Original]
) -> dict[str, VideoFile]:
    """The files that are the originals of linked lessons' videos: alone of their size on both sides.

    These lessons have their videos, so nothing is sent by it; it only tells which files need no lesson.

    Args:
        files: Files that belong to no lesson so far.
        lessons: Lessons that have a video, and no file so far.
        originals: The originals, by the videos' keys.

    Returns:
        The files by lesson id.
    """
    found = ((row.lesson_id, originals.get(video_key(row.video_id) or "")) for row in lessons)
    sizes = {lesson_id: original.size for lesson_id, original in found if original and original.size}
    if not sizes:
        return {}
    by_size: defaultdict[int, list[VideoFile]] = defaultdict(list)
    for file in files:
        by_size[file.size].append(file)
    lessons_of = Counter(sizes.values())
    return {
        lesson_id: by_size[size][0]
        for lesson_id, size in sizes.items()
        if lessons_of[size] == 1 and len(by_size.get(size, ())) == 1
    }
