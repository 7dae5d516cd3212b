import httpx
import pytest

from kinescope_upload.emulator import (
    Action,
    Emulator,
    Fault,
    Faults,
    Route,
    Settings,
    VideoStatus,
)
from support.conversation import Caller, Start, error_code

DATA = b"0123456789"


def get_projects(caller: Caller) -> int:
    return caller.request("GET", "/v1/projects").status_code


def test_a_fault_hits_as_many_requests_as_it_says_after_those_it_skips(caller: Caller, emulator: Emulator) -> None:
    emulator.faults.add(Fault(route=Route.PROJECTS, status=503, times=2, skip=1))
    assert [get_projects(caller) for _ in range(5)] == [200, 503, 503, 200, 200]
    assert emulator.faults.active() == ()


def test_a_fault_without_end_hits_until_it_is_cleared(caller: Caller, emulator: Emulator) -> None:
    emulator.faults.add(Fault(route=Route.PROJECTS, status=503, times=None))
    assert [get_projects(caller) for _ in range(3)] == [503, 503, 503]
    emulator.faults.clear()
    assert get_projects(caller) == 200


def test_faults_are_used_up_in_their_order(caller: Caller, emulator: Emulator) -> None:
    faults = [Fault(route=Route.PROJECTS, status=status) for status in (500, 502)]
    emulator.faults.add(*faults)
    assert [get_projects(caller) for _ in range(3)] == [500, 502, 200]


def test_a_fault_answers_with_code_and_headers(caller: Caller, emulator: Emulator) -> None:
    headers = (("Retry-After", "7"),)
    emulator.faults.add(Fault(route=Route.INIT, status=429, headers=headers))
    emulator.faults.add(Fault(route=Route.INIT, status=402, code=100106, message="limit reached"))
    throttled = caller.init(3)
    assert (throttled.status_code, throttled.headers["Retry-After"]) == (429, "7")
    assert error_code(caller.init(3)) == (402, 100106)
    assert emulator.videos() == ()


def test_a_fault_can_concern_one_video(caller: Caller, emulator: Emulator) -> None:
    first, second = caller.made(3, title="First"), caller.made(3, title="Second")
    emulator.faults.add(Fault(route=Route.HEAD, status=400, times=None, match="Sec"))
    emulator.faults.add(Fault(route=Route.PATCH, status=460, times=None, match=first.video_id))
    assert [caller.head(made.url).status_code for made in (first, second)] == [200, 400]
    assert [caller.patch(made.url, b"abc").status_code for made in (first, second)] == [460, 204]


@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_a_fault_of_init_matches_the_title_asked_for(caller: Caller, emulator: Emulator, dialect: str) -> None:
    emulator.faults.add(Fault(route=Route.INIT, status=500, times=None, match="wrong"))  # no id has such letters

    def init(title: str) -> int:
        if dialect == "tus":
            return caller.init(3, title=title).status_code
        body = {"type": "video", "parent_id": emulator.project_id, "title": title, "filesize": 3}
        return caller.init_json(body).status_code

    assert [init("wrong one") // 100, init("good one") // 100] == [5, 2]


ROUTES = {
    Route.INIT: ("POST", "/v2/init"),
    Route.VIDEO_GET: ("GET", "/v1/videos/{video}"),
    Route.VIDEO_LIST: ("GET", "/v1/videos"),
    Route.VIDEO_UPDATE: ("PATCH", "/v1/videos/{video}"),
    Route.VIDEO_DELETE: ("DELETE", "/v1/videos/{video}"),
    Route.PROJECTS: ("GET", "/v1/projects"),
    Route.FOLDERS_LIST: ("GET", "/v1/projects/{project}/folders"),
    Route.FOLDERS_CREATE: ("POST", "/v1/projects/{project}/folders"),
    Route.HEAD: ("HEAD", "{url}"),
    Route.PATCH: ("PATCH", "{url}"),
    Route.TERMINATE: ("DELETE", "{url}"),
    Route.OPTIONS: ("OPTIONS", "/v2/init"),
    Route.MOVE: ("PUT", "/v1/videos/{video}/move"),
    Route.ACCESS_TOKENS: ("GET", "/v1/access-tokens"),
}


@pytest.mark.parametrize("route", list(Route))
@pytest.mark.parametrize("action", [Action.ANSWER, Action.DROP, Action.LOSE_ANSWER, Action.LATE_WORK])
def test_every_route_can_go_wrong(caller: Caller, emulator: Emulator, route: Route, action: Action) -> None:
    made = caller.made(3)
    method, path = ROUTES[route]
    target = path.format(video=made.video_id, project=emulator.project_id, url=made.url)
    emulator.faults.add(Fault(route=route, action=action, status=502))
    if action is Action.ANSWER:
        assert caller.request(method, target, headers=caller.tus).status_code == 502
    else:
        with pytest.raises(httpx.TransportError):
            caller.request(method, target, headers=caller.tus)
    assert emulator.faults.active() == ()
    assert emulator.accounting.requests()[route] >= 1


def test_the_management_api_refuses_options_and_somebody_else_may_answer_it(caller: Caller, emulator: Emulator) -> None:
    emulator.faults.add(Fault(route=Route.OPTIONS, action=Action.INTERCEPT, status=200))
    assert caller.request("OPTIONS", "/v1/videos").status_code == 200
    refused = caller.request("OPTIONS", "/v1/videos")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, 400405)


