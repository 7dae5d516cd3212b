"""The life of one lesson's video: the table row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, get_args

import pytest

from kinescope_upload.model import VideoFile
from kinescope_upload.upload import Dialect, Failure, LeftBecause, OldVideo, Record, Stage
from kinescope_upload.upload.events import (
    Adopted,
    AlreadyExists,
    Attempted,
    ChunkRefused,
    Created,
    CreationRefused,
    Event,
    FileReplaced,
    FreshUpload,
    InitUnanswered,
    LengthReached,
    Linked,
    OffsetAccepted,
    OffsetLost,
    OffsetRefused,
    OffsetUnknown,
    OldVideoGone,
    OrphanGone,
    ReplacementBegun,
    ReplacementCalledOff,
    RowEmptied,
    Unlinked,
    UploadGone,
    Verified,
    VideoComplete,
    VideoGone,
)
from kinescope_upload.upload.next_upload import fresh_upload
from kinescope_upload.upload.ports import UploadTask
from kinescope_upload.upload.same_file import accept_file
from kinescope_upload.upload.steps import AskOffset, CreateUpload, LookForVideo, SendChunk, Step, next_step
from kinescope_upload.upload.table import TRANSITIONS, IllegalEventError, advance, first_record, reopened

_NOW: Final = datetime(2024, 5, 1, 12, tzinfo=UTC)
_EARLIER: Final = _NOW - timedelta(hours=1)
_LATER: Final = _NOW + timedelta(hours=1)
_URL: Final = "https://uploader.kinescope.io/u/1"

_BEGINNING: Final = FreshUpload(
    video_id="next", dialect=Dialect.JSON, parent_id="q", title="Новый", size=9, modified_ns=99
)

_OLDER: Final = OldVideo(
    video_id="older",
    path="c/older.mp4",
    size=3,
    modified_ns=1,
    md5="old",
    why=LeftBecause.REPLACED,
    keep=9,
    left_at=_EARLIER,
)
_SERVING: Final = OldVideo(
    video_id="serving", path=None, size=4, modified_ns=2, md5=None, why=LeftBecause.REPLACED, keep=8
)
"""The row names it until the record's video is done."""
_OWN: Final = OldVideo(
    video_id="ours", path="c/001.mp4", size=100, modified_ns=5, md5=None, why=LeftBecause.REPLACED, keep=60
)
"""The record's own video, once another takes its place."""

_EVENTS: Final[tuple[Event, ...]] = (
    Attempted(at=_LATER, mark="its"),
    Created(upload_url="https://uploader.kinescope.io/u/2", video_id="theirs", expires_at=_LATER),
    AlreadyExists(),
    CreationRefused(),
    InitUnanswered(),
    OffsetAccepted(offset=70, expires_at=_LATER),
    OffsetUnknown(),
    ChunkRefused(),
    OffsetRefused(),
    OffsetLost(),
    LengthReached(md5="d41d"),
    UploadGone(),
    FileReplaced(),
    VideoComplete(md5="d41d", video_id="theirs", video_url="https://kinescope.io/embed/x"),
    OrphanGone(fresh=_BEGINNING),
    Linked(at=_LATER),
    Verified(at=_LATER),
    VideoGone(fresh=_BEGINNING),
    ReplacementBegun(at=_LATER, keep=60, fresh=_BEGINNING),
    Unlinked(at=_LATER, keep=None, fresh=_BEGINNING),
    RowEmptied(at=_LATER, keep=0),
    ReplacementCalledOff(at=_LATER),
    OldVideoGone(video_id="older"),
    Adopted(video_id="theirs", size=9, modified_ns=99, md5="d41d", at=_LATER),
)


def _record(stage: Stage = Stage.PLANNED) -> Record:
    """A record in which every fact is there that may be there."""
    return Record(
        lesson_id="c_001",
        course="c",
        path="c/001.mp4",
        size=100,
        modified_ns=5,
        parent_id="p",
        title="Первый",
        dialect=Dialect.TUS,
        video_id="ours",
        stage=stage,
        attempted_at=_NOW,
        mark="mine",
        lost_marks=("earlier",),
        lost_since=_EARLIER,
        upload_url=_URL,
        offset=40,
        offset_confirmed=True,
        expires_at=_NOW,
        reason="why",
        linked_at=_NOW,
        failure=Failure(reason="it broke", at=_NOW),
        old_videos=(_OLDER, _SERVING),
    )


