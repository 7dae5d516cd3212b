"""Each value of each open reading, as a caller meets it."""

from typing import Any

import httpx
import pytest

from kinescope_upload.emulator import (
    READINGS,
    Action,
    Emulator,
    Fault,
    Right,
    Route,
    Settings,
    Token,
    VideoStatus,
)
from kinescope_upload.emulator.readings import parse_readings
from support.conversation import NOBODY, Caller, Start, error_code, reading, wait_for_end_of

TUS = {"Tus-Resumable": "1.0.0"}
WEAK = Token(rights=frozenset({Right.UPLOAD}))
OTHER = "71b8f3d6-0e2a-4d59-8c47-2f9a6b5e1d03"


def values(name: str, *expected: object) -> pytest.MarkDecorator:
    """Pair each value of a reading with what is expected of it; none is left out."""
    return pytest.mark.parametrize(("value", "expected"), list(zip(READINGS[name], expected, strict=True)))


def make_folder(caller: Caller, **body: object) -> httpx.Response:
    return caller.request("POST", f"/v1/projects/{caller.emulator.project_id}/folders", json=body)


def init_json(caller: Caller, **changed: object) -> httpx.Response:
    usual = {"type": "video", "parent_id": caller.emulator.project_id, "title": "Intro", "filesize": 3}
    return caller.init_json({**usual, **changed})


def test_a_reading_is_its_first_value_unless_another_is_set() -> None:
    assert {name: Settings().reading(name) for name in READINGS} == {name: READINGS[name][0] for name in READINGS}
    assert reading("move", "both").reading("move") == "both"


@pytest.mark.parametrize(
    ("readings", "named"), [({"movement": "put"}, "root-parent"), ({"move": "post"}, "put, patch, both")]
)
def test_what_is_no_reading_is_refused_with_the_choices(readings: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Settings(readings=readings)


def test_readings_are_read_from_texts() -> None:
    assert parse_readings(["move=patch", "head=400", "move=both"]) == {"move": "both", "head": "400"}
    assert parse_readings([]) == {}


@pytest.mark.parametrize("text", ["move", "=put", "move=", "move=post", "MOVE=put"])
def test_a_text_that_is_no_reading_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"move|put"):
        parse_readings([text])


@values("root-parent", "the project", None, "nothing")
def test_a_folder_at_the_root_shows_its_parent(start: Start, value: str, expected: str | None) -> None:
    caller = start(reading("root-parent", value))
    root = caller.emulator.create_folder("01")
    below = caller.emulator.create_folder("02", root.id)
    body = caller.request("GET", f"/v1/projects/{caller.emulator.project_id}/folders").json()["data"]
    told = {folder["name"]: folder.get("parent_id", "nothing") for folder in body}
    assert told == {"01": caller.emulator.project_id if expected == "the project" else expected, "02": root.id}
    assert below.parent_id == root.id


@values("folder-parent", (402, 402402), None)
@pytest.mark.parametrize("body", [{}, {"parent_id": None}, {"parent_id": ""}])
def test_a_folder_is_made_without_parent_id(
    start: Start, value: str, expected: tuple[int, int] | None, body: dict[str, object]
) -> None:
    caller = start(reading("folder-parent", value))
    response = make_folder(caller, name="01", **body)
    if expected is not None:
        assert error_code(response) == expected
        assert caller.emulator.folders() == ()
    else:
        assert response.status_code == 200
        assert caller.emulator.folder_named("01").parent_id is None


@values("move", (True, False), (False, True), (True, True))
def test_a_video_moves_by_put_or_by_patch(start: Start, value: str, expected: tuple[bool, bool]) -> None:
    caller = start(reading("move", value))
    made, folder = caller.uploaded(b"abc"), caller.emulator.create_folder("01")
    path, place = f"/v1/videos/{made.video_id}", {"folder_id": folder.id}
    put = caller.request("PUT", f"{path}/move", json={**place, "project_id": caller.emulator.project_id})
    by_put = caller.emulator.video(made.video_id).folder_id == folder.id
    caller.emulator.change_video(made.video_id, parent_id=caller.emulator.project_id)
    assert caller.request("PATCH", path, json=place).status_code == 200
    by_patch = caller.emulator.video(made.video_id).folder_id == folder.id
    assert (by_put, by_patch) == expected
    if by_put:
        assert put.json() == {"data": {"success": True}}
    else:
        assert error_code(put) == (404, 404404)
        assert made.video_id not in put.text


@values("pending-assets", [], [{"quality": "original", "original_name": "original", "file_size": 9, "filetype": "mp4"}])
def test_an_unfinished_video_shows_its_assets(start: Start, value: str, expected: list[dict[str, Any]]) -> None:
    caller = start(reading("pending-assets", value))
    made = caller.made(9)
    assert caller.shown(made.video_id)["assets"] == expected
    caller.patch(made.url, b"abc")
    assert caller.shown(made.video_id)["assets"] == expected
    caller.patch(made.url, b"defghi", 3)
    assert "md5" in caller.shown(made.video_id)["assets"][0]


