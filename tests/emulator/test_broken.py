"""Uploads that break: when their video shows it, and what their URL does."""

import pytest

from kinescope_upload.emulator import (
    Accounting,
    Action,
    Emulator,
    Fault,
    Route,
    Settings,
    VideoStatus,
)
from support.conversation import Caller, HandClock, Start, wait_for_end_of
from support.systems import posix_only


def test_a_video_shows_the_break_of_its_upload_after_the_time_that_is_set(start: Start) -> None:
    clock = HandClock()
    caller = start(Settings(suspends_after=10), clock)
    made = caller.broken(6, b"abc")
    seen = []
    for later in (0, 9.5, 0.5):
        clock.now += later
        seen.append(caller.emulator.video(made.video_id).status)
    assert seen == ["uploading", "uploading", "suspended"]


def test_an_upload_without_a_byte_can_break_as_well(caller: Caller, emulator: Emulator) -> None:
    untouched, broken = caller.made(6), caller.broken(6)
    assert emulator.video(untouched.video_id).status is VideoStatus.PENDING
    assert emulator.video(broken.video_id).status is VideoStatus.SUSPENDED


def test_a_connection_that_ends_between_two_chunks_breaks_the_upload(caller: Caller, emulator: Emulator) -> None:
    made, finished = caller.made(6), caller.made(3)
    with caller.begin_patch(made.url, b"abc", 3) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 204")
        assert emulator.video(made.video_id).status is VideoStatus.UPLOADING
    with caller.begin_patch(finished.url, b"abc", 3) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 204")

    def is_suspended(_: Accounting) -> bool:
        return emulator.video(made.video_id).status is VideoStatus.SUSPENDED

    caller.uploaded(b"abc")  # the service has dealt with both ends by then
    assert emulator.accounting.wait_until(is_suspended, 10)
    assert emulator.video(finished.video_id).status is VideoStatus.DONE


def test_the_end_of_an_earlier_connection_breaks_nothing(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(6)
    with caller.begin_patch(made.url, b"ab", 2) as earlier:
        assert earlier.recv(100).startswith(b"HTTP/1.1 204")
        assert caller.patch(made.url, b"c", 2).status_code == 204
    caller.broken(6)  # the service has dealt with the earlier end by then
    assert emulator.video(made.video_id).status is VideoStatus.UPLOADING


@posix_only("Windows removes no file that somebody is writing to, so its name is not free")
def test_the_end_of_a_deleted_videos_upload_does_not_break_the_next_one(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(6)
    with caller.begin_patch(made.url, b"abc", 6):
        assert emulator.accounting.wait_until(lambda seen: seen.bytes_received == 3, 10)
        emulator.delete_video(made.video_id)
        again = caller.made(6, init_id=made.video_id)
        caller.patch(again.url, b"abc")
    wait_for_end_of(emulator, Route.PATCH)
    assert emulator.video(again.video_id).status is VideoStatus.UPLOADING


def test_a_patch_whose_connection_ended_before_its_turn_breaks_the_upload(caller: Caller, emulator: Emulator) -> None:
    emulator.faults.add(Fault(route=Route.PATCH, action=Action.DELAY, delay=0.2))
    made = caller.broken(6, b"abc")
    assert (caller.offset(made.url), emulator.video(made.video_id).status) == (3, VideoStatus.SUSPENDED)


def test_a_suspended_upload_is_gone_only_when_its_video_shows_the_break(start: Start) -> None:
    clock = HandClock()
    caller = start(Settings(suspends_after=10, readings={"suspended-upload": "gone"}), clock)
    made = caller.broken(6, b"abc")
    assert caller.offset(made.url) == 3
    clock.now += 10
    assert caller.head(made.url).status_code == 404
    assert caller.emulator.video(made.video_id).status is VideoStatus.SUSPENDED


def test_an_upload_that_went_on_in_time_is_not_gone(start: Start) -> None:
    clock = HandClock()
    caller = start(Settings(suspends_after=10, readings={"suspended-upload": "gone"}), clock)
    made = caller.broken(6, b"abc")
    clock.now += 5
    assert caller.patch(made.url, b"d", 3).status_code == 204
    clock.now += 10
    assert caller.patch(made.url, b"ef", 4).status_code == 204
    assert caller.emulator.video(made.video_id).status is VideoStatus.DONE


@pytest.mark.parametrize("how", ["switch", "expire_upload", "deadline"])
def test_an_upload_that_was_let_break_or_expired_suspends_its_video(start: Start, how: str) -> None:
    clock = HandClock()
    caller = start(Settings(expires_after=60), clock)
    made = caller.made(6)
    caller.patch(made.url, b"abc")
    if how == "switch":
        assert caller.http.post("/_emulator/break_upload", json={"video_id": made.video_id}).is_success
    elif how == "expire_upload":
        caller.emulator.expire_upload(made.video_id)
    else:
        clock.now += 60
    assert caller.shown(made.video_id)["status"] == "suspended"
    assert caller.head(made.url).status_code == (200 if how == "switch" else 410)


def test_a_complete_video_does_not_break(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(b"abc")
    emulator.break_upload(made.video_id)
    assert emulator.video(made.video_id).status is VideoStatus.DONE
