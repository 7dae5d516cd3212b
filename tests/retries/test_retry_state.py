"""What a failed request costs a lesson."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinescope_upload.errors import (
    ForeignAnswerError,
    LockedError,
    ThrottledError,
    TryAgainError,
    UnavailableError,
    UnreachableError,
)
from kinescope_upload.policy.retry import RetryPolicy
from kinescope_upload.retries.retry_state import RetryDecision, RetryState

if TYPE_CHECKING:
    from collections.abc import Callable

_FAILURE: Final = UnreachableError("The connection broke.")


def _state(*, retries: int = 3, lock: float = 900.0, throttle: float = 3600.0) -> RetryState:
    return RetryState(RetryPolicy(retries=retries), lock_patience=lock, throttle_patience=throttle)


def _trouble(retry_after: float | None = None) -> TryAgainError:
    return TryAgainError("Kinescope has trouble.", retry_after=retry_after)


def _throttled(retry_after: float | None = None) -> ThrottledError:
    return ThrottledError("Kinescope asks to slow down.", retry_after=retry_after)


def _locked(retry_after: float | None = None) -> LockedError:
    return LockedError("Kinescope still holds the upload.", retry_after=retry_after)


def test_a_failure_costs_one_retry_and_the_last_one_is_given_up() -> None:
    state = _state()

    assert [state.decide(_FAILURE, chance=0.0) for _ in range(4)] == [
        RetryDecision(wait=3.0, number=1),
        RetryDecision(wait=6.0, number=2),
        RetryDecision(wait=12.0, number=3),
        RetryDecision(wait=0.0, gives_up=True),
    ]


def test_ten_unrelated_breaks_do_not_fail_a_large_file() -> None:
    state = _state()

    for _ in range(10):
        assert state.decide(_FAILURE, chance=0.0) == RetryDecision(wait=3.0, number=1)
        state.bytes_moved()


def test_after_a_break_in_mid_transfer_the_first_retry_comes_soon_and_the_next_ones_wait() -> None:
    state = _state()
    broke = UnreachableError("The connection broke.")
    broke.moved_bytes = True

    assert [state.decide(broke, chance=0.0).wait for _ in range(3)] == [0.5, 6.0, 12.0]
    state.bytes_moved()
    assert state.decide(broke, chance=0.0) == RetryDecision(wait=0.5, number=1)


def test_a_break_that_meets_a_lock_waits_longer_before_it_asks_again() -> None:
    state = _state()
    broke = UnreachableError("The connection broke.")
    broke.moved_bytes = True

    assert [state.decide(error, chance=0.0).wait for error in (broke, _locked(), _locked())] == [0.5, 3.0, 6.0]


def test_no_retries_gives_up_at_the_first_failure() -> None:
    assert _state(retries=0).decide(_FAILURE, chance=0.0).gives_up


def test_a_failure_waits_as_long_as_the_server_asks() -> None:
    assert _state().decide(_trouble(60.0), chance=0.0) == RetryDecision(wait=60.0, number=1)


@pytest.mark.parametrize("asked", [60.0, 61.0, 7200.0, 1e18])
@pytest.mark.parametrize("error", [_trouble, _throttled, _locked])
def test_a_wait_that_is_asked_for_costs_nobody_more_than_the_batch_would_wait(
    error: Callable[[float], TryAgainError], asked: float
) -> None:
    decision = _state(throttle=60.0, lock=60.0).decide(error(asked), chance=0.0)

    assert (decision.wait, decision.gives_up) == (60.0, False), "then it is asked again"


def test_a_request_to_slow_down_that_outlives_the_longest_wait_ends_the_batch() -> None:
    state = _state(throttle=60.0)

    assert [state.decide(_throttled(40.0), chance=0.0).wait for _ in range(2)] == [40.0, 20.0]
    assert state.decide(_throttled(40.0), chance=0.0) == RetryDecision(
        wait=0.0, gives_up=True, holds_all=True, is_outage=True
    )


def test_being_asked_to_slow_down_holds_everybody_and_costs_no_retry() -> None:
    state = _state(retries=1)

    for _ in range(20):
        assert state.decide(_throttled(30.0), chance=0.5) == RetryDecision(wait=30.0, holds_all=True)
    assert state.decide(_FAILURE, chance=0.0) == RetryDecision(wait=3.0, number=1)


def test_without_a_named_wait_a_throttled_batch_waits_longer_each_time() -> None:
    state = _state()

    waits = [state.decide(_throttled(), chance=0.0).wait for _ in range(4)]

    assert waits == [3.0, 6.0, 12.0, 24.0]


def test_being_held_back_has_a_bound_of_its_own() -> None:
    state = _state(throttle=100.0)

    assert [state.decide(_throttled(40.0), chance=0.0).gives_up for _ in range(3)] == [False, False, False]
    assert state.decide(_throttled(40.0), chance=0.0).gives_up


def test_being_held_back_for_no_time_at_all_ends_too() -> None:
    state = _state(throttle=100.0)  # 3 + 6 + 12 + 24 + 48 + 7 seconds

    assert [state.decide(_throttled(0.0), chance=0.0).gives_up for _ in range(12)].count(False) == 6


def test_a_wait_of_no_time_at_all_leaves_our_own() -> None:
    state = _state()

    assert [state.decide(_throttled(0.0), chance=0.0).wait for _ in range(3)] == [3.0, 6.0, 12.0]


def _unavailable() -> UnavailableError:
    return UnavailableError("Kinescope does not answer its gateway.", url="https://uploader.example/1")


@pytest.mark.parametrize("error", [_unavailable(), ForeignAnswerError("kinescope.example is answered by nginx")])
def test_a_gateway_without_kinescope_is_an_outage_once_the_retries_are_used_up(error: TryAgainError) -> None:
    state = _state(throttle=100.0)

    decisions = [state.decide(error, chance=0.0) for _ in range(8)]

    assert [decision.number for decision in decisions] == [1, 2, 3, 0, 0, 0, 0, 0]
    assert [decision.wait for decision in decisions[3:]] == [24.0, 30.0, 30.0, 16.0, 0.0]
    assert [decision.gives_up for decision in decisions] == [False] * 7 + [True]


def test_bytes_in_between_end_an_outage_behind_a_gateway() -> None:
    state = _state(throttle=24.0, retries=0)

    for _ in range(5):
        assert state.decide(_unavailable(), chance=0.0) == RetryDecision(wait=3.0, is_outage=True)
        state.bytes_moved()


def test_bytes_in_between_make_being_held_back_harmless() -> None:
    state = _state(throttle=50.0)

    for _ in range(5):
        assert not state.decide(_throttled(40.0), chance=0.0).gives_up
        state.bytes_moved()


def test_a_lock_is_waited_out_for_15_minutes_without_using_up_retries() -> None:
    state = _state(retries=1)
    waited = 0.0
    while not (decision := state.decide(_locked(), chance=0.9)).gives_up:
        assert not decision.holds_all
        assert decision.number == 0
        assert decision.wait <= 30.0
        waited += decision.wait

    assert 870.0 < waited <= 900.0
    assert state.decide(_FAILURE, chance=0.0) == RetryDecision(wait=3.0, number=1)


def test_a_lock_is_asked_about_more_and_more_rarely() -> None:
    state = _state()

    assert [state.decide(_locked(), chance=0.0).wait for _ in range(5)] == [3.0, 6.0, 12.0, 24.0, 30.0]


def test_a_wait_that_the_holder_of_a_lock_names_is_kept() -> None:
    assert _state().decide(_locked(100.0), chance=0.0).wait == 100.0


def test_bytes_in_between_make_a_lock_a_new_one() -> None:
    state = _state(lock=20.0)

    for _ in range(5):
        assert [state.decide(_locked(), chance=0.0).wait for _ in range(2)] == [3.0, 6.0]
        state.bytes_moved()


@settings(derandomize=True, deadline=None)
@given(
    errors=st.lists(st.sampled_from([_FAILURE, _trouble(), _trouble(9.0), _throttled(), _throttled(0.0), _locked()])),
    chance=st.floats(0.0, 1.0, exclude_max=True),
)
def test_without_a_byte_every_lesson_is_given_up_in_finite_time(errors: list[TryAgainError], chance: float) -> None:
    state = _state(lock=50.0, throttle=50.0)

    decisions = [state.decide(error, chance=chance) for error in errors]

    passed = [decision for decision in decisions if not decision.gives_up]
    assert len([decision for decision in passed if decision.number]) <= 3
    assert sum(decision.wait for decision in passed if not decision.number) <= 100.0
    assert all(decision.wait >= 0.0 for decision in decisions)


@pytest.mark.parametrize("error", [_locked(), _throttled()])
def test_once_given_up_for_a_lock_or_a_throttle_it_stays_given_up(error: TryAgainError) -> None:
    state = _state(lock=30.0, throttle=30.0)
    decisions = [state.decide(error, chance=0.0).gives_up for _ in range(10)]

    assert all(later >= earlier for earlier, later in pairwise(decisions))
    assert decisions[-1]
