"""Sorts sections: those whose positions are believed, and those in which something is left. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kinescope_upload.mapping.evidence import Evidence
from kinescope_upload.mapping.lost import find_lost
from kinescope_upload.mapping.names import grouped, is_video_name
from kinescope_upload.mapping.open_sections import OpenSection
from kinescope_upload.mapping.scan_rule import section_with
from kinescope_upload.mapping.trust import Trust, Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kinescope_upload.mapping.sections import Counted, Held, Section
    from kinescope_upload.model import Assignment, IgnoredFile, LessonRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known beside the files' places and the rows.

    Attributes:
        confirmed: The pairs that a person confirmed.
        broken: The lessons, and the paths of files, that the same person named in a way that does not count.
        evidence: Records, originals, MD5s.
        ignored: Files and folders that the scan left alone.
    """

    confirmed: Sequence[Assignment] = ()
    broken: frozenset[str] = frozenset()
    evidence: Evidence = field(default_factory=Evidence)
    ignored: Sequence[IgnoredFile] = ()


@dataclass(slots=True)
class Division:
    """The sections, sorted by what becomes of them.

    Attributes:
        by_position: What positions say that are believed.
        left: The sections in which something is left.
        astray: Lessons that no file belongs to, of sections whose files all belong to lessons.
        sound: The sections that look sound in themselves, and by whose positions something would be sent.
    """

    by_position: list[Assignment] = field(default_factory=list)
    left: list[OpenSection] = field(default_factory=list)
    astray: list[LessonRow] = field(default_factory=list)
    sound: list[tuple[Section, Counted]] = field(default_factory=list)


def divide(sections: Iterable[Section], absent: Sequence[LessonRow], held: Held, known: Known) -> Division:
    """Believes the positions in sections that are in step, unless a file that is missing elsewhere may stand there.

    Args:
        sections: The sections on disk.
        absent: The lessons whose section is not on disk.
        held: The files that belong to lessons whatever their positions are.
        known: What is known beside the files' places.
    """
    spoiled = grouped(filter(_may_be_of_a_lesson, known.ignored), section_with)
    is_alone = not (known.confirmed or known.broken or known.evidence.records or known.evidence.originals)
    division = Division()
    for section in sections:
        needs_files, ignored = section.needs_files(held), spoiled.get(section.name, ())
        if not needs_files and section.is_taken(held):
            division.astray += section.free_lessons(held)
        elif (
            is_alone and not needs_files and not ignored and (counted := section.counted(held, frozenset())).is_in_step
        ):
            division.by_position += counted.by_position(held)  # nothing can contradict, and nothing is to be sent
        else:
            counted, verdict = _judge(section, held, known, ignored)
            if verdict.is_believed and needs_files:
                division.sound.append((section, counted))
            elif verdict.is_believed or (verdict.is_unopposed and not needs_files):
                division.by_position += counted.by_position(held)
            else:
                left = OpenSection.of(section, counted, verdict, held, known.evidence)
                division.left.append(replace(left, ignored=tuple(ignored)) if ignored else left)
    _doubt_sound(division, absent, held, known)
    return division


def _doubt_sound(division: Division, absent: Sequence[LessonRow], held: Held, known: Known) -> None:
    """Takes out sections that look sound, while a file that is missing elsewhere may stand in them."""
    missing = [*division.astray, *(row for one in division.left for row in one.lessons_without_place)]
    lost = find_lost(missing, absent, held, known.evidence) if division.sound else None
    for section, counted in division.sound:
        verdict = lost.doubt_about(counted, held, section.course, known.evidence.md5s) if lost else None
        if verdict is None:
            division.by_position += counted.by_position(held)
        else:
            division.left.append(OpenSection.of(section, counted, verdict, held, known.evidence))


def _judge(section: Section, held: Held, known: Known, ignored: Sequence[IgnoredFile]) -> tuple[Counted, Verdict]:
    """Judges the section with its confirmed pairs in their places.

    Where nothing is to be sent, it may as well hold without them; else a pair that contradicts its place contradicts
    all places, just as a linked lesson does.
    """
    counted, needs_files = section.counted(held, frozenset()), section.needs_files(held)
    verdict = judge(counted, held, known.evidence, ignored)
    if verdict.is_believed and needs_files and (reason := section.displaced(held)):
        return counted, Verdict(trust=Trust.CONTRADICTED, reason=reason)
    if not verdict.is_believed and held.confirmed and not needs_files:
        counted = section.counted(held, held.confirmed)
        verdict = judge(counted, held, known.evidence, ignored)
    return counted, verdict


def _may_be_of_a_lesson(ignored: IgnoredFile) -> bool:
    """Whether what is left alone may be some lesson's file (empty or unfinished, not hidden), or hold it."""
    if ignored.is_unread_folder:
        return True
    folder, _, name = ignored.path.rpartition("/")
    is_hidden = not folder or any(part.startswith(".") for part in ignored.path.split("/"))
    return not is_hidden and (is_video_name(name) or is_video_name(name.rpartition(".")[0]))