def _file(*, size: int = 100, modified_ns: int = 5) -> VideoFile:
    return VideoFile(path="c/001.mp4", size=size, modified_ns=modified_ns)


# --- The table ---------------------------------------------------------------------------------------------------

_PLANNED_ANEW: Final = Record(
    lesson_id="c_001",
    course="c",
    path="c/001.mp4",
    size=9,
    modified_ns=99,
    parent_id="q",
    title="Новый",
    dialect=Dialect.JSON,
    video_id="next",
    lost_marks=("earlier",),
    lost_since=_EARLIER,
    old_videos=(_OLDER, _SERVING),
)

_ALL_BUT_WHOSE: Final = Record.__dataclass_fields__.keys() - {"lesson_id", "course", "path", "stage", "failure"}
_ADOPTED: Final = replace(
    _PLANNED_ANEW,
    parent_id="p",
    title="Первый",
    dialect=Dialect.TUS,
    video_id="theirs",
    attempted_at=_NOW,
    offset=9,
    md5="d41d",
)


def _facts_of(record: Record) -> dict[str, object]:
    return {key: getattr(record, key) for key in _ALL_BUT_WHOSE}


_LEFT: Final = replace(_SERVING, left_at=_LATER)
_FREED: Final = replace(_LEFT, why=LeftBecause.UNLINKED, keep=None)
_OWN_FREED: Final = replace(_OWN, why=LeftBecause.UNLINKED, keep=None, left_at=_LATER)


def _called_off(keep: int | None) -> dict[str, object]:
    """What is recorded of the video that the row names, and of the one that was begun, or is complete."""
    old = replace(_OWN, why=LeftBecause.CALLED_OFF, keep=keep, left_at=_LATER)
    before = Record(
        lesson_id="c_001",
        course="c",
        path=_SERVING.path,
        size=_SERVING.size,
        modified_ns=_SERVING.modified_ns,
        parent_id="p",
        title="Первый",
        dialect=Dialect.TUS,
        video_id=_SERVING.video_id,
        attempted_at=_NOW,
        lost_marks=("earlier",),
        lost_since=_EARLIER,
        offset=_SERVING.size,
        md5=_SERVING.md5,
        linked_at=_LATER,
        old_videos=(_OLDER, old),
    )
    return _facts_of(before) | {"path": _SERVING.path}


def _replaced(own: OldVideo) -> dict[str, object]:
    return _facts_of(_PLANNED_ANEW) | {"old_videos": (_OLDER, _SERVING, own)}


