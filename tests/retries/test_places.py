"""Where a request failed: which host is asked then, for how long, and which setting may be wrong."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from kinescope_upload.kinescope.http_client import HttpClient
from kinescope_upload.kinescope.trust import TrustedAddresses
from kinescope_upload.retries.places import Places


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
