"""The progress file's text: what is written is read back, and whatever is damaged is named."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinescope_upload.progress.format import (
    FORMAT,
    FormatError,
    encode_course,
    encode_record,
    parse_course,
)
from kinescope_upload.upload import LONGEST_KEEP, Dialect, Failure, LeftBecause, OldVideo, Record, Stage
from support.examples import examples

_SETTINGS: Final = settings(derandomize=True, deadline=None, max_examples=examples(200))
_NOW: Final = datetime(2024, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)

_RECORD: Final = Record(
    lesson_id="c_001",
    course="c",
    path="c/Урок 1.mp4",
    size=100,
    modified_ns=1_714_557_600_000_000_001,
    parent_id="p",
    title="Урок «1»",
    dialect=Dialect.TUS,
    video_id="ours",
    stage=Stage.CREATED,
    attempted_at=_NOW,
    upload_url="https://uploader.kinescope.io/u/1",
    offset=40,
    failure=Failure(reason="The connection broke.", at=_NOW, is_in_doubt=True),
)


def _encode(course: str, *records: Record) -> str:
    return encode_course(course, {one.lesson_id: encode_record(one) for one in records}).decode("ascii")


def _parse(*records: Record) -> dict[str, Record]:
    return parse_course(_encode("c", *records))[1]


def test_a_progress_file_is_one_lesson_a_line_in_ascii() -> None:
    other = Record(
        lesson_id="c_002",
        course="c",
        path="c/2.mp4",
        size=1,
        modified_ns=0,
        parent_id="p",
        title="t",
        dialect=Dialect.JSON,
        video_id=None,
    )

    assert _encode("курс", _RECORD, other).splitlines() == [
        '{"format": 1, "course": "\\u043a\\u0443\\u0440\\u0441", "lessons": {',
        (
            '"c_001": {"path": "c/\\u0423\\u0440\\u043e\\u043a 1.mp4", "size": 100, '
            '"modified_ns": 1714557600000000001, "stage": "created", "parent_id": "p", '
            '"title": "\\u0423\\u0440\\u043e\\u043a \\u00ab1\\u00bb", "dialect": "tus", '
            '"video_id": "ours", "attempted_at": "2024-05-01T12:00:00.250000Z", '
            '"upload_url": "https://uploader.kinescope.io/u/1", "offset": 40, '
            '"failure": {"reason": "The connection broke.", "at": "2024-05-01T12:00:00.250000Z", "in_doubt": true}},'
        ),
        (
            '"c_002": {"path": "c/2.mp4", "size": 1, "modified_ns": 0, "stage": "planned", "parent_id": "p", '
            '"title": "t", "dialect": "json", "offset": 0}'
        ),
        "}}",
    ]


def test_a_mark_is_one_key_more_and_a_file_without_it_is_read_as_before() -> None:
    record = replace(_RECORD, mark="m1", lost_marks=("m0",), video_url="https://kinescope.io/embed/x")
    before = _facts()

    assert parse_course(before) == ("c", {"c_001": _RECORD})
    assert json.loads(_encode("c", record))["lessons"]["c_001"] == json.loads(before)["lessons"]["c_001"] | {
        "mark": "m1",
        "lost_marks": ["m0"],
        "video_url": "https://kinescope.io/embed/x",
    }


_OF_AN_EARLIER_VERSION: Final = """\
{"format": 1, "course": "01_a", "lessons": {
"01_a_001": {"path": "01_a/", "size": 0, "modified_ns": 0, "stage": "linked", "parent_id": "p", "title": "", \
"dialect": "tus", "video_id": "v1", "offset": 0, "linked_at": "2026-02-18T11:05:08.063000Z"},
"01_a_002": {"path": "01_a/m01/002.mp4", "size": 9, "modified_ns": 5, "stage": "uploaded", "parent_id": "p", \
"title": "t", "dialect": "json", "video_id": "v2", "attempted_at": "2026-02-18T10:00:00Z", "offset": 9, "md5": "d41d"}
}}
"""


def test_a_file_of_an_earlier_version_is_written_again_byte_for_byte() -> None:
    course, *records = _unpacked(_OF_AN_EARLIER_VERSION)

    assert [(one.course, one.path) for one in records] == [("01_a", None), ("01_a", "01_a/m01/002.mp4")]
    assert _encode(course, *records) == _OF_AN_EARLIER_VERSION


def test_a_course_without_lessons_is_a_progress_file_too() -> None:
    assert parse_course(_encode("c")) == ("c", {})


def test_what_is_only_true_while_a_run_is_on_is_not_written() -> None:
    record = replace(_RECORD, offset_confirmed=True, offset_refused=True)

    assert _parse(record) == {"c_001": _RECORD}


def test_fields_that_nobody_knows_are_passed_over() -> None:
    text = _encode("c", _RECORD).replace('"path"', '"colour": "red", "path"')

    assert parse_course(text) == ("c", {"c_001": _RECORD})


_TEXT: Final = st.text(st.characters())  # lone surrogates too: file names on POSIX may hold them
_MOMENTS: Final = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 - the zones are drawn beside it
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(-timedelta(hours=12))]),
)


_OLD_VIDEOS: Final = st.builds(
    OldVideo,
    video_id=_TEXT,
    path=st.none() | _TEXT,
    size=st.integers(0, 2**60),
    modified_ns=st.integers(-(2**70), 2**70),
    md5=st.none() | _TEXT,
    why=st.sampled_from(LeftBecause),
    keep=st.none() | st.integers(0, LONGEST_KEEP),
    left_at=_MOMENTS,
)


@st.composite
def _records(draw: st.DrawFn) -> Record:
    stage = draw(st.sampled_from(Stage))
    dialect = draw(st.sampled_from(Dialect))
    size = draw(st.integers(0, 2**60))
    may_be_nameless = dialect is Dialect.JSON and stage in {Stage.PLANNED, Stage.ORPHANED}
    is_attempted = stage in {Stage.CREATED, Stage.UPLOADED}
    return Record(
        lesson_id=draw(_TEXT),
        course="c",
        path=draw(st.none() | _TEXT.filter(lambda path: not path.endswith("/"))),
        size=size,
        modified_ns=draw(st.integers(-(2**70), 2**70)),
        parent_id=draw(_TEXT),
        title=draw(_TEXT),
        dialect=dialect,
        video_id=draw(st.none() | _TEXT if may_be_nameless else _TEXT),
        stage=stage,
        attempted_at=draw(_MOMENTS if is_attempted else st.none() | _MOMENTS),
        mark=draw(st.none() | _TEXT),
        lost_marks=tuple(draw(st.lists(_TEXT, max_size=2))),
        upload_url=draw(_TEXT if stage is Stage.CREATED else st.none() | _TEXT),
        offset=draw(st.integers(0, size)),
        expires_at=draw(st.none() | _MOMENTS),
        sent_bytes=draw(st.integers(0, size)),
        sent_md5=draw(st.none() | _TEXT),
        md5=draw(st.none() | _TEXT),
        video_url=draw(st.none() | _TEXT),
        reason=draw(st.none() | _TEXT),
        linked_at=draw(st.none() | _MOMENTS),
        verified_at=draw(st.none() | _MOMENTS),
        failure=draw(st.none() | st.builds(Failure, reason=_TEXT, at=_MOMENTS)),
        pair_is_written=draw(st.booleans()),
        old_videos=draw(st.just(()) | st.tuples(_OLD_VIDEOS) | st.tuples(_OLD_VIDEOS, _OLD_VIDEOS)),
    )


@_SETTINGS
@given(_TEXT, st.lists(_records(), max_size=3, unique_by=lambda one: one.lesson_id))
def test_what_was_written_is_read_back(course: str, records: list[Record]) -> None:
    records = [replace(one, course=course) for one in records]
    text = _encode(course, *records)

    assert parse_course(text) == (course, {one.lesson_id: one for one in records})
    assert len(text.splitlines()) == max(3, len(records) + 2)
    assert _encode(*_unpacked(text)) == text


def _unpacked(text: str) -> tuple[str, *tuple[Record, ...]]:
    course, records = parse_course(text)
    return course, *records.values()


_OLD: Final = {"video_id": "v", "size": 1, "modified_ns": 1, "why": "replaced"}


def _facts(**changes: object) -> str:
    """A progress file with one lesson; a change to `...` takes the field away."""
    facts = json.loads(_encode("c", _RECORD))["lessons"]["c_001"] | changes
    kept = {key: value for key, value in facts.items() if value is not ...}
    return json.dumps({"format": 1, "course": "c", "lessons": {"c_001": kept}})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is no JSON: Expecting value: line 1 column 1 (char 0)"),
        (_encode("c", _RECORD)[:-5], "it is no JSON: "),
        ("\ufeff{}", "it is no JSON: "),
        ("[" * 100_000, "it is nested too deeply"),
        ("1" * 5_000, "it is no JSON: "),
        ("null", 'it does not hold "format", "course" and "lessons"'),
        ("[]", 'it does not hold "format"'),
        ("{}", 'it does not hold "format"'),
        ('{"format": 0, "course": "c", "lessons": {}}', 'it does not hold "format"'),
        ('{"format": "1", "course": "c", "lessons": {}}', 'it does not hold "format"'),
        ('{"format": 1, "course": 7, "lessons": {}}', 'it does not hold "format"'),
        ('{"format": 1, "course": "c", "lessons": []}', 'it does not hold "format"'),
        ('{"format": 1, "course": "c"}', 'it does not hold "format"'),
        ('{"format": 1, "course": "c", "lessons": {"c_001": []}}', "lesson c_001 is no object"),
        ('{"format": 1, "course": "c", "lessons": {"c_001": null}}', "lesson c_001 is no object"),
        (_facts(path=...), 'lesson c_001: "path" is missing'),
        (_facts(size=None), 'lesson c_001: "size" is missing'),
        (_facts(size="100"), 'lesson c_001: "size" is not as kupload writes it'),
        (_facts(size=100.0), 'lesson c_001: "size" is not as kupload writes it'),
        (_facts(size=True), 'lesson c_001: "size" is not as kupload writes it'),
        (_facts(modified_ns=...), 'lesson c_001: "modified_ns" is missing'),
        (_facts(parent_id=7), 'lesson c_001: "parent_id" is not as kupload writes it'),
        (_facts(dialect="ftp"), "lesson c_001: 'ftp' is not a valid Dialect"),
        (_facts(stage="done"), "lesson c_001: 'done' is not a valid Stage"),
        (_facts(offset=101), 'lesson c_001: "offset" is 101, and "size" is 100'),
        (_facts(offset=-1), 'lesson c_001: "offset" is -1, and "size" is 100'),
        (_facts(sent_bytes=101), 'lesson c_001: "sent_bytes" is 101, and "size" is 100'),
        (_facts(sent_bytes=-1), 'lesson c_001: "sent_bytes" is -1, and "size" is 100'),
        (_facts(sent_md5=7), 'lesson c_001: "sent_md5" is not as kupload writes it'),
        (_facts(attempted_at="yesterday"), "lesson c_001: Invalid isoformat string: 'yesterday'"),
        (_facts(attempted_at=""), "lesson c_001: Invalid isoformat string: ''"),
        (_facts(attempted_at=7), 'lesson c_001: "attempted_at" is not as kupload writes it'),
        (_facts(attempted_at="2024-05-01T12:00:00"), 'lesson c_001: "2024-05-01T12:00:00" has no time zone'),
        (_facts(expires_at="9999-12-31T23:59:59-01:00"), 'lesson c_001: "9999-12-31T23:59:59-01:00" is no date'),
        (_facts(mark=7), 'lesson c_001: "mark" is not as kupload writes it'),
        (_facts(lost_marks="m"), 'lesson c_001: "lost_marks" is not as kupload writes it'),
        (_facts(lost_marks=[7]), 'lesson c_001: "lost_marks" is not as kupload writes it'),
        (_facts(video_url=[]), 'lesson c_001: "video_url" is not as kupload writes it'),
        (_facts(failure="broke"), 'lesson c_001: "failure" is not as kupload writes it'),
        (_facts(failure={"reason": "broke"}), 'lesson c_001: "failure" is not as kupload writes it'),
        (_facts(failure={"reason": "broke", "at": "x"}), "lesson c_001: Invalid isoformat string: 'x'"),
        (_facts(old_videos="v"), 'lesson c_001: "old_videos" is not as kupload writes it'),
        (_facts(old_videos=["v"]), 'lesson c_001: "old_videos" is not as kupload writes it'),
        (_facts(old_videos=[_OLD | {"why": "lost"}]), "lesson c_001: 'lost' is not a valid LeftBecause"),
        (_facts(old_videos=[_OLD | {"keep_seconds": -1}]), 'lesson c_001: "keep_seconds" is -1'),
        (_facts(old_videos=[_OLD, _OLD]), 'lesson c_001: "old_videos" has two without "left_at"'),
        (_facts(upload_url=...), 'lesson c_001: "upload_url" is missing at stage created'),
        (_facts(attempted_at=...), 'lesson c_001: "attempted_at" is missing at stage created'),
        (_facts(video_id=...), 'lesson c_001: "video_id" is missing at stage created'),
        (_facts(video_id=..., stage="planned"), 'lesson c_001: "video_id" is missing at stage planned'),
        (_facts(video_id=..., stage="linked", dialect="json"), '"video_id" is missing at stage linked'),
    ],
)
def test_a_damaged_file_is_named_by_what_is_wrong_with_it(text: str, reason: str) -> None:
    with pytest.raises(FormatError, match=re.escape(reason)):
        parse_course(text)


@pytest.mark.parametrize("lessons", ["{}", "[]", '{"c_001": 7}'])
def test_a_newer_format_is_named_and_nothing_in_it_is_read(lessons: str) -> None:
    text = f'{{"format": {FORMAT + 1}, "course": "c", "lessons": {lessons}}}'

    with pytest.raises(FormatError, match="it is of format 2, which only a newer kupload knows"):
        parse_course(text)


@settings(_SETTINGS, max_examples=examples(500))
@given(st.data())
def test_no_damage_raises_anything_else(data: st.DataObject) -> None:
    text = _encode("c", _RECORD)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    middle = data.draw(st.text(max_size=3) | st.sampled_from(["null", "-", "{", "[", '"', "9" * 30, "1e400", "NaN"]))

    _parse_or_refuse(text[:start] + middle + text[end:])


_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("2024-05-01T12:00:00"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["reason", "at", "x"]), inner),
    max_leaves=5,
)


@settings(_SETTINGS, max_examples=examples(500))
@given(
    field=st.sampled_from(
        [
            *sorted(json.loads(_facts())["lessons"]["c_001"]),
            "expires_at",
            "lost_marks",
            "mark",
            "md5",
            "old_videos",
            "sent_bytes",
            "sent_md5",
        ]
    ),
    value=_JSON,
)
def test_no_wrong_value_raises_anything_else(field: str, value: object) -> None:
    _parse_or_refuse(_facts(**{field: value}))


def _parse_or_refuse(text: str) -> None:
    """Either the text is refused, or what was read from it can be written down and read again."""
    try:
        course, records = parse_course(text)
    except FormatError as error:
        assert str(error)  # noqa: PT017 - any words will do, and nothing else may be raised
        return
    assert parse_course(_encode(course, *records.values())) == (course, records)