@values("original-name", "original", "original.mp4", "001.mp4")
def test_the_original_has_a_name(start: Start, value: str, expected: str) -> None:
    caller = start(reading("original-name", value))
    assert caller.shown(caller.uploaded(b"abc").video_id)["assets"][0]["original_name"] == expected


@values("originals", (["original"], ["original", "1080p"]), ([], ["1080p"]))
def test_the_original_is_kept_or_not(start: Start, value: str, expected: tuple[list[str], list[str]]) -> None:
    caller = start(reading("originals", value))
    made = caller.uploaded(b"abc")
    done = [asset["quality"] for asset in caller.shown(made.video_id)["assets"]]
    caller.emulator.set_status(made.video_id, VideoStatus.PROCESSING)
    processing = [asset["quality"] for asset in caller.shown(made.video_id)["assets"]]
    assert (processing, done) == expected


@values("broken-upload", "suspended", "uploading", "aborted")
def test_a_broken_upload_leaves_a_status(start: Start, value: str, expected: str) -> None:
    caller = start(reading("broken-upload", value))
    made = caller.broken(6, b"abc")
    shown = caller.shown(made.video_id)
    assert (shown["status"], shown["assets"], shown["duration"]) == (expected, [], 0)
    caller.patch(made.url, b"d", 3)
    assert caller.shown(made.video_id)["status"] == "uploading"
    caller.patch(made.url, b"ef", 4)
    assert caller.shown(made.video_id)["status"] == "done"


@values("suspended-upload", (200, 204), (404, 404))
def test_the_upload_url_of_a_broken_upload_takes_bytes_or_is_gone(
    start: Start, value: str, expected: tuple[int, int]
) -> None:
    caller = start(reading("suspended-upload", value))
    made = caller.broken(6, b"abc")
    assert (caller.head(made.url).status_code, caller.patch(made.url, b"def", 3).status_code) == expected
    assert caller.emulator.video(made.video_id).complete is (expected[1] == 204)


@values("validation-status", 402, 422, 400)
def test_a_validation_error_has_a_status(start: Start, value: str, expected: int) -> None:
    caller = start(reading("validation-status", value))
    assert error_code(caller.init(3, title="")) == (expected, 402402)


@values("no-token", 400, 401)
@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/videos"), ("GET", "/v1/access-tokens")])
def test_a_request_without_a_token_is_refused(start: Start, value: str, expected: int, method: str, path: str) -> None:
    caller = start(reading("no-token", value))
    assert error_code(caller.http.request(method, path)) == (expected, 100101)
    assert error_code(caller.init_with(3, {"Authorization": None})) == (expected, 100101)


@values("long-title", 140, None, 141)
@pytest.mark.parametrize("way", ["tus", "json", "change"])
def test_a_title_of_141_characters_is_cut_refused_or_kept(
    start: Start, value: str, expected: int | None, way: str
) -> None:
    caller = start(reading("long-title", value))
    long = "Ж" * 141
    if way == "change":
        made = caller.uploaded(b"abc")
        response = caller.request("PATCH", f"/v1/videos/{made.video_id}", json={"title": long})
    else:
        response = caller.init(3, title=long) if way == "tus" else init_json(caller, title=long)
    if expected is None:
        assert error_code(response) == (402, 402402)
    else:
        assert response.is_success
        assert caller.emulator.videos()[0].title == "Ж" * expected


@values("upload-token", True, False)
def test_an_upload_url_ignores_the_token_or_needs_it(start: Start, value: str, expected: bool) -> None:
    caller = start(reading("upload-token", value))
    made = caller.made(3)
    headers = {name: text for name, text in caller.patch_headers(0).items() if name != "Authorization"}
    head = caller.http.head(made.url, headers=TUS)
    wrong = caller.http.head(made.url, headers={**TUS, "Authorization": "Bearer nonsense"})
    patch = caller.http.patch(made.url, headers=headers, content=b"abc")
    if expected:
        assert [head.status_code, wrong.status_code, patch.status_code] == [200, 200, 204]
    else:
        assert [head.status_code, wrong.status_code, error_code(patch)] == [400, 401, (400, 100101)]
        assert caller.patch(made.url, b"abc").status_code == 204


@values("head", 200, 400)
def test_head_works_or_not(start: Start, value: str, expected: int) -> None:
    caller = start(reading("head", value))
    response = caller.head(caller.made(3).url)
    assert response.status_code == expected
    assert ("Upload-Offset" in response.headers) is (expected == 200)


@values("terminate", 204, 404, 405)
def test_an_upload_can_be_terminated_or_not(start: Start, value: str, expected: int) -> None:
    caller = start(reading("terminate", value))
    made = caller.made(3)
    assert caller.http.delete(made.url, headers=caller.tus).status_code == expected
    assert caller.patch(made.url, b"abc").status_code == (410 if expected == 204 else 204)


