"""Who may see a run's page."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from kinescope_upload.monitor.web.access import Access, is_same_origin, is_this_machine


def _token(address: str) -> str:
    return parse_qs(urlsplit(address).query)["token"][0]


def test_an_address_lets_one_browser_in() -> None:
    access = Access(8765)
    token = _token(access.new_address())
    session = access.enter(token)
    assert session is not None
    assert access.knows(session)
    assert access.enter(token) is None


def test_another_address_lets_another_browser_in_and_the_first_one_stays() -> None:
    access = Access(8765)
    first, second = (access.enter(_token(access.new_address())) for _ in range(2))
    assert first
    assert second
    assert first != second
    assert access.knows(first)


@pytest.mark.parametrize("guess", ["", "0", "token"])
def test_nobody_else_is_known(guess: str) -> None:
    access = Access(8765)
    access.new_address()
    assert access.enter(guess) is None
    assert not access.knows(guess)


def test_an_address_names_the_host_that_the_browser_knows() -> None:
    access = Access(8765)
    assert access.new_address().startswith("http://127.0.0.1:8765/?token=")
    assert access.new_address("localhost:9000").startswith("http://localhost:9000/?token=")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1:8765", True),
        ("localhost:8765", True),
        ("LOCALHOST:1", True),
        ("127.0.0.1", True),
        ("", False),
        ("evil.example:8765", False),
        ("127.0.0.1.evil.example:8765", False),
        ("localhost.evil.example", False),
        ("10.0.0.1:8765", False),
        ("127.0.0.1:8765:8765", False),
        ("[::1]:8765", False),
    ],
)
def test_only_this_machine_s_own_names_mean_the_page(host: str, *, expected: bool) -> None:
    assert is_this_machine(host) is expected


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://127.0.0.1:8765", True),
        ("", False),
        ("null", False),
        ("http://127.0.0.1:9999", False),
        ("https://127.0.0.1:8765", False),
        ("http://localhost:8765", False),
        ("http://evil.example", False),
        ("http://127.0.0.1:8765@evil.example", False),
    ],
)
def test_only_the_page_itself_presses_its_buttons(origin: str, *, expected: bool) -> None:
    assert is_same_origin("127.0.0.1:8765", origin) is expected
