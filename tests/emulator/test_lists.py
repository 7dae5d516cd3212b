"""`GET /v1/videos`: filters, words, orders, pages."""

import pytest

from kinescope_upload.emulator import Emulator, ForeignVideo, Settings, VideoStatus
from support.conversation import NOBODY, Caller, HandClock, Start, error_code

DATA = bytes(range(256)) * 5


def add(emulator: Emulator, title: str, description: str = "", status: VideoStatus = VideoStatus.DONE) -> str:
    return emulator.add_foreign_video(ForeignVideo(title=title, description=description, status=status)).id


def test_videos_are_found_by_place_status_id_and_words(caller: Caller, emulator: Emulator) -> None:
    folder = emulator.create_folder("01")
    inside = caller.uploaded(DATA, title="Inside the folder", parent_id=folder.id)
    caller.made(5, title="Outside, pending")
    started = caller.made(5, title="Outside, started")
    caller.patch(started.url, b"a")
    assert len(caller.listed(project_id=emulator.project_id)) == 3
    assert caller.listed(project_id=NOBODY) == []
    assert caller.listed(folder_id=folder.id) == ["Inside the folder"]
    assert set(caller.listed(**{"status[]": ["pending", "uploading"]})) == {"Outside, pending", "Outside, started"}
    by_id = {"video_ids[]": [inside.video_id, started.video_id]}
    assert caller.listed(order="created_at.asc", **by_id) == ["Inside the folder", "Outside, started"]
    assert len(caller.listed(q="OUTSIDE")) == 2


def test_videos_in_no_folder_are_found(caller: Caller, emulator: Emulator) -> None:
    folder = emulator.create_folder("01")
    caller.made(5, title="Inside", parent_id=folder.id)
    caller.made(5, title="Outside")
    assert caller.listed(without_folder="true") == ["Outside"]
    assert len(caller.listed(without_folder="false")) == 2


def test_suspended_videos_are_found_by_their_status(caller: Caller) -> None:
    caller.broken(5)
    assert caller.listed(**{"status[]": "suspended"}) == ["Введение"]


@pytest.mark.parametrize(
    ("value", "found_after"), [("at-once", [True, True]), ("late", [False, True]), ("never", [False, False])]
)
def test_words_find_a_description_at_once_or_late_or_never(start: Start, value: str, found_after: list[bool]) -> None:
    clock = HandClock()
    caller = start(Settings(readings={"search": value}, search_lag=10), clock)
    made = caller.made(5, title="Lesson", description="a mark of ours")
    found = [caller.listed(q="MARK of") == ["Lesson"]]
    clock.now += 10
    found.append(caller.listed(q="MARK of") == ["Lesson"])
    assert found == found_after
    assert caller.listed(q="lesson") == ["Lesson"]
    assert caller.request("PATCH", f"/v1/videos/{made.video_id}", json={"description": "another"}).is_success
    assert caller.listed(q="mark") == []
    assert (caller.listed(q="another") == ["Lesson"]) is found_after[0]


def test_videos_are_ordered_by_title_and_time(caller: Caller) -> None:
    for title in ("b", "C", "a"):
        caller.made(1, title=title)
    assert caller.listed() == ["a", "C", "b"]
    assert caller.listed(order="created_at.asc") == ["b", "C", "a"]
    assert caller.listed(order="title.asc") == ["a", "b", "C"]
    assert caller.listed(order="title.desc") == ["C", "b", "a"]


def test_videos_are_ordered_by_description_duration_and_change(caller: Caller, emulator: Emulator) -> None:
    first = add(emulator, "first", "2")
    add(emulator, "second", "1", VideoStatus.UPLOADING)
    assert caller.listed(order="description.asc") == ["second", "first"]
    assert caller.listed(order="duration.asc") == ["second", "first"]
    assert caller.listed(order="duration.desc") == ["first", "second"]
    assert caller.listed(order="updated_at.desc") == ["second", "first"]
    emulator.change_video(first, title="first, changed")
    assert caller.listed(order="updated_at.desc") == ["first, changed", "second"]


def test_the_first_of_several_orders_weighs_most(caller: Caller, emulator: Emulator) -> None:
    for title, description in (("b", "9"), ("a", "2"), ("a", "3"), ("c", "2")):
        add(emulator, title, description)
    assert caller.listed(order="description.asc,title.desc") == ["c", "a", "a", "b"]
    by_title = caller.request("GET", "/v1/videos", params={"order": "title.asc,description.desc"}).json()["data"]
    shown = [video["title"] + video["description"] for video in by_title]
    assert shown == ["a3", "a2", "b9", "c2"]


def test_videos_come_in_pages(caller: Caller, emulator: Emulator) -> None:
    for number in range(45):
        add(emulator, f"{number:02}")
    first = caller.request("GET", "/v1/videos", params={"order": "title.asc"}).json()
    assert first["meta"]["pagination"] == {"page": 1, "per_page": 10, "total": 45}
    assert len(first["data"]) == 10
    assert caller.listed(order="title.asc", page=3, per_page=20) == ["40", "41", "42", "43", "44"]
    assert caller.listed(page=4, per_page=20) == []
    assert len(caller.listed(per_page=100)) == 45


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"per_page": "101"}, (402, 402402)),
        ({"per_page": "0"}, (400, 400400)),
        ({"page": "first"}, (400, 400400)),
        ({"order": "size.asc"}, (400, 400216)),
        ({"order": "title.asc,size.asc"}, (400, 400216)),
        ({"order": "title.up"}, (400, 400216)),
        ({"order": "title"}, (400, 400216)),
        ({"order": ""}, (400, 400216)),
        ({"status[]": "finished"}, (400, 400400)),
        ({"without_folder": "perhaps"}, (400, 400400)),
        ({"folder_id": "nonsense"}, (400, 400301)),
        ({"video_ids[]": "nonsense"}, (400, 400301)),
    ],
)
def test_a_wrong_question_is_refused(caller: Caller, params: dict[str, str], expected: tuple[int, int]) -> None:
    assert error_code(caller.request("GET", "/v1/videos", params=params)) == expected
