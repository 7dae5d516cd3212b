"""What becomes of a video that an attempt may have left: each decision, and each refusal to guess."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from unicodedata import normalize

import pytest

from kinescope_upload.model import VideoFile
from kinescope_upload.policy.absence import LOOKS
from kinescope_upload.upload import Dialect, Record, Stage, Video, marked_description
from kinescope_upload.upload.leftovers import (
    Adopt,
    Decision,
    Found,
    InDoubt,
    LookAgain,
    Remove,
    StartOver,
    bearers,
    check_md5,
    decide,
    decide_late,
    may_be_leftover,
    not_older,
)

_NOW: Final = datetime(2026, 5, 1, 12, tzinfo=UTC)
_FILE: Final = VideoFile(path="c/001.mp4", size=10, modified_ns=1)
_OTHER: Final = replace(_FILE, size=11)
_RECORD: Final = Record(
    lesson_id="c_001",
    course="c",
    path="c/001.mp4",
    size=10,
    modified_ns=1,
    parent_id="p",
    title="t",
    dialect=Dialect.JSON,
    video_id=None,
    stage=Stage.ORPHANED,
    attempted_at=_NOW,
    mark="m",
)
_SENT: Final = replace(_RECORD, video_id="v", upload_url="https://uploader.kinescope.io/u/1")
_PARTIAL: Final = Video(id="v", title="t", status="uploading")
_DONE: Final = Video(id="v", title="t", status="done", size=10, md5="d41d")
_BARE: Final = Video(id="v", title="t", status="processing")
_NOTHING: Final = Found()


def _ours(*videos: Video) -> Found:
    return Found(ours=videos)


_DECISIONS: Final[dict[str, tuple[Record, VideoFile, tuple[Found, ...], Decision]]] = {
    "nothing was sent, nothing shows": (_RECORD, _FILE, (_NOTHING,), LookAgain()),
    "nothing shows, twice": (_RECORD, _FILE, (_NOTHING,) * 2, LookAgain()),
    "nothing shows, three times": (_RECORD, _FILE, (_NOTHING,) * 3, StartOver()),
    "bytes were sent, nothing shows": (_SENT, _FILE, (_NOTHING,), LookAgain()),
    "bytes were sent, nothing shows, twice": (_SENT, _FILE, (_NOTHING,) * 2, LookAgain()),
    "bytes were sent, nothing shows, three times": (_SENT, _FILE, (_NOTHING,) * 3, StartOver()),
    "first nothing, then complete": (_SENT, _FILE, (_NOTHING, _ours(_DONE)), Adopt(video=_DONE)),
    "twice nothing, then complete": (_SENT, _FILE, (_NOTHING, _NOTHING, _ours(_DONE)), Adopt(video=_DONE)),
    "nothing was sent, it is partial": (_RECORD, _FILE, (_ours(_PARTIAL),), Remove(video=_PARTIAL)),
    "bytes were sent, it is partial": (_SENT, _FILE, (_ours(_PARTIAL),), LookAgain()),
    "partial, twice": (_SENT, _FILE, (_ours(_PARTIAL),) * 2, Remove(video=_PARTIAL)),
    "first partial, then complete": (_SENT, _FILE, (_ours(_PARTIAL), _ours(_DONE)), Adopt(video=_DONE)),
    "first nothing, then partial": (_RECORD, _FILE, (_NOTHING, _ours(_PARTIAL)), Remove(video=_PARTIAL)),
    "first partial, then nothing, twice": (_SENT, _FILE, (_ours(_PARTIAL), _NOTHING, _NOTHING), LookAgain()),
    "first partial, then nothing, three times": (_SENT, _FILE, (_ours(_PARTIAL), *(_NOTHING,) * 3), StartOver()),
    "complete": (_SENT, _FILE, (_ours(_DONE),), Adopt(video=_DONE)),
    "complete, and Kinescope tells no more": (_SENT, _FILE, (_ours(_BARE),), Adopt(video=_BARE)),
}


@pytest.mark.parametrize("case", _DECISIONS)
def test_what_becomes_of_a_video_of_ours(case: str) -> None:
    record, file, looks, decision = _DECISIONS[case]
    assert decide(record, file, looks) == decision


_TWO: Final = _ours(_PARTIAL, replace(_PARTIAL, id="w"))
_MAY_BE: Final = Found(doubtful=(_PARTIAL,))
_REFUSALS: Final = {
    "several bear its mark": (_FILE, _TWO, "2 videos say that they are the one whose creation nobody answered: v, w."),
    "one could be its": (_FILE, _MAY_BE, "an unfinished video of that title may be what it left: v."),
    "several could be its": (
        _FILE,
        Found(doubtful=(_PARTIAL, replace(_PARTIAL, id="w"))),
        "2 unfinished videos of that title may be what it left: v, w.",
    ),
    "it broke": (_FILE, _ours(replace(_DONE, status="error")), 'Kinescope says "error" of our video v.'),
    "its status is unknown": (_FILE, _ours(replace(_DONE, status="new")), 'Kinescope says "new" of our video v.'),
    "complete, and the file has another size": (
        _OTHER,
        _ours(_DONE),
        "Video v is complete with 10 B; the file is another now (11 B).",
    ),
    "complete of an unknown size, and the file has another": (_OTHER, _ours(_BARE), "Video v is complete; the file is"),
    "complete, and it has another size": (_FILE, _ours(replace(_DONE, size=9)), "Video v is complete with 9 B"),
}


@pytest.mark.parametrize("second", [False, True], ids=["at the first look", "at the second look"])
@pytest.mark.parametrize("case", _REFUSALS)
def test_what_only_a_person_can_tell_is_left_alone(case: str, second: bool) -> None:
    file, found, what = _REFUSALS[case]
    decision = decide(_RECORD, file, (_NOTHING, found) if second else (found,))
    assert isinstance(decision, InDoubt)
    assert what in decision.what
    assert ("kupload replace" if decision.kept else "delete") in decision.hint


_ALL_SENT: Final = replace(_RECORD, sent_bytes=_RECORD.size, sent_md5="d41d")
_HALF_SENT: Final = replace(_RECORD, sent_bytes=_RECORD.size - 1, sent_md5="d41d")
_REDATED: Final = replace(_FILE, modified_ns=_FILE.modified_ns + 86_400 * 10**9)
_OTHER_MD5: Final = "Video v is complete, and its MD5 is not the file's."
_NO_MD5: Final = "Video v is complete, and the file has another time now; no MD5 tells whether it is the same."


@pytest.mark.parametrize(
    ("video", "record", "file", "md5", "doubt"),
    [
        (_DONE, _RECORD, _FILE, "d41d", None),
        (_DONE, _RECORD, _FILE, None, None),
        (_BARE, _RECORD, _FILE, "d41d", None),
        (_DONE, _RECORD, _FILE, "0000", _OTHER_MD5),
        (_DONE, _RECORD, _REDATED, "d41d", None),
        (_DONE, _RECORD, _REDATED, "0000", _OTHER_MD5),
        (_DONE, _ALL_SENT, _REDATED, None, _NO_MD5),
        (_BARE, _RECORD, _REDATED, "d41d", _NO_MD5),
        (_BARE, _ALL_SENT, _REDATED, "d41d", None),
        (_BARE, _ALL_SENT, _REDATED, "0000", _OTHER_MD5),
        (_BARE, _ALL_SENT, _FILE, "0000", _OTHER_MD5),
        (_BARE, _HALF_SENT, _REDATED, "d41d", _NO_MD5),
        (_BARE, _HALF_SENT, _FILE, "0000", None),
    ],
)
def test_a_complete_video_is_adopted_where_md5_or_time_say_that_it_is_the_files(
    video: Video, record: Record, file: VideoFile, md5: str | None, doubt: str | None
) -> None:
    assert decide(record, file, (_ours(video),)) == Adopt(video=video)
    checked = check_md5(Adopt(video=video), record, file, md5, begins_as_sent=True)
    assert getattr(checked, "what", None) == doubt
    if isinstance(checked, InDoubt):  # of a file that nobody touched since, nothing is known but that it is another
        assert checked.kept == (None if file == _FILE else video)


@pytest.mark.parametrize(("md5", "doubt"), [(None, "the file begins with other bytes now"), ("d41d", None)])
def test_a_complete_video_is_not_adopted_where_only_the_files_head_tells_that_it_is_another(
    md5: str | None, doubt: str | None
) -> None:
    checked = check_md5(Adopt(video=_DONE), _RECORD, _FILE, md5, begins_as_sent=False)
    assert getattr(checked, "what", None) == (f"Video v is complete, and {doubt}." if doubt else None)


@pytest.mark.parametrize(
    ("found", "decision"),
    [
        (_NOTHING, LookAgain()),
        (_ours(_PARTIAL), Remove(video=_PARTIAL)),
        (_ours(_DONE), InDoubt),
        (_ours(replace(_DONE, status="error")), InDoubt),
        (_TWO, InDoubt),
        (_MAY_BE, InDoubt),
    ],
)
def test_what_an_earlier_attempt_left_is_removed_only_where_it_is_ours_and_unfinished(
    found: Found, decision: object
) -> None:
    decided = decide_late(_RECORD, (found,))
    assert decided == decision or (decision is InDoubt and isinstance(decided, InDoubt))


@pytest.mark.parametrize("looks", [1, 2, 3, 4])
def test_that_an_earlier_attempt_left_nothing_takes_as_many_looks_as_prove_an_absence(looks: int) -> None:
    assert decide_late(_RECORD, (_NOTHING,) * looks) == (StartOver() if looks >= LOOKS else LookAgain())
    assert decide_late(_RECORD, (*(_NOTHING,) * looks, _ours(_PARTIAL), _NOTHING)) == LookAgain()


_LESSON: Final = replace(_RECORD, path="c/001_урок.mp4", title="Ещё урок")
_NEW: Final = Video(id="v", title="Ещё урок", status="pending", created_at=_NOW)


@pytest.mark.parametrize(
    ("facts", "may_be"),
    [
        ({}, True),
        ({"status": "uploading"}, True),
        ({"status": "suspended"}, True),
        ({"created_at": None}, True),
        ({"created_at": _NOW - timedelta(seconds=1)}, True),
        ({"created_at": _NOW + timedelta(hours=5)}, True),
        ({"title": f" {normalize('NFD', _LESSON.title)} "}, True),
        ({"size": 10}, True),
        ({"original_name": "original"}, True),
        ({"original_name": "original.mp4"}, True),
        ({"original_name": "001_урок.mp4"}, True),
        ({"description": "Somebody's."}, True),
        ({"created_at": _NOW - timedelta(seconds=3)}, False),
        ({"title": "Другой"}, False),
        ({"size": 11}, False),
        ({"original_name": "002_урок.mp4"}, False),
        ({"status": "done"}, False),
        ({"status": "error"}, False),
        ({"status": "suspended", "duration": 5.0}, False),
        ({"description": marked_description("another")}, False),
    ],
    ids=str,
)
def test_what_may_be_the_leftover_of_an_attempt(facts: dict[str, Any], may_be: bool) -> None:
    assert may_be_leftover(replace(_NEW, **facts), _LESSON, _NOW) is may_be


def test_a_video_bears_the_mark_of_one_attempt() -> None:
    ours = replace(_PARTIAL, description=f"Somebody's words. {marked_description('m')}")
    other = replace(_PARTIAL, description=marked_description("n"))
    assert bearers((other, ours, _PARTIAL), "m") == (ours,)
    assert bearers((other, ours, _PARTIAL), None) == ()


def test_a_list_is_left_where_it_is_clearly_older() -> None:
    near = replace(_PARTIAL, created_at=_NOW - timedelta(minutes=59))
    undated = replace(_PARTIAL, created_at=None)
    old = replace(_PARTIAL, created_at=_NOW - timedelta(minutes=61))
    pages = iter((near, undated, old, near))
    assert list(not_older(pages, _NOW)) == [near, undated]
    assert list(pages) == [near], "no page is asked for that is not needed"
