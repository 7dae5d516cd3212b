import hashlib
from datetime import datetime, timedelta

import pytest

from kinescope_upload.emulator import (
    Emulator,
    ForeignVideo,
    Right,
    Route,
    Settings,
    Token,
    VideoStatus,
    short_id,
)
from kinescope_upload.media.sample_mp4 import make_mp4
from support.conversation import NOBODY, Caller, HandClock, Start, error_code

DATA = bytes(range(256)) * 5


def test_a_complete_video_shows_the_size_and_md5_of_its_original(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(DATA, filename="lesson 1.MOV")
    original, transcoded = caller.shown(made.video_id)["assets"]
    assert original["quality"] == "original"
    assert (original["original_name"], original["file_size"]) == ("original", len(DATA))
    assert original["md5"] == emulator.video(made.video_id).md5 == hashlib.md5(DATA).hexdigest()
    assert (transcoded["quality"], "md5" in transcoded) == ("1080p", False)


def test_an_unfinished_video_shows_neither_assets_nor_duration(caller: Caller) -> None:
    made = caller.made(9)
    caller.patch(made.url, b"abc")
    video = caller.shown(made.video_id)
    assert (video["status"], video["progress"], video["assets"], video["duration"]) == ("uploading", 0, [], 0)
    caller.patch(made.url, b"defghi", 3)
    assert caller.shown(made.video_id)["duration"] > 0


def test_a_video_has_its_links_and_stamps(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(DATA)
    video = caller.shown(made.video_id)
    short = short_id(made.video_id)
    assert video["embed_link"] == f"https://kinescope.io/embed/{short}"
    assert video["play_link"] == f"https://kinescope.io/{short}"
    assert video["hls_link"] == f"https://kinescope.io/{short}/master.m3u8"
    assert (video["project_id"], video["folder_id"]) == (emulator.project_id, None)
    for stamp in ("created_at", "updated_at"):
        assert video[stamp].endswith("Z")
        assert datetime.fromisoformat(video[stamp]).utcoffset() == timedelta()


def test_a_videos_life_takes_the_time_it_is_set_to(start: Start) -> None:
    clock = HandClock()
    caller = start(Settings(pre_processing=10, processing=20), clock)
    made = caller.made(3)
    seen = [caller.shown(made.video_id)["status"]]
    caller.patch(made.url, b"a")
    seen.append(caller.shown(made.video_id)["status"])
    caller.patch(made.url, b"bc", 1)
    for later in (0, 10, 15, 5):
        clock.now += later
        video = caller.shown(made.video_id)
        seen.append(f"{video['status']} {video['progress']} {len(video['assets'])}")
    assert seen == ["pending", "uploading", "pre-processing 0 1", "processing 0 1", "processing 75 1", "done 100 2"]


@pytest.mark.parametrize("named", [True, False])
def test_processing_can_end_in_error(caller: Caller, emulator: Emulator, named: bool) -> None:
    made = caller.made(3)
    emulator.fail_processing(made.video_id if named else None)
    caller.patch(made.url, b"abc")
    other = caller.uploaded(DATA)
    assert caller.shown(made.video_id)["status"] == "error"
    assert caller.shown(other.video_id)["status"] == "done"


def test_a_status_can_be_set_and_given_back(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(DATA)
    emulator.set_status(made.video_id, VideoStatus.PROCESSING)
    assert caller.shown(made.video_id)["status"] == "processing"
    emulator.set_status(made.video_id, None)
    assert caller.shown(made.video_id)["status"] == "done"


def test_a_complete_video_that_is_suspended_keeps_its_assets_and_duration(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(DATA)
    done = caller.shown(made.video_id)
    emulator.set_status(made.video_id, VideoStatus.SUSPENDED)
    assert caller.shown(made.video_id) == {**done, "status": "suspended"}


def test_a_corrupt_video_shows_another_md5_or_size(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(DATA)
    emulator.corrupt(made.video_id)
    assert caller.shown(made.video_id)["assets"][0]["md5"] == "0" * 32
    emulator.corrupt(made.video_id, size=7)
    original = caller.shown(made.video_id)["assets"][0]
    assert (original["file_size"], original["md5"]) == (7, hashlib.md5(DATA).hexdigest())
    assert emulator.video(made.video_id).size == len(DATA)


def test_somebody_elses_video_is_there_like_any_other(caller: Caller, emulator: Emulator) -> None:
    folder = emulator.create_folder("01")
    foreign = ForeignVideo(title="Theirs", parent_id=folder.id, filename="x.mp4", size=5, md5="f" * 32)
    fact = emulator.add_foreign_video(foreign)
    assert fact.foreign
    video = caller.shown(fact.id)
    assert (video["title"], video["folder_id"], video["status"]) == ("Theirs", folder.id, "done")
    assert (video["assets"][0]["file_size"], video["assets"][0]["md5"]) == (5, "f" * 32)
    for status in (VideoStatus.UPLOADING, VideoStatus.SUSPENDED):
        half = emulator.add_foreign_video(ForeignVideo(title="Half", status=status, description="words"))
        shown = caller.shown(half.id)
        assert (shown["status"], shown["assets"], shown["description"]) == (status, [], "words")


def test_the_texts_of_a_video_can_be_changed(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(DATA)
    changes = {"title": "Новое", "description": "words", "tags": ["a"], "privacy_type": "anywhere"}
    response = caller.request("PATCH", f"/v1/videos/{made.video_id}", json=changes)
    assert response.status_code == 200
    assert response.json()["data"] == caller.shown(made.video_id)
    fact = emulator.video(made.video_id)
    assert (fact.title, fact.description) == ("Новое", "words")


def test_a_change_does_not_move_a_video(caller: Caller, emulator: Emulator) -> None:
    made, folder = caller.uploaded(DATA), emulator.create_folder("02")
    for key in ("folder_id", "parent_id"):
        assert caller.request("PATCH", f"/v1/videos/{made.video_id}", json={key: folder.id}).is_success
    assert emulator.video(made.video_id).folder_id is None


@pytest.mark.parametrize("root", [{}, {"folder_id": None}, {"folder_id": ""}])
def test_a_video_is_moved_into_a_folder_and_to_the_root(
    caller: Caller, emulator: Emulator, root: dict[str, object]
) -> None:
    made, folder = caller.uploaded(DATA), emulator.create_folder("02")
    path, project = f"/v1/videos/{made.video_id}/move", {"project_id": emulator.project_id}
    assert caller.request("PUT", path, json={**project, "folder_id": folder.id}).status_code == 200
    assert caller.shown(made.video_id)["folder_id"] == folder.id
    assert caller.request("PUT", path, json={**project, **root}).status_code == 200
    assert caller.shown(made.video_id)["folder_id"] is None
    assert emulator.accounting.requests()[Route.MOVE] == 2


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({}, (402, 402402)),
        ({"project_id": "nonsense"}, (400, 400301)),
        ({"project_id": NOBODY}, (404, 404404)),
        ({"project_id": "folder"}, (404, 404404)),
        ({"project_id": "project", "folder_id": NOBODY}, (404, 404404)),
        ({"project_id": "project", "folder_id": "project"}, (404, 404404)),
        ({"project_id": "project", "folder_id": "nonsense"}, (400, 400301)),
        ({"project_id": "project", "folder_id": 5}, (400, 400102)),
    ],
)
def test_a_wrong_move_is_refused(
    caller: Caller, emulator: Emulator, place: dict[str, object], expected: tuple[int, int]
) -> None:
    made, folder = caller.uploaded(DATA), emulator.create_folder("02")
    ids = {"project": emulator.project_id, "folder": folder.id}
    body = {key: ids.get(str(value), value) for key, value in place.items()}
    assert error_code(caller.request("PUT", f"/v1/videos/{made.video_id}/move", json=body)) == expected
    assert emulator.video(made.video_id).folder_id is None


def test_a_video_that_is_not_there_cannot_be_moved(caller: Caller, emulator: Emulator) -> None:
    body = {"project_id": emulator.project_id}
    assert error_code(caller.request("PUT", f"/v1/videos/{NOBODY}/move", json=body)) == (404, 404404)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": ""}, (402, 402402)),
        ({"title": 5}, (400, 400102)),
        ({"description": 5}, (400, 400102)),
    ],
)
def test_a_wrong_change_is_refused(caller: Caller, changes: dict[str, object], expected: tuple[int, int]) -> None:
    made = caller.uploaded(DATA)
    assert error_code(caller.request("PATCH", f"/v1/videos/{made.video_id}", json=changes)) == expected


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_video_that_is_not_there_is_no_such_entity(caller: Caller, method: str) -> None:
    body: dict[str, object] = {"json": {}} if method == "PATCH" else {}
    assert error_code(caller.request(method, f"/v1/videos/{NOBODY}", **body)) == (404, 404404)
    assert error_code(caller.request(method, "/v1/videos/nonsense", **body)) == (400, 400301)


def test_a_deleted_video_is_gone_with_its_bytes(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(DATA)
    assert caller.request("DELETE", f"/v1/videos/{made.video_id}").status_code == 200
    assert emulator.videos() == ()
    assert not emulator.bytes_of(made.video_id).exists()
    assert caller.head(made.url).status_code == 410


def test_a_token_without_the_right_to_delete_is_denied(start: Start) -> None:
    caller = start(Settings(tokens=(Token(rights=frozenset({Right.UPLOAD})),)))
    made = caller.uploaded(DATA)
    assert error_code(caller.request("DELETE", f"/v1/videos/{made.video_id}")) == (403, 100103)
    assert len(caller.emulator.videos()) == 1


@pytest.mark.parametrize("path", ["/v1/videos", "/v1/projects", f"/v1/videos/{NOBODY}"])
def test_the_management_api_needs_a_token(caller: Caller, path: str) -> None:
    assert error_code(caller.http.get(path)) == (400, 100101)
    assert error_code(caller.http.get(path, headers={"Authorization": "Bearer x"})) == (401, 100102)


def test_the_list_of_videos_shows_them_as_they_are(caller: Caller) -> None:
    made = caller.uploaded(DATA)
    (shown,) = caller.request("GET", "/v1/videos").json()["data"]
    assert shown == caller.shown(made.video_id)


def test_a_deleted_foreign_video_is_gone(caller: Caller, emulator: Emulator) -> None:
    fact = emulator.add_foreign_video(ForeignVideo(title="Theirs"))
    assert caller.request("DELETE", f"/v1/videos/{fact.id}").status_code == 200
    assert emulator.videos() == ()


def test_a_processed_video_lasts_as_long_as_its_mp4_says(caller: Caller, emulator: Emulator) -> None:
    index_first = make_mp4(5000, seed="a", seconds=12.5)
    head, moov = index_first[:32], index_first[32:809]
    index_last = head + index_first[809:] + moov
    for content, seconds in ((index_first, 12.5), (index_last, 12.5), (DATA, 60)):
        assert caller.shown(caller.uploaded(content).video_id)["duration"] == seconds
    made = caller.uploaded(index_first)
    emulator.corrupt(made.video_id, duration=7)
    assert caller.shown(made.video_id)["duration"] == 7
    assert caller.shown(made.video_id)["assets"][0]["md5"] == hashlib.md5(index_first).hexdigest()


def test_a_duration_is_read_also_where_no_bytes_are_kept(start: Start) -> None:
    caller = start(Settings(keep_bytes=False))
    assert caller.shown(caller.uploaded(make_mp4(5000, seed="a", seconds=12.5)).video_id)["duration"] == 12.5
