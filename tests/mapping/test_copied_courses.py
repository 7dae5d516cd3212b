"""Courses that were copied with their files' times: each file is its own course's."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from support.growing import Growing

_LOST: Final = "d_m01_001"


@pytest.mark.parametrize("has_video", [True, False])
def test_a_record_takes_no_file_from_a_lesson_of_another_course_that_has_a_video_and_no_record(
    *, has_video: bool
) -> None:
    world = Growing()
    world.begin("c/m01", ("Альфа", "Бета"))
    world.begin("d/m01", ("Альфа", "Бета"))
    records = world.records(key for key in world.lessons if key.startswith("d"))
    records = {key: replace(one, video_id=f"{one.video_id}-of-d") for key, one in records.items()}
    del world.files["d/m01/001_Альфа.mp4"]
    if not has_video:
        world.linked.discard("c_m01_001")

    mapped = world.survey().resolve(records, read=world.md5s)

    owners = {one.lesson_id: one.file.path for one in mapped.assignments}
    assert (owners.get(_LOST) == "c/m01/001_Альфа.mp4") is not has_video
    if has_video:
        assert owners["c_m01_001"] == "c/m01/001_Альфа.mp4"
