"""A file that is left alone (empty, unfinished) holds its place; files that have their lessons' numbers keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.mapping import Known, assign_by_scan_rule, check_sections
from kinescope_upload.model import IgnoredFile
from support.mapping_cases import row, table, videos

if TYPE_CHECKING:
    from kinescope_upload.model import MappedLibrary


def _mapped(names: list[str], left_alone: list[str], lessons: range) -> MappedLibrary:
    scanned = assign_by_scan_rule(videos(*(f"c/s/{name}.mp4" for name in names)))
    ignored = [IgnoredFile(path=f"c/s/{name}.mp4", reason="is empty") for name in left_alone]
    rows = table(row(f"c_s_{number:03d}", "c") for number in lessons)
    return check_sections(scanned, rows, Known(ignored=ignored))


def _proposed(mapped: MappedLibrary) -> dict[str, int]:
    return {one.file.stem: int((one.lesson_id or "_0").rpartition("_")[2]) for one in mapped.proposals}


@pytest.mark.parametrize("empty", [{1}, {3}, {5}, {2, 3}, {1, 5}], ids=str)
@pytest.mark.parametrize("name", ["{:03d}_part", "{}"], ids=["numbers", "letters"])
def test_files_are_proposed_for_their_own_lessons_beside_an_empty_one(name: str, empty: set[int]) -> None:
    called = {number: name.format(number if "_" in name else "abcde"[number - 1]) for number in range(1, 6)}
    left_alone = [called[number] for number in sorted(empty)]

    mapped = _mapped([called[number] for number in called if number not in empty], left_alone, range(1, 6))

    assert mapped.assignments == ()
    assert _proposed(mapped) == {called[number]: number for number in called if number not in empty}
    [doubt] = mapped.doubts
    assert f'"c/s/{left_alone[0]}.mp4" is empty' in doubt.reason
    assert f"{len(empty)} lesson" in doubt.reason
    for number in empty:
        assert f"c_s_{number:03d}" in doubt.reason


def test_a_gap_in_the_numbers_of_files_is_the_lesson_without_a_file() -> None:
    mapped = _mapped(["001_a", "002_b", "004_d", "005_e"], [], range(1, 6))

    assert _proposed(mapped) == {"001_a": 1, "002_b": 2, "004_d": 4, "005_e": 5}
    assert "1 lesson has no file (c_s_003)" in mapped.doubts[0].reason


@pytest.mark.parametrize(
    "names",
    [["001_a", "001_b", "003_c"], ["000_a", "001_b", "002_c"], ["001_a", "bonus", "004_d"]],
    ids=["a number twice", "counted from 0", "one without"],
)
def test_numbers_that_are_not_the_lessons_prove_nothing(names: list[str]) -> None:
    assert list(_proposed(_mapped(names, [], range(1, 5))).values()) == [1, 2, 3]


def test_several_proposals_end_with_a_full_stop() -> None:
    [doubt] = _mapped(["a", "b", "c"], [], range(1, 5)).doubts

    assert " and 1 more. Say so: `kupload map --confirm` asks for each." in doubt.hint
