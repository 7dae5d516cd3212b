from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.display.rate import RateEstimator

MIB = 1 << 20


@given(
    rate=st.floats(min_value=50_000, max_value=2e9),
    block=st.integers(min_value=64 * 1024, max_value=64 * MIB),
    ask_after=st.floats(min_value=0, max_value=1),
)
def test_a_steady_line_is_measured_within_ten_percent_whatever_the_blocks(
    rate: float, block: int, ask_after: float
) -> None:
    estimator = RateEstimator()
    step = max(block / rate, 0.01)
    total, now = 0, 0.0
    while now < 8 or total < 5 * block:
        now += step
        total += round(rate * step)
        estimator.add(total, now)
    assert estimator.rate(now + ask_after * step) == pytest.approx(rate, rel=0.1)


def test_acknowledgements_of_64_mib_at_the_old_systems_rate_are_measured_exactly() -> None:
    estimator = RateEstimator()
    for number in range(1, 6):
        estimator.add(number * 64 * MIB, number * 64 * MIB / 3_200_000)
    assert estimator.rate(5 * 64 * MIB / 3_200_000 + 15) == pytest.approx(3_200_000)


def test_the_burst_that_fills_the_networks_buffers_is_left_out() -> None:
    estimator = RateEstimator()
    estimator.add(16_000_000, 0.01)
    for tenth in range(1, 120):
        estimator.add(16_000_000 + tenth * 300_000, tenth / 10)
    assert estimator.rate(11.9) == pytest.approx(3_000_000, rel=0.01)


def test_before_anything_is_known_there_is_no_rate() -> None:
    estimator = RateEstimator()
    assert estimator.rate(0) is None
    estimator.add(1000, 0.0)
    assert estimator.rate(1) is None
    estimator.add(1500, 1.9)
    estimator.add(2000, 2.1)
    estimator.add(3000, 2.5)
    assert estimator.rate(2.5) is None


def steady(until: int) -> RateEstimator:
    estimator = RateEstimator()
    for tenth in range(until * 10):
        estimator.add(tenth * 100_000, tenth / 10)
    return estimator


def test_a_stall_brings_the_rate_down() -> None:
    estimator = steady(30)
    rates = [estimator.rate(30 + silence) or 0.0 for silence in (0, 5, 10, 25, 120)]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] == pytest.approx(1_000_000, rel=0.01)
    assert rates[-1] < 10_000


def test_the_rate_follows_a_new_speed_within_half_a_minute() -> None:
    estimator = steady(60)
    for tenth in range(600, 910):
        estimator.add(60_000_000 + (tenth - 600) * 500_000, tenth / 10)
    assert estimator.rate(91) == pytest.approx(5_000_000, rel=0.05)


def test_bytes_that_turn_out_lost_never_make_a_negative_rate() -> None:
    estimator = steady(10)
    estimator.add(0, 10.0)
    assert estimator.rate(10) == 0


def test_half_a_minute_of_blocks_takes_few_samples() -> None:
    estimator = RateEstimator()
    for number in range(60_000):
        estimator.add(number * MIB, number / 1000)
    assert len(estimator._samples) < 300  # noqa: SLF001  the bound on memory has no other face
