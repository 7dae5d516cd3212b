"""Finds the lessons that a record may belong to whose own is called otherwise now. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.plan.moves import videos_of
from kinescope_upload.upload.titles import title_key
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from kinescope_upload.model import LessonRow
    from kinescope_upload.plan.places import Titled


def section_among(sections: Collection[str], lesson_id: str) -> str | None:
    """The section that the lesson is counted in, of these; None where it is in none of them."""
    begin = lesson_id
    while begin := begin.rpartition("_")[0]:
        if begin in sections:
            return begin
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """The rows that a record which is off may belong to: by the video that they name, and by title in their section."""

    by_video: Mapping[str, Sequence[LessonRow]]
    by_title: Mapping[tuple[str, str], Sequence[LessonRow]]

    @classmethod
    def of(
        cls,
        off: Mapping[str, Titled],
        sections: Collection[str],
        rows: Mapping[str, LessonRow],
        at_home: Collection[str],
    ) -> Search:
        """Sorts the rows.

        Args:
            off: The records whose lessons may be others by now.
            sections: The sections in which their titles count.
            rows: The rows, by lesson id.
            at_home: The lessons whose records are their own.
        """
        videos = {key: title_key(one.title) for one in off.values() for key in videos_of(one)}
        by_video: defaultdict[str, list[LessonRow]] = defaultdict(list)
        by_title: defaultdict[tuple[str, str], list[LessonRow]] = defaultdict(list)
        for row in without(rows.values(), at_home):
            title = videos.get(key) if (key := video_key(row.video_id)) else None
            is_half_empty = row.has_address_only and title != title_key(row.title)
            if key and title is not None and not is_half_empty:
                by_video[key].append(row)
            elif (row.video_id is None or is_half_empty) and (section := section_among(sections, row.lesson_id)):
                by_title[section, title_key(row.title)].append(row)
        return cls(by_video=by_video, by_title=by_title)

    def lessons_of(self, lesson_id: str, record: Titled, sections: Iterable[str]) -> list[str]:
        """The other lessons that are called as the record says, and name its video or have none."""
        title = title_key(record.title)
        named = [row for key in videos_of(record) for row in self.by_video.get(key, ())]
        rows = named or [row for section in sorted(sections) for row in self.by_title.get((section, title), ())]
        return [row.lesson_id for row in rows if row.lesson_id != lesson_id and title_key(row.title) == title]


def without(rows: Iterable[LessonRow], keys: Collection[str]) -> Iterator[LessonRow]:
    """The rows of all lessons but these."""
    return (row for row in rows if row.lesson_id not in keys)
