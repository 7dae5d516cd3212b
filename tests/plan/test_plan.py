"""The plan: what a run does with each lesson and why, as text."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinescope_upload.media.verdict import Broken
from kinescope_upload.model import Assignment, Doubt, LessonRow, MappingSource, VideoFile, lessons_of_videos
from kinescope_upload.plan import Decision, Plan, PlannedLesson, Selection, make_plan
from kinescope_upload.plan.decision import doubt_outdated
from kinescope_upload.upload import Dialect, LeftBecause, OldVideo, Record, Stage
from kinescope_upload.video_ids import short_id
from support.drawn import drew, must_draw

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOW: Final = datetime(2024, 5, 1, 12, tzinfo=UTC)


def _file(path: str = "c/001.mp4", *, size: int = 100, modified_ns: int = 5) -> VideoFile:
    return VideoFile(path=path, size=size, modified_ns=modified_ns)


def _assignment(lesson_id: str, file: VideoFile, *, course: str = "c", title: str | None = None) -> Assignment:
    return Assignment(lesson_id=lesson_id, course=course, file=file, source=MappingSource.SCAN_RULE, title=title)


def _record(
    stage: Stage = Stage.PLANNED, *, lesson_id: str = "c_001", path: str = "c/001.mp4", is_attempted: bool = True
) -> Record:
    return Record(
        lesson_id=lesson_id,
        course="c",
        path=path,
        size=100,
        modified_ns=5,
        parent_id="p",
        title="Урок 1",
        dialect=Dialect.TUS,
        video_id="ours",
        stage=stage,
        attempted_at=_NOW if is_attempted else None,
        offset=40,
        reason="the upload has expired on Kinescope",
    )


def _row(video_id: str | None, *, lesson_id: str = "c_001", title: str = "Урок 1") -> LessonRow:
    return LessonRow(lesson_id=lesson_id, course="c", title=title, video_id=video_id)


def _plan(
    *assignments: Assignment,
    rows: Iterable[LessonRow] | None = None,
    records: Iterable[Record] = (),
    selection: Selection | None = None,
) -> Plan:
    return make_plan(
        assignments,
        rows=None if rows is None else {row.lesson_id: row for row in rows},
        records={record.lesson_id: record for record in records},
        selection=selection or Selection(),
    )


def _text(plan: Plan) -> list[str]:
    return [f"{one.decision} {one.lesson_id}: {one.reason}" for one in plan.lessons]


# --- Spellings of ids --------------------------------------------------------------------------------------------

_UUID: Final = "3f6d0a94-58c1-4e27-9b0e-7d1c42a5e8f6"


@pytest.mark.parametrize(
    "held", [_UUID.upper(), "8QgcPYt6A8RjEXEZ29zYqw", "https://kinescope.io/8QgcPYt6A8RjEXEZ29zYqw?t=5"]
)
@pytest.mark.parametrize(
    ("stage", "decision"),
    [(Stage.LINKED, Decision.SKIP), (Stage.VERIFIED, Decision.SKIP), (Stage.UPLOADED, Decision.LINK)],
)
def test_a_row_that_holds_our_video_in_another_spelling_is_ours(held: str, stage: Stage, decision: Decision) -> None:
    record = replace(_record(stage), video_id=_UUID)
    [lesson] = _plan(_assignment("c_001", _file()), rows=[_row(held)], records=[record]).lessons
    assert lesson.decision is decision


# --- The decisions -----------------------------------------------------------------------------------------------

_DECISIONS: Final = """
                | no database | row missing | row empty | row is ours | row is theirs
no record       | upload      | in doubt    | upload    |             | skip
not attempted   | upload      | in doubt    | upload    | skip        | skip
attempted       | resume      | in doubt    | resume    | resume      | in doubt
created         | resume      | in doubt    | resume    | resume      | in doubt
orphaned        | resume      | in doubt    | resume    | resume      | in doubt
uploaded        | skip        | in doubt    | link      | link        | in doubt
linked          | skip        | in doubt    | in doubt  | skip        | in doubt
verified        | skip        | in doubt    | in doubt  | skip        | in doubt
"""

_DECISIONS_RE_POINTED: Final = """
                | no database | row missing | row empty | row is ours | row is theirs
