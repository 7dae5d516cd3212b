import hashlib
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from emulator.conversation import NOBODY, Caller, Start, error_code
from kinescope_upload.emulator import Emulator, ForeignVideo, Right, Settings, Token, VideoStatus

DATA = bytes(range(256)) * 5


def asked(caller: Caller, video_id: str) -> dict[str, Any]:
    response = caller.request("GET", f"/v1/videos/{video_id}")
    assert response.status_code == 200
    data: dict[str, Any] = response.json()["data"]
    return data


def listed(caller: Caller, **params: str | int | list[str]) -> list[str]:
    response = caller.request("GET", "/v1/videos", params=params)
    assert response.status_code == 200, response.text
    return [video["title"] for video in response.json()["data"]]


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_complete_video_shows_the_size_and_md5_of_its_original(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(DATA, filename="lesson 1.MOV")
    original, transcoded = asked(caller, made.video_id)["assets"]
    assert original["quality"] == "original"
    assert (original["original_name"], original["file_size"]) == ("lesson 1.MOV", len(DATA))
    assert original["md5"] == emulator.video(made.video_id).md5 == hashlib.md5(DATA).hexdigest()
    assert (transcoded["quality"], "md5" in transcoded) == ("1080p", False)


def test_an_incomplete_video_shows_what_was_declared_of_its_original_and_no_md5(caller: Caller) -> None:
    made = caller.made(9)
    caller.patch(made.url, b"abc")
    video = asked(caller, made.video_id)
    assert (video["status"], video["progress"]) == ("uploading", 0)
    [original] = video["assets"]
    assert (original["file_size"], "md5" in original) == (9, False)


def test_a_video_has_its_links_and_stamps(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(DATA)
    video = asked(caller, made.video_id)
    assert video["embed_link"] == f"https://kinescope.io/embed/{made.video_id}"
    assert video["play_link"].endswith(made.video_id)
    assert video["hls_link"].startswith("https://")
    assert (video["project_id"], video["folder_id"]) == (emulator.project_id, None)
    for stamp in ("created_at", "updated_at"):
        assert video[stamp].endswith("Z")
        assert datetime.fromisoformat(video[stamp]).utcoffset() == timedelta()


def test_a_videos_life_takes_the_time_it_is_set_to(tmp_path: Path, stack: ExitStack) -> None:
    clock = HandClock()
    settings = Settings(pre_processing=10, processing=20)
    emulator = stack.enter_context(Emulator(tmp_path, settings, clock=clock))
    caller = stack.enter_context(closing(Caller(emulator)))
    made = caller.made(3)
    seen = [asked(caller, made.video_id)["status"]]
    caller.patch(made.url, b"a")
    seen.append(asked(caller, made.video_id)["status"])
    caller.patch(made.url, b"bc", 1)
    for later in (0, 10, 15, 5):
        clock.now += later
        video = asked(caller, made.video_id)
        seen.append(f"{video['status']} {video['progress']} {len(video['assets'])}")
    assert seen == ["pending", "uploading", "pre-processing 0 1", "processing 0 1", "processing 75 1", "done 100 2"]


@pytest.mark.parametrize("named", [True, False])
def test_processing_can_end_in_error(caller: Caller, emulator: Emulator, named: bool) -> None:
    made = caller.made(3)
    emulator.fail_processing(made.video_id if named else None)
    caller.patch(made.url, b"abc")
    other = caller.uploaded(DATA)
    assert asked(caller, made.video_id)["status"] == "error"
    assert asked(caller, other.video_id)["status"] == "done"


def test_a_status_can_be_set_and_given_back(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(DATA)
    emulator.set_status(made.video_id, VideoStatus.PROCESSING)
    assert asked(caller, made.video_id)["status"] == "processing"
    emulator.set_status(made.video_id, None)
    assert asked(caller, made.video_id)["status"] == "done"


def test_a_corrupt_video_shows_another_md5_or_size(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(DATA)
    emulator.corrupt(made.video_id)
    assert asked(caller, made.video_id)["assets"][0]["md5"] == "0" * 32
    emulator.corrupt(made.video_id, size=7)
    original = asked(caller, made.video_id)["assets"][0]
    assert (original["file_size"], original["md5"]) == (7, hashlib.md5(DATA).hexdigest())
    assert emulator.video(made.video_id).size == len(DATA)


def test_somebody_elses_video_is_there_like_any_other(caller: Caller, emulator: Emulator) -> None:
    folder = emulator.create_folder("01")
    foreign = ForeignVideo(title="Theirs", parent_id=folder.id, filename="x.mp4", size=5, md5="f" * 32)
    fact = emulator.add_foreign_video(foreign)
    assert fact.foreign
    video = asked(caller, fact.id)
    assert (video["title"], video["folder_id"], video["status"]) == ("Theirs", folder.id, "done")
    assert (video["assets"][0]["file_size"], video["assets"][0]["md5"]) == (5, "f" * 32)
    half = emulator.add_foreign_video(ForeignVideo(title="Half", status=VideoStatus.UPLOADING))
    assert "md5" not in asked(caller, half.id)["assets"][0]


def test_texts_and_place_of_a_video_can_be_changed(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(DATA)
    folder = emulator.create_folder("02")
    changes = {"title": "Новое", "description": "words", "folder_id": folder.id}
    response = caller.request("PATCH", f"/v1/videos/{made.video_id}", json=changes)
    assert response.status_code == 200
    fact = emulator.video(made.video_id)
    assert (fact.title, fact.description, fact.folder_id) == ("Новое", "words", folder.id)
    moved = caller.request("PATCH", f"/v1/videos/{made.video_id}", json={"parent_id": emulator.project_id})
    assert moved.json()["data"]["folder_id"] is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": ""}, (422, 402402)),
        ({"title": 5}, (400, 400102)),
        ({"folder_id": "nonsense"}, (400, 400301)),
        ({"folder_id": NOBODY}, (404, 404404)),
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
    assert error_code(caller.http.get(path)) == (401, 100101)
    assert error_code(caller.http.get(path, headers={"Authorization": "Bearer x"})) == (401, 100102)


def test_videos_are_found_by_place_status_id_and_words(caller: Caller, emulator: Emulator) -> None:
    folder = emulator.create_folder("01")
    inside = caller.uploaded(DATA, title="Inside the folder", parent_id=folder.id)
    caller.made(5, title="Outside, pending")
    started = caller.made(5, title="Outside, started")
    caller.patch(started.url, b"a")
    assert len(listed(caller, project_id=emulator.project_id)) == 3
    assert listed(caller, project_id=NOBODY) == []
    assert listed(caller, folder_id=folder.id) == ["Inside the folder"]
    assert set(listed(caller, **{"status[]": ["pending", "uploading"]})) == {"Outside, pending", "Outside, started"}
    by_id = {"video_ids[]": [inside.video_id, started.video_id]}
    assert listed(caller, order="created_at.asc", **by_id) == ["Inside the folder", "Outside, started"]
    assert len(listed(caller, q="OUTSIDE")) == 2


def test_videos_are_ordered_as_asked(caller: Caller) -> None:
    for title in ("b", "C", "a"):
        caller.made(1, title=title)
    assert listed(caller) == ["a", "C", "b"]
    assert listed(caller, order="created_at.asc") == ["b", "C", "a"]
    assert listed(caller, order="title.asc") == ["a", "b", "C"]
    assert listed(caller, order="title.desc") == ["C", "b", "a"]


def test_videos_come_in_pages(caller: Caller, emulator: Emulator) -> None:
    for number in range(45):
        emulator.add_foreign_video(ForeignVideo(title=f"{number:02}"))
    first = caller.request("GET", "/v1/videos", params={"order": "title.asc"}).json()
    assert first["meta"]["pagination"] == {"page": 1, "per_page": 20, "total": 45}
    assert len(first["data"]) == 20
    assert listed(caller, order="title.asc", page=3, per_page=20) == ["40", "41", "42", "43", "44"]
    assert listed(caller, page=4, per_page=20) == []


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"per_page": "101"}, (422, 402402)),
        ({"per_page": "0"}, (400, 400400)),
        ({"page": "first"}, (400, 400400)),
        ({"order": "size.asc"}, (400, 400400)),
        ({"order": "title.up"}, (400, 400400)),
        ({"status[]": "finished"}, (400, 400400)),
        ({"folder_id": "nonsense"}, (400, 400301)),
        ({"video_ids[]": "nonsense"}, (400, 400301)),
    ],
)
def test_a_wrong_question_is_refused(caller: Caller, params: dict[str, str], expected: tuple[int, int]) -> None:
    assert error_code(caller.request("GET", "/v1/videos", params=params)) == expected


def test_the_list_of_videos_shows_them_as_they_are(caller: Caller) -> None:
    made = caller.uploaded(DATA)
    (shown,) = caller.request("GET", "/v1/videos").json()["data"]
    assert shown == asked(caller, made.video_id)


def test_a_deleted_foreign_video_is_gone(caller: Caller, emulator: Emulator) -> None:
    fact = emulator.add_foreign_video(ForeignVideo(title="Theirs"))
    assert caller.request("DELETE", f"/v1/videos/{fact.id}").status_code == 200
    assert emulator.videos() == ()