_ROWS: Final[dict[tuple[Stage, type[Event]], tuple[Stage, dict[str, object]]]] = {
    (Stage.PLANNED, Attempted): (Stage.PLANNED, {"attempted_at": _LATER, "mark": "its"}),
    (Stage.PLANNED, Created): (
        Stage.CREATED,
        {
            "upload_url": "https://uploader.kinescope.io/u/2",
            "video_id": "theirs",
            "expires_at": _LATER,
            "offset": 0,
            "offset_confirmed": True,
        },
    ),
    (Stage.PLANNED, AlreadyExists): (
        Stage.ORPHANED,
        {
            "reason": "an earlier request for this video was answered, but the answer was lost",
            "offset_confirmed": False,
        },
    ),
    (Stage.PLANNED, CreationRefused): (Stage.PLANNED, {"attempted_at": None, "mark": None}),
    (Stage.PLANNED, InitUnanswered): (
        Stage.ORPHANED,
        {"reason": "the request that creates the video was not answered", "offset_confirmed": False},
    ),
    (Stage.PLANNED, FileReplaced): (
        Stage.ORPHANED,
        {"reason": "the file has changed since its upload began", "offset_confirmed": False},
    ),
    (Stage.CREATED, OffsetAccepted): (Stage.CREATED, {"offset": 70, "offset_confirmed": True, "expires_at": _LATER}),
    (Stage.CREATED, OffsetUnknown): (Stage.CREATED, {"offset_confirmed": False}),
    (Stage.CREATED, ChunkRefused): (Stage.CREATED, {"offset_confirmed": False}),
    (Stage.CREATED, OffsetRefused): (Stage.CREATED, {"offset_confirmed": True, "offset_refused": True}),
    (Stage.CREATED, LengthReached): (Stage.UPLOADED, {"offset": 100, "offset_confirmed": True, "md5": "d41d"}),
    (Stage.CREATED, UploadGone): (
        Stage.ORPHANED,
        {"reason": "the upload has expired on Kinescope", "offset_confirmed": False},
    ),
    (Stage.CREATED, OffsetLost): (
        Stage.ORPHANED,
        {"reason": "Kinescope does not tell how much of the upload it has", "offset_confirmed": False},
    ),
    (Stage.CREATED, FileReplaced): (
        Stage.ORPHANED,
        {"reason": "the file has changed since its upload began", "offset_confirmed": False},
    ),
    (Stage.ORPHANED, FileReplaced): (
        Stage.ORPHANED,
        {"reason": "the file has changed since its upload began", "offset_confirmed": False},
    ),
    (Stage.ORPHANED, VideoComplete): (
        Stage.UPLOADED,
        {
            "video_id": "theirs",
            "video_url": "https://kinescope.io/embed/x",
            "offset": 100,
            "md5": "d41d",
            "reason": None,
        },
    ),
    (Stage.ORPHANED, OrphanGone): (Stage.PLANNED, _facts_of(_PLANNED_ANEW)),
    (Stage.UPLOADED, Linked): (Stage.LINKED, {"linked_at": _LATER, "old_videos": (_OLDER, _LEFT)}),
    (Stage.LINKED, Linked): (Stage.LINKED, {"linked_at": _LATER, "old_videos": (_OLDER, _LEFT)}),
    (Stage.VERIFIED, Linked): (Stage.LINKED, {"linked_at": _LATER, "old_videos": (_OLDER, _LEFT)}),
    (Stage.LINKED, Verified): (Stage.VERIFIED, {"verified_at": _LATER}),
    (Stage.VERIFIED, Verified): (Stage.VERIFIED, {"verified_at": _LATER}),
    **{
        (stage, VideoGone): (Stage.PLANNED, _facts_of(_PLANNED_ANEW))
        for stage in (Stage.UPLOADED, Stage.LINKED, Stage.VERIFIED)
    },
    (Stage.UPLOADED, ReplacementBegun): (Stage.PLANNED, _replaced(replace(_OWN, left_at=_LATER))),
    **{
        (stage, ReplacementCalledOff): (Stage.LINKED, _called_off(keep=_SERVING.keep if stage.has_all_bytes else 0))
        for stage in (Stage.PLANNED, Stage.CREATED, Stage.ORPHANED, Stage.UPLOADED)
    },
    (Stage.LINKED, ReplacementBegun): (Stage.PLANNED, _replaced(_OWN)),
    (Stage.VERIFIED, ReplacementBegun): (Stage.PLANNED, _replaced(_OWN)),
    **{
        (stage, Unlinked): (Stage.PLANNED, _facts_of(_PLANNED_ANEW) | {"old_videos": (_OLDER, _FREED, _OWN_FREED)})
        for stage in (Stage.UPLOADED, Stage.LINKED, Stage.VERIFIED)
    },
    **{
        (stage, RowEmptied): (stage, {"old_videos": (_OLDER, replace(_FREED, keep=0))})
        for stage in (Stage.PLANNED, Stage.CREATED, Stage.ORPHANED)
    },
    **{(stage, OldVideoGone): (stage, {"old_videos": (_SERVING,)}) for stage in Stage},
    **{(stage, Adopted): (Stage.UPLOADED, _facts_of(_ADOPTED)) for stage in Stage},
}


def _ids(case: object) -> str:
    return str(case) if isinstance(case, str) else type(case).__name__


def test_every_event_is_in_this_table() -> None:
    assert {type(event) for event in _EVENTS} == set(get_args(Event))
    assert {pair: stage for pair, (stage, _) in _ROWS.items()} == TRANSITIONS


@pytest.mark.parametrize("event", _EVENTS, ids=_ids)
@pytest.mark.parametrize("stage", list(Stage), ids=_ids)
def test_an_event_changes_what_the_table_says_and_nothing_else(stage: Stage, event: Event) -> None:
    record = _record(stage)
    row = _ROWS.get((stage, type(event)))

    if row is None:
        with pytest.raises(IllegalEventError, match=f"{type(event).__name__} cannot happen to a video that is {stage}"):
            advance(record, event)
    else:
        next_stage, facts = row
        assert advance(record, event) == replace(
            record,
            stage=next_stage,
            failure=None,
            **facts,  # type: ignore[arg-type] # facts differ from row to row
        )
    assert record == _record(stage)