no record       | upload      | in doubt    | upload    |             | skip
not attempted   | upload      | in doubt    | upload    | skip        | skip
attempted       | resume      | in doubt    | resume    | resume      | in doubt
created         | in doubt    | in doubt    | in doubt  | in doubt    | in doubt
orphaned        | in doubt    | in doubt    | in doubt  | in doubt    | in doubt
uploaded        | in doubt    | in doubt    | in doubt  | in doubt    | in doubt
linked          | skip        | in doubt    | in doubt  | skip        | in doubt
verified        | skip        | in doubt    | in doubt  | skip        | in doubt
"""

_LONG: Final = "3f6d0a94-58c1-4e27-9b0e-7d1c42a5e8f6"
_SHORT: Final = short_id(_LONG)
_RECORDS: Final[dict[str, Record | None]] = {
    "no record": None,
    "not attempted": _record(is_attempted=False),
    "attempted": _record(),
    "created": _record(Stage.CREATED),
    "orphaned": _record(Stage.ORPHANED),
    "uploaded": _record(Stage.UPLOADED),
    "linked": _record(Stage.LINKED),
    "verified": _record(Stage.VERIFIED),
}

_ROWS: Final[dict[str, list[LessonRow] | None]] = {
    "no database": None,
    "row missing": [],
    "row empty": [_row(None)],
    "row is ours": [_row("ours")],
    "row is theirs": [_row("theirs")],
}


def _cells(table: str) -> list[tuple[str, str, str]]:
    """Each filled cell of a table as (line, column, cell)."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip("\n").splitlines()]
    columns = lines[0]
    return [
        (line[0], columns[number], cell)
        for line in lines[1:]
        for number, cell in enumerate(line)
        if number > 0 and cell
    ]


@pytest.mark.parametrize(("record", "row", "decision"), _cells(_DECISIONS))
@pytest.mark.parametrize(
    "file",
    [_file(), _file(size=99), _file(modified_ns=10**10), _file("c/renamed.mp4")],
    ids=["same file", "other size", "other time", "renamed"],
)
def test_record_and_row_decide(record: str, row: str, decision: str, file: VideoFile) -> None:
    known = _RECORDS[record]
    if (record, row) == ("uploaded", "row empty") and known and not known.is_for(file):
        decision = "in doubt"  # it would link what was sent before the file changed

    plan = _plan(_assignment("c_001", file), rows=_ROWS[row], records=[known] if known else [])

    assert [one.decision for one in plan.lessons] == [decision]


@pytest.mark.parametrize(("record", "row", "decision"), _cells(_DECISIONS_RE_POINTED))
def test_a_lesson_that_was_begun_from_one_file_is_not_re_pointed_to_another(
    record: str, row: str, decision: str
) -> None:
    known = _RECORDS[record]

    plan = _plan(_assignment("c_001", _file("c/other.mp4", size=99)), rows=_ROWS[row], records=[known] if known else [])

    assert [one.decision for one in plan.lessons] == [decision]


@pytest.mark.parametrize("stage", [Stage.LINKED, Stage.VERIFIED])
def test_a_new_file_in_the_place_of_one_that_is_gone_is_a_change_and_no_doubt(stage: Stage) -> None:
    new = _assignment("c_001", _file("c/other.mp4", size=99))

    plan = _plan(new, rows=[_row("ours")], records=[_record(stage)])

    assert [(one.lesson_id, one.file.path) for one in plan.changed] == [("c_001", "c/other.mp4")]


def test_another_file_is_a_doubt_as_long_as_the_one_that_was_sent_is_there() -> None:
    shifted = (_assignment("c_001", _file("c/other.mp4", size=99)), _assignment("c_002", _file(_record().path or "")))

    plan = _plan(*shifted, rows=[_row("ours")], records=[_record(Stage.LINKED)])

    assert {one.lesson_id for one in plan.in_doubt} == {"c_001", "c_002"}
    assert plan.changed == ()


