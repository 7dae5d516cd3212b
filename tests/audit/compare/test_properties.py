"""Whatever the four sides say, the comparison and the plan of fixes keep their promises."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.fixes import (
    AdoptVideo,
    ClearRow,
    DeleteDuplicate,
    DeleteLeftover,
    DeleteOldVideo,
    Fix,
    LinkVideo,
    MoveRecords,
    MoveVideo,
    RenameVideo,
    StartOver,
    SwitchRow,
    hint_of,
)
from kinescope_upload.kinescope.video import VideoState
from support.drawn import drew, must_draw
from support.small_worlds import FOLDER, SmallWorld, small_worlds

if TYPE_CHECKING:
    from kinescope_upload.audit.compare import Lesson
    from kinescope_upload.kinescope.video import Video

FIXES = tuple(one.__name__ for one in get_args(Fix) if one not in {DeleteOldVideo, MoveRecords, SwitchRow})
"""Those that are drawn; no small world has an old video, or lessons that were renumbered."""
_LOST = frozenset({Kind.ROW_POINTS_NOWHERE, Kind.VIDEO_GONE})
_many = settings(max_examples=200)


@must_draw("several videos", "a finding")
@_many
@given(small_worlds(), st.randoms(use_true_random=False))
def test_the_order_of_the_videos_does_not_matter_and_seeing_one_twice_neither(
    world: SmallWorld, random: object
) -> None:
    videos = list(world.videos.values()) * 2
    random.shuffle(videos)  # type: ignore[attr-defined] # random.Random
    drew("several videos", when=len(world.videos) > 1)
    drew("a finding", when=world.report().findings)
    assert world.compared(videos).report() == world.report()


@must_draw("agrees", "agrees, with a remark", "is disputed")
@_many
@given(small_worlds())
def test_a_lesson_with_a_video_agrees_or_something_is_said_of_it(world: SmallWorld) -> None:
    report = world.report()
    disputed = {one.lesson_id for one in report.findings if not one.kind.is_note}
    silent = [one for one in world.lessons.values() if one.lesson_id not in disputed]
    drew("agrees", when=report.counts.agreed and not report.findings)
    drew("agrees, with a remark", when=report.counts.agreed and report.findings and report.agrees)
    drew("is disputed", when=disputed)
    assert report.counts.agreed == sum(one.row_id is not None for one in silent)
    assert all(_is_right(one, world.videos) for one in silent if one.row_id)


def _is_right(lesson: Lesson, videos: dict[str, Video]) -> bool:
    """What agreement means, once more and independently."""
    video = videos[lesson.row_id or ""]
    is_own = lesson.summary is None or lesson.summary.video_id == video.id
    is_same = lesson.file is not None and video.size == lesson.file.size and video.md5 == lesson.file_md5
    is_same = is_same or (lesson.file is not None and not video.has_original)
    return is_own and is_same and (video.status, video.folder_id, video.title) == ("done", FOLDER, lesson.title)


@must_draw("is proven", "is not proven")
@_many
@given(small_worlds())
def test_what_is_proven_is_equal_in_everything(world: SmallWorld) -> None:
    report = world.report()
    drew("is not proven", when=report.verified_count < len(world.lessons))
    for lessons in report.verified.values():
        for lesson_id, video_id in lessons.items():
            drew("is proven")
            lesson, video = world.lessons[lesson_id], world.videos[video_id]
            assert _is_right(lesson, world.videos)
            assert video.has_original
            assert lesson.summary is not None
            assert lesson.summary.video_id == lesson.row_id == video.id
            others = [one for one in world.lessons.values() if one.lesson_id != lesson_id]
            assert all(one.row_id != video.id for one in others)


@must_draw("an unknown video", "a video that lies elsewhere and nobody names")
@_many
@given(small_worlds())
def test_every_listed_video_is_counted_once_and_each_unknown_one_is_named(world: SmallWorld) -> None:
    named = {key for lesson in world.lessons.values() for key in lesson.ids}
    seen = {key for key, video in world.videos.items() if video.folder_id == FOLDER or key in named}
    report = world.report()
    assert report.counts.videos == len(seen)
    told = {one.video_id for one in report.findings} | {one.other_id for one in report.findings}
    named |= {key for lesson in world.lessons.values() if lesson.row for key in lesson.row.named}
    assert seen - named <= told
    assert named.isdisjoint(one.video.id for one in world.compared().unknown_videos())
    drew("an unknown video", when=seen - named)
    drew("a video that lies elsewhere and nobody names", when=world.videos.keys() - seen)


@must_draw("an unfinished one", "a duplicate")
@_many
@given(small_worlds())
def test_only_a_video_of_ours_that_nobody_needs_is_deleted(world: SmallWorld) -> None:
    rows = {one.row_id for one in world.lessons.values()}
    for fix in world.plan().fixes:
        if not isinstance(fix, DeleteDuplicate | DeleteLeftover):
            continue
        lesson, video = world.lessons[fix.lesson.lesson_id], world.videos[fix.video_id]
        assert lesson.summary is not None
        assert lesson.summary.video_id == video.id, "it is ours"
        assert video.id not in rows, "no row names it"
        drew("an unfinished one" if video.state is VideoState.PARTIAL else "a duplicate")
        if video.state is not VideoState.PARTIAL:
            kept = world.videos[lesson.row_id or ""]
            assert (kept.size, kept.md5, kept.status) == (video.size, video.md5, "done"), "its like is kept"


@must_draw(*FIXES)
@_many
@given(small_worlds())
def test_a_row_is_emptied_only_of_what_is_nowhere_and_filled_only_with_what_is_proven(world: SmallWorld) -> None:
    for fix in world.plan().fixes:
        lesson = world.lessons[fix.lesson.lesson_id]
        video = world.videos.get(fix.video_id)
        drew(type(fix).__name__)
        match fix:
            case ClearRow() | StartOver():
                assert video is None
            case LinkVideo():
                assert video is not None
                assert lesson.summary is not None
                assert lesson.summary.video_id == video.id
                assert video.state is VideoState.COMPLETE
                assert video.size in {None, lesson.summary.size}
            case AdoptVideo():
                assert video is not None
                assert (video.size, video.md5) == (lesson.size, lesson.md5)
            case MoveVideo() | RenameVideo():
                assert video is not None
                assert video.id in lesson.ids
            case DeleteDuplicate() | DeleteLeftover() | DeleteOldVideo() | SwitchRow():
                assert video is not None


@must_draw("nothing is left to repair", *FIXES)
@_many
@given(small_worlds())
def test_after_a_repair_there_is_nothing_left_to_repair(world: SmallWorld) -> None:
    plan = world.plan()
    assume(plan.fixes)
    assume(not any(one.finding.kind in _LOST for one in plan.manual))  # then it is rather the wrong workspace
    for fix in plan.fixes:
        drew(type(fix).__name__)
    again = {type(one) for one in world.fixed().plan().fixes}
    follows: set[type[Fix]] = {MoveVideo, RenameVideo}  # of a video that has become the lesson's
    if any(isinstance(one, StartOver | DeleteDuplicate | DeleteLeftover | AdoptVideo) for one in plan.fixes):
        follows.add(AdoptVideo)  # a lesson that was the video's owner, or could have been, is none any more
    assert again <= follows
    drew("nothing is left to repair", when=not again)


@must_draw("fixed", "fixed by what fixes another", "undecided", "rest")
@_many
@given(small_worlds())
def test_each_finding_is_either_fixed_or_decided_by_a_person_or_says_its_hint(world: SmallWorld) -> None:
    plan = world.plan()
    manual = tuple(one.finding for one in plan.manual)
    assert Counter((*plan.fixed, *manual, *plan.rest)) == Counter(world.report().findings)
    for one in plan.manual:
        assert one.choices
    assert all(hint_of(one) for one in plan.rest)
    drew("fixed", when=plan.fixed)
    drew("fixed by what fixes another", when=any(one.also for one in plan.fixes))
    drew("undecided", when=manual)
    drew("rest", when=plan.rest)
