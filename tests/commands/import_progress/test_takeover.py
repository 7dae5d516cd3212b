"""What becomes of the replaced system's progress, whatever stands in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.commands.import_progress.old_progress import OldProgress, OldUpload, parse_old_progress
from kinescope_upload.commands.import_progress.takeover import Known, take_over
from kinescope_upload.plan import Decision, Selection, make_plan
from kinescope_upload.progress.format import encode_course, encode_record, parse_course
from kinescope_upload.upload import Dialect, Record, Stage
from kinescope_upload.video_ids import short_id
from support.drawn import drew, must_draw
from support.mapping_cases import row, video

if TYPE_CHECKING:
    from collections.abc import Mapping

from kinescope_upload.model import Assignment, MappingSource

LESSONS = [f"{course}_{number:03d}" for course in ("01_a", "01_a_b", "02") for number in (1, 2)] + ["lonely"]
VIDEOS = [f"00000000-0000-4000-8000-00000000000{digit}" for digit in range(5)]


def record(lesson_id: str, video_id: str) -> Record:
    return Record(
        lesson_id=lesson_id,
        course="x",
        path=f"x/{lesson_id}.mp4",
        size=5,
        modified_ns=1,
        parent_id="p",
        title="t",
        dialect=Dialect.TUS,
        video_id=video_id,
        stage=Stage.LINKED,
        offset=5,
    )


def assignment(lesson_id: str, size: int = 1_500_000) -> Assignment:
    file = video(f"01_a/{lesson_id}.mp4", size=size)
    return Assignment(lesson_id=lesson_id, course="01_a", file=file, source=MappingSource.MAP_FILE)


uploads = st.lists(
    st.builds(
        OldUpload,
        lesson_id=st.sampled_from(LESSONS),
        video_id=st.sampled_from([*VIDEOS, ""]),
        place=st.just("uploaded[0]"),
        remark=st.just("by hand"),
        course=st.sampled_from([None, "01_a", "other"]),
        megabytes=st.sampled_from([None, 1.5, 1.43, 99.0]),
    )
)
records = st.dictionaries(st.sampled_from(LESSONS), st.sampled_from(VIDEOS)).map(
    lambda drawn: {lesson: record(lesson, video_id) for lesson, video_id in drawn.items()}
)
files = st.lists(st.sampled_from(LESSONS), unique=True).map(lambda drawn: {one: assignment(one) for one in drawn})


row_videos = st.none() | st.dictionaries(st.sampled_from(LESSONS), st.sampled_from(VIDEOS))


@must_draw("taken", "taken with its file", "taken with its row's video", "known", "left out", "failed")
@given(uploads, st.lists(st.sampled_from(LESSONS)), records, files, row_videos)
def test_every_lesson_ends_in_one_place_and_nothing_known_is_changed(
    done: list[OldUpload],
    undone: list[str],
    known: Mapping[str, Record],
    there: Mapping[str, Assignment],
    rows: Mapping[str, str] | None,
) -> None:
    facts = Known(files=there, courses_of_lessons={}, courses={"01_a", "01_a_b", "02"}, records=known, row_videos=rows)
    result = take_over(OldProgress(uploads=tuple(done), failed=tuple(undone)), facts)
    taken = [one.record.lesson_id for one in result.taken]
    left_out = {one.lesson_id for one in result.not_taken}
    drew("taken", when=taken)
    drew("taken with its file", when=any(one.record.path for one in result.taken))
    ids = {one.record.lesson_id: one.record.video_id for one in result.taken}
    named = {(one.lesson_id, one.video_id or (rows or {}).get(one.lesson_id)) for one in done}
    assert ids.items() <= named
    drew("taken with its row's video", when=any(one.lesson_id in ids and not one.video_id for one in done))
    drew("known", when=result.known)
    drew("left out", when=left_out)
    drew("failed", when=result.failed)
    assert len(taken) == len(set(taken))
    assert not known.keys() & set(taken)
    assert {one.lesson_id for one in done} == {*taken, *result.known, *left_out}
    assert not {*taken, *result.known} & set(result.failed)
    assert {one.record.stage for one in result.taken} <= {Stage.LINKED}
    again = take_over(
        OldProgress(uploads=tuple(done), failed=tuple(undone)),
        Known(
            files=there,
            courses_of_lessons={},
            courses=facts.courses,
            records={**known, **{one.record.lesson_id: one.record for one in result.taken}},
            row_videos=rows,
        ),
    )
    assert again.taken == ()


@must_draw("taken")
@given(uploads, files)
def test_what_is_taken_survives_the_progress_file(done: list[OldUpload], there: Mapping[str, Assignment]) -> None:
    facts = Known(files=there, courses_of_lessons={}, courses={"01_a"}, records={})
    for one in take_over(OldProgress(uploads=tuple(done)), facts).taken:
        course, record = one.record.course, one.record
        text = encode_course(course, {record.lesson_id: encode_record(record)}).decode()
        drew("taken")
        assert parse_course(text) == (course, {record.lesson_id: record})


@must_draw("taken")
@given(uploads, files)
def test_the_plan_skips_what_was_taken_while_the_row_agrees(
    done: list[OldUpload], there: Mapping[str, Assignment]
) -> None:
    facts = Known(files=there, courses_of_lessons={}, courses={"01_a", "01_a_b", "02"}, records={})
    taken = {one.record.lesson_id: one.record for one in take_over(OldProgress(uploads=tuple(done)), facts).taken}
    drew("taken", when=taken)
    assignments = [assignment(lesson_id) for lesson_id in taken]
    rows = {one: row(one, "01_a", video_id=taken[one].video_id) for one in taken}
    for some_rows in (rows, None):
        plan = make_plan(assignments, rows=some_rows, records=taken, selection=Selection())
        assert {lesson.decision for lesson in plan.lessons} <= {Decision.SKIP}


def test_the_longest_course_name_wins() -> None:
    old = parse_old_progress({"uploaded": [{"lessonId": "01_a_b_001", "videoId": VIDEOS[0]}]}, origin="old.json")
    [taken] = take_over(old, Known(files={}, courses_of_lessons={}, courses={"01_a", "01_a_b"}, records={})).taken
    assert (taken.record.course, taken.record.path) == ("01_a_b", None)


@pytest.mark.parametrize("spelling", ["{short}", "https://kinescope.io/embed/{short}", "{upper}"])
def test_an_id_in_another_spelling_is_the_same_id(spelling: str) -> None:
    spelt = spelling.format(short=short_id(VIDEOS[0]), upper=VIDEOS[0].upper())
    old = parse_old_progress({"uploaded": [{"lessonId": "01_a_001", "videoId": spelt}]}, origin="old.json")
    facts = Known(files={}, courses_of_lessons={}, courses={"01_a"}, records={})
    [taken] = take_over(old, facts).taken
    assert taken.record.video_id == VIDEOS[0]
    known = replace(taken.record, video_id=spelt)
    again = take_over(old, replace(facts, records={"01_a_001": known}))
    assert (again.known, again.not_taken) == (("01_a_001",), ())


def test_the_librarys_course_goes_before_the_old_files() -> None:
    entry = {"lessonId": "x_001", "videoId": VIDEOS[0], "courseId": "old name"}
    known = Known(files={}, courses_of_lessons={"x_001": "new name"}, courses=(), records={})
    [taken] = take_over(parse_old_progress({"uploaded": [entry]}, origin="old.json"), known).taken
    assert taken.record.course == "new name"


def test_a_video_that_is_named_for_two_lessons_is_neithers() -> None:
    entries = [{"lessonId": f"02_00{number}", "videoId": VIDEOS[0]} for number in (1, 2)]
    known = Known(files={}, courses_of_lessons={}, courses={"02"}, records={})
    result = take_over(parse_old_progress({"uploaded": entries}, origin="old.json"), known)
    assert (result.taken, [one.lesson_id for one in result.not_taken]) == ((), ["02_001", "02_002"])
