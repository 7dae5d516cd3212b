"""Lessons that were renumbered after their upload began: no row takes a video that was uploaded for another title."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.model import Assignment, LessonRow, MappingSource, VideoFile
from kinescope_upload.plan import Decision, Selection, make_plan
from kinescope_upload.plan.renumbered import find_exchanged, find_renumbered, rekeyed
from kinescope_upload.upload import Dialect, Record, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

_IDS: Final = {number: f"3f6d0a94-58c1-4e27-9b0e-7d1c42a5e8f{number}" for number in range(1, 7)}


def _key(number: int) -> str:
    return f"c_s_{number:03d}"


def _record(number: int, title: str, stage: Stage = Stage.CREATED) -> Record:
    return Record(
        lesson_id=_key(number),
        course="c",
        path=f"c/s/{number:03d}.mp4",
        size=100 + number,
        modified_ns=5,
        parent_id="p",
        title=title,
        dialect=Dialect.TUS,
        video_id=_IDS[number],
        stage=stage,
        attempted_at=datetime(2024, 5, 1, tzinfo=UTC),
    )


def _rows(*titles: str | tuple[str, int]) -> dict[str, LessonRow]:
    """Rows by number: a title, or a title and the number of the video that the row names."""
    found = {}
    for number, told in enumerate(titles, start=1):
        title, video = (told, None) if isinstance(told, str) else (told[0], _IDS[told[1]])
        found[_key(number)] = LessonRow(lesson_id=_key(number), course="c", title=title, video_id=video)
    return found


def _records(*records: Record) -> dict[str, Record]:
    return {one.lesson_id: one for one in records}


_A1, _B2, _C3 = _record(1, "A"), _record(2, "B"), _record(3, "C")
_LINKED = [replace(one, stage=Stage.LINKED) for one in (_A1, _B2, _C3)]


@pytest.mark.parametrize(
    ("records", "rows", "moved", "unclear"),
    [
        pytest.param([_A1, _B2], ["A", "B"], {}, [], id="as they were"),
        pytest.param([_A1, _B2], ["A!", "B"], {}, [], id="a corrected title is nobody else's"),
        pytest.param([_A1, _B2], ["A ", "B"], {}, [], id="blanks count for nothing"),
        pytest.param([_A1], ["B", "A"], {1: 2}, [], id="two exchanged, one begun"),
        pytest.param([_A1, _B2], ["B", "A"], {1: 2, 2: 1}, [], id="two exchanged, both begun"),
        pytest.param([_A1, _B2, _C3], ["New", "A", "B", "C"], {1: 2, 2: 3, 3: 4}, [], id="one put in front"),
        pytest.param([_A1, _B2, _C3], ["B", "C"], {2: 1, 3: 2, 1: 3}, [], id="the first taken out"),
        pytest.param([_A1], ["X", "A", "A"], {}, [1], id="two bear the title"),
        pytest.param([_A1, _record(2, "A")], ["A!", "A"], {}, [], id="the title of a lesson that has it by itself"),
        pytest.param([_A1, _record(2, "X")], ["X", "Y"], {}, [1, 2], id="another record's title"),
        pytest.param(_LINKED, [("A", 1), ("X", 2), ("C", 3)], {}, [], id="linked, title corrected"),
        pytest.param(_LINKED[:2], [("B", 1), ("A", 2)], {}, [], id="linked, titles exchanged without their videos"),
        pytest.param(_LINKED[:2], [("B", 2), ("A", 1)], {1: 2, 2: 1}, [], id="linked, exchanged"),
        pytest.param(_LINKED, ["N", ("A", 1), ("B", 2), ("C", 3)], {1: 2, 2: 3, 3: 4}, [], id="linked, one in front"),
        pytest.param([_A1], ["X", ("A", 5)], {}, [], id="the row of that title has another video"),
    ],
)
def test_a_record_is_the_lessons_whose_title_it_has(
    records: Sequence[Record], rows: Sequence[str | tuple[str, int]], moved: dict[int, int], unclear: Sequence[int]
) -> None:
    found = find_renumbered(_records(*records), _rows(*rows))

    assert found.moved == {_key(old): _key(new) for old, new in moved.items()}
    assert found.unclear == set(map(_key, unclear))


def test_the_record_of_a_lesson_that_is_gone_makes_room() -> None:
    assert find_renumbered(_records(_A1, _B2, _C3), _rows("B", "C")).gone == {_key(1)}


def test_a_title_of_another_section_says_nothing() -> None:
    rows = _rows("X") | {"c_t_001": LessonRow(lesson_id="c_t_001", course="c", title="A", video_id=None)}

    assert not find_renumbered(_records(_A1), rows).titles


def test_inner_folders_are_one_section() -> None:
    record = replace(_A1, lesson_id="c_s_t_001", path="c/s/t/001.mp4")
    rows = {key: LessonRow(lesson_id=key, course="c", title=title, video_id=None) for key, title in _INNER.items()}

    assert find_renumbered({"c_s_t_001": record}, rows).moved == {"c_s_t_001": "c_s_u_002"}


_INNER: Final = {"c_s_t_001": "X", "c_s_u_002": "A"}


@pytest.mark.parametrize(("title", "moves"), [("A", True), ("X", False)])
def test_a_lesson_follows_its_section_to_another_name_with_its_number_and_title(title: str, *, moves: bool) -> None:
    rows = {
        key: LessonRow(lesson_id=key, course="d", title=called, video_id=video)
        for key, called, video in (("d_s_001", title, None), ("d_s_002", "B", _IDS[2]))
    }
    found = find_renumbered(_records(_A1, _LINKED[1]), rows)

    assert found.moved == {_key(2): "d_s_002"} | ({_key(1): "d_s_001"} if moves else {})


def test_what_somebody_wrote_down_counts_before_titles() -> None:
    assert not find_renumbered(_records(_A1), _rows("B", "A"), said={_key(1)}).titles


def test_in_a_section_that_is_not_in_step_another_title_is_a_doubt() -> None:
    assert find_renumbered(_records(_A1), _rows("X"), unsteady={"c/s"}).unclear == {_key(1)}


def test_a_record_takes_no_place_whose_own_record_stays() -> None:
    found = find_renumbered(_records(_A1, _B2), _rows("X", "A"))

    assert found.moved == {}
    assert found.unclear == {_key(1), _key(2)}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("B", 1), ("A", 2)], {1: 2, 2: 1}),
        ([("B", 1), ("C", 2)], {2: 1}),
        ([("A!", 1), ("B", 2)], {}),
        ([("B", 2), ("A", 1)], {}),
    ],
)
def test_a_linked_lesson_may_have_the_title_of_another(rows: Sequence[tuple[str, int]], found: dict[int, int]) -> None:
    exchanged = find_exchanged(_records(*_LINKED[:2]), _rows(*rows), ())

    assert {key: row.lesson_id for key, row in exchanged.items()} == {_key(a): _key(b) for a, b in found.items()}


def test_records_follow_their_lessons() -> None:
    records = _records(_A1, _B2, _record(4, "D"))

    assert rekeyed(records, {_key(1): _key(2), _key(2): _key(3)}) == {
        _key(2): _A1,
        _key(3): _B2,
        _key(4): records[_key(4)],
    }


def _assignment(number: int, source: MappingSource = MappingSource.SCAN_RULE) -> Assignment:
    file = VideoFile(path=f"c/s/{number:03d}.mp4", size=100 + number, modified_ns=5)
    return Assignment(lesson_id=_key(number), course="c", file=file, source=source)


def _decisions(*sources: MappingSource) -> list[Decision]:
    assignments = [_assignment(number, source) for number, source in enumerate(sources, start=1)]
    records = _records(_A1, _record(3, "C"))
    plan = make_plan(assignments, rows=_rows("B", "A", "C"), records=records, selection=Selection())
    return [one.decision for one in sorted(plan.lessons, key=lambda one: one.lesson_id)]


def test_a_plan_doubts_the_record_and_every_position_of_its_section() -> None:
    scanned = MappingSource.SCAN_RULE

    assert _decisions(scanned, scanned, scanned) == [Decision.IN_DOUBT, Decision.IN_DOUBT, Decision.RESUME]


def test_a_plan_goes_on_where_the_pair_is_written() -> None:
    written = MappingSource.MAP_FILE

    assert _decisions(written, written, written) == [Decision.RESUME, Decision.UPLOAD, Decision.RESUME]