@values("expires", False, True)
def test_answers_tell_when_an_upload_expires(start: Start, value: str, expected: bool) -> None:
    caller = start(reading("expires", value))
    init = caller.init(3)
    url = init.headers["Location"]
    answers = [init, init_json(caller), caller.head(url), caller.patch(url, b"a")]
    assert ["Upload-Expires" in answer.headers for answer in answers] == [expected] * 4


def test_an_upload_can_expire_without_telling(start: Start) -> None:
    caller = start(Settings(expires_after=0))
    init = caller.init(3)
    assert "Upload-Expires" not in init.headers
    assert caller.head(init.headers["Location"]).status_code == 410


@values("options", 204, 404, 405)
def test_options_is_served_or_not(start: Start, value: str, expected: int) -> None:
    caller = start(reading("options", value))
    for path in ("/v2/init", caller.made(1).url):
        response = caller.http.options(path)
        assert (response.status_code, "Tus-Extension" in response.headers) == (expected, expected == 204)


@values("delete-unknown", 403, 404)
def test_a_token_that_may_not_delete_asks_to_delete_nothing(start: Start, value: str, expected: int) -> None:
    caller = start(Settings(tokens=(WEAK,), readings={"delete-unknown": value}))
    made = caller.uploaded(b"abc")
    assert caller.request("DELETE", f"/v1/videos/{NOBODY}").status_code == expected
    assert error_code(caller.request("DELETE", f"/v1/videos/{made.video_id}")) == (403, 100103)


@values("description", "a mark", "")
@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_a_description_given_at_init_is_kept_or_dropped(start: Start, value: str, expected: str, dialect: str) -> None:
    caller = start(reading("description", value))
    response = caller.init(3, description="a mark") if dialect == "tus" else init_json(caller, description="a mark")
    assert response.is_success
    video_id = caller.emulator.videos()[0].id
    assert caller.shown(video_id)["description"] == expected
    assert caller.request("PATCH", f"/v1/videos/{video_id}", json={"description": "later"}).is_success
    assert caller.shown(video_id)["description"] == "later"


@values("tokens", 1, 2, 403, 404)
def test_the_token_list_has_entries_or_is_refused(start: Start, value: str, expected: int) -> None:
    caller = start(reading("tokens", value))
    response = caller.request("GET", "/v1/access-tokens")
    if expected >= 400:
        assert response.status_code == expected
        return
    entries = response.json()["data"]
    assert len(entries) == expected
    assert entries[-1]["workspace_id"] == caller.emulator.workspace_id
    assert entries[-1]["scope"]["api"]["permissions"] == ["read", "write", "delete"]
    assert entries[-1]["scope"]["upload"] == {"permissions": ["write"], "entities": ["video"]}
    assert caller.emulator.token not in response.text


def permissions(caller: Caller) -> list[tuple[list[str], list[str]]]:
    scopes = [entry["scope"] for entry in caller.request("GET", "/v1/access-tokens").json()["data"]]
    return [(scope["api"]["permissions"], scope["upload"]["permissions"]) for scope in scopes]


def test_the_token_list_tells_the_rights_of_the_asking_token(start: Start) -> None:
    assert permissions(start(Settings(tokens=(WEAK,)))) == [(["read", "write"], ["write"])]


def test_several_tokens_can_differ_or_agree(start: Start) -> None:
    everything = (["read", "write", "delete"], ["write"])
    assert permissions(start(reading("tokens", "several"))) == [(["read", "write"], ["write"]), everything]
    agreeing = Settings(readings={"tokens": "several"}, other_tokens=(Token(value=OTHER),))
    assert permissions(start(agreeing)) == [everything, everything]


def test_several_tokens_can_be_of_several_workspaces(start: Start) -> None:
    other = Token(value=OTHER, workspace_id=NOBODY)
    caller = start(Settings(readings={"tokens": "several"}, other_tokens=(other,)))
    entries = caller.request("GET", "/v1/access-tokens").json()["data"]
    assert [entry["workspace_id"] for entry in entries] == [NOBODY, caller.emulator.workspace_id]


@values("not-found", True, False)
def test_what_is_not_there_is_told_in_the_envelope_or_plainly(start: Start, value: str, expected: bool) -> None:
    caller = start(reading("not-found", value))
    for response in (
        caller.request("GET", f"/v1/videos/{NOBODY}"),
        caller.init(3, parent_id=NOBODY),
        caller.request("GET", "/nowhere"),
    ):
        assert response.status_code == 404
        assert response.headers["Content-Type"].startswith("application/json") is expected
        assert ("404404" in response.text) is expected


def test_an_upload_whose_answer_was_lost_breaks(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(6)
    emulator.faults.add(Fault(route=Route.PATCH, action=Action.LOSE_ANSWER))
    with pytest.raises(httpx.TransportError):
        caller.patch(made.url, b"abc")
    wait_for_end_of(emulator, Route.PATCH)
    assert emulator.video(made.video_id).status is VideoStatus.SUSPENDED
