"""Somebody on the way answers instead of Kinescope: the line is out, however long and with whatever words."""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.emulator import Action, Fault, Link, Route
from support.auditing import FIRST, uploaded
from support.concurrency import meanwhile
from support.replacing import deleted, publish, row_of, shoot_again, undo, videos_of
from support.world import KIB, World, WorldMaker

if TYPE_CHECKING:
    from collections.abc import Iterable

_PORTAL: Final = "<html><head><title>Hotel Wi-Fi</title></head><body>Log in</body></html>"
_UPLOADER: Final = (Route.INIT, Route.HEAD, Route.PATCH, Route.OPTIONS)


def _intercept(world: World, routes: Iterable[Route], status: int, *, skip: int = 0, **headers: str) -> None:
    named = (("Server", "nginx"), *headers.items())
    for route in routes:
        here = 0 if route is Route.OPTIONS else skip
        page = Fault(
            route=route, action=Action.INTERCEPT, times=None, status=status, message=_PORTAL, headers=named, skip=here
        )
        world.emulator.faults.add(page)


def _heal_when_waiting(world: World) -> None:
    world.output.wait_for('"wait_started"')
    world.emulator.faults.clear()


@pytest.mark.parametrize("status", [200, 401, 403, 404, 410, 502])
@pytest.mark.parametrize("routes", [tuple(Route), _UPLOADER], ids=["everywhere", "uploader"])
def test_a_page_in_mid_upload_is_waited_out_and_costs_nothing(
    worlds: WorldMaker, status: int, routes: tuple[Route, ...]
) -> None:
    world = worlds("tus")
    world.fill((600 * KIB,) * 3)
    _intercept(world, routes, status, skip=3)
    with meanwhile(lambda: _heal_when_waiting(world)):
        outcome = world.upload(retries=0, jobs=1)
    assert outcome.exit_code == 0, outcome.said
    waits = outcome.events("wait_started")
    assert {wait["kind"] for wait in waits} == {"network"}
    assert f'is answered by nginx (HTTP {status}, an HTML page: "Hotel Wi-Fi")' in str(waits)
    world.assert_promise(cuts=1)


def test_a_page_instead_of_the_creation_is_waited_out(world: World) -> None:
    world.fill((300 * KIB,) * 2)
    _intercept(world, _UPLOADER, 403)
    with meanwhile(lambda: _heal_when_waiting(world)):
        outcome = world.upload(jobs=1)
    assert outcome.exit_code == 0, outcome.said
    assert outcome.summary["failures"] == []
    world.assert_promise()


_CREATION_ALONE: Final = {
    "a portal's page": Fault(route=Route.INIT, action=Action.INTERCEPT, status=403, message=_PORTAL),
    "a gateway's page": Fault(route=Route.INIT, action=Action.INTERCEPT, status=502, message=_PORTAL),
    "a gateway's page, and the video is there": Fault(route=Route.INIT, action=Action.REPLACE_ANSWER, status=504),
    "no Kinescope behind the gateway": Fault(route=Route.INIT, status=503, code=500500),
}


@pytest.mark.parametrize("dialect", ["json", pytest.param("tus", marks=pytest.mark.slow)])
@pytest.mark.parametrize("answer", _CREATION_ALONE.values(), ids=_CREATION_ALONE)
def test_what_answers_the_creation_alone_is_waited_out(worlds: WorldMaker, answer: Fault, dialect: str) -> None:
    world = worlds(dialect)
    world.fill((300 * KIB,))
    world.emulator.faults.add(replace(answer, times=3))
    outcome = world.upload(retries=1)
    assert outcome.exit_code == 0, outcome.said
    assert outcome.summary["failures"] == []
    world.assert_promise()


@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_a_page_that_stays_for_the_creation_alone_ends_the_run_and_fails_no_lesson(
    worlds: WorldMaker, dialect: str
) -> None:
    world = worlds(dialect)
    world.fill((300 * KIB,) * 2)
    _intercept(world, [Route.INIT], 403)
    outcome = world.upload(retries=1, max_outage="0.2s")
    assert outcome.exit_code == 3, outcome.said
    assert 'is answered by nginx (HTTP 403, an HTML page: "Hotel Wi-Fi") instead of Kinescope' in str(
        outcome.summary["reason"]
    )
    assert outcome.summary["failures"] == []
    world.emulator.faults.clear()
    assert world.upload().exit_code == 0
    world.assert_promise()