def test_a_file_of_an_uploaded_video_with_another_time_is_compared_by_what_was_sent() -> None:
    plans = [
        _plan(_assignment("c_001", _file(modified_ns=10**10)), rows=[_row(None)], records=[record])
        for record in (_record(Stage.UPLOADED), replace(_record(Stage.UPLOADED), md5="0" * 32))
    ]

    told = [(one.decision, one.is_outdated, one.may_be_outdated) for plan in plans for one in plan.lessons]
    assert told == [("in doubt", True, True), ("link", False, True)]


def test_a_file_that_was_sent_for_another_lesson_is_no_change() -> None:
    theirs = replace(_record(Stage.LINKED), lesson_id="c_002", path="c/other.mp4", video_id="other")
    moved = _assignment("c_001", _file("c/other.mp4", size=99))

    plan = _plan(moved, rows=[_row("ours")], records=[_record(Stage.LINKED), theirs])

    assert [one.lesson_id for one in plan.in_doubt] == ["c_001"]


_SERVING: Final = OldVideo(
    video_id="before", path="c/001.mp4", size=9, modified_ns=1, md5=None, why=LeftBecause.REPLACED, keep=0
)


@pytest.mark.parametrize(
    ("stage", "row", "decision"),
    [
        (Stage.PLANNED, "before", "resume"),
        (Stage.CREATED, "before", "resume"),
        (Stage.ORPHANED, "before", "resume"),
        (Stage.UPLOADED, "before", "link"),
        (Stage.UPLOADED, "ours", "link"),  # it died between the row and the record
        (Stage.CREATED, None, "in doubt"),
        (Stage.UPLOADED, None, "in doubt"),
        (Stage.CREATED, "theirs", "in doubt"),
        (Stage.UPLOADED, "theirs", "in doubt"),
    ],
)
def test_a_replacement_goes_on_as_long_as_the_row_names_the_old_video(
    stage: Stage, row: str | None, decision: str
) -> None:
    record = replace(_record(stage), old_videos=(_SERVING,))

    plan = _plan(_assignment("c_001", _file()), rows=[_row(row)], records=[record])

    assert [one.decision for one in plan.lessons] == [decision]


def test_a_replacement_that_sent_nothing_yet_is_begun_by_any_run() -> None:
    record = replace(_record(is_attempted=False), old_videos=(_SERVING,))

    plan = _plan(_assignment("c_001", _file()), rows=[_row("before")], records=[record])

    assert [(one.decision, one.reason) for one in plan.work] == [("upload", "replaces video before")]


def test_the_tables_hold_every_record_and_every_row() -> None:
    for table in (_DECISIONS, _DECISIONS_RE_POINTED):
        pairs = {(record, row) for record, row, _ in _cells(table)}
        assert pairs == {(record, row) for record in _RECORDS for row in _ROWS} - {("no record", "row is ours")}


_OUTDATED: Final = doubt_outdated("c_001", "c/001.mp4", "ours").reason