def test_a_lost_answer_to_init_leaves_the_video(caller: Caller, emulator: Emulator) -> None:
    emulator.faults.add(Fault(route=Route.INIT, action=Action.LOSE_ANSWER))
    with pytest.raises(httpx.TransportError):
        caller.init(3)
    assert emulator.videos()[0].status is VideoStatus.PENDING
    assert emulator.accounting.records(Route.INIT)[0].status is None


def test_late_work_is_done_once_the_connection_has_ended(caller: Caller, emulator: Emulator) -> None:
    emulator.faults.add(Fault(route=Route.INIT, action=Action.LATE_WORK, delay=0.2))
    with pytest.raises(httpx.TransportError):
        caller.init_json({"type": "video", "parent_id": emulator.project_id, "title": "Late", "filesize": 3})
    assert emulator.videos() == ()
    assert emulator.accounting.wait_until(lambda seen: seen.records(Route.INIT)[0].video_id is not None, 10)
    [video] = emulator.videos()
    assert (video.title, video.status) == ("Late", VideoStatus.PENDING)
    assert emulator.accounting.records(Route.INIT)[0].status is None


def test_late_work_of_a_patch_is_none(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(len(DATA))
    emulator.faults.add(Fault(route=Route.PATCH, action=Action.LATE_WORK))
    with pytest.raises(httpx.TransportError):
        caller.patch(made.url, DATA)
    assert caller.offset(made.url) == 0


def test_an_answer_can_be_replaced_although_the_work_is_done(caller: Caller, emulator: Emulator) -> None:
    emulator.faults.add(Fault(route=Route.INIT, action=Action.REPLACE_ANSWER, status=503))
    assert caller.init(3).status_code == 503
    assert emulator.videos()[0].status is VideoStatus.PENDING
    assert emulator.accounting.records(Route.INIT)[0].status == 503


def test_somebody_on_the_way_may_answer(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(len(DATA))
    for route in (Route.PATCH, Route.INIT):
        page = Fault(route=route, action=Action.INTERCEPT, status=200, message="<p>Log in</p>")
        emulator.faults.add(page)
    for answer in (caller.patch(made.url, DATA), caller.init(3)):
        assert (answer.status_code, answer.text) == (200, "<p>Log in</p>")
        assert answer.headers["Content-Type"].startswith("text/html")
        assert not {"Tus-Resumable", "X-Request-ID"} & set(answer.headers)
    assert caller.offset(made.url) == 0
    assert len(emulator.videos()) == 1


def test_a_lost_answer_to_a_patch_leaves_the_bytes(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(len(DATA))
    emulator.faults.add(Fault(route=Route.PATCH, action=Action.LOSE_ANSWER))
    with pytest.raises(httpx.TransportError):
        caller.patch(made.url, DATA)
    assert emulator.video(made.video_id).complete
    assert caller.offset(made.url) == len(DATA)


def test_a_lost_refusal_is_lost_as_well(caller: Caller, emulator: Emulator) -> None:
    emulator.faults.add(Fault(route=Route.INIT, action=Action.LOSE_ANSWER))
    with pytest.raises(httpx.TransportError):
        caller.init(3, title="")
    assert emulator.videos() == ()


def test_a_dropped_init_makes_nothing(caller: Caller, emulator: Emulator) -> None:
    emulator.faults.add(Fault(route=Route.INIT, action=Action.DROP))
    with pytest.raises(httpx.TransportError):
        caller.init(3)
    assert emulator.videos() == ()


@pytest.mark.parametrize("keep", [0, 4])
def test_a_dropped_patch_keeps_what_it_is_told_to(caller: Caller, emulator: Emulator, keep: int) -> None:
    made = caller.made(len(DATA))
    emulator.faults.add(Fault(route=Route.PATCH, action=Action.DROP, keep=keep))
    with pytest.raises(httpx.TransportError):
        caller.patch(made.url, DATA)
    assert caller.offset(made.url) == keep


def test_a_patch_can_fail_half_way(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(len(DATA))
    emulator.faults.add(Fault(route=Route.PATCH, action=Action.PARTIAL, keep=4, status=500))
    assert caller.patch(made.url, DATA).status_code == 500
    assert caller.offset(made.url) == 4
    assert emulator.bytes_of(made.video_id).read_bytes() == DATA[:4]


def test_a_patch_can_be_taken_in_part_and_say_so(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(len(DATA))
    emulator.faults.add(Fault(route=Route.PATCH, action=Action.PARTIAL, keep=4, status=204))
    response = caller.patch(made.url, DATA)
    assert (response.status_code, response.headers["Upload-Offset"]) == (204, "4")
    assert caller.patch(made.url, DATA[4:], 4).headers["Upload-Offset"] == "10"


def test_a_patch_can_be_taken_in_part_and_lie_about_it(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(len(DATA))
    emulator.faults.add(Fault(route=Route.PATCH, action=Action.LIE, keep=4))
    response = caller.patch(made.url, DATA)
    assert (response.status_code, response.headers["Upload-Offset"]) == (204, "10")
    assert caller.offset(made.url) == 4
    assert emulator.video(made.video_id).status is VideoStatus.UPLOADING


def test_an_offset_can_be_made_up_by_headers(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(len(DATA))
    headers = (("Upload-Offset", "8"),)
    emulator.faults.add(Fault(route=Route.PATCH, status=409, headers=headers))
    emulator.faults.add(Fault(route=Route.PATCH, status=409))
    told, untold = caller.patch(made.url, DATA), caller.patch(made.url, DATA)
    assert told.headers["Upload-Offset"] == "8"
    assert "Upload-Offset" not in untold.headers


@pytest.mark.parametrize("status", [410, 404])
def test_an_upload_can_expire_after_some_bytes(start: Start, status: int) -> None:
    caller = start(Settings(gone_status=status))
    made = caller.made(len(DATA))
    caller.emulator.faults.add(Fault(route=Route.PATCH, action=Action.EXPIRE, keep=6))
    assert caller.patch(made.url, DATA[:5]).status_code == 204
    assert caller.patch(made.url, DATA[5:], 5).status_code == status
    assert caller.head(made.url).status_code == status
    assert caller.emulator.bytes_of(made.video_id).read_bytes() == DATA[:6]


def test_a_delayed_request_is_done_all_the_same(caller: Caller, emulator: Emulator) -> None:
    emulator.faults.add(Fault(route=Route.PROJECTS, action=Action.DELAY, delay=0.01))
    assert get_projects(caller) == 200
    (record,) = emulator.accounting.records(Route.PROJECTS)
    assert record.end is not None
    assert record.end - record.start >= 0.009


def test_an_answer_without_a_body_can_be_prescribed(caller: Caller, emulator: Emulator) -> None:
    emulator.faults.add(Fault(route=Route.PROJECTS, status=204))
    assert get_projects(caller) == 204


def test_a_fault_not_matched_is_not_used_up() -> None:
    faults = Faults()
    faults.add(Fault(route=Route.HEAD, match="other"), Fault(route=Route.HEAD, skip=1))
    assert faults.take(Route.PATCH, ("title",)) is None
    assert faults.take(Route.HEAD, ("title",)) is None
    assert faults.take(Route.HEAD, ("title",)) == Fault(route=Route.HEAD)
    assert faults.active() == (Fault(route=Route.HEAD, match="other"),)


def test_a_large_patch_can_be_dropped_in_its_middle(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(20_000_000)
    emulator.faults.add(Fault(route=Route.PATCH, action=Action.DROP, keep=3_000_000))
    with pytest.raises(httpx.TransportError):
        caller.patch(made.url, bytes(20_000_000))
    assert caller.offset(made.url) == 3_000_000
