"""How long to wait, how often to try, and how long a request may take."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinescope_upload.policy.retry import RetryBudget, RetryPolicy, request_deadline


def test_the_waits_are_3_6_and_12_seconds() -> None:
    policy = RetryPolicy()

    assert policy.retries == 3
    assert [policy.wait_before(number, chance=0.0) for number in (1, 2, 3)] == [3.0, 6.0, 12.0]


def test_after_a_break_in_mid_transfer_the_wait_is_half_a_second_and_up_to_a_fifth_more() -> None:
    policy = RetryPolicy()

    assert policy.wait_after_break(chance=0.0) == 0.5
    assert 0.5 < policy.wait_after_break(chance=0.99) < 0.6


@pytest.mark.parametrize(("number", "wait"), [(6, 96.0), (7, 120.0), (8, 120.0), (10_000, 120.0)])
def test_no_wait_of_ours_grows_beyond_two_minutes(number: int, wait: float) -> None:
    assert RetryPolicy().wait_before(number, chance=0.0) == wait


@settings(derandomize=True, deadline=None)
@given(
    number=st.integers(1, 1_000_000),
    chance=st.floats(0.0, 1.0, exclude_max=True),
    base=st.floats(0.0, 60.0),
    asked=st.none() | st.floats(0.0, 1e6),
)
def test_chance_adds_at_most_a_fifth_and_never_undercuts_what_the_server_asked(
    number: int, chance: float, base: float, asked: float | None
) -> None:
    policy = RetryPolicy(base=base)
    without_chance = policy.wait_before(number, chance=0.0)
    wait = policy.wait_before(number, chance=chance, retry_after=asked)

    assert wait >= max(without_chance, asked or 0.0)
    assert wait <= max(without_chance * 1.2, asked or 0.0)


def test_clients_that_failed_together_come_back_apart() -> None:
    waits = [RetryPolicy().wait_before(9, chance=chance) for chance in (0.0, 0.5, 0.99)]

    assert waits == sorted(set(waits))


def test_a_wait_that_the_server_named_is_a_lower_bound() -> None:
    policy = RetryPolicy()

    assert policy.wait_before(1, chance=0.0, retry_after=1.0) == 3.0
    assert policy.wait_before(1, chance=0.0, retry_after=45.0) == 45.0


def test_a_budget_is_used_up_by_as_many_retries_as_the_policy_names() -> None:
    budget = RetryBudget(policy=RetryPolicy(retries=2))

    assert [budget.is_exhausted, budget.spend().is_exhausted, budget.spend().spend().is_exhausted] == [
        False,
        False,
        True,
    ]


def test_a_budget_refills_on_progress() -> None:
    budget = RetryBudget(policy=RetryPolicy(retries=1)).spend()

    assert budget.is_exhausted
    assert budget.refill() == RetryBudget(policy=RetryPolicy(retries=1))


def test_no_retries_means_one_try() -> None:
    assert RetryBudget(policy=RetryPolicy(retries=0)).is_exhausted


@pytest.mark.parametrize(
    ("body_bytes", "seconds"),
    [(0, 180.0), (100_000, 181.0), (100_000_000, 1180.0), (1_000_000_000, 10_180.0)],
)
def test_a_request_may_take_3_minutes_and_what_its_bytes_take_at_100_kb_a_second(
    body_bytes: int, seconds: float
) -> None:
    assert request_deadline(body_bytes) == pytest.approx(seconds)