@pytest.mark.parametrize(
    ("record", "row", "file", "text"),
    [
        ("no record", "row empty", _file(), "upload c_001: not uploaded yet"),
        ("no record", "row missing", _file(), "in doubt c_001: has no row in the database"),
        ("no record", "row is theirs", _file(), "skip c_001: has a video (theirs)"),
        ("not attempted", "row empty", _file(), "upload c_001: not uploaded yet"),
        ("attempted", "row empty", _file(), "resume c_001: its creation was begun and not answered"),
        (
            "attempted",
            "row empty",
            _file(size=9),
            "resume c_001: the file has changed since its upload began: starts over",
        ),
        ("created", "row empty", _file(), "resume c_001: 40 of 100 B uploaded"),
        (
            "created",
            "row empty",
            _file(size=9),
            "resume c_001: the file has changed since its upload began: starts over",
        ),
        (
            "created",
            "row is theirs",
            _file(),
            "in doubt c_001: its row points at video theirs, and kupload began to upload video ours",
        ),
        ("orphaned", "no database", _file(), "resume c_001: looks first: the upload has expired on Kinescope"),
        ("uploaded", "row empty", _file(), "link c_001: video ours is uploaded, its row is not written"),
        (
            "uploaded",
            "row empty",
            _file(size=9),
            f"in doubt c_001: {_OUTDATED}",
        ),
        (
            "uploaded",
            "no database",
            _file(),
            "skip c_001: uploaded before; its row waits for a run with the database",
        ),
        (
            "uploaded",
            "row is theirs",
            _file(),
            "in doubt c_001: its row points at video theirs, and kupload uploaded video ours",
        ),
        ("linked", "row is ours", _file(), "skip c_001: linked before"),
        ("linked", "no database", _file(), "skip c_001: linked before"),
        ("verified", "row empty", _file(), "in doubt c_001: was linked to video ours, but its row is empty now"),
        (
            "created",
            "row empty",
            _file("c/other.mp4", size=9),
            'in doubt c_001: was uploaded from "c/001.mp4", and now "c/other.mp4" would be its file',
        ),
    ],
)
def test_every_decision_has_its_reason(record: str, row: str, file: VideoFile, text: str) -> None:
    known = _RECORDS[record]

    plan = _plan(_assignment("c_001", file), rows=_ROWS[row], records=[known] if known else [])

    assert _text(plan) == [text]
    assert all(bool(one.hint) is (one.decision is Decision.IN_DOUBT) for one in plan.lessons)


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ("no record", 'in doubt c_001: its row holds the address "{held}" and no video id'),
        ("not attempted", 'in doubt c_001: its row holds the address "{held}" and no video id'),
        ("created", "in doubt c_001: its row points at video {held}, and kupload began to upload video ours"),
        ("uploaded", "in doubt c_001: its row points at video {held}, and kupload uploaded video ours"),
        ("linked", "in doubt c_001: its row points at video {held}, and kupload uploaded video ours"),
    ],
)
@pytest.mark.parametrize("held", ["https://youtu.be/abc123", f"https://kinescope.io/embed/{_LONG}"])
def test_a_row_that_holds_an_address_and_no_id_is_in_doubt_and_its_lesson_is_not_sent(
    record: str, text: str, held: str
) -> None:
    known, row = _RECORDS[record], LessonRow.of("c_001", "c", "Урок 1", (None, held))
    plan = _plan(_assignment("c_001", _file()), rows=[row], records=[known] if known else [])
    assert _text(plan) == [text.format(held=held)]
    assert plan.lessons[0].hint


@pytest.mark.parametrize(
    ("stage", "decision"),
    [(Stage.CREATED, Decision.RESUME), (Stage.UPLOADED, Decision.LINK), (Stage.LINKED, Decision.IN_DOUBT)],
)
def test_a_row_that_holds_the_address_of_our_video_alone_gets_its_id(stage: Stage, decision: Decision) -> None:
    """From a run as long as it was not linked; from `repair` where its id was there before."""
    row = LessonRow.of("c_001", "c", "Урок 1", ("", f"https://kinescope.io/embed/{_LONG}"))
    record = replace(_record(stage), video_id=_LONG)
    [lesson] = _plan(_assignment("c_001", _file()), rows=[row], records=[record]).lessons
    assert lesson.decision is decision
    assert decision is not Decision.IN_DOUBT or "repair" in lesson.hint


@pytest.mark.parametrize(
    ("columns", "video_id", "address"),
    [
        ((None, None), None, None),
        (("", ""), None, None),
        ((_LONG, None), _LONG, None),
        ((_LONG, f"https://kinescope.io/embed/{_LONG}"), _LONG, None),
        ((_LONG.upper(), f"https://kinescope.io/{_SHORT}"), _LONG.upper(), None),
        (("abc", "https://youtu.be/abc"), "abc", None),
        ((_LONG, "https://youtu.be/abc"), _LONG, "https://youtu.be/abc"),
        ((None, "https://youtu.be/abc"), "https://youtu.be/abc", "https://youtu.be/abc"),
    ],
)
def test_a_row_is_what_its_two_columns_name(
    columns: tuple[str | None, str | None], video_id: str | None, address: str | None
) -> None:
    row = LessonRow.of("c_001", "c", "Урок 1", columns)
    assert (row.video_id, row.address) == (video_id, address)
    assert row.named == ({_LONG} if video_id and video_id.lower() == _LONG else set())


