"""The page's server on a real socket: who is let in, what is told, and what the buttons do."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.display.collector import Collector
from kinescope_upload.errors import UsageError
from kinescope_upload.events import LessonSkipped, Warned
from kinescope_upload.monitor.web.access import address_of, digest_of, new_token
from kinescope_upload.monitor.web.server import PageServer
from kinescope_upload.monitor.web.watched import Watched
from kinescope_upload.monitor.wishes import StopWish
from kinescope_upload.monitor.wishes_file import add_wish, read_wishes
from kinescope_upload.policy.pacing import LONGEST_PAUSE
from kinescope_upload.progress import ProgressStore, stop_is_asked
from support.display_cases import FakeTime
from support.monitored import COURSE, a_run
from support.paged import BEFORE_THE_END, THE_REST, TIMEOUT, a_paged_run, events_of, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.paged import Paged

POSTS = ("/pause", "/resume", "/stop", "/address")


@pytest.fixture
def paged(tmp_path: Path) -> Iterator[Paged]:
    with a_paged_run(tmp_path) as paged:
        yield paged


def _wished(paged: Paged) -> float | None:
    wish = read_wishes(paged.progress, a_run().name).pause
    return wish.seconds if wish else None


def test_the_address_gives_a_cookie_once_and_takes_the_token_out_of_sight(paged: Paged) -> None:
    with paged.browser() as browser, paged.browser() as late:
        entered = paged.enter(browser, paged.page.address)
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        cookie = entered.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        page = browser.get("/")
        assert (page.status_code, "Files in hand" in page.text) == (200, True)
        for again in (late.get(paged.page.address), paged.enter(late, paged.page.address)):
            assert (again.status_code, "used already" in again.text) == (403, True)
        assert browser.get(paged.page.address).headers["location"] == "/"


def test_to_look_at_an_address_uses_nothing_up(paged: Paged) -> None:
    with paged.browser() as scanner, paged.browser() as browser:
        assert scanner.head(paged.page.address).status_code == 200
        looked = scanner.get(paged.page.address)
        assert (looked.status_code, "set-cookie" in looked.headers) == (200, False)
        assert '<form method="post" action="/">' in looked.text
        assert scanner.get("/").status_code == 403
        assert paged.enter(browser, paged.page.address).status_code == 303


def test_a_form_that_means_nothing_lets_nobody_in(paged: Paged) -> None:
    with paged.browser() as browser:
        for body in (b"", b"token=", b"token=a&token=b", b"\xff", b"x" * 5000):
            assert browser.post("/", content=body).status_code == 403


def test_who_may_write_to_the_progress_folder_gives_a_further_address_whose_token_is_not_there(paged: Paged) -> None:
    token = new_token()
    add_wish(paged.progress, a_run().name, lambda wishes: wishes.opened(digest_of(token)))
    address = address_of(token, paged.url.removeprefix("http://"))
    kept = b"".join(path.read_bytes() for path in (paged.progress / ".run").iterdir() if path.is_file())
    assert token.encode() not in kept
    with paged.browser() as browser, paged.browser() as late:
        assert late.get(f"/?token={digest_of(token)}").status_code == 403
        assert late.get(address).status_code == 200
        assert paged.enter(browser, address).status_code == 303
        assert browser.get("/").status_code == 200
        assert paged.enter(late, address).status_code == 403


def test_who_was_not_let_in_sees_nothing_of_the_run(paged: Paged) -> None:
    paged.play(BEFORE_THE_END)
    with paged.browser() as browser:
        for path in ("/", "/?token=wrong", "/?token=", "/events"):
            answer = browser.get(path)
            assert (answer.status_code, COURSE in answer.text) == (403, False)


def test_a_foreign_name_that_leads_here_is_refused(paged: Paged) -> None:
    with paged.visitor() as browser:
        for host in ("evil.example", "127.0.0.1.evil.example:80", "[::1]"):
            for path in ("/", "/events", "/page.js"):
                assert browser.get(path, headers={"Host": host}).status_code == 421
            assert browser.post("/pause", headers={"Host": host, "Origin": f"http://{host}"}).status_code == 421
    assert _wished(paged) is None


def test_a_second_host_header_is_refused(paged: Paged) -> None:
    port = int(paged.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as raw:
        raw.sendall(b"GET /page.js HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n")
        assert raw.recv(99).startswith((b"HTTP/1.1 400", b"HTTP/1.1 421"))


def test_another_page_in_the_same_browser_presses_no_button(paged: Paged) -> None:
    with paged.visitor() as browser:
        for path in POSTS:
            for origin in ("http://evil.example", "http://127.0.0.1:1", "null", ""):
                assert browser.post(path, json={}, headers={"Origin": origin}).status_code == 403
            assert browser.get(path).status_code == 405
    assert _wished(paged) is None
    assert not stop_is_asked(paged.progress, (COURSE,))


def test_who_was_not_let_in_presses_no_button(paged: Paged) -> None:
    with paged.browser() as browser:
        assert [browser.post(path, json={}).status_code for path in POSTS] == [403] * len(POSTS)
    assert _wished(paged) is None
    assert not stop_is_asked(paged.progress, (COURSE,))


def test_the_buttons_write_the_wishes_that_the_commands_write(paged: Paged) -> None:
    with paged.visitor() as browser:
        assert browser.post("/pause", json={"seconds": 7200}).json() == {"wish": 1}
        assert _wished(paged) == 7200
        assert browser.post("/pause", json={"seconds": None}).json() == {"wish": 2}
        assert _wished(paged) == LONGEST_PAUSE
        assert browser.post("/resume", json={}).json() == {"wish": 3}
        assert _wished(paged) == 0


def test_stop_asks_this_run_alone(paged: Paged) -> None:
    with ProgressStore(paged.progress, [COURSE]), paged.visitor() as browser:
        assert browser.post("/stop", json={}).json() == {"wish": 1}
        assert read_wishes(paged.progress, a_run().name).stop == StopWish(number=1, is_from_page=True)
        assert not stop_is_asked(paged.progress, (COURSE,)), "another run may hold it by then"


def test_a_body_that_means_nothing_is_refused(paged: Paged) -> None:
    with paged.visitor() as browser:
        for body in (b"{", b"[1]", b'{"seconds": -1}', b'{"seconds": "x"}', b'{"seconds": NaN}', b"x" * 5000):
            assert browser.post("/pause", content=body).status_code == 400, body
    assert _wished(paged) is None


def test_a_run_that_cannot_be_told_anything_says_so(paged: Paged) -> None:
    (paged.progress / ".run").rmdir()
    (paged.progress / ".run").touch()
    with paged.visitor() as browser:
        answer = browser.post("/pause", json={})
    assert (answer.status_code, "can be told anything" in answer.json()["error"]) == (409, True)


def test_an_address_for_another_browser_lets_one_in(paged: Paged) -> None:
    with paged.visitor() as browser, paged.browser() as other:
        address = browser.post("/address", json={}).json()["address"]
        assert address.startswith(paged.url)
        assert paged.enter(other, address).status_code == 303
        assert other.get("/").status_code == 200


def test_every_answer_keeps_the_page_to_itself(paged: Paged) -> None:
    with paged.visitor() as browser:
        for path in ("/", "/page.js", "/page.css", "/icon.svg", "/nowhere"):
            headers = browser.get(path).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")
        page = browser.get("/").text
    assert "style=" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_the_stream_tells_the_run_as_it_is_and_what_it_said(paged: Paged) -> None:
    paged.play(BEFORE_THE_END)
    with paged.visitor() as browser:
        said = told(browser, "run", "said", "now")
    assert said["run"]["name"] == "library"
    assert "process 16646" in said["run"]["where"]
    assert [line["text"] for line in said["said"] if line["is_bad"]] == ["warning: .env is readable by others"]
    now = said["now"]
    assert (now["is_over"], now["can"]["pause"]) == (False, True)
    assert [file["lesson"] for file in now["files"]] == ["a_002", "a_003"]
    assert now["plot"]["points"]


def test_a_page_that_nobody_sees_hears_of_the_end_at_once_and_of_nothing_twice(tmp_path: Path) -> None:
    with ExitStack() as looking:
        with a_paged_run(tmp_path) as paged:
            paged.play(BEFORE_THE_END)
            browser = looking.enter_context(paged.visitor())
            last = told(browser, "said")["said"][-1]["number"]
            stream = looking.enter_context(browser.stream("GET", f"/events?after={last}&slow=1"))
            events = events_of(stream)
            assert next(fields for name, fields in events if name == "said") == []
            paged.play(THE_REST)
        heard = [fields["is_over"] for name, fields in events if name == "now"]
    assert heard[-1]
    assert len(heard) <= 3


def test_warnings_stay_in_the_log_of_the_page_whatever_comes_after_them(paged: Paged) -> None:
    paged.emit(Warned(message="A disk is full."))
    for number in range(700):
        paged.emit(LessonSkipped(lesson_id=f"a_{number}", reason="its row was written"))
    with paged.visitor() as browser:
        lines = told(browser, "said")["said"]
    assert [line["text"] for line in lines if line["is_bad"]] == ["warning: A disk is full."]
    assert [line["number"] for line in lines] == [1, *range(402, 702)]


def test_the_end_is_told_to_who_looks_and_then_the_page_is_gone(tmp_path: Path) -> None:
    with ExitStack() as looking:
        with a_paged_run(tmp_path) as paged:
            paged.play(BEFORE_THE_END)
            events = looking.enter_context(paged.looking())
            first = next(fields for name, fields in events if name == "now")
            paged.play(THE_REST)
        last = [fields for name, fields in events if name == "now"][-1]
    assert (first["is_over"], last["is_over"]) == (False, True)
    assert last["status"].startswith("Ended at")
    assert dict(last["summary"])["Next"] == "kupload --web"
    assert last["can"] == {"pause": False, "resume": False, "stop": False}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(paged.url.rpartition(":")[2])), timeout=5).close()


def test_a_run_that_an_error_ended_tells_why(tmp_path: Path) -> None:
    with ExitStack() as looking:
        with suppress(UsageError), a_paged_run(tmp_path) as paged:
            events = looking.enter_context(paged.looking())
            next(events)
            raise UsageError("The library is gone.", "Mount it.")
        last = [fields for name, fields in events if name == "now"][-1]
    assert (last["is_over"], last["detail"]) == (True, "The library is gone. Mount it.")


def test_a_page_that_is_being_opened_when_the_run_ends_hears_how(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as threads, ExitStack() as run:
        paged = run.enter_context(a_paged_run(tmp_path, linger=TIMEOUT))
        with paged.visitor() as browser:
            assert browser.get("/").status_code == 200
            ending = threads.submit(run.pop_all().close)
            while not paged.page.is_over:
                time.sleep(0.01)
            assert told(browser, "now")["now"]["is_over"]
            ending.result(TIMEOUT)


def test_what_the_run_says_is_only_text_for_the_page(paged: Paged) -> None:
    with paged.visitor() as browser:
        script = "".join(browser.get(f"/{name}.js").text for name in ("page", "listen", "enter"))
    for word in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval("):
        assert word not in script


def test_a_port_that_is_taken_is_said_with_the_way_out(tmp_path: Path) -> None:
    clock = FakeTime().clock
    watched = Watched(a_run(), Collector(clock), clock)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UsageError) as caught:
            PageServer(port, watched, tmp_path)
    assert caught.value.reason == f"The page cannot have port {port} on this machine: another program has it."
    assert "`kupload --web` without a number takes a free one" in caught.value.hint


@pytest.mark.parametrize("port", [22, 6000, 10080])
def test_a_port_that_browsers_refuse_is_refused(tmp_path: Path, port: int) -> None:
    clock = FakeTime().clock
    with pytest.raises(UsageError, match=rf"Browsers open no page on port {port}\."):
        PageServer(port, Watched(a_run(), Collector(clock), clock), tmp_path)


def test_without_the_extra_one_sentence_says_what_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("kinescope_upload.monitor.web.server.find_spec", lambda _name: None)
    clock = FakeTime().clock
    with pytest.raises(UsageError) as caught:
        PageServer(0, Watched(a_run(), Collector(clock), clock), tmp_path)
    assert caught.value.reason == "The page (--web) needs starlette."
    assert "[web]" in caught.value.hint


_WITHOUT_A_LOOK = """
import sys, threading
from pathlib import Path
from kinescope_upload.display.collector import Collector
from kinescope_upload.monitor.web.server import PageServer
from kinescope_upload.monitor.web.watched import Watched
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK
from support.monitored import a_run
with PageServer(0, Watched(a_run(), Collector(SYSTEM_CLOCK), SYSTEM_CLOCK), Path()) as page:
    assert page.address
loaded = {"asyncio", "starlette", "uvicorn"} & sys.modules.keys()
assert loaded <= {"asyncio"}, loaded
assert all(thread.name != "kupload-page" for thread in threading.enumerate())
"""


def test_a_page_at_which_nobody_looks_loads_nothing_and_ends_at_once() -> None:
    subprocess.run([sys.executable, "-c", _WITHOUT_A_LOOK], cwd="tests", check=True, timeout=60)