def test_a_page_that_stays_ends_the_run_with_everything_resumable(world: World) -> None:
    world.fill((600 * KIB,) * 3)
    _intercept(world, Route, 302, skip=4, Location="https://login.example/portal?secret")
    outcome = world.upload(max_outage="0.2s")
    assert outcome.exit_code == 3, outcome.said
    assert "by a redirect to login.example (HTTP 302)" in outcome.summary["reason"]
    assert outcome.summary["failures"] == []
    world.emulator.faults.clear()
    assert world.upload().exit_code == 0
    world.assert_promise(cuts=4)


def test_an_outage_of_the_host_of_the_uploads_is_waited_out(worlds: WorldMaker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    world = worlds("tus", upload_base=f"http://127.0.0.1:{port}")
    world.fill((300 * KIB,) * 3)

    def open_the_host() -> None:
        world.output.wait_for('"wait_started"')
        with Link(world.emulator.url, port=port):
            world.output.wait_for('"summary"')

    with meanwhile(open_the_host):
        outcome = world.upload(retries=0, jobs=1)
    assert outcome.exit_code == 0, outcome.said
    assert [wait["kind"] for wait in outcome.events("wait_started")] == ["network"]
    world.assert_promise()


def test_a_gateway_without_kinescope_fails_no_lesson(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((600 * KIB,) * 3)
    world.emulator.faults.add(Fault(route=Route.PATCH, status=503, code=500500, skip=2, times=4))
    outcome = world.upload(retries=1, jobs=1)
    assert outcome.exit_code == 0, outcome.said
    assert outcome.summary["failures"] == []
    world.assert_promise(cuts=4)


def test_a_page_for_chunks_alone_fails_no_lesson(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((600 * KIB,) * 3)
    world.emulator.faults.add(
        Fault(route=Route.PATCH, action=Action.INTERCEPT, status=502, message=_PORTAL, skip=2, times=4)
    )
    outcome = world.upload(retries=1, jobs=1)
    assert outcome.exit_code == 0, outcome.said
    assert outcome.summary["failures"] == []
    world.assert_promise(cuts=4)


@pytest.mark.parametrize(
    "answer",
    [Fault(route=Route.PATCH, status=503, code=500500, times=None), Fault(route=Route.PATCH, status=200, times=None)],
    ids=["no Kinescope behind the gateway", "no offset"],
)
def test_an_outage_behind_a_gateway_that_stays_ends_the_run(worlds: WorldMaker, answer: Fault) -> None:
    world = worlds("tus")
    world.fill((300 * KIB,) * 3)
    world.emulator.faults.add(answer)
    outcome = world.upload(retries=1, max_outage="0.2s")
    assert outcome.exit_code == 3, outcome.said
    assert outcome.summary["failures"] == []
    world.emulator.faults.clear()
    assert world.upload().exit_code == 0
    world.assert_promise(cuts=40)


def test_a_chunk_that_is_taken_without_an_offset_is_asked_for_once(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((600 * KIB,))
    world.emulator.faults.add(Fault(route=Route.PATCH, status=200, skip=1, times=2))
    outcome = world.upload(retries=0)
    assert outcome.exit_code == 0, outcome.said
    requests = [one.method for one in world.emulator.accounting.records() if one.method in {"PATCH", "HEAD"}]
    assert requests == ["PATCH", "PATCH", "HEAD", "PATCH", "HEAD", "PATCH", "PATCH"]
    world.assert_promise(cuts=2)


def test_a_host_that_never_answered_is_named_with_its_setting(world: World) -> None:
    world.fill((300 * KIB,))
    world.link.refuse()
    outcome = world.upload(max_outage="0.1s")
    assert outcome.exit_code == 3
    assert "could not be reached" in outcome.summary["reason"]
    assert "KINESCOPE_API_URL" in outcome.summary["hint"]


_OTHERS_ERROR: Final = '{"error": {"code": 404, "message": "Not Found", "status": "NOT_FOUND"}}'
_AS_JSON: Final = (("Content-Type", "application/json"),)
_LAST_ANSWER_LOST: Final = Fault(route=Route.PATCH, action=Action.LOSE_ANSWER, skip=2)


@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_json_errors_of_somebody_else_prove_no_video_absent(worlds: WorldMaker, dialect: str) -> None:
    world = worlds(dialect)
    world.fill((600 * KIB,))
    gone = Fault(route=Route.HEAD, status=404, times=None)
    told = Fault(route=Route.VIDEO_GET, action=Action.INTERCEPT, status=404, message=_OTHERS_ERROR, headers=_AS_JSON)
    world.emulator.faults.add(_LAST_ANSWER_LOST, gone, replace(told, times=5))
    outcome = world.upload(retries=1)
    assert outcome.exit_code == 0, outcome.said
    world.assert_promise()


@pytest.mark.parametrize("dialect", ["tus", "json"])
@pytest.mark.parametrize("status", [404, 410])
def test_a_front_servers_page_for_an_upload_that_is_gone_ends_in_the_complete_video(
    worlds: WorldMaker, status: int, dialect: str
) -> None:
    world = worlds(dialect)
    world.fill((600 * KIB,))
    world.emulator.faults.add(_LAST_ANSWER_LOST)
    _intercept(world, [Route.HEAD], status)
    outcome = world.upload(retries=1, max_outage="30s")
    assert outcome.exit_code == 0, outcome.said
    assert outcome.events("wait_started") == []
    world.assert_promise()


class _SaysNotFound(BaseHTTPRequestHandler):
    """A server in front that says 404 of everything by its page."""

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(404)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    do_HEAD = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        """Nobody reads it."""


def test_a_host_that_says_404_of_every_upload_is_an_outage_and_costs_no_upload_after_the_first(
    worlds: WorldMaker,
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _SaysNotFound) as front:
        serving = threading.Thread(target=front.serve_forever, args=(0.01,))
        serving.start()
        world = worlds("tus", upload_base=f"http://127.0.0.1:{front.server_port}")
        world.fill((300 * KIB,))
        outcome = world.upload(max_outage="0.3s")
        front.shutdown()
        serving.join()
    assert outcome.exit_code == 3, outcome.said
    assert outcome.summary["failures"] == []
    assert len(world.emulator.videos()) + len(world.emulator.accounting.deletions()) == 1


def test_who_answers_instead_is_said_while_a_run_waits(world: World) -> None:
    world.fill((300 * KIB,))
    _intercept(world, Route, 502)
    outcome = world.upload(max_outage="0.2s")
    (wait,) = outcome.events("wait_started")
    assert 'is answered by nginx (HTTP 502, an HTML page: "Hotel Wi-Fi") instead of Kinescope' in wait["instead"]
    assert outcome.events("wait_ended") == [], "nobody was reached again"
    assert "for 0.2 s" in outcome.summary["reason"]


_SLOW_DOWN: Final = {
    route: Fault(route=route, status=429, headers=(("Retry-After", "7200"),))
    for route in (Route.PATCH, Route.FOLDERS_LIST)
}


@pytest.mark.parametrize("answer", _SLOW_DOWN.values(), ids=_SLOW_DOWN)
def test_one_request_to_slow_down_for_hours_costs_no_lesson(world: World, answer: Fault) -> None:
    world.fill((300 * KIB,) * 2)
    world.emulator.faults.add(answer)
    outcome = world.upload(jobs=1, max_outage="0.3s")
    assert outcome.exit_code == 0, outcome.said
    assert [wait["kind"] for wait in outcome.events("wait_started")] == ["throttled"]
    world.assert_promise(cuts=1)


@pytest.mark.parametrize("answer", _SLOW_DOWN.values(), ids=_SLOW_DOWN)
def test_a_request_to_slow_down_that_outlives_max_outage_ends_the_run_and_says_until_when(
    world: World, answer: Fault
) -> None:
    world.fill((300 * KIB,) * 2)
    world.emulator.faults.add(replace(answer, times=None))
    outcome = world.upload(max_outage="0.3s")
    assert outcome.exit_code == 3, outcome.said
    assert re.search(r"asks to slow down until 20\d\d-\d\d-\d\d \d\d:\d\d UTC", outcome.summary["reason"])
    assert "--max-outage" in outcome.summary["hint"]
    assert outcome.summary["failures"] == []


def _success(route: Route, body: str = "", status: int = 200) -> Fault:
    return Fault(route=route, action=Action.INTERCEPT, status=status, message=body, headers=_AS_JSON)


_EMPTY: Final = '{"data": {}}'
_GRAPHQL: Final = '{"errors": [{"message": "x"}], "data": null}'
_LIST_WITHOUT_META: Final = '{"data": []}'


@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_a_success_of_somebody_else_creates_no_upload_and_fails_no_lesson(worlds: WorldMaker, dialect: str) -> None:
    world = worlds(dialect)
    world.fill((300 * KIB,))
    others = [_success(Route.INIT, body) for body in ("", _EMPTY, _GRAPHQL)]
    world.emulator.faults.add(_success(Route.INIT, status=204), *others)
    outcome = world.upload(retries=1)
    assert outcome.exit_code == 0, outcome.said
    assert outcome.summary["failures"] == []
    world.assert_promise()


def test_a_success_of_somebody_else_that_stays_for_the_creation_ends_the_run_and_says_so(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((300 * KIB,))
    world.emulator.faults.add(replace(_success(Route.INIT, status=204), times=None))
    outcome = world.upload(retries=1, max_outage="0.2s")
    assert outcome.exit_code == 3, outcome.said
    assert "is answered by somebody else (HTTP 204, without a body) instead" in outcome.summary["reason"]
    assert outcome.summary["failures"] == []
    world.emulator.faults.clear()
    assert world.upload().exit_code == 0
    world.assert_promise()


def test_an_upload_that_kinescope_gives_no_address_for_fails_alone(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((300 * KIB,) * 2)
    world.emulator.faults.add(Fault(route=Route.INIT, status=201))
    outcome = world.upload(jobs=1)
    assert outcome.exit_code == 1, outcome.said
    assert "created the upload and gave no address for it (201)" in outcome.summary["failures"][0]["reason"]


@pytest.mark.parametrize("body", ["", _EMPTY, _LIST_WITHOUT_META])
def test_folders_are_taken_from_kinescopes_own_list_alone(world: World, body: str) -> None:
    world.fill((300 * KIB,))
    list_of_others = _success(Route.FOLDERS_LIST, body)
    world.emulator.faults.add(replace(list_of_others, times=3))
    assert world.upload(retries=1).exit_code == 0
    world.assert_promise()


def test_a_list_of_somebody_else_that_stays_ends_the_run_and_says_so(world: World) -> None:
    world.fill((300 * KIB,))
    world.emulator.faults.add(replace(_success(Route.FOLDERS_LIST, '{"data": 5}'), times=None))
    outcome = world.upload(retries=1, max_outage="0.2s")
    assert outcome.exit_code == 3, outcome.said
    assert 'JSON of another form: "{"data": 5}") instead of Kinescope' in outcome.summary["reason"]


def test_a_list_without_end_ends_the_run_with_the_way_out(world: World) -> None:
    world.fill((300 * KIB,))
    page = '{"data": [{"id": "f", "name": "one"}], "meta": {"pagination": {"total": 3}}}'
    world.emulator.faults.add(replace(_success(Route.FOLDERS_LIST, page), times=None))
    outcome = world.upload(retries=1)
    assert outcome.exit_code == 3, outcome.said
    assert "shows the same page again and tells of 3 entries" in outcome.summary["reason"]
    assert "kupload doctor" in outcome.summary["hint"]


_NO_DELETION: Final = (_EMPTY, _LIST_WITHOUT_META, _GRAPHQL)


@pytest.mark.parametrize("body", _NO_DELETION)
def test_an_old_video_is_deleted_by_kinescope_alone(worlds: WorldMaker, body: str) -> None:
    world = worlds()
    uploaded(world)
    shoot_again(world, FIRST)
    old = row_of(world, FIRST)
    world.emulator.faults.add(replace(_success(Route.VIDEO_DELETE, body), times=2, match=old or ""))
    done = publish(world, FIRST, keep=0)
    assert done.exit_code == 0, done.said
    assert old not in videos_of(world)
    assert {line["video_id"] for line in deleted(world)} == {old}


@pytest.mark.parametrize("body", _NO_DELETION)
def test_an_unlinked_video_is_deleted_by_kinescope_alone(worlds: WorldMaker, body: str) -> None:
    world = worlds()
    uploaded(world)
    world.emulator.faults.add(replace(_success(Route.VIDEO_DELETE, body), times=2))
    done = undo(world, FIRST, delete=True)
    assert (done.unlinked, done.failed) == ((FIRST,), ())
    assert not set(done.deleted) & videos_of(world).keys()
