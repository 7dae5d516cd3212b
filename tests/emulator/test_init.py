import uuid

import pytest

from kinescope_upload.emulator import Emulator, Right, Settings, Token, VideoStatus
from support.conversation import NOBODY, Caller, HandClock, Start, error_code, metadata_header

JSON = {"type": "video", "title": "Intro", "filename": "003.mp4", "filesize": 5, "description": "first"}


def test_the_init_id_becomes_the_videos_id(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(9, title="Урок 🎬")
    (video,) = emulator.videos()
    assert (video.id, video.title, video.size, video.status) == (made.video_id, "Урок 🎬", 9, VideoStatus.PENDING)


def test_a_second_init_with_a_taken_id_is_refused_as_already_existing(caller: Caller) -> None:
    made = caller.made(9)
    again = caller.init(9, init_id=made.video_id)
    assert again.status_code == 400
    assert again.json()["error"] | {"detail": ""} == {"code": 400419, "message": "already exists", "detail": ""}


def test_the_video_lands_in_the_folder_that_parent_id_names(caller: Caller, emulator: Emulator) -> None:
    folder = emulator.create_folder("01_analytics")
    caller.made(9, parent_id=folder.id)
    assert emulator.videos()[0].folder_id == folder.id
    assert emulator.videos()[0].project_id == emulator.project_id


def test_the_location_is_absolute_and_goes_the_way_the_request_came(caller: Caller) -> None:
    location = caller.init(9).headers["Location"]
    assert location.startswith(caller.base_url + "/v2/upload/")


def test_the_location_can_be_relative(start: Start) -> None:
    caller = start(Settings(absolute_location=False))
    response = caller.init(3)
    assert response.headers["Location"].startswith("/v2/upload/")
    assert caller.offset(str(response.url.join(response.headers["Location"]))) == 0


def test_the_location_can_be_on_another_host(start: Start) -> None:
    caller = start(Settings(upload_base="http://localhost:1234/"))
    assert caller.init(3).headers["Location"].startswith("http://localhost:1234/v2/upload/")


def test_an_empty_video_is_complete_at_once(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(0)
    assert emulator.video(made.video_id).complete
    assert emulator.video(made.video_id).md5 == "d41d8cd98f00b204e9800998ecf8427e"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Authorization": None}, (400, 100101)),
        ({"Authorization": "Bearer 00000000-0000-0000-0000-000000000000"}, (401, 100102)),
        ({"Authorization": "Basic abc"}, (401, 100102)),
        ({"X-Workspace-ID": None}, (400, 400400)),
        ({"X-Workspace-ID": "nonsense"}, (400, 400301)),
        ({"X-Workspace-ID": NOBODY}, (403, 100103)),
        ({"Tus-Resumable": None}, (400, 400400)),
    ],
)
def test_a_wrong_header_is_refused_with_its_code(
    caller: Caller, headers: dict[str, str | None], expected: tuple[int, int]
) -> None:
    assert error_code(caller.init_with(9, headers)) == expected


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Length": None}, 400),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "many"}, 400),
        ({"Upload-Defer-Length": "1"}, 400),
        ({"Upload-Length": None, "Upload-Defer-Length": "1"}, 400),
        ({"Upload-Metadata": None}, 400),
        ({"Upload-Metadata": "title  YQ=="}, 400),
        ({"Upload-Metadata": "title nonsense!"}, 400),
    ],
)
def test_what_is_against_the_tus_protocol_is_refused(
    caller: Caller, emulator: Emulator, headers: dict[str, str | None], status: int
) -> None:
    response = caller.init_with(9, headers)
    assert response.status_code == status
    assert response.headers["Tus-Resumable"] == "1.0.0"
    assert emulator.videos() == ()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"parent_id": "nonsense"}, (400, 400301)),
        ({"parent_id": NOBODY}, (404, 404404)),
        ({"parent_id": ""}, (402, 402402)),
        ({"init_id": "nonsense"}, (400, 400301)),
        ({"init_id": "{00000000-0000-0000-0000-00000000000a}"}, (400, 400301)),
        ({"type": "audio"}, (400, 400400)),
        ({"title": ""}, (402, 402402)),
        ({"filesize": "8"}, (400, 400400)),
    ],
)
def test_wrong_metadata_is_refused_with_its_code(
    caller: Caller, emulator: Emulator, changed: dict[str, str], expected: tuple[int, int]
) -> None:
    assert error_code(caller.init(9, **changed)) == expected
    assert emulator.videos() == ()


