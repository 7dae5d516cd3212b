"""The scan rule: ids from places."""

from __future__ import annotations

import itertools
import unicodedata
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.mapping import assign_by_scan_rule, check_sections, section_of, trust_scan
from kinescope_upload.model import MappingSource, VideoFile
from support.drawn import drew, must_draw
from support.mapping_cases import libraries, row, rows_of, table, video, videos
from support.real_library import COURSE_COUNTS, real_files


def _ids(files: list[VideoFile]) -> dict[str, str]:
    return {one.file.path: one.lesson_id for one in assign_by_scan_rule(files)}


def test_the_first_file_of_a_section_is_number_one() -> None:
    ids = _ids(videos("01_analytics/m01_start/001_….mp4", "01_analytics/m01_start/002_….mp4"))

    assert ids["01_analytics/m01_start/001_….mp4"] == "01_analytics_m01_start_001"


def test_the_eleventh_file_of_a_section_is_number_eleven() -> None:
    files = videos(*(f"01_analytics/m03_competitors/{number:03d}_….mp4" for number in range(1, 12)))

    assert _ids(files)["01_analytics/m03_competitors/011_….mp4"] == "01_analytics_m03_competitors_011"


def test_the_count_goes_on_from_one_inner_folder_to_the_next() -> None:
    search = [f"06_express/c02_seo/m01_search/{number:03d}_….mp4" for number in range(1, 8)]
    keywords = "06_express/c02_seo/m02_keywords/001_opisanie_kartochki.mp4"

    assert _ids(videos(*search, keywords))[keywords] == "06_express_c02_seo_m02_keywords_008"


def test_the_real_library_gets_405_ids_which_a_database_of_them_accepts() -> None:
    assignments = assign_by_scan_rule(real_files())
    mapped = check_sections(assignments, rows_of(assignments))

    assert len({one.lesson_id for one in assignments}) == 405
    assert not mapped.doubts
    assert not mapped.ignored
    assert {course: sum(one.course == course for one in mapped.assignments) for course in COURSE_COUNTS} == (
        COURSE_COUNTS
    )


def test_names_with_dots_spaces_emoji_and_cyrillic_change_only_the_folders_part_of_an_id() -> None:
    ids = _ids(videos("update 21.04.26/Аналитика/1.1 Ассортимент как система.mp4", "a/🔥 итоги/bidder._nastroika..mp4"))

    assert ids == {
        "a/🔥 итоги/bidder._nastroika..mp4": "a_🔥 итоги_001",
        "update 21.04.26/Аналитика/1.1 Ассортимент как система.mp4": "update 21.04.26_Аналитика_001",
    }


def test_files_directly_in_a_course_are_a_section_of_their_own() -> None:
    ids = _ids(videos("course/b.mp4", "course/a.mp4", "course/m01/a.mp4"))

    assert ids == {
        "course/a.mp4": "course_001",
        "course/b.mp4": "course_002",
        "course/m01/a.mp4": "course_m01_001",
    }


def test_a_section_s_own_files_come_before_those_of_its_inner_folders() -> None:
    ids = _ids(videos("c/s/z.mp4", "c/s/a/a.mp4"))

    assert ids == {"c/s/z.mp4": "c_s_001", "c/s/a/a.mp4": "c_s_a_002"}


def test_names_are_ordered_by_code_points_not_by_numbers_or_case() -> None:
    ids = _ids(videos("c/s/10.mp4", "c/s/9.mp4", "c/s/B.mp4", "c/s/a.mp4", "c/s/é.mp4", "c/s/я.mp4", "c/s/🔥.mp4"))

    assert list(ids) == [f"c/s/{name}.mp4" for name in ("10", "9", "B", "a", "é", "я", "🔥")]


def test_the_thousandth_file_of_a_section_gets_four_digits() -> None:
    ids = _ids([video(f"c/s/{number:05d}.mp4") for number in range(1, 1_002)])

    assert [ids[f"c/s/{number:05d}.mp4"] for number in (999, 1_000, 1_001)] == ["c_s_999", "c_s_1000", "c_s_1001"]


def test_a_file_in_the_library_root_gets_no_lesson() -> None:
    assert _ids(videos("stray.mp4", "c/s/a.mp4")) == {"c/s/a.mp4": "c_s_001"}


