"""Where a request failed: which host is asked then, for how long, and which setting may be wrong."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.batch.places import place_of
from kinescope_upload.batch.run import Backends, UploadOptions
from kinescope_upload.kinescope.http_client import HttpClient
from kinescope_upload.kinescope.management_api import KinescopeApi
from kinescope_upload.kinescope.trust import TrustedAddresses
from kinescope_upload.kinescope.tus_client import TusClient
from kinescope_upload.policy.retry import RetryPolicy
from kinescope_upload.policy.sizing import chunk_sizing
from kinescope_upload.progress import ProgressStore
from kinescope_upload.upload import Dialect

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("path", "setting"),
    [("api/v1/videos", "KINESCOPE_API_URL"), ("v2/init", "KINESCOPE_UPLOADER_URL"), ("7", "KINESCOPE_UPLOADER_URL")],
)
def test_a_host_that_never_answered_is_waited_for_30_seconds(tmp_path: Path, path: str, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    trusted = TrustedAddresses(configured=(url,))
    with closing(HttpClient(token="the token", trusted=trusted, stall=1.0)) as service:
        backends = Backends(
            library=tmp_path,
            service=service,
            uploader=TusClient(service, uploader_url=url, workspace_id="w"),
            kinescope=KinescopeApi(service, api_url=f"{url}/api"),
            database=None,
            progress=ProgressStore(tmp_path, ()),
        )
        options = UploadOptions(
            project_id="p",
            dialect=Dialect.TUS,
            retry=RetryPolicy(),
            chunks=chunk_sizing(None),
            blocks=chunk_sizing(None),
            orphan_wait=0.0,
            longest_wait=3600.0,
        )
        first = place_of(f"{url}/{path}", backends, options)
        assert (first.longest, first.probe()) == (30.0, False)
        assert f"Check {setting}" in first.hint
        service.was_answered = True
        assert place_of(f"{url}/{path}", backends, options).longest == 3600.0
