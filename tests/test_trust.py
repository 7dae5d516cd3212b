"""The token goes to the configured hosts and their siblings, and to nobody else."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kinescope_upload.trust import may_hear_token

_UPLOADER: Final = "https://uploader.kinescope.io"


@pytest.mark.parametrize(
    ("url", "configured"),
    [
        ("https://uploader.kinescope.io/v2/init", _UPLOADER),
        ("https://UPLOADER.Kinescope.IO/x", _UPLOADER),
        ("https://uploader.kinescope.io./x", _UPLOADER),
        ("https://uploader.kinescope.io:8443/x", _UPLOADER),
        ("https://eu-ams-uploader.kinescope.io/x", _UPLOADER),
        ("https://a.b.kinescope.io/x", _UPLOADER),
        ("https://api.kinescope.io/x", "https://kinescope.io"),
        ("http://127.0.0.1:9001/u/1", "http://127.0.0.1:9000"),
        ("https://127.0.0.1/u/1", "http://127.0.0.1:9000"),
        ("http://[::1]:9001/u/1", "http://[::1]:9000"),
        ("http://localhost:1/", "http://localhost:2"),
    ],
)
def test_the_same_host_and_its_siblings_may_hear_the_token(url: str, configured: str) -> None:
    assert may_hear_token(url, configured)


@pytest.mark.parametrize(
    ("url", "configured"),
    [
        ("https://evil.example/x", _UPLOADER),
        ("https://kinescope.io.evil.example/x", _UPLOADER),
        ("https://evilkinescope.io/x", _UPLOADER),
        ("https://evil.io/x", _UPLOADER),
        ("https://evil.io/x", "https://kinescope.io"),
        ("https://evil.io./x", "https://kinescope.io."),
        ("https://uploader.kinescope.io@evil.example/x", _UPLOADER),
        ("https://user@uploader.kinescope.io/x", _UPLOADER),
        ("https://:secret@uploader.kinescope.io/x", _UPLOADER),
        ("https://evil.example#.kinescope.io", _UPLOADER),
        ("https://evil.example?.kinescope.io", _UPLOADER),
        ("https://evil.example/.kinescope.io", _UPLOADER),
        ("http://10.0.0.1/x", "http://127.0.0.1"),
        ("http://2.0.0.1/x", "http://1.0.0.1"),
        ("http://[::2]/x", "http://[::1]"),
        ("http://evil.localhost.example/x", "http://localhost"),
    ],
)
def test_another_host_may_not(url: str, configured: str) -> None:
    assert not may_hear_token(url, configured)


@pytest.mark.parametrize(
    ("url", "configured"),
    [
        ("http://uploader.kinescope.io/x", _UPLOADER),
        ("ftp://uploader.kinescope.io/x", _UPLOADER),
        ("ftp://uploader.kinescope.io/x", "ftp://uploader.kinescope.io"),
        ("//uploader.kinescope.io/x", _UPLOADER),
        ("/v2/init", _UPLOADER),
        ("", ""),
        ("https:///x", _UPLOADER),
        ("https://uploader.kinescope.io/x", "https:///"),
    ],
)
def test_a_way_that_is_less_safe_or_leads_nowhere_may_not(url: str, configured: str) -> None:
    assert not may_hear_token(url, configured)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(
    st.lists(
        st.sampled_from(["https:", "http:", "//", "@", ":", ".", "kinescope.io", "evil.example", "[", "]", "／", "?"])
        | st.text(max_size=3),
        max_size=9,
    ).map("".join)
)
@example("https://[::1")
@example("https://evil.example／.kinescope.io")
@example("https://uploader.kinescope.io:99999999/")
def test_no_address_gets_around_the_rule_or_raises(url: str) -> None:
    if may_hear_token(url, _UPLOADER):
        parts = urlsplit(url)
        assert parts.scheme == "https"
        assert (parts.hostname or "").removesuffix(".").endswith(".kinescope.io")
        assert not parts.username
        assert not parts.password