def test_every_video_that_a_row_names_is_known_with_its_lesson() -> None:
    other = "c7149e0d-0000-4000-8000-000000000001"
    columns = [(other, f"https://example.com/{_SHORT}"), (None, None), (None, f"https://kinescope.io/embed/{_LONG}")]
    rows = [LessonRow.of(f"c_{number}", "c", "", one) for number, one in enumerate(columns)]
    assert lessons_of_videos(rows[:2]) == {other: "c_0", _LONG: "c_0"}
    assert lessons_of_videos(rows[1:]) == {_LONG: "c_2"}


def test_an_upload_in_the_json_dialect_may_have_no_id_yet() -> None:
    record = Record(
        lesson_id="c_001",
        course="c",
        path="c/001.mp4",
        size=100,
        modified_ns=5,
        parent_id="p",
        title="t",
        dialect=Dialect.JSON,
        video_id=None,
        attempted_at=_NOW,
    )

    plan = _plan(_assignment("c_001", _file()), rows=[_row("theirs")], records=[record])

    assert _text(plan) == ["in doubt c_001: its row points at video theirs, and kupload began to upload another"]


def test_what_is_known_of_a_lesson_goes_with_it_into_its_course() -> None:
    plan = _plan(_assignment("c_001", _file(), course="d"), records=[_record(Stage.CREATED)])

    [lesson] = plan.work
    assert lesson.record == replace(_record(Stage.CREATED), course="d")


def test_a_lesson_whose_file_was_not_known_takes_the_one_that_it_has_now() -> None:
    plan = _plan(_assignment("c_001", _file("c/else.mp4")), records=[replace(_record(Stage.LINKED), path=None, size=0)])

    assert _text(plan) == ["skip c_001: linked before"]


def test_a_file_that_was_uploaded_for_one_lesson_is_not_uploaded_for_another() -> None:
    plan = _plan(_assignment("c_002", _file()), records=[_record(Stage.LINKED)])

    assert _text(plan) == ['in doubt c_002: its file "c/001.mp4" was uploaded for lesson c_001']


def test_a_file_that_was_only_planned_for_another_lesson_is_free() -> None:
    plan = _plan(_assignment("c_002", _file()), records=[_record(Stage.PLANNED)])

    assert _text(plan) == ["upload c_002: not uploaded yet"]


@pytest.mark.parametrize(
    ("title", "row_title", "expected"),
    [
        ("map's", "row's", "map's"),
        (None, "row's", "row's"),
        (None, "", "001"),
        ("", "", "001"),
        (" ", "row's", "row's"),
        (None, " \t\u00a0", "001"),
    ],
)
def test_the_title_is_the_maps_then_the_rows_then_the_files(title: str | None, row_title: str, expected: str) -> None:
    plan = _plan(_assignment("c_001", _file(), title=title), rows=[_row(None, title=row_title)])

    assert plan.lessons[0].title == expected


# --- Order, selection, sums --------------------------------------------------------------------------------------


def test_small_files_go_first_and_equal_ones_by_id_and_the_rest_follows_by_id() -> None:
    plan = _plan(
        _assignment("c_9", _file("c/9.mp4", size=5)),
        _assignment("c_8", _file("c/8.mp4", size=1)),
        _assignment("c_2", _file("c/2.mp4", size=5)),
        _assignment("c_7", _file("c/7.mp4", size=1)),
        _assignment("c_1", _file("c/1.mp4", size=9)),
        rows=[_row(video, lesson_id=f"c_{number}") for number, video in [(9, None), (8, "x"), (2, None), (1, None)]],
    )

    assert _text(plan) == [
        "upload c_2: not uploaded yet",
        "upload c_9: not uploaded yet",
        "upload c_1: not uploaded yet",
        "in doubt c_7: has no row in the database",
        "skip c_8: has a video (x)",
    ]


