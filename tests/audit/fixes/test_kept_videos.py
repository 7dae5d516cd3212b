"""No choice takes a video away from viewers who see what is recorded for a lesson, whichever lesson that is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.audit.compare import Comparison, Kind, Lesson, TargetFolder, summary_of
from kinescope_upload.audit.fixes.plan_fixes import plan_fixes
from kinescope_upload.kinescope.video import Video
from kinescope_upload.model import LessonRow, VideoFile
from kinescope_upload.upload import Dialect, Record, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

_IDS: Final = {number: f"3f6d0a94-58c1-4e27-9b0e-7d1c42a5e8f{number}" for number in range(1, 6)}
_NOW: Final = datetime(2026, 5, 1, tzinfo=UTC)


def _lesson(number: int, own: int | None, row: int | None, *, has_row: bool = True, has_file: bool = True) -> Lesson:
    """A lesson for which a video was uploaded, and the video that its row names, by number."""
    key = f"c_s_{number:03d}"
    record = (
        Record(
            lesson_id=key,
            course="c",
            path=f"c/s/{own:03d}.mp4",
            size=100 + own,
            modified_ns=5,
            parent_id="f",
            title="T",
            dialect=Dialect.TUS,
            video_id=_IDS[own],
            stage=Stage.LINKED,
            attempted_at=_NOW,
        )
        if own
        else None
    )
    return Lesson(
        lesson_id=key,
        course="c",
        title=f"T{number}",
        file=VideoFile(path=f"c/s/{number:03d}.mp4", size=100 + number, modified_ns=5) if has_file else None,
        row=LessonRow(lesson_id=key, course="c", title=f"T{number}", video_id=_IDS.get(row or 0)) if has_row else None,
        summary=summary_of(record) if record else None,
    )


def _compared(lessons: Sequence[Lesson]) -> Comparison:
    place = TargetFolder(course="c", project_id="p", folder_ids=("f",))
    comparison = Comparison({one.lesson_id: one for one in lessons}, {"c": place}, has_database=True)
    for number, key in _IDS.items():
        comparison.see(
            Video(id=key, title=f"T{number}", status="done", size=100 + number, project_id="p", folder_id="f")
        )
    return comparison


def _unlinked(lessons: Sequence[Lesson]) -> list[int]:
    """The lessons for which `verify` or `repair` names an `unlink`, by number."""
    comparison = _compared(lessons)
    plan = plan_fixes(comparison, _NOW)
    commands = {choice.command for one in plan.manual for choice in one.choices}
    commands |= {command for one in comparison.report().findings for command in getattr(one.hint, "commands", ())}
    return sorted({int(command[1].rpartition("_")[2]) for command in commands if command[0] == "unlink"})


@pytest.mark.parametrize(
    ("lessons", "unlinked"),
    [
        pytest.param([_lesson(1, 1, 2), _lesson(2, 2, 1)], [], id="two crosswise"),
        pytest.param([_lesson(1, 1, 2), _lesson(2, 2, 3), _lesson(3, 3, 1)], [], id="three in a circle"),
        pytest.param([_lesson(1, 1, None), _lesson(2, 2, 1), _lesson(3, 3, 2)], [], id="moved on by one"),
        pytest.param([_lesson(1, 1, 2), _lesson(2, 2, None, has_row=False)], [], id="its row is gone"),
        pytest.param([_lesson(1, 1, 1), _lesson(2, None, 1)], [2], id="one video for two lessons"),
        pytest.param([_lesson(1, 1, 1), _lesson(2, None, 1, has_file=False)], [2], id="…, and the other has no file"),
        pytest.param([_lesson(1, 1, 1), _lesson(2, 1, 1)], [1, 2], id="…, and both records name it"),
        pytest.param(
            [_lesson(1, None, 1, has_file=False), _lesson(2, None, 1, has_file=False)],
            [1, 2],
            id="…, and no record does",
        ),
        pytest.param(
            [_lesson(1, 1, None), _lesson(2, None, 1), _lesson(3, None, 1)], [], id="…, and it is a third one's"
        ),
        pytest.param([_lesson(1, 1, 5), _lesson(2, 2, 2)], [1], id="nobody knows the row's video"),
    ],
)
def test_no_unlink_is_named_for_a_video_that_is_recorded_for_another_lesson_and_seen_here(
    lessons: Sequence[Lesson], unlinked: Sequence[int]
) -> None:
    assert _unlinked(lessons) == unlinked


@pytest.mark.parametrize("own", [None, 1])
def test_whatever_two_rows_that_name_one_video_are_like_a_choice_ends_that(own: int | None) -> None:
    lessons = [_lesson(1, own, 1, has_file=False), _lesson(2, own, 1, has_file=False)]
    plan = plan_fixes(_compared(lessons), _NOW)
    shared = [one for one in plan.manual if one.finding.kind is Kind.SHARED_VIDEO]
    assert [one.choices[0].command for one in shared] == [("unlink", "c_s_001"), ("unlink", "c_s_002")]
    assert "if the video is that of c_s_002" in shared[0].choices[0].explanation


def test_what_is_left_says_for_which_lesson_the_video_was_uploaded() -> None:
    plan = plan_fixes(_compared([_lesson(1, 1, 2), _lesson(2, 2, 1)]), _NOW)

    told = {one.finding.lesson_id: one.choices for one in plan.manual if one.finding.kind is Kind.TWO_VIDEOS}
    assert "uploaded for c_s_002" in told["c_s_001"][0].explanation
    assert "uploaded for c_s_001" in told["c_s_002"][0].explanation


@pytest.mark.parametrize(
    ("name", "is_said", "command"),
    [
        ("001.mp4", False, ("verify", "--course", "c", "--deep")),
        ("001_Другое.mp4", False, ("verify", "--course", "c", "--deep")),
        ("001_Урок один.mp4", False, ("replace", "c_s_001", "c/s/001_Урок один.mp4")),
        ("001.mp4", True, ("replace", "c_s_001", "c/s/001.mp4")),
    ],
    ids=["nothing says so", "its name says another title", "its name says so", "a person wrote it down"],
)
def test_a_file_is_to_be_published_for_a_lesson_that_nobody_recorded_where_something_says_that_it_is_its_own(
    name: str, command: tuple[str, ...], *, is_said: bool
) -> None:
    lesson = replace(
        _lesson(1, None, 1), title="Урок один", file=VideoFile(path=f"c/s/{name}", size=999, modified_ns=5)
    )
    comparison = _compared([lesson])
    comparison.said = {lesson.lesson_id} if is_said else set()

    [choice] = [one for one in plan_fixes(comparison, _NOW).manual if one.finding.kind is Kind.SIZE_DIFFERS]
    assert choice.choices[0].command == command
