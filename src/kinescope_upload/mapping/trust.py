"""Tells whether the positions in a section can be believed, and why not. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from kinescope_upload.mapping.evidence import names_file
from kinescope_upload.mapping.naming import is_named_like, is_named_otherwise, named_like_others
from kinescope_upload.mapping.twins import why_twins
from kinescope_upload.model import FilePart
from kinescope_upload.text import count, distinct_bytes, first_few

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kinescope_upload.mapping.evidence import Evidence
    from kinescope_upload.mapping.sections import Counted, Held
    from kinescope_upload.model import IgnoredFile, LessonRow, VideoFile


WHEN_LISTED: Final = "Make the folder readable, then run the same command again."
"""What to do about a folder that cannot be listed."""


_ENOUGH: Final = 2
"""Files of linked lessons that tell how a section's files are named."""


class Trust(Enum):
    """How far the positions of a section can be believed; what stands first outweighs what follows."""

    CONTRADICTED = auto()
    """A lesson with a video does not fit its position."""
    UNREAD = auto()
    """A folder of it cannot be listed: its files may shift every position."""
    NOT_IN_STEP = auto()
    """Files and lessons are not one for one."""
    NOT_COMPARED = auto()
    """A lesson has a video of which nothing tells the file."""
    SPOILED = auto()
    """A file that is left alone may be a lesson's."""
    BELIEVED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the positions can be believed.

    Attributes:
        trust: How far.
        reason: Why not, in words; empty where they are, and where files and lessons are not in step.
        unread: Files whose MD5s would tell more.
        hint: What to do now; empty where the files that are left tell it.
    """

    trust: Trust
    reason: str = ""
    unread: tuple[FilePart, ...] = ()
    hint: str = ""

    @property
    def is_believed(self) -> bool:
        """Whether each file's position tells its lesson."""
        return self.trust is Trust.BELIEVED

    @property
    def is_unopposed(self) -> bool:
        """Whether files and lessons are one for one, and nothing speaks against the positions."""
        return self.trust in {Trust.NOT_COMPARED, Trust.SPOILED}


def judge(counted: Counted, held: Held, evidence: Evidence, ignored: Sequence[IgnoredFile]) -> Verdict:
    """Tells how far the positions of a section can be believed.

    Args:
        counted: The files and lessons that take part in counting.
        held: The files that belong to lessons whatever their positions are.
        evidence: What is known of the lessons' videos.
        ignored: What of the section is left alone and may be a lesson's file or hold one.
    """
    with_videos = list(_with_videos(counted, held, evidence))
    looks = [(row, _look(row, file, held, evidence)) for row, file in with_videos]
    if contradiction := next((look.reason for _, look in looks if look.trust is Trust.CONTRADICTED), None):
        return Verdict(trust=Trust.CONTRADICTED, reason=contradiction)
    if folder := next((one for one in ignored if one.is_unread_folder), None):
        return Verdict(trust=Trust.UNREAD, reason=unread_folder(folder), hint=WHEN_LISTED)
    if twins := why_twins([one.file for one in counted.files], held.lessons.keys()):
        reason, hint = twins
        return Verdict(trust=Trust.CONTRADICTED, reason=reason, hint=hint)
    if not counted.is_in_step:
        return Verdict(trust=Trust.NOT_IN_STEP)
    if misplaced := _misplaced(counted, held) or _misnamed(counted, held):
        return Verdict(trust=Trust.CONTRADICTED, reason=misplaced)
    looks = [*((row, look) for row, look in looks if not look.is_believed), *_twins(counted, held, evidence)]
    if looks:
        return _not_compared(looks, is_asked=evidence.originals is not None)
    if ignored:
        first = f'"{ignored[0].path}" {ignored[0].reason} and may be a lesson\'s file'
        return Verdict(trust=Trust.SPOILED, reason=first)
    return Verdict(trust=Trust.BELIEVED)


def _misplaced(counted: Counted, held: Held) -> str | None:
    """Names a file that nothing but its position gives to a lesson, and whose name is another lesson's title."""
    by_position = _by_position(counted, held)
    names = {lesson_id: file.stem for lesson_id, file in by_position.items()}
    for lesson_id, other in named_like_others(names, counted.lessons.values()) if names else ():
        path = by_position[lesson_id].path
        return f'"{path}" is named like {other.lesson_id} and stands in the place of {lesson_id}'
    return None


def _by_position(counted: Counted, held: Held) -> dict[str, VideoFile]:
    """The files of lessons without a video that nothing but their positions gives to them."""
    return {
        one.lesson_id: one.file
        for one in counted.files
        if one.file.path not in held.lessons and counted.lessons[one.lesson_id].video_id is None
    }


def _misnamed(counted: Counted, held: Held) -> str | None:
    """Names such a file with another title than its lesson, where all files of linked lessons have their titles."""
    new = _by_position(counted, held)
    odd = next((key for key, file in new.items() if is_named_otherwise(file.stem, counted.lessons[key].title)), None)
    if odd is None:
        return None
    here = {row.lesson_id: row for row in counted.lessons.values()}
    owners = ((one.file, held.lessons.get(one.file.path, one.lesson_id)) for one in counted.files)
    others = [(file.stem, here[key].title) for file, key in owners if key in here and key not in new]
    like = sum(is_named_like(name, title) for name, title in others)
    if like < _ENOUGH or any(is_named_otherwise(name, title) for name, title in others):
        return None
    title = counted.lessons[odd].title
    return f'"{new[odd].path}" is not named like {odd} ("{title}"), though the other files have their lessons\' titles'