def test_a_decomposed_library_gets_the_composed_ids_and_order() -> None:
    composed = ["курс й/раздел ё/й.mp4", "курс й/раздел ё/к.mp4", "курс й/раздел ё/и.mp4"]
    decomposed = [unicodedata.normalize("NFD", path) for path in composed]
    assert composed != decomposed

    by_composed = _ids(videos(*composed))
    by_decomposed = _ids(videos(*decomposed))

    assert [by_decomposed[path] for path in decomposed] == [by_composed[path] for path in composed]


def test_assignments_name_the_scan_rule_and_no_title() -> None:
    (one,) = assign_by_scan_rule(videos("c/s/a.mp4"))

    assert (one.source, one.title, one.course) == (MappingSource.SCAN_RULE, None, "c")


@pytest.mark.parametrize(
    ("path", "section"),
    [("c/a.mp4", "c"), ("c/s/a.mp4", "c/s"), ("c/s/t/u/a.mp4", "c/s"), ("a.mp4", "")],
)
def test_a_section_is_the_course_and_the_first_folder_below_it(path: str, section: str) -> None:
    assert section_of(path) == section


@given(libraries(underscores=False))
def test_ids_are_unique_where_folder_names_hold_no_underscore(files: list[VideoFile]) -> None:
    assignments = assign_by_scan_rule(files)

    assert len({one.lesson_id for one in assignments}) == len(assignments) == len(files)


@must_draw("two files with one id", "none")
@given(libraries())
def test_ids_are_unique_once_the_scan_is_trusted_or_guarded(files: list[VideoFile]) -> None:
    assignments = assign_by_scan_rule(files)
    is_clash = len({one.lesson_id for one in assignments}) < len(files)
    drew("two files with one id" if is_clash else "none")
    for mapped in (trust_scan(assignments), check_sections(assignments, rows_of(assignments))):
        ids = [one.lesson_id for one in mapped.assignments]
        assert len(ids) == len(set(ids))
        assert mapped.doubts or len(ids) + len(mapped.ignored) == len(files)


@given(st.data(), libraries())
def test_ids_do_not_depend_on_the_order_of_the_files(data: st.DataObject, files: list[VideoFile]) -> None:
    shuffled = data.draw(st.permutations(files))

    assert assign_by_scan_rule(shuffled) == assign_by_scan_rule(files)


@must_draw("a section of several files", "several inner folders")
@given(libraries())
def test_every_section_counts_from_one_without_gaps_through_its_inner_folders(files: list[VideoFile]) -> None:
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    places: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in assign_by_scan_rule(files):
        folder, _, name = unicodedata.normalize("NFC", one.file.path).rpartition("/")
        numbers[section_of(one.file.path)].append(int(one.lesson_id.rpartition("_")[2]))
        places[section_of(one.file.path)].append((folder, name))

    drew("a section of several files", when=any(len(found) > 1 for found in numbers.values()))
    drew("several inner folders", when=any(len({folder for folder, _ in found}) > 1 for found in places.values()))
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    assert all(pair[0] <= pair[1] for found in places.values() for pair in itertools.pairwise(found))


@given(libraries())
def test_an_id_is_its_folders_names_and_a_number(files: list[VideoFile]) -> None:
    for one in assign_by_scan_rule(files):
        prefix, _, number = one.lesson_id.rpartition("_")
        assert prefix == unicodedata.normalize("NFC", one.file.path).rpartition("/")[0].replace("/", "_")
        assert len(number) == 3


def test_a_trusted_scan_leaves_out_two_files_with_one_id_and_says_so() -> None:
    mapped = trust_scan(assign_by_scan_rule(videos("a/b_c/x.mp4", "a/b/c/x.mp4", "a/d/x.mp4")))

    assert [one.lesson_id for one in mapped.assignments] == ["a_d_001"]
    (doubt,) = mapped.doubts
    assert (doubt.subject, doubt.lesson_ids, doubt.blocking) == ("a_b_c_001", ("a_b_c_001",), True)
    assert "a/b/c/x.mp4" in doubt.reason
    assert "a/b_c/x.mp4" in doubt.reason


def test_the_guard_keeps_the_database_s_spelling_of_an_id() -> None:
    spelled = unicodedata.normalize("NFD", "й_й_001")
    course = unicodedata.normalize("NFD", "й")
    mapped = check_sections(assign_by_scan_rule(videos("й/й/a.mp4")), table([row(spelled, course)]))

    (one,) = mapped.assignments
    assert (one.lesson_id, one.course) == (spelled, course)