def test_the_limit_counts_after_the_order_and_counts_work_only() -> None:
    plan = _plan(
        _assignment("c_1", _file("c/1.mp4", size=9)),
        _assignment("c_2", _file("c/2.mp4", size=5)),
        _assignment("c_3", _file("c/3.mp4", size=1)),
        _assignment("c_0", _file("c/0.mp4", size=1)),
        rows=[_row(video, lesson_id=f"c_{number}") for number, video in [(0, "x"), (1, None), (2, None), (3, None)]],
        selection=Selection(limit=1),
    )

    assert _text(plan) == [
        "upload c_3: not uploaded yet",
        "later c_2: beyond --limit 1",
        "later c_1: beyond --limit 1",
        "skip c_0: has a video (x)",
    ]
    assert [one.lesson_id for one in plan.work] == ["c_3"]
    assert plan.bytes_to_send == 1


def test_only_the_selected_courses_are_planned_and_records_of_others_still_pin_their_files() -> None:
    plan = _plan(
        _assignment("c_1", _file("c/1.mp4")),
        _assignment("d_1", _file("d/1.mp4"), course="d"),
        _assignment("d_2", _file("d/2.mp4"), course="d"),
        records=[_record(Stage.LINKED, lesson_id="e_1", path="d/2.mp4")],
        selection=Selection(courses=frozenset({"d"})),
    )

    assert _text(plan) == [
        "upload d_1: not uploaded yet",
        'in doubt d_2: its file "d/2.mp4" was uploaded for lesson e_1',
    ]


@pytest.mark.parametrize(
    ("stage", "file", "bytes_to_send"),
    [
        (None, _file(), 100),
        (Stage.PLANNED, _file(), 100),
        (Stage.CREATED, _file(), 60),
        (Stage.CREATED, _file(size=9), 9),
        (Stage.ORPHANED, _file(), 100),
        (Stage.UPLOADED, _file(), 0),
    ],
)
def test_what_the_server_has_for_sure_is_not_counted_as_to_be_sent(
    stage: Stage | None, file: VideoFile, bytes_to_send: int
) -> None:
    plan = _plan(_assignment("c_001", file), rows=[_row(None)], records=[_record(stage)] if stage else [])

    assert plan.bytes_to_send == plan.lessons[0].bytes_to_send == bytes_to_send


def test_a_plan_counts_its_decisions() -> None:
    plan = _plan(
        _assignment("c_001", _file()), _assignment("c_002", _file("c/2.mp4")), rows=[_row(None, lesson_id="c_001")]
    )

    assert plan.counts == Counter({Decision.UPLOAD: 1, Decision.IN_DOUBT: 1})
    assert [one.lesson_id for one in plan.in_doubt] == ["c_002"]
    assert plan.is_in_doubt


@pytest.mark.parametrize(("blocking", "is_in_doubt"), [(True, True), (False, False)])
def test_a_doubt_about_the_library_counts_when_it_blocks(blocking: bool, is_in_doubt: bool) -> None:
    lesson = _plan(_assignment("c_001", _file())).lessons[0]
    doubt = Doubt(course="c", subject="c/s", reason="has no lesson", blocking=blocking)

    assert Plan(lessons=(lesson,), doubts=(doubt,)).is_in_doubt is is_in_doubt
    assert not Plan(lessons=(lesson,)).is_in_doubt


# --- Whatever the library --------------------------------------------------------------------------------------

_NUMBERS: Final = st.integers(0, 6)


def _near(draw: st.DrawFn, number: int) -> int:
    """The lesson's own number more often than another."""
    return draw(st.just(number) | st.just(number) | _NUMBERS)


@st.composite
def _assigned(draw: st.DrawFn) -> list[Assignment]:
    numbers = draw(st.lists(_NUMBERS, unique=True))
    return [
        _assignment(
            f"c_{number}",
            _file(
                f"c/{_near(draw, number)}.mp4",
                size=draw(st.just(100) | st.integers(1, 200)),
                modified_ns=draw(st.sampled_from([5, 10**10])),
            ),
            course=draw(st.sampled_from(["c", "d"])),
        )
        for number in numbers
    ]


@st.composite
def _recorded(draw: st.DrawFn) -> list[Record]:
    return [
        _record(
            draw(st.sampled_from([*Stage, Stage.CREATED, Stage.UPLOADED, Stage.UPLOADED])),
            lesson_id=f"c_{number}",
            path=f"c/{_near(draw, number)}.mp4",
            is_attempted=draw(st.sampled_from([True, True, False])),
        )
        for number in draw(st.lists(_NUMBERS, unique=True, min_size=2))
    ]


