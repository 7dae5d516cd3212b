"""The rate limit."""

import httpx
import pytest

from kinescope_upload.emulator import Rate, Settings, Token
from kinescope_upload.emulator.rate import RateLimiter
from support.conversation import Caller, HandClock, Start

FEW = Rate(per_second=2, per_minute=3)


def ask(caller: Caller, token: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token or caller.emulator.token}"}
    return caller.http.get("/v1/projects", headers=headers)


def test_the_published_limit_is_ten_a_second_and_300_a_minute() -> None:
    assert (Rate().per_second, Rate().per_minute) == (10, 300)


def test_requests_over_the_limit_of_a_second_are_told_to_wait(start: Start) -> None:
    clock = HandClock()
    caller = start(Settings(rate=FEW), clock)
    assert [ask(caller).status_code for _ in range(3)] == [200, 200, 429]
    refused = ask(caller)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert refused.headers["X-Request-ID"]
    clock.now += 1
    assert ask(caller).status_code == 200


def test_requests_over_the_limit_of_a_minute_are_told_to_wait(start: Start) -> None:
    clock = HandClock()
    caller = start(Settings(rate=FEW), clock)
    for _ in range(3):
        assert ask(caller).status_code == 200
        clock.now += 1
    assert (ask(caller).status_code, ask(caller).headers["Retry-After"]) == (429, "57")
    clock.now += 57
    assert ask(caller).status_code == 200


def test_each_token_has_a_limit_of_its_own(start: Start) -> None:
    other = Token(value="71b8f3d6-0e2a-4d59-8c47-2f9a6b5e1d03")
    caller = start(Settings(rate=FEW, tokens=(Token(), other)), HandClock())
    assert [ask(caller).status_code for _ in range(3)] == [200, 200, 429]
    assert ask(caller, other.value).status_code == 200


@pytest.mark.parametrize(("value", "expected"), [("api", [201, 201, 201]), ("all", [201, 201, 429])])
def test_the_uploader_counts_or_not(start: Start, value: str, expected: list[int]) -> None:
    caller = start(Settings(rate=FEW, readings={"rate-scope": value}), HandClock())
    assert [caller.init(3).status_code for _ in range(3)] == expected
    assert ask(caller).status_code == (200 if value == "api" else 429)


def test_without_a_rate_nothing_is_limited(caller: Caller) -> None:
    assert {ask(caller).status_code for _ in range(30)} == {200}


def test_a_refused_request_does_not_count() -> None:
    clock = HandClock()
    limiter = RateLimiter(FEW, clock)
    told = [limiter.refuse_for("a") for _ in range(4)]
    clock.now += 0.25
    told += [limiter.refuse_for("a"), limiter.refuse_for("b")]
    clock.now += 0.75
    assert [*told, limiter.refuse_for("a")] == [None, None, 1, 1, 1, None, None]


def test_only_the_requests_of_the_last_second_weigh_on_a_second() -> None:
    clock = HandClock()
    limiter = RateLimiter(Rate(per_second=2, per_minute=100), clock)
    told = [limiter.refuse_for("a")]
    clock.now += 5
    assert [*told, *(limiter.refuse_for("a") for _ in range(3))] == [None, None, None, 1]
