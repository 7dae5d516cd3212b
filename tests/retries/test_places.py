"""Where a request failed: which host is asked then, for how long, and which setting may be wrong."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from queue import Queue
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Emulator, Link
from kinescope_upload.events import RunEvent, WaitStarted
from kinescope_upload.kinescope.http_client import HttpClient
from kinescope_upload.kinescope.trust import TrustedAddresses
from kinescope_upload.retries.gates import NetworkGate
from kinescope_upload.retries.places import Places
from kinescope_upload.retries.stop import Stop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("path", "setting"),
    [("api/v1/videos", "KINESCOPE_API_URL"), ("v2/init", "KINESCOPE_UPLOADER_URL"), ("7", "KINESCOPE_UPLOADER_URL")],
)
def test_a_host_that_never_answered_is_waited_for_30_seconds(path: str, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    trusted = TrustedAddresses(configured=(url,))
    with closing(HttpClient(token="the token", trusted=trusted, stall=1.0)) as service:
        places = Places(
            service=service, api_url=f"{url}/api", usual_url=f"{url}/v2/init", longest=3600.0, first_patience=30.0
        )
        first = places.of(f"{url}/{path}")
        assert (first.longest, first.probe()) == (30.0, False)
        assert f"Check {setting}" in first.hint
        service.was_answered = True
        assert places.of(f"{url}/{path}").longest == 3600.0


def test_while_the_host_of_the_uploads_is_away_the_other_is_asked_at_once(tmp_path: Path) -> None:
    told = Queue[RunEvent]()
    gate = NetworkGate(stop=Stop(lambda: None), emit=told.put, base=0.005)
    with Emulator(tmp_path) as kinescope, Link(kinescope.url) as line, ThreadPoolExecutor(2) as threads:
        trusted = TrustedAddresses(configured=(line.url, kinescope.url))
        with closing(HttpClient(token="the token", trusted=trusted, stall=1.0)) as service:
            places = Places(service=service, api_url=kinescope.url, usual_url=f"{line.url}/v2/init", longest=3600.0)
            line.refuse()
            away = threads.submit(gate.wait_until_reachable, "reset by peer", places.of(f"{line.url}/v2/init"))
            assert isinstance(told.get(timeout=30), WaitStarted)
            try:
                api = places.of(f"{kinescope.url}/v1/videos")
                assert threads.submit(gate.wait_until_reachable, "reset by peer", api).result(30) is False
                assert not away.done()
            finally:
                line.accept()
            assert away.result(30)