_HELD: Final = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(range(7), st.sampled_from([None, None, "ours", "theirs"]))
)


def _rows_of(videos: dict[int, str | None]) -> list[LessonRow]:
    return [_row(video, lesson_id=f"c_{number}") for number, video in videos.items()]


def _order(one: PlannedLesson) -> tuple[int, str]:
    return one.file.size, one.lesson_id


@must_draw(*Decision)
@settings(max_examples=300)
@given(
    assignments=_assigned(),
    records=_recorded(),
    rows=st.none() | _HELD.map(_rows_of) | _HELD.map(_rows_of),
    limit=st.none() | st.integers(0, 4),
    courses=st.sampled_from([frozenset[str](), frozenset({"c"}), frozenset({"c", "d"}), frozenset({"x"})]),
)
def test_every_selected_lesson_is_decided_exactly_once(
    assignments: list[Assignment],
    records: list[Record],
    rows: list[LessonRow] | None,
    limit: int | None,
    courses: frozenset[str],
) -> None:
    plan = _plan(*assignments, rows=rows, records=records, selection=Selection(courses=courses, limit=limit))

    for decision in plan.counts:
        drew(decision)
    selected = [one.lesson_id for one in assignments if not courses or one.course in courses]
    assert sorted(one.lesson_id for one in plan.lessons) == sorted(selected)
    assert sum(plan.counts.values()) == len(selected)
    assert limit is None or len(plan.work) <= limit
    assert list(plan.work) == sorted(plan.work, key=_order)
    assert plan.lessons[: len(plan.work)] == plan.work
    assert all(0 <= one.bytes_to_send <= one.file.size for one in plan.lessons)
    assert all(one.reason for one in plan.lessons)


def test_a_changed_time_starts_nothing_over_while_the_part_that_was_sent_can_be_compared() -> None:
    touched = _assignment("c_001", _file(modified_ns=10**15))
    record = _record(Stage.CREATED)
    comparable = replace(record, sent_bytes=40, sent_md5="of 40 bytes")
    said = [
        (planned.reason, planned.bytes_to_send)
        for known in (comparable, replace(comparable, sent_bytes=39), record)
        for planned in _plan(touched, rows=_ROWS["row empty"], records=[known]).lessons
    ]
    unknown = "the file has another time, and no MD5 tells whether it has changed since its upload began: starts over"
    compares = "40 of 100 B uploaded; its file's time has changed: compares what was sent"
    assert said == [(compares, 60), (unknown, 100), (unknown, 100)]


# --- What is known of the files' content -------------------------------------------------------------------------

_BROKEN: Final = Broken(reason="is text, not a video")


def test_a_file_that_is_known_to_be_broken_is_in_doubt_and_no_limit_counts_it() -> None:
    files = [_file(f"c/{number:03d}.mp4") for number in (1, 2, 3, 4)]
    plan = make_plan(
        [_assignment(f"c_{file.stem}", file) for file in files],
        rows=None,
        records={},
        selection=Selection(limit=2),
        broken={files[0]: _BROKEN}.get,
    )
    assert _text(plan) == [
        "upload c_002: not uploaded yet",
        "upload c_003: not uploaded yet",
        "later c_004: beyond --limit 2",
        'in doubt c_001: its file "c/001.mp4" is text, not a video',
    ]
    assert "kupload --send-broken" in plan.in_doubt[0].hint
    assert plan.files_to_send == (files[1], files[2], files[3])
    assert plan.is_in_doubt


@pytest.mark.parametrize("stage", Stage)
def test_only_a_file_of_which_bytes_are_sent_can_be_in_doubt(stage: Stage) -> None:
    plan = make_plan(
        [_assignment("c_001", _file())],
        rows={"c_001": _row("ours" if stage.is_linked else None)},
        records={"c_001": _record(stage)},
        selection=Selection(),
        broken=lambda _: _BROKEN,
    )
    assert plan.is_in_doubt is not stage.has_all_bytes
