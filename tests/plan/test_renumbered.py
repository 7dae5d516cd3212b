"""Lessons that were renumbered after their upload began: no row takes a video that was uploaded for another title."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.mapping import assign_by_scan_rule
from kinescope_upload.model import Assignment, LessonRow, MappingSource, VideoFile
from kinescope_upload.plan import Decision, Selection, make_plan
from kinescope_upload.plan.exchanged import find_exchanged
from kinescope_upload.plan.places import Places, paths_now
from kinescope_upload.plan.renumbered import (
    NOT_RENUMBERED,
    Renumbered,
    files_to_read,
    find_renumbered,
    rekeyed,
)
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload import Dialect, LeftBecause, OldVideo, Record, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kinescope_upload.plan import PlannedLesson

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


def _at(place: int, content: int) -> VideoFile:
    """A file at a place, with what was sent for a lesson; content 9 is new."""
    return VideoFile(path=f"c/s/{place:03d}.mp4", size=100 + content, modified_ns=5)


def _in_order(*contents: int) -> list[VideoFile]:
    """Files at the places 1, 2, …; where the content is 0, there is none."""
    return [_at(place, content) for place, content in enumerate(contents, start=1) if content]


def _assert_moves(found: Renumbered, moved: dict[int, int], unclear: Sequence[int]) -> None:
    assert found.moved == {_key(old): _key(new) for old, new in moved.items()}
    assert found.unclear == set(map(_key, unclear))


def _find(
    records: Sequence[Record], rows: dict[str, LessonRow], files: Sequence[VideoFile], **said: VideoFile
) -> Renumbered:
    return find_renumbered(_records(*records), rows, Places(files, assign_by_scan_rule(files), said))


@pytest.mark.parametrize(
    ("rows", "moved"),
    [
        pytest.param([("B!", 2), ("A", 1), ("C", 3)], {1: 2, 2: 1}, id="two exchanged with their videos"),
        pytest.param([("N", 4), ("A", 1), ("B!", 2), ("C", 3)], {1: 2, 2: 3, 3: 4}, id="one put in front"),
        pytest.param([("N", 4), ("A", 1), ("B", 2), ("C!", 3)], {1: 2, 2: 3, 3: 4}, id="the last one's title"),
        pytest.param([("N", 4), ("A", 1), ("B!", 2), ("C!", 3)], {1: 2, 2: 3, 3: 4}, id="two titles"),
        pytest.param([("B!", 2), ("A!", 1), ("C", 3)], {}, id="both titles: no row says which is which"),
        pytest.param([("C", 2), ("A", 1), ("B", 3)], {1: 2}, id="under a title that was another's"),
        pytest.param([("B!", 2), ("A", 1), ("C", 3), ("B?", 2)], {1: 2}, id="two rows name the video"),
    ],
)
def test_a_title_that_was_corrected_when_rows_moved_with_their_videos_hides_nothing(
    rows: list[tuple[str, int]], moved: dict[int, int]
) -> None:
    found = _find(_LINKED, _rows(*rows), _in_order(1, 2, 3))
    told = {_key(old): _key(new) for old, new in moved.items()}
    if len(moved) == 1:  # what is left holds the others back
        assert found.moved == {}
    else:
        assert found.moved == told
        assert found.shown == found.moved.keys()


@pytest.mark.parametrize(
    ("records", "rows", "files", "moved", "unclear"),
    [
        pytest.param([_A1, _B2], ["A", "B"], [1, 2], {}, [], id="as they were"),
        pytest.param([_A1, _B2], ["A!", "B"], [1, 2], {}, [], id="a corrected title is nobody else's"),
        pytest.param([_A1, _B2], ["A ", "B"], [1, 2], {}, [], id="blanks count for nothing"),
        pytest.param([_A1], ["B", "A"], [9, 1], {1: 2}, [], id="two exchanged with their files, one begun"),
        pytest.param([_A1], ["B", "A"], [1, 9], {}, [1], id="two exchanged, one begun"),
        pytest.param([_A1, _B2], ["B", "A"], [2, 1], {1: 2, 2: 1}, [], id="two exchanged with their files"),
        pytest.param([_A1, _B2], ["B", "A"], [1, 2], {}, [1, 2], id="two exchanged, or their titles"),
        pytest.param(
            [_A1, _B2, _C3], ["N", "A", "B", "C"], [9, 1, 2, 3], {1: 2, 2: 3, 3: 4}, [], id="one put in front"
        ),
        pytest.param([_A1, _B2, _C3], ["N", "A", "B", "C"], [1, 2, 3], {}, [1, 2, 3], id="one in front, no file moved"),
        pytest.param([_A1, _B2, _C3], ["B", "C"], [2, 3], {2: 1, 3: 2, 1: 3}, [], id="the first taken out"),
        pytest.param([_A1, _B2, _C3], ["B", "C"], [1, 2, 3], {}, [1, 2, 3], id="the first row taken out"),
        pytest.param([_A1], ["X", "A", "A"], [9, 1, 9], {1: 2}, [], id="two bear the title, one has the file's place"),
        pytest.param([_A1], ["X", "A", "A"], [1, 9, 9], {}, [1], id="two bear the title"),
        pytest.param([_A1], ["X", "A"], [0, 9], {}, [1], id="the file is gone, another one has its place"),
        pytest.param([_A1], ["X", "A"], [9, 9], {}, [1], id="the file was made anew"),
        pytest.param(
            [_A1, _record(2, "A")], ["A!", "A"], [1, 2], {}, [], id="the title of a lesson that has it by itself"
        ),
        pytest.param([_A1, _record(2, "X")], ["X", "Y"], [1, 2], {}, [1, 2], id="another record's title"),
        pytest.param(_LINKED, [("A", 1), ("X", 2), ("C", 3)], [1, 2, 3], {}, [], id="linked, title corrected"),
        pytest.param(_LINKED[:2], [("B", 1), ("A", 2)], [1, 2], {}, [], id="linked, titles exchanged"),
        pytest.param(_LINKED[:2], [("B", 2), ("A", 1)], [1, 2], {1: 2, 2: 1}, [], id="linked, exchanged"),
        pytest.param(
            _LINKED, ["N", ("A", 1), ("B", 2), ("C", 3)], [1, 2, 3], {1: 2, 2: 3, 3: 4}, [], id="linked, one in front"
        ),
        pytest.param(_LINKED[:2], [("A", 1), "X", "B"], [1, 0, 9], {}, [2], id="retitled, and a new one of that title"),
        pytest.param([_A1], ["X", ("A", 5)], [1, 9], {}, [], id="the row of that title has another video"),
    ],
)
def test_a_record_is_the_lessons_whose_title_it_has_where_video_or_file_say_so_too(
    records: Sequence[Record],
    rows: Sequence[str | tuple[str, int]],
    files: Sequence[int],
    moved: dict[int, int],
    unclear: Sequence[int],
) -> None:
    _assert_moves(_find(records, _rows(*rows), _in_order(*files)), moved, unclear)


@pytest.mark.parametrize(
    ("files", "unclear"),
    [
        pytest.param([1, 0, 3, 9], [], id="the file is gone"),
        pytest.param([1, 2, 3, 9], [2], id="the file is there"),
        pytest.param([1, 0, 3, 2], [2], id="the file has the new lesson's number"),
        pytest.param([1, 9, 3], [], id="the new file has the old one's name"),
    ],
)
def test_a_new_lesson_of_a_deleted_ones_title_gets_nothing_of_it(files: Sequence[int], unclear: Sequence[int]) -> None:
    rows = _rows(("A", 1), "-", ("C", 3), "B")
    del rows[_key(2)]

    found = _find(_LINKED, rows, _in_order(*files))
    assert not found.moved
    assert found.unclear == set(map(_key, unclear))
    moved = _find(_LINKED, rows, _in_order(1, 2, 3), **{_key(4): _at(2, 2)}).moved
    assert moved == {_key(2): _key(4)}, "what a person says is proof"


def test_what_a_person_says_of_two_exchanged_lessons_decides() -> None:
    said = {_key(1): _at(2, 2), _key(2): _at(1, 1)}

    assert _find([_A1, _B2], _rows("B", "A"), _in_order(1, 2), **said).moved == {_key(1): _key(2), _key(2): _key(1)}


def _pairs(files: Sequence[VideoFile], *numbers: int) -> dict[str, VideoFile]:
    """Pairs of these lessons with the files at their places; 0 is none."""
    return {_key(number): files[place] for place, number in enumerate(numbers) if number}


_RENUMBERED: Final = [
    pytest.param([("B", 2), ("A", 1), ("C", 3)], [2, 1, 3], {1: 2, 2: 1}, id="two exchanged"),
    pytest.param(["N", ("A", 1), ("B", 2), ("C", 3)], [9, 1, 2, 3], {1: 2, 2: 3, 3: 4}, id="one put in front"),
    pytest.param([("A", 1), "N", ("B", 2), ("C", 3)], [1, 9, 2, 3], {2: 3, 3: 4}, id="one put in between"),
    pytest.param([("B", 2), ("C", 3)], [2, 3], {1: 3, 2: 1, 3: 2}, id="the first taken out"),
    pytest.param([("A", 1), ("C", 3)], [1, 3], {2: 3, 3: 2}, id="the middle one taken out"),
    pytest.param([("C", 3), ("A", 1), ("B", 2)], [3, 1, 2], {1: 2, 2: 3, 3: 1}, id="three in a circle"),
]
_SAID: Final = [[1, 2, 3, 4], [1, 0, 3, 0], [0, 2, 0, 4], [0, 0, 0, 0]]


@pytest.mark.parametrize("said", _SAID)
@pytest.mark.parametrize(
    ("rows", "files", "moved"),
    [
        *_RENUMBERED,
        pytest.param(["B", ("A", 1), ("C", 3)], [2, 1, 3], {1: 2, 2: 1}, id="two exchanged, one not linked"),
    ],
)
def test_no_pair_of_a_file_that_has_the_old_ones_name_hides_what_rows_show(
    rows: Sequence[str | tuple[str, int]], files: Sequence[int], moved: dict[int, int], said: Sequence[int]
) -> None:
    there = _in_order(*files)
    found = _find(_LINKED, _rows(*rows), there, **_pairs(there, *said[: len(there)]))

    assert found.moved == {_key(old): _key(new) for old, new in moved.items()}
    assert not found.outdated
    assert not any("map" in found.hint(key) for key in found.shown)


@pytest.mark.parametrize("said", _SAID)
@pytest.mark.parametrize(("rows", "files", "moved"), _RENUMBERED)
def test_a_pair_of_before_names_the_lesson_that_the_rows_show(
    rows: Sequence[str | tuple[str, int]], files: Sequence[int], moved: dict[int, int], said: Sequence[int]
) -> None:
    there = [_at(number, number) for number in (1, 2, 3) if number in files]
    pairs = {_key(file.size - 100): file for file in there if said[file.size - 101]}
    found = _find(_LINKED, _rows(*rows), there, **pairs)

    assert found.moved == {_key(old): _key(new) for old, new in moved.items()}
    assert found.outdated == {key: file for key, file in pairs.items() if key in found.moved}


def test_a_pair_of_before_proves_nothing_of_what_is_not_linked() -> None:
    there = [_at(1, 1), _at(2, 2)]

    found = _find(_LINKED, _rows("B", ("A", 1), ("C", 3)), there, **_pairs(there, 1, 2))
    assert found.moved == {}
    assert found.unclear == {_key(1), _key(2)}


def test_a_pair_holds_where_the_row_of_that_title_has_another_video() -> None:
    assert not _find([_A1], _rows("B", ("A", 5)), _in_order(1), **{_key(1): _at(1, 1)}).titles


def test_a_place_proves_nothing_of_a_file_that_somebody_names_for_another_lesson() -> None:
    said = {_key(3): _at(2, 1)}

    assert _find([_A1], _rows("B", "A", "C"), _in_order(9, 1, 9), **said).moved == {}


def test_the_record_of_a_lesson_that_is_gone_makes_room() -> None:
    assert _find([_A1, _B2, _C3], _rows("B", "C"), _in_order(2, 3)).gone == {_key(1)}


@pytest.mark.parametrize(
    ("stage", "place", "commands"),
    [
        (Stage.CREATED, 1, [("map", "--confirm")]),
        (Stage.CREATED, 0, []),
        (Stage.UPLOADED, 0, [("unlink", _key(1), "--delete")]),
    ],
)
def test_what_is_not_proven_is_asked_about_or_ended(stage: Stage, place: int, commands: list[tuple[str, ...]]) -> None:
    found = _find([replace(_A1, stage=stage)], _rows("X", "A"), [_at(place or 2, 1 if place else 9)])
    hint = found.hint(_key(1))

    assert (list(hint.commands) if isinstance(hint, Hint) else []) == commands


@pytest.mark.parametrize(("lesson_id", "path"), [("c_t_001", "c/t/001.mp4"), ("d_s_001", "d/s/001.mp4")])
def test_a_title_of_another_section_or_course_counts_where_the_file_stands_there_now_alone(
    lesson_id: str, path: str
) -> None:
    rows = _rows("X") | {lesson_id: LessonRow(lesson_id=lesson_id, course=lesson_id[0], title="A", video_id=None)}

    assert not _find([_A1], rows, _in_order(1)).titles
    assert not _find([_A1], rows, [_at(1, 1), replace(_at(1, 1), path=path)]).titles, "a copy"
    assert not _find([_A1], rows, [replace(_at(1, 9), path=path)]).moved, "another file"
    assert _find([_A1], rows, [replace(_at(1, 1), path=path)]).moved == {_key(1): lesson_id}


def test_inner_folders_are_one_section() -> None:
    record = replace(_A1, lesson_id="c_s_t_001", path="c/s/t/001.mp4")
    rows = {key: LessonRow(lesson_id=key, course="c", title=title, video_id=None) for key, title in _INNER.items()}
    files = [replace(_at(1, 9), path="c/s/t/001.mp4"), replace(_at(1, 1), path="c/s/u/002.mp4")]

    assert _find([record], rows, files).moved == {"c_s_t_001": "c_s_u_002"}


_INNER: Final = {"c_s_t_001": "X", "c_s_u_002": "A"}


@pytest.mark.parametrize(("title", "moves"), [("A", True), ("X", False)])
def test_a_lesson_follows_its_section_to_another_name_with_its_number_and_title(title: str, *, moves: bool) -> None:
    rows = {
        key: LessonRow(lesson_id=key, course="d", title=called, video_id=video)
        for key, called, video in (("d_s_001", title, None), ("d_s_002", "B", _IDS[2]))
    }
    files = [replace(file, path=file.path.replace("c/", "d/")) for file in _in_order(1, 2)]
    found = _find([_A1, _LINKED[1]], rows, files)

    assert found.moved == {_key(2): "d_s_002"} | ({_key(1): "d_s_001"} if moves else {})
    assert _find([_A1, _LINKED[1]], rows, files[1:]).moved == {_key(2): "d_s_002"}, "its file is gone"


def test_what_somebody_wrote_down_counts_before_titles() -> None:
    assert not _find([_A1], _rows("B", "A"), _in_order(1, 9), **{_key(1): _at(1, 1)}).titles


def test_in_a_section_that_is_not_in_step_another_title_is_a_doubt() -> None:
    assert find_renumbered(_records(_A1), _rows("X"), unsteady={"c/s"}).unclear == {_key(1)}


def test_a_record_takes_no_place_whose_own_record_stays() -> None:
    found = _find([_A1, _B2], _rows("X", "A"), _in_order(2, 1))

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


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ([_at(1, 1)], "c/s/001.mp4"),
        ([_at(1, 9), _at(2, 1)], "c/s/002.mp4"),
        ([_at(1, 9)], None),
        ([_at(2, 9)], "c/s/001.mp4"),
    ],
)
def test_a_record_that_moves_names_no_path_at_which_another_file_stands(
    files: Sequence[VideoFile], path: str | None
) -> None:
    assert paths_now({_key(1): _A1}, files) == {_key(1): path}


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


def _alike(place: int, name: str = "") -> VideoFile:
    """A file at a place; all have one size and time."""
    return VideoFile(path=f"c/s/{place:03d}{name}.mp4", size=100, modified_ns=5)


_ALIKE: Final = [
    replace(one, size=100, md5=title, path=f"c/s/{number:03d}.mp4", stage=Stage.LINKED)
    for number, (one, title) in enumerate([(_A1, "a"), (_B2, "b")], start=1)
]


def _find_alike(md5s: dict[VideoFile, str], **said: VideoFile) -> Renumbered:
    files = [_alike(1), _alike(2)]
    return find_renumbered(_records(*_ALIKE), _rows("B", "A"), Places(files, assign_by_scan_rule(files), said, md5s))


def test_of_files_of_one_size_and_time_the_md5s_tell_whose_the_records_are() -> None:
    first, second = _alike(1), _alike(2)
    said = {_key(1): first, _key(2): second}

    found = _find_alike({}, **said)
    assert not found.moved
    assert found.unclear == found.given == set(said)
    assert _find_alike({first: "b", second: "a"}, **said).moved == {_key(1): _key(2), _key(2): _key(1)}
    assert _find_alike({first: "a", second: "b"}, **said) == NOT_RENUMBERED
    assert not _find_alike({}).lost, "several files may be it"


def test_the_files_are_read_of_which_several_may_be_what_was_sent() -> None:
    files = [_alike(1), _alike(2), _at(3, 9)]
    places = Places(files, (), {})
    assert files_to_read(_records(*_ALIKE), _rows("B", "A"), places) == files[:2]
    assert files_to_read(_records(*_ALIKE), _rows("A", "B"), places) == []
    assert files_to_read(_records(*_ALIKE), _rows(("B", 2), ("A", 1)), places) == [], "the rows tell"


@pytest.mark.parametrize("rows", [["B", "A"], ["B", "Y"]])
def test_what_was_sent_for_another_title_is_not_linked_where_a_pair_names_another_file(rows: Sequence[str]) -> None:
    records = _LINKED[:2]
    new = VideoFile(path="c/s/007.mp4", size=7, modified_ns=7)
    found = _find(records, _rows(*rows), [*_in_order(1, 2), new], **{_key(1): new})

    assert _key(1) in found.unclear | found.moved.keys()
    if _key(1) in found.unclear:
        assert found.reason(_key(1)) == 'was called "A" when its upload began, and another file is its own now'
        assert "kupload unlink c_s_001" in str(found.hint(_key(1)))


@pytest.mark.parametrize(
    ("title", "now", "is_unclear"),
    [
        ("Пси", "Ёлка", True),
        ("Пси", "Ёлка 2", True),
        ("Пси", "Пси (новое имя)", False),
        ("005_Пси", "Пси", False),
        ("Ведение в тему", "Введение в тему", False),
        ("Пси и фи", "О фи, пси и прочем", False),
        ("Пси", "", False),
    ],
)
def test_a_number_whose_row_is_new_and_called_otherwise_may_have_been_given_to_another_lesson(
    title: str, now: str, *, is_unclear: bool
) -> None:
    record = replace(_A1, title=title, stage=Stage.LINKED)
    assert bool(_find([record], _rows(now), _in_order(1)).unclear) is is_unclear
    assert not _find([replace(record, stage=Stage.UPLOADED)], _rows(now), _in_order(1)).unclear, "it had no row yet"
    assert not _find([record], _rows((now, 1)), _in_order(1)).unclear, "its row shows the video"


def test_nothing_is_sent_for_a_lesson_that_has_a_record_under_another_id() -> None:
    files = [_at(2, 1)]
    plan = make_plan(
        [Assignment(lesson_id=_key(2), course="c", file=files[0], source=MappingSource.MAP_FILE)],
        rows=_rows("N", "A"),
        records=_records(_A1),
        selection=Selection(),
        files=files,
    )
    [lesson] = plan.lessons
    assert (lesson.decision, "kupload repair" in str(lesson.hint)) == (Decision.IN_DOUBT, True)


def test_a_row_that_holds_an_address_alone_tells_nothing_under_another_title() -> None:
    rows = _rows("B", "A")
    for key, video in ((_key(1), _IDS[1]), (_key(2), _IDS[2])):
        rows[key] = LessonRow.of(key, "c", rows[key].title, (None, f"https://kinescope.io/embed/{video}"))
    assert all(row.has_address_only for row in rows.values())

    found = _find(_LINKED[:2], rows, _in_order(2, 1))
    assert found.moved == {_key(1): _key(2), _key(2): _key(1)}


_SERVED: Final = OldVideo(
    video_id=_IDS[5], why=LeftBecause.REPLACED, path="c/s/001.mp4", size=101, modified_ns=5, md5=None, keep=0
)
_SHIFTED: Final[Sequence[str | tuple[str, int]]] = [("N", 5), ("A", 2), "B"]
"""A lesson put in in front in the titles alone: each id keeps its video."""


def _planned(records: Sequence[Record], *, pair: bool = False, new: bool = False) -> dict[str, PlannedLesson]:
    """The first lesson, or a new one at the third place, as it is planned where titles moved on."""
    key, file = (_key(3), _at(3, 9)) if new else (_key(1), _at(1, 1))
    source = MappingSource.MAP_FILE if pair else MappingSource.SCAN_RULE
    plan = make_plan(
        [Assignment(lesson_id=key, course="c", file=file, source=source)],
        rows=_rows(*_SHIFTED),
        records=_records(*records),
        selection=Selection(),
        files=[file],
    )
    return {one.lesson_id: one for one in plan.lessons}


def test_a_begun_replacement_does_not_go_on_where_another_lesson_has_the_title() -> None:
    begun = replace(_A1, old_videos=(_SERVED,))

    lesson = _planned([begun])[_key(1)]
    assert lesson.decision is Decision.IN_DOUBT
    assert lesson.reason == 'was called "A" when its upload began, as c_s_002 is now'
    assert isinstance(lesson.hint, Hint)
    assert lesson.hint.commands == (("map", "--confirm"), ("replace", _key(1), "--drop"))
    assert _planned([begun], pair=True)[_key(1)].decision is Decision.RESUME
    assert _planned([replace(begun, title="N")])[_key(1)].decision is Decision.RESUME
    assert _planned([replace(begun, title="Z")])[_key(1)].decision is Decision.RESUME, "nobody else's title"


def test_nothing_is_sent_by_position_where_linked_lessons_have_the_titles_of_others() -> None:
    linked = [replace(_A1, video_id=_IDS[5], stage=Stage.LINKED), _LINKED[1]]

    assert _planned(linked, new=True)[_key(3)].decision is Decision.IN_DOUBT
    assert _planned(linked, new=True, pair=True)[_key(3)].decision is Decision.UPLOAD
    assert _planned(linked)[_key(1)].decision is Decision.SKIP
    assert _planned([replace(one, title="Z") for one in linked], new=True)[_key(3)].decision is Decision.UPLOAD


_NAMESAKES: Final = [replace(one, title="A") for one in _LINKED]


@pytest.mark.parametrize(
    ("rows", "moved"),
    [
        pytest.param([("A", 1), ("A", 2), ("A", 3)], {}, id="as they were"),
        pytest.param(["N", ("A", 1), ("A", 2), ("A", 3)], {1: 2, 2: 3, 3: 4}, id="one put in front"),
        pytest.param([("A", 2), ("A", 3)], {2: 1, 3: 2, 1: 3}, id="the first taken out"),
        pytest.param([("A", 2), ("A", 1), ("A", 3)], {1: 2, 2: 1}, id="two exchanged"),
        pytest.param([("A", 6), ("A", 2), ("A", 3)], {}, id="a video that nobody recorded"),
    ],
)
def test_records_of_one_title_follow_the_rows_that_name_their_videos(
    rows: Sequence[str | tuple[str, int]], moved: dict[int, int]
) -> None:
    found = _find(_NAMESAKES, _rows(*rows), _in_order(1, 2, 3))
    assert found.moved == {_key(old): _key(new) for old, new in moved.items()}
    assert not found.unclear


_U1, _U2, _U3 = (_record(number, f"Урок {number}", Stage.LINKED) for number in (1, 2, 3))
_P1, _P2 = (_record(number, "P", Stage.LINKED) for number in (1, 2))


@pytest.mark.parametrize(
    ("records", "rows", "files", "moved", "unclear"),
    [
        pytest.param([_U1, _U2], ["Урок 1", "Урок 2"], [1, 2], {}, [], id="in their places"),
        pytest.param(
            [_U1, _U2], ["Урок 1", "Урок 2", "Урок 3"], [9, 1, 2], {1: 2, 2: 3}, [], id="one put in front, rows empty"
        ),
        pytest.param([_U1, _U2], ["Урок 1", "Урок 2"], [9, 1, 2], {}, [1, 2], id="a file more than rows"),
        pytest.param(
            [_U1], ["Урок 1", "Урок 2"], [9, 1, 8], {}, [1], id="a file more than rows, the last one not sent"
        ),
        pytest.param([_U1, _U2, _U3], ["Урок 1", "Урок 2"], [2, 3], {2: 1, 3: 2, 1: 3}, [], id="the first taken out"),
        pytest.param([_P1, _P2], ["N", "P", "P"], [9, 1, 2], {1: 2, 2: 3}, [], id="two of one title"),
        pytest.param([_P1, _P2], ["P", "P"], [2, 1], {1: 2, 2: 1}, [], id="two of one title exchanged"),
        pytest.param([_A1, _B2], ["A", "B", "N"], [9, 1, 2], {}, [], id="titles of their own hold against places"),
        pytest.param([_U1, _U2], [("Урок 1", 2), ("Урок 2", 1)], [2, 1], {1: 2, 2: 1}, [], id="rows show it, too"),
        pytest.param([_U1, _U2], [("Урок 1", 2), ("Урок 2", 1)], [1, 2], {}, [], id="rows show it, files do not"),
        pytest.param([_U1, _U2], ["Урок 1", ("Урок 2", 2)], [9, 1, 2], {}, [], id="the next one shows its own video"),
        pytest.param(
            [_U1, _U2, _U3],
            ["Урок 1", ("Урок 2", 1), "Урок 3", ("Урок 4", 3)],
            [9, 1, 2, 3],
            {1: 2, 2: 3, 3: 4},
            [],
            id="one row of the renumbered ones is empty",
        ),
        pytest.param([_P1, _P2], ["P"], [2], {2: 1, 1: 2}, [], id="one of one title taken out"),
        pytest.param([_P1, _P2], ["P", "P", "N"], [9, 1, 2], {}, [1, 2], id="two of one title, a place of another"),
        pytest.param([_U1, _U2], ["Урок 1", "Урок 2", "N"], [9, 1, 2], {}, [1, 2], id="numbered, a place of another"),
        pytest.param(
            [_U1, _U2],
            ["Урок 1", "Урок 2", ("Урок 3", 6)],
            [9, 1, 2],
            {},
            [1, 2],
            id="the last one shows another video",
        ),
        pytest.param(
            [_U1, _U2, _U3],
            ["Урок 1", ("Урок 2", 1), ("Урок 3", 2)],
            [9, 1, 2],
            {1: 2, 2: 3, 3: 4},
            [],
            id="the last taken out, one put in front, rows show it",
        ),
        pytest.param(
            [_U1, _U2, _U3],
            ["Урок 1", "Урок 2", "Урок 3"],
            [9, 1, 2],
            {1: 2, 2: 3, 3: 4},
            [],
            id="the last taken out, one put in front, rows empty",
        ),
        pytest.param(_LINKED, ["N", ("A", 1), ("B", 2)], [9, 1, 2], {1: 2, 2: 3, 3: 4}, [], id="the same with titles"),
        pytest.param([_LINKED[0]], ["X", ("Y", 1)], [9, 1], {1: 2}, [], id="corrected title, shown and in its place"),
    ],
)
def test_files_tell_whose_the_records_are_where_titles_do_not(
    records: Sequence[Record],
    rows: Sequence[str | tuple[str, int]],
    files: Sequence[int],
    moved: dict[int, int],
    unclear: Sequence[int],
) -> None:
    _assert_moves(_find(records, _rows(*rows), _in_order(*files)), moved, unclear)


def test_files_of_one_size_and_time_are_read_where_another_row_names_the_video_under_the_same_title() -> None:
    records = _records(*(replace(one, size=100) for one in (_P1, _P2)))
    files = [VideoFile(path=f"c/s/{place:03d}.mp4", size=100, modified_ns=5) for place in (1, 2, 3)]
    places = Places(files, assign_by_scan_rule(files), {})
    records = {key: replace(one, md5=f"md5 of {key}") for key, one in records.items()}

    assert files_to_read(records, _rows("P", ("P", 1), ("P", 2)), places) == files
    assert files_to_read(records, _rows(("P", 1), ("P", 2), "P"), places) == []
    assert files_to_read(records, _rows("P", "P", "P"), places) == [], "each is at its path"


def test_of_courses_that_are_copies_each_record_follows_its_own_course_s_file() -> None:
    original = replace(_LINKED[0], title="A")
    copy = replace(original, lesson_id="d_s_001", course="d", path="d/s/001.mp4", video_id=_IDS[2])
    rows = {
        key: LessonRow(lesson_id=key, course=key[0], title=title, video_id=None)
        for key, title in (("c_s_001", "N"), ("c_s_002", "A"), ("d_s_001", "M"), ("d_s_002", "A"))
    }
    files = [
        VideoFile(path=f"{course}/s/{number:03d}.mp4", size=size, modified_ns=5)
        for course in ("c", "d")
        for number, size in ((1, 50), (2, original.size))
    ]

    found = find_renumbered(_records(original, copy), rows, Places(files, assign_by_scan_rule(files), {}))

    assert found.moved == {"c_s_001": "c_s_002", "d_s_001": "d_s_002"}
