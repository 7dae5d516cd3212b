"""Pairs of before lessons were renumbered say nothing of the ids that they name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.mapping import assign_by_map, assign_by_scan_rule, find_outdated, with_titles_of
from kinescope_upload.model import LessonRow, MappedLibrary, MappingSource
from kinescope_upload.plan import Selection
from kinescope_upload.survey import Survey
from support.drawn import drew, must_draw
from support.mapping_cases import table, videos

if TYPE_CHECKING:
    from collections.abc import Sequence

_VIDEO: Final = "0e0e0e0e-0000-4000-8000-000000000001"


def _key(number: int, section: str = "m1") -> str:
    return f"c_{section}_{number:03d}"


def _row(number: int, title: str, section: str = "m1", video_id: str | None = None) -> LessonRow:
    return LessonRow(lesson_id=_key(number, section), course="c", title=title, video_id=video_id)


def _pairs(*titles: str | None, section: str = "m1") -> MappedLibrary:
    """A pair for each lesson in its order: the title that was written down with it; None where none was."""
    files = videos(*(f"c/{section}/{number:03d}.mp4" for number in range(1, len(titles) + 1)))
    matched = [
        {"filePath": file.path, "lessonId": _key(number, section), **({"lessonTitle": title} if title else {})}
        for number, (file, title) in enumerate(zip(files, titles, strict=True), start=1)
    ]
    return assign_by_map({"matched": matched}, files, root="/library", origin="map")


def _rows(*titles: str) -> list[LessonRow]:
    return [_row(number, title) for number, title in enumerate(titles, start=1)]


@pytest.mark.parametrize(
    ("pairs", "rows", "outdated"),
    [
        pytest.param(["A", "B"], ["A", "B"], [], id="as they were"),
        pytest.param([None, None], ["B", "A"], [], id="no title was written down"),
        pytest.param(["A", "B"], ["A!", "B"], [], id="a corrected title is nobody else's"),
        pytest.param(["A ", "B"], ["A", "B"], [], id="blanks count for nothing"),
        pytest.param(["A", "B"], ["B", "A"], [1, 2], id="two exchanged"),
        pytest.param(["A", "B", "C"], ["N", "A", "B", "C"], [1, 2, 3], id="one put in front"),
        pytest.param(["A", "B", "C"], ["A", "C"], [2, 3], id="one taken out, and the last id is gone"),
        pytest.param(["A", "A", "T"], ["N", "A", "A", "T"], [1, 2, 3], id="of one title, and one put in front"),
        pytest.param(["A", "A"], ["A", "A"], [], id="of one title"),
        pytest.param(["A", "B"], ["A", "Quantum"], [2], id="a number that was given to a new lesson"),
    ],
)
def test_a_pair_is_of_before_where_another_lesson_has_the_title_that_it_holds(
    pairs: Sequence[str | None], rows: Sequence[str], outdated: Sequence[int]
) -> None:
    assert set(find_outdated(_pairs(*pairs), table(_rows(*rows)))) == set(map(_key, outdated))


@pytest.mark.parametrize(("video_id", "is_outdated"), [(None, True), (_VIDEO, False)])
def test_a_lesson_of_another_section_has_moved_there_unless_it_has_a_video(
    video_id: str | None, *, is_outdated: bool
) -> None:
    rows = table([_row(1, "A!"), _row(1, "A", "m2", video_id)])
    assert bool(find_outdated(_pairs("A"), rows)) is is_outdated


def test_a_title_that_a_linked_lesson_has_now_is_a_corrected_one() -> None:
    assert not find_outdated(_pairs("A"), table([_row(1, "Quantum", video_id=_VIDEO)]))


@pytest.mark.parametrize(
    ("titles", "rows", "are_of_rows"),
    [
        pytest.param(["A", "B", "C"], ["A", "B", "Quantum"], True, id="most are titles of rows"),
        pytest.param(["A", "B", "C"], ["N", "A", "B", "C"], True, id="one put in front"),
        pytest.param(["A", "B", "C", "D"], ["Atoms", "Boats", "Cars", "D"], False, id="few are"),
        pytest.param(["A"], ["Atoms"], True, id="too few to tell"),
    ],
)
def test_the_titles_of_a_manifest_tell_where_they_are_the_database_s(
    titles: Sequence[str], rows: Sequence[str], *, are_of_rows: bool
) -> None:
    pairs = _pairs(*titles)
    assert with_titles_of(table(_rows(*rows)), pairs).called == (pairs.called if are_of_rows else {})


@must_draw("several moved")
@given(st.permutations(range(5)))
def test_no_pair_that_counts_gives_a_file_to_a_lesson_of_another_title(order: Sequence[int]) -> None:
    pairs = _pairs(*"ABCDE")
    rows = table(_rows(*("ABCDE"[number] for number in order)))
    drew("several moved", when=sum(place != number for place, number in enumerate(order)) > 2)

    found = find_outdated(pairs, rows)
    kept = [one.lesson_id for one in pairs.assignments if one.lesson_id not in found]
    assert all(rows[key].title == pairs.called[key] for key in kept)


def _survey(rows: Sequence[LessonRow], source: MappingSource = MappingSource.SCAN_RULE) -> Survey:
    pairs, files = _pairs("A", "B"), videos("c/m1/001.mp4", "c/m1/002.mp4")
    is_map = source is MappingSource.MAP_FILE
    return Survey(
        unchecked=pairs if is_map else MappedLibrary(assignments=assign_by_scan_rule(files)),
        source=source,
        selection=Selection(),
        files=tuple(files),
        confirmed=MappedLibrary(assignments=()) if is_map else pairs,
        rows=table(rows),
    )


def test_what_pairs_say_is_found_once_for_a_survey_and_again_for_another_one() -> None:
    survey = _survey(_rows("B", "A"))
    assert survey.outdated is survey.outdated
    assert survey.written is survey.written
    assert survey.said is survey.said
    assert set(survey.outdated) == {_key(1), _key(2)}
    assert replace(survey, rows=table(_rows("A", "B"))).outdated == {}


@pytest.mark.parametrize("source", [MappingSource.SCAN_RULE, MappingSource.MAP_FILE])
def test_nothing_is_sent_by_a_pair_of_before_nor_by_the_file_s_place(source: MappingSource) -> None:
    survey = _survey(_rows("B", "A"), source)
    mapped = survey.map()

    assert not mapped.assignments
    assert not survey.said
    doubts = {doubt.subject: doubt for doubt in mapped.doubts if doubt.blocking and doubt.subject != "c/m1"}
    assert set(doubts) == {_key(1), _key(2)}
    assert doubts[_key(1)].reason == (
        'its pair with "c/m1/001.mp4" is of before: the lesson was called "A" then, as c_m1_002 is now'
    )
    asks = "`kupload map --confirm` asks" in doubts[_key(1)].hint
    assert asks is (source is MappingSource.SCAN_RULE)


def test_pairs_count_as_before_where_titles_are_as_they_were() -> None:
    survey = _survey(_rows("A", "B"))
    assert [one.lesson_id for one in survey.map().assignments] == [_key(1), _key(2)]
    assert set(replace(survey, rows=None).said) == {_key(1), _key(2)}