def test_what_an_event_does_not_name_stays_as_it_was() -> None:
    created = advance(replace(_record(), expires_at=None), Created(upload_url=_URL))
    accepted = advance(_record(Stage.CREATED), OffsetAccepted(offset=50))
    complete = advance(_record(Stage.ORPHANED), VideoComplete(md5=None))

    assert (created.video_id, created.expires_at) == ("ours", None)
    assert accepted.expires_at == _NOW
    assert (complete.video_id, complete.md5) == ("ours", None)


@pytest.mark.parametrize(
    ("facts", "was_seen", "lost"),
    [
        ({"dialect": Dialect.JSON, "video_id": None, "upload_url": None}, False, ("mine",)),
        ({"dialect": Dialect.TUS, "mark": None, "upload_url": None}, False, ("ours",)),
        ({"dialect": Dialect.JSON, "video_id": None, "upload_url": None}, True, ()),
        ({"dialect": Dialect.TUS, "mark": None, "upload_url": None}, True, ()),
        ({}, False, ("ours",)),  # bytes were sent to it: whoever said that it is gone may be wrong
        ({}, True, ()),  # it was deleted
    ],
)
def test_an_attempt_that_showed_no_video_is_kept_to_look_for_it_again(
    facts: dict[str, object], was_seen: bool, lost: tuple[str, ...]
) -> None:
    orphaned = replace(_record(Stage.ORPHANED), **facts)  # type: ignore[arg-type] # facts differ from row to row
    planned = advance(orphaned, OrphanGone(fresh=_BEGINNING, was_seen=was_seen))
    first = advance(replace(orphaned, lost_marks=(), lost_since=None), OrphanGone(fresh=_BEGINNING, was_seen=was_seen))

    assert planned.mark is None
    assert (planned.lost_marks, planned.lost_since) == (("earlier", *lost), _EARLIER)
    assert (first.lost_marks, first.lost_since) == (lost, _NOW if lost else None)


def test_the_mark_of_an_attempt_is_kept_when_another_video_is_adopted() -> None:
    orphaned = replace(_record(Stage.ORPHANED), dialect=Dialect.JSON, video_id=None)
    adopted = advance(orphaned, Adopted(video_id="theirs", size=9, modified_ns=99, md5="d41d", at=_LATER))

    assert (adopted.mark, adopted.lost_marks) == (None, ("earlier", "mine"))


def test_an_adopted_video_is_no_old_one_any_more() -> None:
    adopted = advance(_record(), Adopted(video_id="serving", size=9, modified_ns=99, md5="d41d", at=_LATER))

    assert adopted.old_videos == (_OLDER,)


def test_an_old_video_is_due_when_its_time_has_passed_since_the_row_left_it() -> None:
    assert [_OLDER.is_due(_EARLIER + timedelta(seconds=second)) for second in (8, 9)] == [False, True]
    assert not _SERVING.is_due(_LATER)
    assert not replace(_OLDER, keep=None).is_due(_LATER)


# --- Reopening ---------------------------------------------------------------------------------------------------

_SAME, _CHANGED = "same file", "changed file"

_AFTER_REOPENING: Final = {
    (Stage.PLANNED, _SAME): Stage.PLANNED,  # …unless a creation of unknown outcome has to be looked for, see below
    (Stage.PLANNED, _CHANGED): Stage.ORPHANED,
    (Stage.CREATED, _SAME): Stage.CREATED,
    (Stage.CREATED, _CHANGED): Stage.ORPHANED,
    (Stage.ORPHANED, _SAME): Stage.ORPHANED,
    (Stage.ORPHANED, _CHANGED): Stage.ORPHANED,
    (Stage.UPLOADED, _SAME): Stage.UPLOADED,
    (Stage.UPLOADED, _CHANGED): Stage.UPLOADED,
    (Stage.LINKED, _SAME): Stage.LINKED,
    (Stage.LINKED, _CHANGED): Stage.LINKED,
    (Stage.VERIFIED, _SAME): Stage.VERIFIED,
    (Stage.VERIFIED, _CHANGED): Stage.VERIFIED,
}

_MAY_ASK_AGAIN: Final = {
    # recorded dialect, this run's dialect: only with an id of ours does the same request again find the same video
    (Dialect.TUS, Dialect.TUS): True,
    (Dialect.TUS, Dialect.JSON): False,
    (Dialect.JSON, Dialect.TUS): False,
    (Dialect.JSON, Dialect.JSON): False,
}


