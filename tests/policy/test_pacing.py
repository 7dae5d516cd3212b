"""The token bucket and its timetable: whatever asks for bytes, and however often, the rate is the one that was set."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinescope_upload.config.rates import SLOWEST, parse_bwlimit
from kinescope_upload.errors import InterruptedRunError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.policy.pacing import (
    API_LIMITS,
    MINUTES_A_WEEK,
    UNLIMITED,
    Bucket,
    RequestLimit,
    Timetable,
    Turns,
    spread,
    take_turn,
)
from kinescope_upload.retries.gates import PaceGate
from kinescope_upload.retries.stop import Ending, Stop

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MIB = 1024 * 1024
WINDOW = 10.0
RATES = st.integers(SLOWEST, 2_000 * MIB)


@dataclass(kw_only=True)
class Line:
    """Workers that share a bucket: each sends a block as soon as it may, then does something else for a while."""

    rate: int
    workers: int
    others: list[float]
    sent: list[tuple[float, int]] = field(default_factory=list)

    def run(self, seconds: float) -> None:
        bucket = Bucket()
        ready = [0.0] * self.workers
        pauses = iter(self.others * 1_000_000)
        while (now := min(ready)) < seconds:
            worker = ready.index(now)
            grant = bucket.ask(MIB, self.rate, now)
            self.sent.append((now + grant.wait, grant.count))
            ready[worker] = now + grant.wait + next(pauses)

    def most_in_a_window(self) -> int:
        return max(self._in_window(begins) for begins, _ in self.sent)

    def _in_window(self, begins: float) -> int:
        return sum(count for moment, count in self.sent if begins <= moment < begins + WINDOW)


@settings(max_examples=60, deadline=None)
@given(RATES, st.integers(1, 32), st.lists(st.floats(0, 3), min_size=1, max_size=5))
def test_no_ten_seconds_carry_five_percent_too_much_whatever_the_workers_do(
    rate: int, workers: int, others: list[float]
) -> None:
    line = Line(rate=min(rate, 40 * MIB), workers=workers, others=others)
    line.run(25)
    assert line.most_in_a_window() <= line.rate * WINDOW * 1.05


@settings(max_examples=60, deadline=None)
@given(st.integers(SLOWEST, 40 * MIB), st.integers(1, 32))
def test_workers_that_always_want_more_get_the_whole_rate(rate: int, workers: int) -> None:
    line = Line(rate=rate, workers=workers, others=[0.0])
    line.run(25)
    for begins in (0.0, 3.3, 12.5):
        assert line._in_window(begins) == pytest.approx(rate * WINDOW, rel=0.05)  # noqa: SLF001 - the test's own


@settings(max_examples=60, deadline=None)
@given(st.integers(SLOWEST, 40 * MIB), st.integers(1, 32), st.integers(1, 32))
def test_the_number_of_workers_changes_nothing(rate: int, few: int, many: int) -> None:
    lines = [Line(rate=rate, workers=workers, others=[0.0]) for workers in (few, many)]
    for line in lines:
        line.run(12)
    passed = [list(accumulate(count for _, count in line.sent)) for line in lines]
    assert all(abs(one - other) <= 1 for one, other in zip(*passed, strict=False))


def test_short_pauses_are_caught_up_on() -> None:
    line = Line(rate=8 * MIB, workers=1, others=[0.0, 0.0, 0.0, 0.15])
    line.run(25)
    assert line._in_window(5.0) == pytest.approx(8 * MIB * WINDOW, rel=0.05)  # noqa: SLF001 - the test's own


def test_a_long_pause_is_not_made_up_for_by_a_flood() -> None:
    bucket = Bucket()
    bucket.ask(MIB, MIB, 0.0)
    at_once = 0
    while (grant := bucket.ask(MIB, MIB, 3600.0)).wait == 0:
        at_once += grant.count
    assert at_once <= MIB // 2


def test_without_a_limit_everything_passes_at_once() -> None:
    bucket = Bucket()
    assert [(one.count, one.wait) for one in (bucket.ask(MIB, None, 0.0) for _ in range(100))] == [(MIB, 0.0)] * 100


def test_a_limit_that_begins_later_owes_nothing_for_what_went_before() -> None:
    bucket = Bucket()
    for _ in range(1_000):
        bucket.ask(MIB, None, 50.0)
    assert bucket.ask(MIB, MIB, 50.0).wait == 0
    assert bucket.ask(MIB, MIB, 50.0).wait == pytest.approx(0.125)


# The timetable.


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("5M", {0: 5 * MIB, 719: 5 * MIB}),
        ("500KB", {0: 500_000}),
        ("off", {0: None, 1439: None}),
        ("08:00,2M 23:00,off", {0: None, 479: None, 480: 2 * MIB, 1379: 2 * MIB, 1380: None, 1439: None}),
        ("23:00,off 8:00,2M", {479: None, 480: 2 * MIB, 1380: None}),
        ("12:00,1M", {0: MIB, 720: MIB}),
        ("Mon-08:00,2M Fri-18:00,off", {0: None, 480: 2 * MIB, 4 * 1440 + 1079: 2 * MIB, 4 * 1440 + 1080: None}),
        ("mon-FRIDAY-8:00,2M;Sat-00:00,off", {480: 2 * MIB, 5 * 1440 - 1: 2 * MIB, 5 * 1440: None, 7 * 1440 - 1: None}),
        ("Sun-Mon-10:00,1M; Tue-10:00,3M", {600: MIB, 1440 + 600: 3 * MIB, 6 * 1440: 3 * MIB, 6 * 1440 + 600: MIB}),
        ("08:00,2M Sat-23:00,off", {5 * 1440 + 480: 2 * MIB, 5 * 1440 + 1380: None, 6 * 1440 + 480: 2 * MIB}),
    ],
)
def test_a_timetable_says_which_rate_holds(text: str, rates: dict[int, int | None]) -> None:
    table = parse_bwlimit(text)
    assert {minute: table.rate_at(minute) for minute in rates} == rates


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("fast", 'is not a bandwidth limit: "fast" is not a rate. Write it'),
        ("5M 6M", 'is not a bandwidth limit: "5M" is not a time and a rate. Write it'),
        ("25:00,5M", 'is not a bandwidth limit: "25:00,5M" is not a time and a rate.'),
        ("08:00,quick", 'is not a bandwidth limit: "quick" is not a rate.'),
        ("Mun-08:00,2M", 'is not a bandwidth limit: "Mun-08:00,2M" is not a time and a rate.'),
        ("Mon-Fri,2M", 'is not a bandwidth limit: "Mon-Fri,2M" is not a time and a rate.'),
        ("", "holds no rate."),
        (" ; ", "holds no rate."),
        ("Mon-08:00,2M Sun-Tue-08:00,3M", "names the same time twice."),
        ("08:00,2M 08:00,3M", "names the same time twice."),
        ("1", 'is too slow: "1" is less than 16KiB a second.'),
        ("0", 'is too slow: "0" is less than 16KiB a second. "off" means no limit.'),
    ],
)
def test_a_bad_limit_is_refused_in_words(text: str, complaint: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the sentence is held against the expected one
        parse_bwlimit(text)
    assert str(caught.value).startswith(complaint.removesuffix("Write it"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("off", "off"),
        ("2MiB", "2M"),
        ("23:00,off;  8:00,500KB", "23:00,off 8:00,500KB"),
        ("Mon-Fri-08:00,2M Mon-Fri-19:00,off", "Mon-Fri-08:00,2M Mon-Fri-19:00,off"),
        ("Mon-08:00,2M Fri-19:00,off", "Mon-08:00,2M Fri-19:00,off"),
        ("12:00,16385", "16385"),
    ],
)
def test_a_timetable_is_shown_as_it_is_typed(text: str, shown: str) -> None:
    assert str(parse_bwlimit(text)) == shown


@given(st.lists(st.tuples(st.integers(0, 10_079), st.none() | RATES), min_size=1, unique_by=lambda one: one[0]))
def test_what_is_shown_of_a_timetable_is_read_as_the_same_rates(entries: list[tuple[int, int | None]]) -> None:
    table = Timetable(entries=tuple(sorted(entries, key=lambda one: one[0])))
    again = parse_bwlimit(str(table))
    minutes = {
        moment for entry in (*table.entries, *again.entries) for moment in (entry[0], entry[0] - 1) if moment >= 0
    }
    assert all(table.rate_at(minute) == again.rate_at(minute) for minute in minutes)


@given(st.text(max_size=20))
def test_any_text_is_a_timetable_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert parse_bwlimit(text).entries


@given(st.lists(st.tuples(st.integers(0, 1439), st.none() | RATES), min_size=1, unique_by=lambda one: one[0]))
def test_every_minute_has_the_rate_of_the_latest_entry(entries: list[tuple[int, int | None]]) -> None:
    table = Timetable(entries=tuple(sorted(entries, key=lambda one: one[0])))
    current = table.entries[-1][1]
    by_minute = dict(table.entries)
    for minute in range(1440):
        current = by_minute.get(minute, current)
        assert table.rate_at(minute) == current


@given(st.lists(st.tuples(st.integers(0, 10_079), st.none() | RATES), min_size=1, unique_by=lambda one: one[0]))
def test_a_rate_holds_until_the_first_minute_with_another(entries: list[tuple[int, int | None]]) -> None:
    table = Timetable(entries=tuple(sorted(entries, key=lambda one: one[0])))
    edges = {at % MINUTES_A_WEEK for entry, _ in entries for at in (entry - 1, entry, entry + 1)}
    for minute in edges:
        held = table.holds_for(minute)
        reached = [at for at in sorted((edge - minute) % MINUTES_A_WEEK for edge in edges) if held is None or at < held]
        assert {table.rate_at((minute + at) % MINUTES_A_WEEK) for at in reached} == {table.rate_at(minute)}
        assert held is None or table.rate_at((minute + held) % MINUTES_A_WEEK) != table.rate_at(minute)


@pytest.mark.parametrize("entries", [(), ((7 * 1440, 1),), ((5, 1), (5, 2)), ((6, 1), (5, 2))])
def test_a_timetable_without_order_is_a_bug(entries: tuple[tuple[int, int | None], ...]) -> None:
    with pytest.raises(ValueError, match="time"):
        Timetable(entries=entries)


# The gate that workers pass.


def test_the_gate_follows_the_clock_of_the_wall() -> None:
    minutes = iter([0, 480])
    gate = PaceGate(
        parse_bwlimit("08:00,1M 23:00,off"),
        stop=Stop(lambda: None),
        clock=lambda: 0.0,
        minute=lambda: next(minutes),
    )
    assert gate.pass_bytes(MIB).count == MIB
    assert gate.pass_bytes(MIB).count == MIB // 8


def test_a_gate_without_limit_asks_no_clock() -> None:
    gate = PaceGate(UNLIMITED, stop=Stop(lambda: None), clock=lambda: pytest.fail("asked"))
    assert gate.pass_bytes(5).count == 5


def test_ctrl_c_ends_the_wait_for_the_next_block_at_once() -> None:
    stop = Stop(lambda: None)
    gate = PaceGate(Timetable.always(SLOWEST), stop=stop, clock=lambda: 0.0)
    gate.pass_bytes(MIB)  # at once; the next one would have to wait
    stop.request(Ending(exit_code=ExitCode.INTERRUPTED, reason="Stopped by Ctrl+C."))
    with pytest.raises(InterruptedRunError):
        gate.pass_bytes(MIB)


# Requests.

_LIMITS = st.lists(
    st.builds(RequestLimit, count=st.integers(1, 5), seconds=st.sampled_from([0.5, 1.0, 60.0])), min_size=1, max_size=3
)
_GAPS = st.lists(st.floats(0, 30), min_size=1, max_size=40)


def _starts_of(limits: Sequence[RequestLimit], moments: Iterable[float]) -> list[float]:
    turns, starts = Turns(), []
    for now in moments:
        turns = take_turn(turns, limits, now)
        starts.append(turns.starts[-1])
    return starts


@given(_LIMITS, _GAPS)
def test_no_window_holds_more_requests_than_its_limit_allows(limits: list[RequestLimit], gaps: list[float]) -> None:
    moments = list(accumulate(gaps))
    starts = _starts_of(limits, moments)

    assert starts == sorted(starts)
    assert all(start >= moment for start, moment in zip(starts, moments, strict=True))
    for limit in limits:
        later = zip(starts, starts[limit.count :], strict=False)
        assert all(after - before >= limit.seconds - 1e-9 for before, after in later)


@given(_LIMITS, _GAPS)
def test_a_request_waits_for_nothing_but_a_limit_or_the_one_before(
    limits: list[RequestLimit], gaps: list[float]
) -> None:
    moments = list(accumulate(gaps))
    starts = _starts_of(limits, moments)

    for number, (start, moment) in enumerate(zip(starts, moments, strict=True)):
        bounds = [starts[number - limit.count] + limit.seconds for limit in limits if number >= limit.count]
        assert start == max([moment, *starts[number - 1 : number], *bounds])


def test_a_minute_of_requests_under_the_published_limit() -> None:
    starts = _starts_of(spread(API_LIMITS), [0.0] * 600)

    assert starts[269] < 60 <= starts[270]
    assert max(sum(1 for one in starts if begins <= one < begins + 1) for begins in starts) == 8
    assert max(sum(1 for one in starts if begins <= one < begins + 60) for begins in starts) == 270


@pytest.mark.parametrize(
    ("timetable", "minute", "line", "seconds"),
    [
        (UNLIMITED, 0, 50, 200.0),
        (UNLIMITED, 0, None, 0.0),
        (Timetable.always(20), 0, 50, 500.0),
        (Timetable.always(20), 0, None, 500.0),
        (Timetable.always(80), 0, 50, 200.0),
        (Timetable(entries=((0, 50), (1, 10))), 0, None, 60 + 700.0),
        (Timetable(entries=((0, 50), (1, 10))), MINUTES_A_WEEK - 1, None, 60 + 60 + 640.0),
        (Timetable(entries=((0, 50), (1, None))), 0, None, 60.0),
        (Timetable(entries=((0, 50), (1, None))), 0, 100, 60 + 70.0),
    ],
)
def test_the_time_of_bytes_goes_by_the_line_and_by_the_limit_of_each_hour(
    timetable: Timetable, minute: int, line: int | None, seconds: float
) -> None:
    assert timetable.seconds_for(10_000, minute, line) == pytest.approx(seconds)


def test_requests_do_not_start_all_at_once_when_a_second_begins() -> None:
    starts = _starts_of(spread((RequestLimit(count=8, seconds=1.0),)), [0.0] * 8)

    assert starts == [0.0, 0.0, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75]


def test_only_turns_that_still_count_are_kept() -> None:
    turns = Turns()
    for now in range(1000):
        turns = take_turn(turns, API_LIMITS, float(now))

    assert len(turns.starts) == 60


@pytest.mark.parametrize(("back", "waits"), [(0.0, True), (0.9, True), (1.1, False), (3600.0, False)])
def test_a_clock_that_was_set_back_is_not_waited_for(back: float, waits: bool) -> None:
    once_a_minute = (RequestLimit(count=1, seconds=60.0),)
    turns = take_turn(Turns(), once_a_minute, 10_000.0)
    again = take_turn(turns, once_a_minute, 10_000.0 - back)

    assert (again.starts[-1] == 10_060.0) is waits
    assert (again.starts[-1] == 10_000.0 - back) is not waits