def test_without_an_init_id_the_server_chooses(caller: Caller, emulator: Emulator) -> None:
    pairs = caller.pairs(9)
    del pairs["init_id"]
    assert caller.init_with(9, {"Upload-Metadata": metadata_header(pairs)}).status_code == 201
    assert str(uuid.UUID(emulator.videos()[0].id)) == emulator.videos()[0].id


def test_a_token_without_the_right_to_upload_is_denied(start: Start) -> None:
    caller = start(Settings(tokens=(Token(rights=frozenset({Right.DELETE})),)))
    assert error_code(caller.init(9)) == (403, 100103)
    assert error_code(caller.init_json({**JSON, "parent_id": caller.emulator.project_id})) == (403, 100103)


def test_what_is_too_large_for_the_plan_is_refused(start: Start) -> None:
    caller = start(Settings(max_size=8))
    assert caller.init(9).status_code == 413
    assert caller.init(8).status_code == 201


def test_the_json_dialect_answers_with_id_and_endpoint(caller: Caller, emulator: Emulator) -> None:
    response = caller.init_json({**JSON, "parent_id": emulator.project_id, "client_ip": "127.0.0.1", "preview": ""})
    assert response.status_code == 201
    data = response.json()["data"]
    (video,) = emulator.videos()
    assert (video.id, video.title, video.filename, video.size) == (data["id"], "Intro", "003.mp4", 5)
    assert video.description == "first"
    assert caller.patch(data["endpoint"], b"abcde").status_code == 204


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", (400, 400101)),
        ([], (400, 400102)),
        ({**JSON, "filesize": "5"}, (400, 400102)),
        ({**JSON, "filesize": True}, (400, 400102)),
        ({**JSON, "title": 5}, (400, 400102)),
        ({**JSON}, (402, 402402)),
        ({**JSON, "parent_id": "nonsense"}, (400, 400301)),
        ({**JSON, "parent_id": NOBODY}, (404, 404404)),
        ({**JSON, "type": "audio", "parent_id": "x"}, (400, 400400)),
        ({**JSON, "filesize": -5, "parent_id": NOBODY}, (402, 402402)),
    ],
)
def test_a_wrong_json_body_is_refused_with_its_code(
    caller: Caller, emulator: Emulator, body: object, expected: tuple[int, int]
) -> None:
    assert error_code(caller.init_json(body)) == expected
    assert emulator.videos() == ()


@pytest.mark.parametrize(("value", "statuses"), [("free", [201]), ("late", [400, 400, 201]), ("taken", [400] * 3)])
def test_the_id_of_a_deleted_video_is_free_at_once_or_late_or_never(
    start: Start, value: str, statuses: list[int]
) -> None:
    clock = HandClock()
    caller = start(Settings(readings={"deleted-id": value}, deleted_id_lingers=10), clock)
    made = caller.uploaded(b"abc")
    assert caller.request("DELETE", f"/v1/videos/{made.video_id}").is_success
    assert caller.request("GET", f"/v1/videos/{made.video_id}").status_code == 404
    assert caller.listed() == []
    answers = []
    for later in (0, 9.5, 0.5)[: len(statuses)]:
        clock.now += later
        answers.append(caller.init(9, init_id=made.video_id))
    assert [answer.status_code for answer in answers] == statuses
    assert all(answer.status_code == 201 or error_code(answer) == (400, 400419) for answer in answers)


def test_a_deleted_id_is_free_at_once_by_default(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(b"old bytes")
    emulator.delete_video(made.video_id)
    again = caller.uploaded(b"new", init_id=made.video_id)
    assert emulator.bytes_of(again.video_id).read_bytes() == b"new"
    assert caller.head(made.url).status_code == 410
    assert caller.offset(again.url) == 3
