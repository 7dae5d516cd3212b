"""Proposes which file may be which lesson's, where nothing proves it: a person decides. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.library_paths import nfc
from kinescope_upload.mapping.recorded import alike_files
from kinescope_upload.mapping.sections import lesson_order
from kinescope_upload.model import Proposal
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from kinescope_upload.mapping.evidence import Original, SentFile
    from kinescope_upload.mapping.sections import Section
    from kinescope_upload.model import Assignment, LessonRow, VideoFile

_NUMBERING = re.compile(r"^(?:\W*\d+[a-zа-яё]?(?=[\W_]|$)[\W_]*)+")
_OWN_NUMBER = re.compile(r"\W*(\d{1,6})(?=[\W_])")
_BETWEEN = re.compile(r"[\W_]+")
SHORTEST: Final = 3
"""Letters and digits that a title needs to tell lessons apart."""


def title_key(text: str) -> str:
    """A title, or a file's name without its suffix, as it is compared: no case, no numbering, letters and digits."""
    composed = nfc(text).casefold()
    return _BETWEEN.sub("", _NUMBERING.sub("", composed)) or _BETWEEN.sub("", composed)


def own_number(file: VideoFile) -> int | None:
    """The number that the file's name begins with: 7 of "007_Start.mp4", none of "001a_New.mp4"."""
    found = _OWN_NUMBER.match(file.name)
    return int(found[1]) if found else None


def are_numbered(files: Sequence[Assignment], lessons: Mapping[str, str]) -> bool:
    """Whether each file has a number of its own, and no file that belongs to a lesson has another number than that.

    Args:
        files: All files of a section.
        lessons: The lessons of files by path.
    """
    numbers = [own_number(one.file) for one in files]
    if None in numbers or len(set(numbers)) < len(numbers):
        return False
    owners = ((lessons.get(one.file.path), number) for one, number in zip(files, numbers, strict=True))
    return all(owner is None or owner.rpartition("_")[2] == f"{number:03d}" for owner, number in owners)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Guesses:
    """The lessons of files by path, as something else than titles tells.

    Attributes:
        sent: Those whose videos were made from these files under other names.
        by_place: Those that numbers or places tell.
    """

    sent: Mapping[str, LessonRow]
    by_place: Mapping[str, LessonRow]


def propose(
    section: str,
    files: Sequence[Assignment],
    lessons: Sequence[LessonRow],
    guesses: Guesses,
    all_of_it: Titles,
) -> tuple[Proposal, ...]:
    """Pairs the files of a section with its lessons: as they were sent, by their titles, as guessed, the rest in order.

    A lesson that has a file is proposed where that one is not named like it and another alone is. What only a number or
    the order says is proposed where no title speaks against it.

    Args:
        section: The section.
        files: Its files that belong to no lesson, in their order.
        lessons: Its lessons that have no file, in their order.
        guesses: What tells of single files beside their titles.
        all_of_it: What the titles of all its files and lessons say.
    """
    sent = guesses.sent
    pairs = {one.file.path: sent[one.file.path] for one in files if one.file.path in sent}
    taken = {row.lesson_id for row in pairs.values()}
    others = [one for one in files if one.file.path not in pairs]
    pairs |= by_title(others, [row for row in lessons if row.lesson_id not in taken])
    taken = {row.lesson_id for row in pairs.values()}
    left = [one.file.path for one in files if one.file.path not in pairs]
    pairs |= {path: row for path in left if (row := all_of_it.named.get(path)) and row.lesson_id not in taken}
    taken = {row.lesson_id for row in pairs.values()}
    guessed = {key: row for key, row in guesses.by_place.items() if key not in pairs and row.lesson_id not in taken}
    taken |= {row.lesson_id for row in guessed.values()}
    rest = iter([row for row in lessons if row.lesson_id not in taken])
    proposals = []
    for one in files:
        named = pairs.get(one.file.path)
        row = named or guessed.get(one.file.path) or next(rest, None)
        is_open = row is not None and named is None and all_of_it.speak_against(one.file, row)
        proposal = _proposal(section, one, None if is_open else row, is_open=is_open)
        proposals.append(replace(proposal, was_sent=one.file.path in sent))
    return tuple(proposals)


def _proposal(section: str, one: Assignment, row: LessonRow | None, *, is_open: bool) -> Proposal:
    return Proposal(
        file=one.file,
        course=row.course if row else one.course,
        section=section,
        lesson_id=row.lesson_id if row else None,
        title=row.title if row else "",
        is_open=is_open,
    )


def sent_as(files: Iterable[Assignment], section: Section, records: Mapping[str, SentFile]) -> dict[str, LessonRow]:
    """The lessons by the path of the file that alone may be what was sent for them, and for no other lesson.

    A lesson that was called otherwise then may be another one by now; one whose file is in its place has lost none.

    Args:
        files: Files that belong to no lesson.
        section: Their section.
        records: What the progress says, by lesson id.
    """
    there = {one.file.path: one.file for one in section.files}
    lost = {
        key: record
        for key, row in section.lessons.items()
        if (record := records.get(key)) and record.names_file and title_key(record.title) == title_key(row.title)
        if not ((own := there.get(record.path or "")) and record.is_for(own))
    }
    alike = alike_files([one.file for one in files], lost)
    claims = Counter(file.path for several in alike.values() for file in several)
    alone = {several[0].path: key for key, several in alike.items() if len(several) == 1}
    return {path: section.lessons[key] for path, key in alone.items() if claims[path] == 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """What the names of all files of a section say of its lessons, whatever belongs to which.

    Attributes:
        named: The lessons by the path of the only file that is named like them, where they are the only ones named so.
        owners: The paths of these files, by lesson id.
        titles: All titles, as they are compared.
    """

    named: Mapping[str, LessonRow]
    owners: Mapping[str, str]
    titles: AbstractSet[str]

    @classmethod
    def of(cls, files: Iterable[Assignment], lessons: Collection[LessonRow]) -> Titles:
        """Compares them all."""
        titles = {key for row in lessons if len(key := title_key(row.title)) >= SHORTEST}
        found = by_title(files, lessons).items()
        named = {path: row for path, row in found if title_key(row.title) in titles}
        return cls(named=named, owners={row.lesson_id: path for path, row in named.items()}, titles=titles)

    def speak_against(self, file: VideoFile, row: LessonRow) -> bool:
        """Whether the file's name begins with another lesson's title, or another file has the title of this lesson."""
        name, path, own = title_key(file.stem), file.path, title_key(row.title)
        if name == own:
            return False
        longest = max((title for title in self.titles if _begins(name, title)), key=len, default=own)
        return longest != own or self.owners.get(row.lesson_id, path) != path


def _begins(name: str, title: str) -> bool:
    """Whether a name begins with a title, and does not go on with its number."""
    rest = name.removeprefix(title)
    return rest != name and not (title[-1].isdecimal() and rest[:1].isdecimal())


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
