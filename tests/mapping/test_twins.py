"""Files whose names differ in nothing that a person sees: which of them comes first says nothing."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from kinescope_upload.mapping import Evidence, Known, assign_by_map, assign_by_scan_rule, check_sections
from kinescope_upload.mapping.scan_rule import trust_scan
from support.mapping_cases import row, table, videos


def _nfd(path: str) -> str:
    return unicodedata.normalize("NFD", path)


PATH = "c/s/001_Йод.mp4"
ROWS = table([replace(row("c_s_001", "c"), title="один"), replace(row("c_s_002", "c"), title="два")])
NAMES_NO_ORDER = {
    "composed otherwise": (PATH, _nfd(PATH)),
    "another case": ("c/s/001_a.mp4", "c/s/001_A.mp4"),
    "folders composed otherwise": ("c/s/й/001_a.mp4", _nfd("c/s/й/002_b.mp4")),
    "sections composed otherwise": ("c/й/001_a.mp4", _nfd("c/й/002_b.mp4")),
    "inner folders of another case": ("c/s/a/001_a.mp4", "c/s/A/002_b.mp4"),
}


@pytest.mark.parametrize("paths", NAMES_NO_ORDER.values(), ids=NAMES_NO_ORDER)
def test_files_or_folders_that_look_the_same_get_no_lesson_by_their_order(paths: tuple[str, str]) -> None:
    files = videos(*paths)
    scanned = assign_by_scan_rule(files)
    rows = table(row(one.lesson_id, "c") for one in scanned)
    mapped = check_sections(scanned, rows)

    assert mapped.assignments == ()
    (doubt,) = mapped.doubts
    assert doubt.blocking
    assert doubt.reason.endswith("so no position in it can be trusted")


def test_two_names_that_only_look_the_same_are_to_be_renamed_and_nobody_is_asked_whose_each_is() -> None:
    mapped = check_sections(assign_by_scan_rule(videos(PATH, _nfd(PATH))), ROWS)

    (doubt,) = mapped.doubts
    assert "is there 2 times, in names that only look the same" in doubt.reason
    assert doubt.hint == "Rename one of them, or remove it."
    assert mapped.proposals == ()


def test_of_two_names_that_differ_in_case_a_person_says_whose_each_is() -> None:
    mapped = check_sections(assign_by_scan_rule(videos("c/s/001_a.mp4", "c/s/001_A.mp4")), ROWS)

    (doubt,) = mapped.doubts
    assert "differ in the case of letters alone" in doubt.reason
    assert "map --confirm" in doubt.hint
    assert len(mapped.proposals) == 2


def test_files_that_a_person_told_apart_keep_their_lessons_and_the_others_theirs() -> None:
    files = videos("c/s/001_a.mp4", "c/s/001_A.mp4", "c/s/002_b.mp4")
    pairs = [{"filePath": path, "lessonId": key, "courseId": "c"} for path, key in (("c/s/001_a.mp4", "c_s_001"),)]
    pairs += [{"filePath": "c/s/001_A.mp4", "lessonId": "c_s_002", "courseId": "c"}]
    said = assign_by_map({"matched": pairs}, files, root="/library", origin="map")
    rows = {**ROWS, "c_s_003": row("c_s_003", "c")}
    mapped = check_sections(assign_by_scan_rule(files), rows, Known(confirmed=said.assignments, evidence=Evidence()))

    assert {one.lesson_id: one.file.path for one in mapped.assignments if one.lesson_id != "c_s_003"} == {
        "c_s_001": "c/s/001_a.mp4",
        "c_s_002": "c/s/001_A.mp4",
    }


def test_a_pair_that_names_two_files_says_that_one_is_to_be_renamed() -> None:
    said = assign_by_map(
        {"matched": [{"filePath": PATH, "lessonId": "c_s_001", "courseId": "c"}]},
        videos(PATH, _nfd(PATH)),
        root="/library",
        origin="map",
    )

    assert said.assignments == ()
    (doubt,) = said.doubts
    assert "whose names only look the same" in doubt.reason
    assert doubt.hint.startswith("Rename one of them, or remove it.")


def test_without_a_database_their_order_is_not_vouched_for_either() -> None:
    mapped = trust_scan(assign_by_scan_rule(videos(PATH, _nfd(PATH), "c/s/002_b.mp4")))

    assert [one.file.path for one in mapped.assignments] == ["c/s/002_b.mp4"]
    (doubt,) = mapped.doubts
    assert (doubt.subject, doubt.blocking) == (PATH, True) or doubt.subject == _nfd(PATH)
