"""Requests go to the configured hosts, to Kinescope's own and to those that the user named, and to nobody else."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kinescope_upload.kinescope.trust import TrustedAddresses, host_of
from support.examples import examples

_UPLOADER: Final = "https://uploader.kinescope.io"


def _may(url: str, configured: str, *hosts: str) -> bool:
    return TrustedAddresses(configured=(configured,), hosts=hosts).allow(url)


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
        ("https://kinescope.io/x", _UPLOADER),
        ("https://videos.example.com/x", "https://videos.example.com"),
        ("http://127.0.0.1:9001/u/1", "http://127.0.0.1:9000"),
        ("https://127.0.0.1/u/1", "http://127.0.0.1:9000"),
        ("http://[::1]:9001/u/1", "http://[::1]:9000"),
        ("http://localhost:1/", "http://localhost:2"),
    ],
)
def test_the_same_host_and_kinescopes_own_are_trusted(url: str, configured: str) -> None:
    assert _may(url, configured)


@pytest.mark.parametrize(
    ("url", "configured"),
    [
        ("https://b.co.uk/x", "https://a.co.uk"),
        ("https://co.uk/x", "https://a.co.uk"),
        ("https://two.example.com/x", "https://one.example.com"),
        ("https://below.videos.example.com/x", "https://videos.example.com"),
        ("https://uploader.kinescope.io/x", "https://videos.example.com"),
        ("https://evil.example/x", _UPLOADER),
        ("https://kinescope.io.evil.example/x", _UPLOADER),
        ("https://evilkinescope.io/x", _UPLOADER),
        ("https://evil.io/x", _UPLOADER),
        ("https://evil.io/x", "https://kinescope.io"),
        ("https://evil.io./x", "https://kinescope.io."),
        ("https://uploader.kinescope.io@evil.example/x", _UPLOADER),
        ("https://user@uploader.kinescope.io/x", _UPLOADER),
        ("https://:secret@uploader.kinescope.io/x", _UPLOADER),
        ("https://@uploader.kinescope.io/x", _UPLOADER),
        ("https://evil.example\\.kinescope.io/x", _UPLOADER),
        ("https://evil.example%2f.kinescope.io/x", _UPLOADER),
        ("https://evil.example .kinescope.io/x", _UPLOADER),
        ("https://evil.example;.kinescope.io/x", _UPLOADER),
        ("https://evil.example!$&'()*+,=.kinescope.io/x", _UPLOADER),
        ("https://.kinescope.io/x", _UPLOADER),
        ("https://a..kinescope.io/x", _UPLOADER),
        ("https://evil.example#.kinescope.io", _UPLOADER),
        ("https://evil.example?.kinescope.io", _UPLOADER),
        ("https://evil.example/.kinescope.io", _UPLOADER),
        ("http://10.0.0.1/x", "http://127.0.0.1"),
        ("http://2.0.0.1/x", "http://1.0.0.1"),
        ("http://[::2]/x", "http://[::1]"),
        ("http://evil.localhost.example/x", "http://localhost"),
    ],
)
def test_another_host_is_not(url: str, configured: str) -> None:
    assert not _may(url, configured)


@pytest.mark.parametrize(
    ("url", "configured"),
    [
        ("http://uploader.kinescope.io/x", _UPLOADER),
        ("http://eu.kinescope.io/x", "http://127.0.0.1"),
        ("ftp://uploader.kinescope.io/x", _UPLOADER),
        ("ftp://uploader.kinescope.io/x", "ftp://uploader.kinescope.io"),
        ("//uploader.kinescope.io/x", _UPLOADER),
        ("/v2/init", _UPLOADER),
        ("", ""),
        ("https:///x", _UPLOADER),
        ("https://uploader.kinescope.io/x", "https:///"),
        ("https://uploader.kinescope.io:99999999/", _UPLOADER),
    ],
)
def test_a_way_that_is_less_safe_or_leads_nowhere_is_not(url: str, configured: str) -> None:
    assert not _may(url, configured)


@pytest.mark.parametrize(
    ("url", "named", "trusted"),
    [
        ("https://cdn.example.com/x", "cdn.example.com", True),
        ("https://CDN.example.com./x", "cdn.example.com", True),
        ("https://cdn.example.com:8443/x", "cdn.example.com", True),
        ("https://b.cdn.example.com/x", "cdn.example.com", False),
        ("https://b.cdn.example.com/x", "*.cdn.example.com", True),
        ("https://a.b.cdn.example.com/x", "*.cdn.example.com", True),
        ("https://cdn.example.com/x", "*.cdn.example.com", False),
        ("https://evilcdn.example.com/x", "*.cdn.example.com", False),
        ("https://.cdn.example.com/x", "*.cdn.example.com", False),
        ("http://cdn.example.com/x", "cdn.example.com", False),
        ("https://cdn.example.com.evil.example/x", "cdn.example.com", False),
    ],
)
def test_a_host_that_the_user_named_is_trusted_and_no_other(url: str, named: str, trusted: bool) -> None:
    assert _may(url, "https://videos.example.com", named) is trusted


def test_a_named_host_of_this_machine_may_be_spoken_to_in_plain_only_where_that_is_configured() -> None:
    assert _may("http://localhost:9/x", "http://127.0.0.1:8", "localhost")
    assert not _may("http://localhost:9/x", _UPLOADER, "localhost")
    assert not _may("http://cdn.example.com/x", "http://127.0.0.1:8", "cdn.example.com")


@settings(derandomize=True, deadline=None, max_examples=examples(500))
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
    if _may(url, _UPLOADER):
        parts = urlsplit(url)
        assert parts.scheme == "https"
        assert f".{(parts.hostname or '').removesuffix('.')}".endswith(".kinescope.io")
        assert not parts.username
        assert not parts.password


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://EU.kinescope.io./secret", "eu.kinescope.io"),
        ("http://[::1]:5/secret", "::1"),
        ("secret", None),
        ("https://[secret", None),
        ("https://user:secret@host/", None),
    ],
)
def test_the_host_of_an_address_is_all_that_is_told_of_it(url: str, host: str | None) -> None:
    assert host_of(url) == host
