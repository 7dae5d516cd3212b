import pytest

from kinescope_upload.emulator import Action, Emulator, Fault, Route
from kinescope_upload.emulator.faults import fault_from_json, fault_to_json
from support.conversation import NOBODY, Caller


def command(caller: Caller, name: str, /, **data: object) -> object:
    response = caller.http.post(f"/_emulator/{name}", json=data)
    assert response.status_code == 200, response.text
    return response.json()["data"]


def test_a_fault_survives_json() -> None:
    headers = (("Retry-After", "7"),)
    fault = Fault(route=Route.PATCH, action=Action.PARTIAL, times=None, keep=5, headers=headers, code=100106)
    assert fault_from_json(fault_to_json(fault)) == fault


def test_faults_are_switched_over_http(caller: Caller, emulator: Emulator) -> None:
    fault = Fault(route=Route.PROJECTS, status=503, times=None)
    response = caller.http.post("/_emulator/faults", json={"route": "projects", "status": 503, "times": None})
    assert emulator.faults.active() == (fault,)
    assert response.json()["data"] == caller.http.get("/_emulator/faults").json()["data"] == [fault_to_json(fault)]
    assert caller.request("GET", "/v1/projects").status_code == 503
    assert caller.http.delete("/_emulator/faults").json() == {"data": []}
    assert caller.request("GET", "/v1/projects").status_code == 200


@pytest.mark.parametrize(
    "fault",
    [{}, {"route": "nowhere"}, {"route": "patch", "action": "explode"}, {"route": "patch", "colour": "red"}, []],
)
def test_a_fault_that_makes_no_sense_is_refused(caller: Caller, emulator: Emulator, fault: object) -> None:
    assert caller.http.post("/_emulator/faults", json=fault).status_code == 400
    assert emulator.faults.active() == ()


def test_the_state_is_told_over_http(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(b"abc", title="Урок")
    state = caller.http.get("/_emulator/state").json()
    (video,) = state["videos"]
    assert (video["id"], video["title"], video["status"]) == (made.video_id, "Урок", "done")
    assert (state["bytes_received"], state["bytes_stored"]) == (3, 3)
    assert (state["requests"]["init"], state["requests"]["patch"]) == (1, 1)
    assert state["tokens"][0]["value"] == emulator.token
    assert state["projects"][0]["id"] == emulator.project_id


def test_everything_can_be_done_over_http(caller: Caller, emulator: Emulator) -> None:
    folder = command(caller, "create_folder", name="01")
    assert isinstance(folder, dict)
    foreign = command(caller, "add_foreign_video", title="Theirs", parent_id=folder["id"], size=5, status="uploading")
    assert isinstance(foreign, dict)
    assert emulator.video(foreign["id"]).folder_id == emulator.folder_named("01").id
    command(caller, "fail_processing")
    failed = caller.uploaded(b"abc")
    assert emulator.video(failed.video_id).status == "error"
    command(caller, "set_status", video_id=failed.video_id, status="done")
    assert emulator.video(failed.video_id).status == "done"
    command(caller, "corrupt", video_id=failed.video_id, size=1)
    shown = caller.request("GET", f"/v1/videos/{failed.video_id}").json()["data"]
    assert shown["assets"][0]["file_size"] == 1
    begun = caller.made(3)
    command(caller, "expire_upload", video_id=begun.video_id)
    assert caller.head(begun.url).status_code == 410
    command(caller, "delete_video", video_id=begun.video_id)
    assert begun.video_id not in {video.id for video in emulator.videos()}


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("expire_upload", {"video_id": "nobody"}, 400),
        ("expire_upload", {}, 400),
        ("set_status", {"video_id": NOBODY, "status": "done"}, 404),
        ("explode", {}, 404),
    ],
)
def test_a_command_that_makes_no_sense_is_refused(caller: Caller, name: str, data: dict[str, str], status: int) -> None:
    assert caller.http.post(f"/_emulator/{name}", json=data).status_code == status


def test_looking_for_what_is_not_there_is_an_error(emulator: Emulator) -> None:
    with pytest.raises(LookupError):
        emulator.video("nobody")
    with pytest.raises(LookupError):
        emulator.folder_named("nowhere")