def unread_folder(folder: IgnoredFile) -> str:
    """Words a folder that cannot be listed."""
    return f'"{folder.path}": {folder.reason}'


def _with_videos(counted: Counted, held: Held, evidence: Evidence) -> Iterator[tuple[LessonRow, VideoFile]]:
    """The lessons that have a video, or of which something is said, each with the file in its position."""
    lessons, records = counted.lessons, evidence.records
    is_said = records or held.files
    for one in counted.files:
        row = lessons.get(one.lesson_id)
        if row is not None and (
            row.video_id is not None
            or (is_said and (row.lesson_id in records or row.lesson_id in held.files or one.file.path in held.lessons))
            or (held.broken and not held.broken.isdisjoint({row.lesson_id, one.file.path}))
        ):
            yield row, one.file


_FITS = Verdict(trust=Trust.BELIEVED)
_UNKNOWN = Verdict(trust=Trust.NOT_COMPARED)


def _look(row: LessonRow, file: VideoFile, held: Held, evidence: Evidence) -> Verdict:
    """How a lesson fits the file that its position gives it."""
    lesson_id = row.lesson_id
    if broken := held.broken.intersection({lesson_id, file.path}):
        subject = lesson_id if lesson_id in broken else f'"{file.path}"'
        return _contradiction(f"the map file says something of {subject} that does not hold")
    if (own := held.files.get(lesson_id)) is not None:
        return _look_at_own(lesson_id, own, file, held)
    if (other := held.lessons.get(file.path)) is not None:
        return _contradiction(f'"{file.path}" {_verb(other, held)} {other} and stands in the place of {lesson_id}')
    record = evidence.records.get(lesson_id)
    if record is not None and names_file(record):
        return _contradiction(f'{lesson_id} was uploaded from "{record.path}", and "{file.path}" is in its place')
    video_id = row.video_id or (record.video_id if record is not None and record.is_begun else None)
    return _look_at_video(lesson_id, video_id, file, evidence) if video_id else _FITS


def _look_at_own(lesson_id: str, own: VideoFile, file: VideoFile, held: Held) -> Verdict:
    if own is not file and own != file:
        return _contradiction(f'"{own.path}" {_verb(lesson_id, held)} {lesson_id} and is not in its place')
    if lesson_id in held.changed:
        return _contradiction(f'"{file.path}" of {lesson_id} has another size than what was uploaded')
    return _FITS


def _verb(lesson_id: str, held: Held) -> str:
    return "belongs to" if lesson_id in held.confirmed else "was uploaded for"


def _look_at_video(lesson_id: str, video_id: str, file: VideoFile, evidence: Evidence) -> Verdict:
    """Compares the file with the original of the video that nobody here uploaded."""
    original = evidence.original_of(video_id)
    if original is None or original.size is None:
        return _UNKNOWN
    if original.size != file.size:
        theirs, ours = distinct_bytes(original.size, file.size)
        return _contradiction(f'the video of {lesson_id} has {theirs}, and "{file.path}" in its place has {ours}')
    if original.md5 and (md5 := evidence.md5s.get(FilePart(file.path))) and md5 != original.md5:
        return _contradiction(f'the video of {lesson_id} has another MD5 than "{file.path}" in its place')
    return _FITS


def _contradiction(reason: str) -> Verdict:
    return Verdict(trust=Trust.CONTRADICTED, reason=reason)


def _twins(counted: Counted, held: Held, evidence: Evidence) -> Iterator[tuple[LessonRow, Verdict]]:
    """The lessons whose original has the size of several files, of which only the MD5 tells which is theirs."""
    sizes = Counter(one.file.size for one in counted.files if one.file.path not in held.lessons)
    for one in counted.files if sizes and max(sizes.values()) > 1 else ():
        row = counted.lessons.get(one.lesson_id)
        if row is None or row.video_id is None or row.lesson_id in held.files or sizes[one.file.size] == 1:
            continue
        if FilePart(one.file.path) not in evidence.md5s or not _original_md5(row, evidence):
            yield row, Verdict(trust=Trust.NOT_COMPARED, unread=(FilePart(one.file.path),))


def _original_md5(row: LessonRow, evidence: Evidence) -> str | None:
    original = evidence.original_of(row.video_id)
    return original.md5 if original else None


def _not_compared(looks: Sequence[tuple[LessonRow, Verdict]], *, is_asked: bool) -> Verdict:
    names = list(dict.fromkeys(row.lesson_id for row, _ in looks))
    unread = tuple(dict.fromkeys(part for _, look in looks for part in look.unread))
    lessons = count(len(names), "lesson has a video", "lessons have videos")
    why = "not compared with Kinescope's originals"
    if is_asked:
        why = "several files have the size of its original" if unread else "Kinescope keeps no original to compare"
    reason = f"{lessons} that kupload did not upload from here, {why} ({first_few(names)})"
    return Verdict(trust=Trust.NOT_COMPARED, reason=reason, unread=unread if is_asked else ())
