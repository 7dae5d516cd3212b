import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from kinescope_upload.emulator import Accounting, Action, Emulator, Fault, Route
from support.conversation import Caller
from support.systems import posix_only

SERVE = """
import sys
from pathlib import Path
from kinescope_upload.emulator import serve
serve(Path(sys.argv[1]), ready=lambda emulator: print(emulator.url, flush=True))
print("ended", flush=True)
"""


def test_every_answer_has_a_request_id_of_its_own(caller: Caller, emulator: Emulator) -> None:
    responses = [
        caller.request("GET", "/v1/projects"),
        caller.http.get("/v1/projects"),
        caller.http.get("/nowhere"),
        caller.init(3),
        caller.init(3, title=""),
        caller.head("/v2/upload/nothing"),
    ]
    ids = [response.headers["X-Request-ID"] for response in responses]
    assert len(set(ids)) == len(ids)
    assert emulator.accounting.records(Route.PROJECTS)[0].request_id == ids[0]


def test_unknown_paths_and_methods_are_refused_in_the_documented_form(caller: Caller) -> None:
    nowhere, put = caller.http.get("/nowhere"), caller.http.put("/v1/videos")
    assert (nowhere.status_code, nowhere.json()["error"]["code"]) == (404, 404404)
    assert (put.status_code, put.json()["error"]["code"]) == (400, 400405)
    assert caller.http.head("/v1/videos").status_code == 400


def test_the_log_tells_what_was_asked_and_how_it_ended(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(b"abc")
    caller.patch(made.url, b"abc", 1)
    init, patch, refused = emulator.accounting.records()
    assert (init.route, init.method, init.path, init.status) == (Route.INIT, "POST", "/v2/init", 201)
    assert (patch.route, patch.video_id, patch.status, patch.body_bytes) == (Route.PATCH, made.video_id, 204, 3)
    assert (refused.status, refused.body_bytes) == (409, 0)
    assert patch.end is not None
    assert patch.start <= patch.end
    assert emulator.accounting.requests()[Route.PATCH] == 2
    assert emulator.accounting.requests()[Route.VIDEO_LIST] == 0


def test_connections_and_bytes_are_counted(caller: Caller, emulator: Emulator) -> None:
    caller.uploaded(b"abc")
    with socket.create_connection(("127.0.0.1", emulator.port)):
        assert emulator.accounting.wait_until(lambda seen: seen.connections == 2, 10)
    assert (emulator.accounting.bytes_received, emulator.accounting.bytes_stored) == (3, 3)
    assert emulator.accounting.bytes_on_the_wire > 3


def test_waiting_for_what_does_not_happen_ends(emulator: Emulator) -> None:
    assert not emulator.accounting.wait_until(lambda seen: seen.connections == 1, 0.01)


def test_stopping_cuts_what_is_under_way_and_keeps_the_bytes(tmp_path: Path, stack: ExitStack) -> None:
    with Emulator(tmp_path) as emulator:
        caller = Caller(emulator)
        stack.callback(caller.close)
        made = caller.made(9)
        connection = stack.enter_context(caller.begin_patch(made.url, b"abc", 9))
        emulator.faults.add(Fault(route=Route.PROJECTS, action=Action.DELAY, delay=3600))
        waiting = threading.Thread(target=_expect_a_break, args=(caller,))
        waiting.start()
        emulator.accounting.wait_until(_both_have_begun, 10)
        begun = time.monotonic()
    assert time.monotonic() - begun < 5
    waiting.join(10)
    assert not waiting.is_alive()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", emulator.port))
    assert connection.recv(1) == b""
    assert emulator.bytes_of(made.video_id).read_bytes() == b"abc"


def _expect_a_break(caller: Caller) -> None:
    with pytest.raises(httpx.TransportError):
        caller.request("GET", "/v1/projects")


def _both_have_begun(seen: Accounting) -> bool:
    return seen.requests()[Route.PROJECTS] == 1 and seen.bytes_received == 3


def test_many_start_and_stop_quickly(tmp_path: Path) -> None:
    begun = time.monotonic()
    for number in range(10):
        with Emulator(tmp_path / str(number)):
            pass
    assert time.monotonic() - begun < 5


def test_a_port_can_be_chosen_and_used_again(tmp_path: Path) -> None:
    with Emulator(tmp_path) as first:
        port = first.port
    with Emulator(tmp_path, port=port) as second:
        assert second.url == f"http://127.0.0.1:{port}"
        assert httpx.get(f"{second.url}/_emulator/state", trust_env=False).status_code == 200


@posix_only("Ctrl+C is sent as a signal")
def test_serve_runs_in_the_foreground_until_ctrl_c(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx.get(f"{url}/_emulator/state", trust_env=False).status_code == 200
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=20)
    assert (rest, errors, process.returncode) == ("ended\n", "", 0)


def test_the_log_stays_quiet_when_connections_break(
    caller: Caller, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    made = caller.made(9)
    caller.begin_patch(made.url, b"abc", 9).close()
    with socket.create_connection(("127.0.0.1", emulator.port)) as nonsense:
        nonsense.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        assert nonsense.recv(100).startswith(b"HTTP/1.1 400")
    for action in (Action.DROP, Action.LOSE_ANSWER):
        emulator.faults.add(Fault(route=Route.PROJECTS, action=action))
        with pytest.raises(httpx.TransportError):
            caller.request("GET", "/v1/projects")
    assert caplog.records == []
