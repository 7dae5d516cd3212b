"""Finds lessons that exchanged their titles, while each row still names the lesson's own video. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.plan.candidates import section_among, without
from kinescope_upload.plan.moves import videos_of
from kinescope_upload.plan.off import section_of_record
from kinescope_upload.upload.titles import title_key
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kinescope_upload.model import LessonRow
    from kinescope_upload.plan.places import Titled


def find_exchanged(
    records: Mapping[str, Titled], rows: Mapping[str, LessonRow], said: Collection[str]
) -> dict[str, LessonRow]:
    """The lessons that are called otherwise now, each with the other of its section that has its title.

    Their rows name their videos, or they start over.
    """
    off = {
        key: one
        for key, one in records.items()
        if (row := rows.get(key))
        and one.title != row.title
        and key not in said
        and title_key(one.title) not in {"", title_key(row.title)}
        and (video_key(row.video_id) in videos_of(one) if one.is_begun else bool(one.old_videos))
    }
    if not off:
        return {}
    wanted = {(section_of_record(key, one), title_key(one.title)): key for key, one in off.items()}
    sections = {section for section, _ in wanted}
    at_home = {key for key, one in records.items() if one.is_begun and key not in off}
    others = without(rows.values() if wanted else (), at_home)
    named = ((wanted.get((section_among(sections, row.lesson_id) or "", title_key(row.title))), row) for row in others)
    return {key: row for key, row in named if key}
