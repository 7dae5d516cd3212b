"""Map file and manifest: what somebody wrote down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from kinescope_upload.errors import UsageError
from kinescope_upload.mapping import (
    assign_by_manifest,
    assign_by_map,
    assign_by_scan_rule,
    check_against_rows,
    trust_scan,
)
from kinescope_upload.model import MappedLibrary, MappingSource, VideoFile
from support.mapping_cases import libraries, row, table, videos
from support.real_library import real_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kinescope_upload.model import Assignment

_ROOT = "/srv/courses"
_WINDOWS_ROOT = "E:\\Academy Courses"

_SPELLINGS: dict[str, Callable[[str], str]] = {
    "relative": lambda path: path,
    "relative with backslashes": lambda path: path.replace("/", "\\"),
    "relative with a dot in front": lambda path: f"./{path}",
    "absolute": lambda path: f"{_ROOT}/{path}",
    "absolute elsewhere": lambda path: f"/mnt/old disk/{path}",
    "absolute on Windows": lambda path: _WINDOWS_ROOT + "\\" + path.replace("/", "\\"),
}


def _entry(path: str, lesson: str, **more: object) -> dict[str, object]:
    return {"filePath": path, "lessonId": lesson, "courseId": "c", **more}


def _mapped(entries: Sequence[object], files: Iterable[VideoFile], **top: object) -> MappedLibrary:
    return assign_by_map({"matched": entries, **top}, files, root=_ROOT, origin="map.json")


def _map_of(assignments: Iterable[Assignment], spell: Callable[[str], str]) -> list[dict[str, object]]:
    return [
        {"filePath": spell(one.file.path), "lessonId": one.lesson_id, "courseId": one.course, "score": 0.97}
        for one in assignments
    ]


def _pairs(mapped: MappedLibrary) -> dict[str, str]:
    return {one.lesson_id: one.file.path for one in mapped.assignments}


@pytest.mark.parametrize("base_path", [None, _WINDOWS_ROOT, "e:/academy courses/"])
@pytest.mark.parametrize("spelling", _SPELLINGS)
def test_a_map_of_the_real_library_gives_the_ids_of_the_scan_rule(spelling: str, base_path: str | None) -> None:
    files = real_files()
    scanned = assign_by_scan_rule(files)

    mapped = _mapped(_map_of(scanned, _SPELLINGS[spelling]), files, basePath=base_path)

    assert _pairs(mapped) == {one.lesson_id: one.file.path for one in scanned}
    assert {one.source for one in mapped.assignments} == {MappingSource.MAP_FILE}
    assert not mapped.doubts
    assert not mapped.ignored


@given(libraries())
def test_a_map_of_the_scan_rule_s_result_gives_the_same_assignments_however_paths_are_spelled(
    files: list[VideoFile],
) -> None:
    scanned = trust_scan(assign_by_scan_rule(files)).assignments
    expected = {(one.lesson_id, one.course, one.file) for one in scanned}
    for name, spell in _SPELLINGS.items():
        base_path = "/mnt/old disk" if name == "absolute elsewhere" else _WINDOWS_ROOT

        mapped = _mapped(_map_of(scanned, spell), files, basePath=base_path)

        assert {(one.lesson_id, one.course, one.file) for one in mapped.assignments} == expected
        assert not mapped.doubts


def test_title_and_course_come_from_the_map() -> None:
    mapped = _mapped([_entry("update 21.04.26/x/a.mp4", "c_1", title="День 1")], videos("update 21.04.26/x/a.mp4"))

    (one,) = mapped.assignments
    assert (one.course, one.title) == ("c", "День 1")


def test_an_entry_without_a_course_is_of_the_course_in_whose_folder_its_file_lies() -> None:
    mapped = _mapped([{"filePath": "01_a/s/a.mp4", "lessonId": "x", "courseId": None}], videos("01_a/s/a.mp4"))

    assert [one.course for one in mapped.assignments] == ["01_a"]


def test_a_blank_title_is_no_title() -> None:
    mapped = _mapped([_entry("c/s/a.mp4", "c_1", title="  ")], videos("c/s/a.mp4"))

    assert [one.title for one in mapped.assignments] == [None]


def test_a_decomposed_file_is_found_by_a_composed_path_and_the_other_way_round() -> None:
    decomposed, composed = "c/s/и\u0306.mp4", "c/s/й.mp4"
    assert composed != decomposed

    assert _pairs(_mapped([_entry(composed, "x")], videos(decomposed))) == {"x": decomposed}
    assert _pairs(_mapped([_entry(decomposed, "x")], videos(composed))) == {"x": composed}


def test_two_files_whose_names_only_look_the_same_are_a_doubt() -> None:
    mapped = _mapped([_entry("c/s/й.mp4", "x")], videos("c/s/и\u0306.mp4", "c/s/й.mp4"))

    assert not mapped.assignments
    (doubt,) = mapped.doubts
    assert "may be any of 2" in doubt.reason
    assert doubt.lesson_ids == ("x",)


@pytest.mark.parametrize("spelling", _SPELLINGS)
@pytest.mark.parametrize("base_path", [None, _WINDOWS_ROOT, "/MNT/Old Disk"])
def test_a_path_in_another_case_is_found_where_one_file_alone_has_its_letters(
    spelling: str, base_path: str | None
) -> None:
    files = videos("03_Финансы/М01/001.mp4", "03_Финансы/М01/002.MP4")
    entries = [_entry(_SPELLINGS[spelling]("03_финансы/м01/001.MP4"), "x"), _entry(files[1].path, "y")]

    mapped = _mapped(entries, files, basePath=base_path)

    assert _pairs(mapped) == {"x": "03_Финансы/М01/001.mp4", "y": "03_Финансы/М01/002.MP4"}
    assert not mapped.doubts


def test_a_file_in_the_case_that_was_written_goes_before_one_in_another() -> None:
    files = videos("c/s/a.mp4", "c/s/A.mp4")

    mapped = _mapped([_entry("c/s/A.mp4", "x"), _entry("c/s/a.mp4", "y")], files)

    assert _pairs(mapped) == {"x": "c/s/A.mp4", "y": "c/s/a.mp4"}


def test_of_two_files_that_differ_in_case_from_what_was_written_none_is_taken_and_both_are_named() -> None:
    mapped = _mapped([_entry("c/s/A.MP4", "x")], videos("c/s/a.mp4", "c/s/A.mp4"))

    assert not mapped.assignments
    (doubt,) = mapped.doubts
    assert '"c/s/A.mp4", "c/s/a.mp4"' in doubt.reason
    assert "case" in doubt.reason


def test_two_lessons_with_one_file_in_two_cases_are_a_doubt() -> None:
    mapped = _mapped([_entry("c/s/A.MP4", "x"), _entry("c/s/a.mp4", "y")], videos("c/s/a.mp4"))

    assert not mapped.assignments
    (doubt,) = mapped.doubts
    assert doubt.lesson_ids == ("x", "y")


def test_files_that_the_map_does_not_mention_are_ignored_without_a_doubt() -> None:
    mapped = _mapped([_entry("c/s/a.mp4", "x")], videos("c/s/a.mp4", "c/s/b.mp4"))

    assert not mapped.doubts
    assert [(one.path, one.reason) for one in mapped.ignored] == [("c/s/b.mp4", "not in the map file")]


def test_a_file_that_the_library_does_not_have_is_a_doubt_for_its_lesson() -> None:
    mapped = _mapped([_entry("c/s/a.mp4", "x"), _entry("c/s/b.mp4", "y")], videos("c/s/a.mp4"))

    assert _pairs(mapped) == {"x": "c/s/a.mp4"}
    (doubt,) = mapped.doubts
    assert (doubt.course, doubt.subject, doubt.lesson_ids, doubt.blocking) == ("c", "y", ("y",), True)
    assert '"c/s/b.mp4"' in doubt.reason


@pytest.mark.parametrize("path", ["../courses/c/s/a.mp4", "c/s/../s/a.mp4", "s/a.mp4", "a.mp4"])
def test_a_relative_path_is_not_guessed_at(path: str) -> None:
    mapped = _mapped([_entry(path, "x")], videos("c/s/a.mp4"))

    assert (mapped.assignments, len(mapped.doubts)) == ((), 1)


def test_a_path_below_the_base_path_is_not_looked_for_elsewhere() -> None:
    mapped = _mapped([_entry("E:\\lib\\new\\c\\s\\a.mp4", "x")], videos("c/s/a.mp4"), basePath="E:\\lib")

    assert (mapped.assignments, len(mapped.doubts)) == ((), 1)


def test_a_path_below_root_and_base_path_is_the_one_that_the_library_has() -> None:
    mapped = _mapped([_entry(f"{_ROOT}/sub/c/s/a.mp4", "x")], videos("c/s/a.mp4"), basePath=f"{_ROOT}/sub")

    assert _pairs(mapped) == {"x": "c/s/a.mp4"}


def test_an_absolute_path_no_ending_of_which_the_library_has_is_a_doubt() -> None:
    mapped = _mapped([_entry("E:\\lib\\c\\s\\b.mp4", "x")], videos("c/s/a.mp4"))

    assert (mapped.assignments, [doubt.lesson_ids for doubt in mapped.doubts]) == ((), [("x",)])


def test_the_longest_ending_that_the_library_has_is_meant() -> None:
    mapped = _mapped([_entry("E:\\lib\\n\\c\\s\\a.mp4", "x")], videos("n/c/s/a.mp4", "c/s/a.mp4", "s/a.mp4"))

    assert _pairs(mapped) == {"x": "n/c/s/a.mp4"}


def test_absolute_paths_that_need_two_library_roots_are_refused() -> None:
    entries = [_entry("E:\\lib\\c\\s\\a.mp4", "x"), _entry("E:\\lib\\new\\c\\s\\b.mp4", "y")]

    with pytest.raises(UsageError, match="do not agree on which folder the library root was") as caught:
        _mapped(entries, videos("c/s/a.mp4", "c/s/b.mp4"))

    assert "basePath" in caught.value.hint


def test_two_files_for_one_lesson_are_a_doubt_that_names_both() -> None:
    mapped = _mapped(
        [_entry("c/s/a.mp4", "x"), _entry("c/s/b.mp4", "x"), _entry("c/s/c.mp4", "z")],
        videos("c/s/a.mp4", "c/s/b.mp4", "c/s/c.mp4"),
    )

    assert _pairs(mapped) == {"z": "c/s/c.mp4"}
    (doubt,) = mapped.doubts
    assert (doubt.subject, doubt.lesson_ids, doubt.blocking) == ("x", ("x",), True)
    assert doubt.reason == '2 files are named for it: "c/s/a.mp4", "c/s/b.mp4"'


def test_one_file_for_two_lessons_is_a_doubt_that_names_both() -> None:
    mapped = _mapped([_entry("c/s/a.mp4", "x"), _entry("c\\s\\a.mp4", "y", courseId="d")], videos("c/s/a.mp4"))

    assert not mapped.assignments
    (doubt,) = mapped.doubts
    assert (doubt.course, doubt.subject, doubt.lesson_ids) == (None, "c/s/a.mp4", ("x", "y"))
    assert doubt.reason == "is named for 2 lessons: x, y"


def test_a_lesson_with_one_file_there_and_one_missing_is_a_doubt() -> None:
    mapped = _mapped([_entry("c/s/a.mp4", "x"), _entry("c/s/gone.mp4", "x")], videos("c/s/a.mp4"))

    assert not mapped.assignments
    assert [doubt.lesson_ids for doubt in mapped.doubts] == [("x",)]


def test_an_entry_that_stands_there_twice_is_harmless() -> None:
    mapped = _mapped([_entry("c/s/a.mp4", "x"), _entry(f"{_ROOT}\\c\\s\\a.mp4", "x")], videos("c/s/a.mp4"))

    assert _pairs(mapped) == {"x": "c/s/a.mp4"}
    assert not mapped.doubts


def test_an_entry_that_stands_there_twice_with_different_titles_is_a_doubt() -> None:
    mapped = _mapped([_entry("c/s/a.mp4", "x", title="A"), _entry("c/s/a.mp4", "x", title="B")], videos("c/s/a.mp4"))

    assert not mapped.assignments
    assert ["different courses or titles" in doubt.reason for doubt in mapped.doubts] == [True]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "the whole is null, not an object"),
        ([], "the whole is a list, not an object"),
        ({}, "matched is missing"),
        ({"matched": None}, "matched is missing"),
        ({"matched": {}}, "matched is an object, not a list"),
        ({"matched": [], "basePath": 1}, "basePath is a number, not text"),
    ],
)
def test_a_map_of_the_wrong_shape_is_refused_with_its_name_and_the_place(data: object, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        assign_by_map(data, videos("c/a.mp4"), root=_ROOT, origin="maps/map.json")

    assert caught.value.what.startswith(f"maps/map.json: {message}")
    assert '"matched"' in caught.value.hint


@pytest.mark.parametrize(
    ("entry", "lesson_id", "message"),
    [
        ("x", None, " is text, not an object"),
        ({"filePath": "c/a.mp4"}, None, ".lessonId is missing"),
        ({"lessonId": "x"}, "x", ".filePath is missing"),
        (_entry("c/a.mp4", ""), None, ".lessonId is empty"),
        (_entry(" ", "x"), "x", ".filePath is empty"),
        (_entry("c/a.mp4", "x", title=7), "x", ".title is a number, not text"),
        (_entry("c/a.mp4", "x", courseId=True), "x", ".courseId is true or false, not text"),
        (_entry("c/a.mp4", "../x"), None, '.lessonId is "../x", which could lead out'),
        (_entry("c/a.mp4", "x", courseId=".."), "x", '.courseId is "..", which could lead out'),
        (_entry("c/a.mp4", "x", courseId="a\\b"), "x", '.courseId is "a\\b", which could lead'),
        (_entry("c/a.mp4", "x\x00"), None, ".lessonId holds the character U+0000"),
        (_entry("c/\ud800.mp4", "x"), "x", ".filePath holds the character U+D800"),
        (_entry("c/a.mp4", "й" * 101), None, ".lessonId is longer than 200 bytes"),
    ],
)
def test_an_entry_that_is_not_as_it_should_be_is_a_doubt_and_the_others_count(
    entry: object, lesson_id: str | None, message: str
) -> None:
    data = {"matched": [entry, _entry("c/b.mp4", "y")]}

    mapped = assign_by_map(data, videos("c/a.mp4", "c/b.mp4"), root=_ROOT, origin="maps/map.json")

    assert _pairs(mapped) == {"y": "c/b.mp4"}
    (doubt,) = mapped.doubts
    assert (doubt.subject, doubt.blocking) == (lesson_id or "matched[0]", True)
    assert doubt.lesson_ids == ((lesson_id,) if lesson_id else ())
    assert doubt.reason.startswith(f"maps/map.json: matched[0]{message}")


def _lesson(name: str, number: int) -> dict[str, object]:
    return {
        "id": f"01_a_m01_{number:03d}",
        "filename": name,
        "filepath": f"01_a/m01/{name}",
        "title_original": f"{number}. Как пройти курс.MP4",
        "order": number,
    }


def _course(*lessons: object) -> dict[str, object]:
    return {"id": "01_a", "modules": [{"lessons": list(lessons)}]}


def _manifest(*lessons: object) -> dict[str, object]:
    return {"courses": [_course(*lessons)]}


def test_a_manifest_gives_lessons_their_files_and_titles_through_nested_submodules() -> None:
    inner = {"submodule": {"lessons": [_lesson("b.mp4", 2), {"submodule": {"lessons": [_lesson("c.mp4", 3)]}}]}}
    data = _manifest(_lesson("a.mp4", 1), inner, _lesson("d.mp4", 4))
    files = videos(*(f"01_a/m01/{name}.mp4" for name in "abcde"))

    mapped = assign_by_manifest(data, files, origin="manifest.json")

    assert _pairs(mapped) == {f"01_a_m01_{number:03d}": f"01_a/m01/{name}.mp4" for number, name in enumerate("abcd", 1)}
    assert [one.title for one in mapped.assignments] == [f"{number}. Как пройти курс" for number in (1, 2, 3, 4)]
    assert {(one.course, one.source) for one in mapped.assignments} == {("01_a", MappingSource.MANIFEST)}
    assert [(one.path, one.reason) for one in mapped.ignored] == [("01_a/m01/e.mp4", "not in the manifest")]


def test_a_manifest_nested_a_thousand_deep_is_read() -> None:
    lesson: dict[str, object] = _lesson("a.mp4", 1)
    for _ in range(1_000):
        lesson = {"submodule": {"lessons": [lesson]}}

    mapped = assign_by_manifest(_manifest(lesson), videos("01_a/m01/a.mp4"), origin="manifest.json")

    assert len(mapped.assignments) == 1


def test_a_manifest_s_contradictions_are_doubts_as_a_map_s_are() -> None:
    data = _manifest(_lesson("a.mp4", 1), _lesson("b.mp4", 1), _lesson("gone.mp4", 2))

    mapped = assign_by_manifest(data, videos("01_a/m01/a.mp4", "01_a/m01/b.mp4"), origin="manifest.json")

    assert not mapped.assignments
    assert [doubt.subject for doubt in mapped.doubts] == ["01_a_m01_001", "01_a_m01_002"]
    assert mapped.doubts[1].hint == 'Add the file, or correct its path in "manifest.json".'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "the whole is a list, not an object"),
        ({}, "courses is missing"),
        ({"courses": 1}, "courses is a number, not a list"),
    ],
)
def test_a_manifest_of_the_wrong_shape_is_refused_with_the_place(data: object, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        assign_by_manifest(data, [], origin="manifest.json")

    assert caught.value.what.startswith(f"manifest.json: {message}")
    assert '"courses"' in caught.value.hint


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"modules": []}, "courses[0].id is missing"),
        ({"id": "a/b", "modules": []}, 'courses[0].id is "a/b", which could lead out'),
        ({"id": "a"}, "courses[0].modules is missing"),
        ({"id": "a", "modules": [{}]}, "courses[0].modules[0].lessons is missing"),
        (_course({"filepath": "x"}), "courses[0].modules[0].lessons[0].id is missing"),
        (_course({"id": "x"}), "courses[0].modules[0].lessons[0].filepath is missing"),
        (_course({"submodule": 3}), "courses[0].modules[0].lessons[0].submodule is a number, not an object"),
        (_course({"submodule": {}}), "courses[0].modules[0].lessons[0].submodule.lessons is missing"),
    ],
)
def test_a_part_of_a_manifest_that_is_not_as_it_should_be_is_a_doubt_and_the_others_count(
    bad: object, message: str
) -> None:
    data = {"courses": [bad, _course(_lesson("a.mp4", 1))]}

    mapped = assign_by_manifest(data, videos("01_a/m01/a.mp4"), origin="manifest.json")

    assert _pairs(mapped) == {"01_a_m01_001": "01_a/m01/a.mp4"}
    (doubt,) = mapped.doubts
    assert (doubt.blocking, doubt.reason.startswith(f"manifest.json: {message}")) == (True, True)


def test_lessons_beside_a_bad_one_keep_their_files_at_every_depth_of_a_manifest() -> None:
    inner = {"submodule": {"lessons": [_lesson("b.mp4", 2), {"id": "x"}, _lesson("c.mp4", 3)]}}

    mapped = assign_by_manifest(
        _manifest(_lesson("a.mp4", 1), inner, 7, _lesson("d.mp4", 4)),
        videos(*(f"01_a/m01/{name}.mp4" for name in "abcd")),
        origin="manifest.json",
    )

    assert [one.lesson_id for one in mapped.assignments] == [f"01_a_m01_{number:03d}" for number in (1, 2, 3, 4)]
    assert [doubt.subject for doubt in mapped.doubts] == ["courses[0].modules[0].lessons[2]", "x"]


def test_a_lesson_whose_row_is_of_another_course_is_a_doubt() -> None:
    mapped = _mapped([_entry("c/s/a.mp4", "x"), _entry("c/s/b.mp4", "y")], videos("c/s/a.mp4", "c/s/b.mp4"))

    checked = check_against_rows(mapped, table([row("x", "c"), row("y", "d")]))

    assert _pairs(checked) == {"x": "c/s/a.mp4"}
    (doubt,) = checked.doubts
    assert (doubt.course, doubt.subject, doubt.lesson_ids, doubt.blocking) == ("d", "y", ("y",), True)
    assert 'its row is of course "d", but the map file puts "c/s/b.mp4" into course "c"' in doubt.reason


def test_a_course_that_is_only_spelled_otherwise_takes_the_database_s_spelling() -> None:
    mapped = _mapped([_entry("c/s/a.mp4", "x", courseId="й")], videos("c/s/a.mp4"))

    checked = check_against_rows(mapped, table([row("x", "и\u0306")]))

    assert [one.course for one in checked.assignments] == ["и\u0306"]
    assert not checked.doubts


def test_lessons_without_a_row_stay_and_unmentioned_ones_without_a_video_are_worth_knowing() -> None:
    mapped = _mapped([_entry("c/s/a.mp4", "x"), _entry("c/s/gone.mp4", "y")], videos("c/s/a.mp4"))

    checked = check_against_rows(
        mapped, table([row("y", "c"), row("c_1", "c"), row("c_2", "c"), row("c_3", "c", video_id="v")])
    )

    assert _pairs(checked) == {"x": "c/s/a.mp4"}
    assert [(doubt.subject, doubt.lesson_ids, doubt.blocking) for doubt in checked.doubts] == [
        ("y", ("y",), True),
        ("c", ("c_1", "c_2"), False),
    ]
