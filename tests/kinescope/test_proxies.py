"""Which proxy a request goes through, as curl would read the environment."""

from __future__ import annotations

import pytest

from kinescope_upload.kinescope.proxies import proxy_for, shown_proxy

PROXY = "http://proxy:3128"
API = "https://api.kinescope.io/v1/videos"


@pytest.mark.parametrize(
    ("no_proxy", "url", "is_direct"),
    [
        ("", API, False),
        ("*", API, True),
        ("other.example, *", API, True),
        ("kinescope.io", API, True),
        (".kinescope.io", API, True),
        ("KINESCOPE.io.", API, True),
        ("scope.io", API, False),
        ("api.kinescope.io:443", API, True),
        ("api.kinescope.io:80", API, False),
        ("a.example b.example\tkinescope.io", API, True),
        ("localhost", "http://localhost:1/", True),
        ("10.0.0.0/8", "http://10.1.2.3/", True),
        ("10.0.0.0/8", "http://11.1.2.3/", False),
        ("10.0.0.1/8", "http://10.9.9.9/", True),
        ("10.1.2.3", "http://10.1.2.3:8080/", True),
        ("::1", "http://[::1]:8080/", True),
        ("[::1]", "http://[::1]:8080/", True),
        ("[::1]:80", "http://[::1]/", True),
        ("[::1]:81", "http://[::1]/", False),
        ("fe80::/10", "https://[fe80::1]/", True),
        ("2001:db8::/32", "http://1.2.3.4/", False),
        ("nonsense[, ://, fe80::/999, kinescope.io", API, True),
    ],
)
def test_names_addresses_and_networks_need_no_proxy(no_proxy: str, url: str, is_direct: bool) -> None:
    assert proxy_for(url, {"all": PROXY, "no": no_proxy}) == (None if is_direct else PROXY)


@pytest.mark.parametrize(
    ("proxies", "proxy"),
    [
        ({}, None),
        ({"http": PROXY}, None),
        ({"https": PROXY, "all": "http://other"}, PROXY),
        ({"all": "proxy:3128"}, PROXY),
        ({"https": "socks5://h:1"}, "socks5://h:1"),
    ],
)
def test_the_proxy_of_the_scheme_goes_before_that_of_all(proxies: dict[str, str], proxy: str | None) -> None:
    assert proxy_for(API, proxies) == proxy


def test_user_and_password_are_not_shown() -> None:
    assert shown_proxy("http://me:secret@proxy:3128") == "http://proxy:3128"
    assert shown_proxy("me:secret@proxy:3128") == "proxy:3128"