@pytest.mark.parametrize(("stage", "which"), _AFTER_REOPENING, ids=_ids)
@pytest.mark.parametrize(("recorded", "dialect"), _MAY_ASK_AGAIN)
@pytest.mark.parametrize("attempted_at", [_NOW, None], ids=["attempted", "not attempted"])
def test_a_record_of_an_earlier_run_is_brought_up_to_what_is_true_now(
    stage: Stage, which: str, recorded: Dialect, dialect: Dialect, attempted_at: datetime | None
) -> None:
    record = replace(_record(stage), dialect=recorded, attempted_at=attempted_at, offset_refused=True)
    as_hint = replace(record, offset_confirmed=False, offset_refused=False)
    expected = replace(as_hint, stage=_AFTER_REOPENING[stage, which])
    if which == _CHANGED and expected.stage is Stage.ORPHANED:
        expected = replace(expected, reason="the file has changed since its upload began", failure=None)
    if (stage, which) == (Stage.PLANNED, _SAME) and attempted_at and not _MAY_ASK_AGAIN[recorded, dialect]:
        reason = "the request that creates the video was not answered"
        expected = replace(expected, stage=Stage.ORPHANED, reason=reason, failure=None)

    assert reopened(record, _file() if which == _SAME else _file(size=101), dialect) == expected


@pytest.mark.parametrize(
    ("file", "is_for"), [(_file(), True), (_file(size=99), False), (_file(modified_ns=10**10), False)]
)
def test_size_and_time_of_change_tell_whether_it_is_the_same_file(file: VideoFile, is_for: bool) -> None:
    assert _record().is_for(file) is is_for


def test_a_run_that_begins_an_upload_knows_the_lessons_earlier_videos() -> None:
    task = UploadTask(lesson_id="c_001", course="c", file=_file(), parent_id="p", title="t", record=None)
    saved = replace(_record(), attempted_at=None)

    assert first_record(replace(task, record=saved), Dialect.TUS, lambda: "new").old_videos == (_OLDER, _SERVING)
    assert first_record(task, Dialect.TUS, lambda: "new").old_videos == ()


@pytest.mark.parametrize(
    ("is_written", "was_written", "path", "kept"),
    [
        (True, False, "c/001.mp4", True),
        (False, True, "c/001.mp4", True),
        (False, True, "c/002.mp4", False),
        (False, False, "c/001.mp4", False),
    ],
)
def test_that_a_pair_was_written_down_is_kept_for_this_pair_alone(
    is_written: bool, was_written: bool, path: str, kept: bool
) -> None:
    file = replace(_file(), path=path)
    task = UploadTask(
        lesson_id="c_001", course="c", file=file, parent_id="p", title="t", pair_is_written=is_written, record=None
    )
    saved = replace(_record(), path="c/001.mp4", attempted_at=None, pair_is_written=was_written)
    assert first_record(replace(task, record=saved), Dialect.TUS, lambda: "new").pair_is_written is kept
    linked = replace(_record(Stage.LINKED), path="c/001.mp4", pair_is_written=was_written)
    begun = ReplacementBegun(at=_NOW, keep=0, fresh=fresh_upload(linked, Dialect.TUS, "new", file))
    assert advance(linked, begun).pair_is_written is (was_written and path == linked.path)


# --- The next step -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "step"),
    [
        (_record(Stage.PLANNED), CreateUpload()),
        (_record(Stage.CREATED), SendChunk(offset=40, length=30)),
        (replace(_record(Stage.CREATED), offset=80), SendChunk(offset=80, length=20)),
        (replace(_record(Stage.CREATED), offset_confirmed=False), AskOffset()),
        (_record(Stage.ORPHANED), LookForVideo()),
        (_record(Stage.UPLOADED), None),
        (_record(Stage.LINKED), None),
        (_record(Stage.VERIFIED), None),
    ],
)
def test_the_next_step_follows_from_the_record(record: Record, step: Step | None) -> None:
    assert next_step(record, chunk_size=30) == step


def test_a_file_that_was_touched_while_it_was_sent_is_proven_by_its_content_alone() -> None:
    created = replace(_record(Stage.CREATED), sent_bytes=100, sent_md5="d41d")
    file = _file()

    touched = advance(created, LengthReached(md5="d41d", is_touched=True))

    assert (touched.is_unproven, touched.is_for(file), touched.differs_in_time(file)) == (True, False, True)
    assert accept_file(touched, file, lambda _: "other") is None
    assert accept_file(replace(touched, md5=None), file, lambda _: None) is None
    proven = accept_file(touched, file, lambda _: "d41d")
    assert proven is not None
    assert (proven.is_unproven, proven.modified_ns) == (False, file.modified_ns)
