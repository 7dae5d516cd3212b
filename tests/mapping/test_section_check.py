"""The guard: a section is assigned as a whole or not at all."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.mapping import assign_by_scan_rule, check_sections, section_of
from kinescope_upload.mapping.twins import why_twins
from support.drawn import drew, must_draw
from support.mapping_cases import libraries, row, rows_of, table, video, videos

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kinescope_upload.model import Assignment, LessonRow, MappedLibrary, VideoFile


def _guarded(files: list[VideoFile], *rows: LessonRow) -> MappedLibrary:
    return check_sections(assign_by_scan_rule(files), table(rows))


def _ids(mapped: MappedLibrary) -> list[str]:
    return [one.lesson_id for one in mapped.assignments]


def test_a_section_whose_ids_agree_is_assigned() -> None:
    mapped = _guarded(videos("c/s/a.mp4", "c/s/b.mp4"), row("c_s_001", "c"), row("c_s_002", "c"))

    assert _ids(mapped) == ["c_s_001", "c_s_002"]
    assert not mapped.doubts


def test_a_missing_file_holds_back_its_whole_section_and_no_other() -> None:
    mapped = _guarded(
        videos("c/s/a.mp4", "c/t/a.mp4"), row("c_s_001", "c"), row("c_s_002", "c"), row("c_t_001", "c", video_id="v")
    )

    assert _ids(mapped) == ["c_t_001"]
    (doubt,) = mapped.doubts
    assert (doubt.course, doubt.subject, doubt.lesson_ids, doubt.blocking) == ("c", "c/s", ("c_s_001", "c_s_002"), True)
    assert doubt.reason == "1 lesson has no file (c_s_002), so no position in it can be trusted"
    assert doubt.hint.startswith('Perhaps a.mp4 → c_s_001 "Урок c_s_001"? Say so: `kupload map --confirm` asks')


def test_a_file_that_is_named_like_a_sister_of_its_places_lesson_holds_back_its_section() -> None:
    mapped = _guarded(
        videos("c/s/001_Опрос.mp4", "c/s/002_Склад.mp4", "c/t/001_Опрос.mp4"),
        replace(row("c_s_001", "c"), title="Склад"),
        replace(row("c_s_002", "c"), title="Опрос"),
        replace(row("c_t_001", "c"), title="Опрос"),
    )

    assert _ids(mapped) == ["c_t_001"]
    (doubt,) = mapped.doubts
    assert doubt.reason.startswith('"c/s/001_Опрос.mp4" is named like c_s_002 and stands in the place of c_s_001')


def test_a_gap_in_the_lessons_numbers_is_a_reason_where_each_file_has_a_guess() -> None:
    mapped = _guarded(videos("c/s/001_a.mp4", "c/s/003_c.mp4"), row("c_s_001", "c"), row("c_s_003", "c"))

    (doubt,) = mapped.doubts
    assert doubt.reason == "its files' places and its lessons' numbers differ, so no position in it can be trusted"


def test_an_extra_file_holds_back_its_whole_section() -> None:
    mapped = _guarded(videos("c/s/a.mp4", "c/s/b.mp4"), row("c_s_001", "c"))

    (doubt,) = mapped.doubts
    assert not mapped.assignments
    assert doubt.reason == '1 file has no lesson ("c/s/b.mp4" would be c_s_002), so no position in it can be trusted'
    assert doubt.lesson_ids == ("c_s_001",)


def test_a_long_list_of_disagreements_is_cut_after_three() -> None:
    rows = [row(f"c_s_x_{number:03d}", "c") for number in range(1, 6)]
    mapped = _guarded([video(f"c/s/y/{number}.mp4") for number in range(4)], *rows)

    (doubt,) = mapped.doubts
    assert "5 lessons have no file (c_s_x_001, c_s_x_002, c_s_x_003 and 2 more) and 4 files have no" in doubt.reason
    assert '"c/s/y/2.mp4" would be c_s_y_003 and 1 more)' in doubt.reason


def test_lessons_that_have_a_video_count_for_the_section_but_do_not_stay_undone() -> None:
    mapped = _guarded(
        videos("c/s/a.mp4"), row("c_s_001", "c"), row("c_s_002", "c", video_id="v"), row("c_s_003", "c", video_id="w")
    )

    (doubt,) = mapped.doubts
    assert not mapped.assignments
    assert doubt.lesson_ids == ("c_s_001",)


def test_lessons_of_no_section_on_disk_are_one_doubt_for_their_course() -> None:
    mapped = _guarded(
        videos("c/s/a.mp4"), row("c_s_001", "c"), row("c_t_001", "c"), row("c_u_001", "c"), row("d_s_001", "d")
    )

    assert _ids(mapped) == ["c_s_001"]
    assert [(doubt.course, doubt.lesson_ids, doubt.blocking) for doubt in mapped.doubts] == [
        ("c", ("c_t_001", "c_u_001"), True),
        ("d", ("d_s_001",), True),
    ]
    assert mapped.doubts[0].reason == "2 lessons have no file, nor a section on disk (c_t_001, c_u_001)"


def test_lessons_with_a_video_need_no_section_on_disk() -> None:
    mapped = _guarded(videos("c/s/a.mp4"), row("c_s_001", "c"), row("c_t_001", "c", video_id="v"))

    assert not mapped.doubts


def test_a_folder_that_is_no_course_is_ignored_without_a_doubt() -> None:
    mapped = _guarded(videos("transcripts/x/a.mp4", "c/s/a.mp4"), row("c_s_001", "c"))

    assert _ids(mapped) == ["c_s_001"]
    assert not mapped.doubts
    assert [(one.path, one.reason) for one in mapped.ignored] == [
        ("transcripts/x/a.mp4", 'folder "transcripts" is no course in the database')
    ]


def test_a_section_without_any_lesson_in_a_known_course_is_in_doubt() -> None:
    mapped = _guarded(videos("c/s/a.mp4", "c/new/a.mp4"), row("c_s_001", "c"))

    assert [(doubt.subject, doubt.lesson_ids, doubt.blocking) for doubt in mapped.doubts] == [("c/new", (), True)]


def test_a_lesson_belongs_to_the_section_with_the_longest_name() -> None:
    mapped = _guarded(
        videos("c/s/a.mp4", "c/s_t/a.mp4", "c/s_t/b.mp4"),
        row("c_s_001", "c"),
        row("c_s_t_001", "c"),
        row("c_s_t_002", "c"),
    )

    assert _ids(mapped) == ["c_s_001", "c_s_t_001", "c_s_t_002"]
    assert not mapped.doubts


def test_the_root_section_owns_bare_numbers_only() -> None:
    files = videos("c/a.mp4", "c/m01/a.mp4")
    mapped = _guarded(files, row("c_001", "c"), row("c_m01_001", "c"), row("c_m02_001", "c"), row("c_٣", "c"))

    assert _ids(mapped) == ["c_001", "c_m01_001"]
    assert [(doubt.subject, doubt.lesson_ids) for doubt in mapped.doubts] == [("c", ("c_m02_001", "c_٣"))]


def test_bare_numbers_belong_to_no_section_when_the_course_has_no_files_of_its_own() -> None:
    mapped = _guarded(videos("1/1/a.mp4"), row("1_1_001", "1"), row("1_7", "1"), row("12", "1"))

    assert _ids(mapped) == ["1_1_001"]
    assert [doubt.lesson_ids for doubt in mapped.doubts] == [("12", "1_7")]


def test_a_row_of_another_course_does_not_fill_a_section() -> None:
    mapped = _guarded(videos("c/s/a.mp4"), row("c_s_001", "other"), row("c_t_001", "c", video_id="v"))

    assert not mapped.assignments
    assert [(doubt.course, doubt.subject) for doubt in mapped.doubts] == [("c", "c/s"), ("other", "other")]


def test_without_any_row_everything_is_ignored() -> None:
    mapped = check_sections(assign_by_scan_rule(videos("c/s/a.mp4")), {})

    assert (mapped.assignments, mapped.doubts, len(mapped.ignored)) == ((), (), 1)


def _files_of(section: str, assignments: Sequence[Assignment]) -> list[VideoFile]:
    return [one.file for one in assignments if section_of(one.file.path) == section]


@must_draw("accepted", "refused", "both")
@given(st.data(), libraries(underscores=False))
def test_a_section_is_accepted_exactly_when_its_ids_are_the_database_s_and_each_file_has_its_own_place(
    data: st.DataObject, files: list[VideoFile]
) -> None:
    assignments = assign_by_scan_rule(files)
    derived: defaultdict[str, set[str]] = defaultdict(set)
    for one in assignments:
        derived[section_of(one.file.path)].add(one.lesson_id)
    absent = data.draw(st.sets(st.sampled_from([one.lesson_id for one in assignments]))) if assignments else set()
    grown = data.draw(st.sets(st.sampled_from(sorted(derived)))) if derived else set()
    rows = {lesson: one for lesson, one in rows_of(assignments).items() if lesson not in absent}
    for section in grown:
        course = section.partition("/")[0]
        extra = row(f"{section.replace('/', '_')}_999", course)
        rows[extra.lesson_id] = extra
    courses = {one.course for one in rows.values()}

    mapped = check_sections(assignments, rows)

    agreeing = {
        section
        for section, ids in derived.items()
        if section not in grown and not ids & absent and not why_twins(_files_of(section, assignments), ())
    }
    drew("accepted", when=agreeing)
    drew("refused", when=derived.keys() - agreeing)
    drew("both", when=agreeing and derived.keys() - agreeing)
    known = {section for section in derived if section.partition("/")[0] in courses}
    assert {section_of(one.file.path) for one in mapped.assignments} == agreeing
    assert {doubt.subject for doubt in mapped.doubts} == known - agreeing
    assert Counter(_ids(mapped)) == Counter(lesson for section in agreeing for lesson in derived[section])


@must_draw("assigned", "in doubt")
@given(st.data(), libraries())
def test_every_undone_lesson_is_assigned_once_or_stands_in_one_doubt(
    data: st.DataObject, files: list[VideoFile]
) -> None:
    assignments = assign_by_scan_rule(files)
    rows = rows_of(assignments)
    for lesson in data.draw(st.sets(st.sampled_from(sorted(rows)))) if rows else set():
        del rows[lesson]
    mapped = check_sections(assignments, rows)

    told = [*_ids(mapped), *(lesson for doubt in mapped.doubts for lesson in doubt.lesson_ids)]

    drew("assigned", when=mapped.assignments)
    drew("in doubt", when=any(doubt.lesson_ids for doubt in mapped.doubts))
    assert Counter(told) == Counter(rows.keys())
    assert all(rows[one.lesson_id].course == one.course for one in mapped.assignments)
