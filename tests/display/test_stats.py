from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.display.stats import RunStats
from kinescope_upload.display.summary import summary_rows
from kinescope_upload.events import (
    BytesAccepted,
    BytesSent,
    LessonDone,
    LessonFailed,
    LessonSkipped,
    LessonStarted,
    LessonWaits,
    LimitChanged,
    OrphanRemoved,
    RetryScheduled,
    RunEnded,
    RunEvent,
    RunStarted,
    StageReached,
    WaitEnded,
    WaitKind,
    WaitStarted,
    Warned,
)
from kinescope_upload.plan import Decision, Plan, PlannedLesson
from kinescope_upload.policy.pacing import Timetable
from kinescope_upload.upload import Stage
from support.display_cases import MB, lesson, small_plan

if TYPE_CHECKING:
    from collections.abc import Sequence


A = "a_001"


def accounts_after(*events: RunEvent, lessons: Sequence[PlannedLesson] | None = None, step: float = 1.0) -> RunStats:
    """The accounts of a run over one new file of 100 MB (or other lessons) after these events, a step apart."""
    work = tuple(lessons or (lesson(A, 100 * MB),))
    accounts = RunStats()
    everything = [RunStarted(plan=Plan(lessons=work), jobs=2), *(LessonStarted(lesson=one) for one in work), *events]
    for number, event in enumerate(everything):
        accounts.apply(event, number * step)
    return accounts


def sent(count: int) -> BytesSent:
    return BytesSent(lesson_id=A, count=count * MB)


def accepted(offset: int, *, is_resumed: bool = False) -> BytesAccepted:
    return BytesAccepted(lesson_id=A, offset=offset * MB, is_resumed=is_resumed)


def reached(stage: Stage) -> StageReached:
    return StageReached(lesson_id=A, stage=stage, video_id="v")


RETRY = RetryScheduled(lesson_id=A, reason="connection reset", wait=3.0, number=1, limit=3)
FAILED = LessonFailed(lesson_id=A, reason="is unreadable")
DONE = LessonDone(lesson_id=A, stage=Stage.LINKED, video_id="v")


@pytest.mark.parametrize(
    ("events", "needed", "taken", "on_the_way"),
    [
        pytest.param([], 100, 0, 0, id="nothing yet"),
        pytest.param([sent(30)], 100, 0, 30, id="sent is not accepted"),
        pytest.param([sent(30), accepted(30)], 100, 30, 30, id="accepted"),
        pytest.param([accepted(30)], 100, 30, 30, id="accepted without a word about sending"),
        pytest.param([sent(30), RETRY], 100, 0, 0, id="a break takes back what nobody acknowledged"),
        pytest.param(
            [sent(30), RETRY, accepted(20, is_resumed=True)], 100, 20, 20, id="HEAD acknowledges what we sent"
        ),
        pytest.param([sent(30), accepted(20, is_resumed=True)], 100, 20, 20, id="…also without a retry in between"),
        pytest.param([accepted(40, is_resumed=True)], 60, 0, 0, id="what an earlier run sent is not needed"),
        pytest.param([sent(10), accepted(40, is_resumed=True)], 70, 10, 10, id="nor is what we did not send"),
        pytest.param([accepted(40, is_resumed=True), accepted(10)], 90, 0, 0, id="the server has less than it said"),
        pytest.param([sent(60), accepted(60), reached(Stage.CREATED)], 100, 0, 0, id="an upload begun anew is empty"),
        pytest.param(
            [reached(Stage.CREATED), sent(5), reached(Stage.CREATED)], 100, 0, 5, id="a stage is reached once"
        ),
        pytest.param(
            [reached(Stage.CREATED), RETRY, accepted(60, is_resumed=True)],
            100,
            60,
            60,
            id="a block that broke off was ours, though nobody counted it",
        ),
        pytest.param([sent(50), reached(Stage.UPLOADED)], 50, 50, 50, id="half of an adopted video was there"),
        pytest.param([reached(Stage.LINKED)], 0, 0, 0, id="all of an adopted video was there"),
        pytest.param([sent(100), DONE], 100, 100, 100, id="done"),
        pytest.param([sent(300)], 100, 0, 100, id="no position beyond the end"),
        pytest.param([accepted(300)], 100, 100, 100, id="no offset beyond the end"),
        pytest.param([sent(30), FAILED, accepted(30)], 100, 30, 30, id="a late answer after the failure"),
        pytest.param([DONE, sent(5), accepted(3), reached(Stage.CREATED)], 0, 0, 0, id="nothing moves after the end"),
    ],
)
def test_each_byte_is_needed_on_the_way_or_accepted(
    events: list[RunEvent], needed: int, taken: int, on_the_way: int
) -> None:
    totals = accounts_after(*events).totals(100.0)
    assert (totals.needed_bytes, totals.accepted_bytes, totals.position_bytes) == (
        needed * MB,
        taken * MB,
        on_the_way * MB,
    )


@given(
    st.lists(
        st.one_of(
            st.builds(BytesSent, lesson_id=st.sampled_from("ab"), count=st.integers(1, 40 * MB)),
            st.builds(
                BytesAccepted,
                lesson_id=st.sampled_from("ab"),
                offset=st.integers(0, 100 * MB),
                is_resumed=st.booleans(),
            ),
            st.sampled_from([replace(one, lesson_id="a") for one in (RETRY, FAILED, DONE)]),
        )
    )
)
def test_the_courses_add_up_to_the_whole_run(events: list[RunEvent]) -> None:
    lessons = [lesson("b", 50 * MB, course="02_ads"), lesson("a", 100 * MB, course="01_analytics")]
    stats = accounts_after(*events, lessons=lessons)
    courses, totals = stats.courses(), stats.totals(1000.0)
    assert [one.course for one in courses] == ["01_analytics", "02_ads"]
    for name in ("needed_bytes", "found_bytes", "accepted_bytes", "position_bytes", "done", "failed"):
        assert sum(getattr(one, name) for one in courses) == getattr(totals, name)
    assert tuple(map(sum, zip(*(one.of_planned for one in courses), strict=True))) == totals.of_planned


def test_what_is_on_its_way_when_a_run_is_stopped_is_told() -> None:
    ended = RunEnded(exit_code=130, seconds=9.0, reason="Stopped by Ctrl+C.", hint="Everything is saved.")
    summary = accounts_after(sent(4), ended).summary()
    rows = dict(summary_rows(summary, ()))
    assert rows["Uploaded"] == "0 videos, 0 B; 4.0 MB more were on their way"
    assert rows["Stopped"] == "by Ctrl+C. Everything is saved."
    assert accounts_after(sent(4), accepted(4), ended).cost().unanswered_bytes == 0


TWO = (lesson(A, 100 * MB), lesson("b", 50 * MB))


def test_what_arrived_of_others_is_told_apart_from_the_videos() -> None:
    of_b = BytesSent(lesson_id="b", count=30 * MB), BytesAccepted(lesson_id="b", offset=30 * MB)
    stats = accounts_after(sent(100), accepted(100), DONE, *of_b, lessons=TWO)
    assert dict(summary_rows(stats.summary(), ()))["Uploaded"] == "1 video, 100 MB; 30.0 MB of others arrived"


def test_what_failed_before_it_was_begun_is_waited_for_no_longer() -> None:
    stats = RunStats()
    stats.apply(RunStarted(plan=Plan(lessons=TWO), jobs=2), 0.0)
    stats.apply(LessonStarted(lesson=TWO[0]), 0.0)
    for second in range(1, 21):
        stats.apply(sent(2), float(second))
    rate = stats.totals(20.0).rate
    assert rate is not None
    assert stats.totals(20.0).eta_seconds == pytest.approx(110 * MB / rate)
    for _ in range(2):
        stats.apply(LessonFailed(lesson_id="b", reason="No folder."), 20.0)
    assert stats.totals(20.0).eta_seconds == pytest.approx(60 * MB / rate)
    stats.apply(LessonStarted(lesson=TWO[1]), 20.0)
    assert stats.totals(20.0).eta_seconds == pytest.approx(110 * MB / rate)


def test_a_block_that_broke_off_in_its_middle_counts_as_a_break_and_as_sent() -> None:
    cost = accounts_after(reached(Stage.CREATED), RETRY, accepted(60, is_resumed=True), sent(40), DONE).cost()
    assert (cost.breaks, cost.sent_bytes, cost.accepted_bytes) == (1, 100 * MB, 100 * MB)


@pytest.mark.parametrize(
    ("decision", "offset", "needed"),
    [(Decision.UPLOAD, None, 100), (Decision.RESUME, 40, 60), (Decision.LINK, 100, 0)],
)
def test_the_plan_says_what_is_needed_until_the_server_knows_better(
    decision: Decision, offset: int | None, needed: int
) -> None:
    one = lesson(A, 100 * MB, decision, offset=None if offset is None else offset * MB)
    assert accounts_after(lessons=[one]).totals(1).needed_bytes == needed * MB


def test_the_hint_of_the_progress_file_may_be_too_high() -> None:
    one = lesson(A, 100 * MB, Decision.RESUME, offset=40 * MB)
    assert accounts_after(accepted(10, is_resumed=True), lessons=[one]).totals(9).needed_bytes == 90 * MB


def test_a_running_lesson_shows_its_path_offset_and_what_is_on_the_way() -> None:
    one = lesson(A, 100 * MB, name="001_Начало.mp4")
    (running,) = accounts_after(sent(10), accepted(10), sent(7), lessons=[one]).running(100.0)
    assert (running.lesson_id, running.path, running.size) == (A, "01_analytics/001_Начало.mp4", 100 * MB)
    assert (running.offset, running.handed_over, running.position) == (10 * MB, 7 * MB, 17 * MB)


@pytest.mark.parametrize("end", [DONE, FAILED])
def test_a_lesson_that_came_to_its_end_runs_no_more(end: RunEvent) -> None:
    assert accounts_after(end).running(100.0) == ()


def test_a_lesson_that_only_waits_for_its_row_is_in_nobodys_hand() -> None:
    accounts = accounts_after(sent(100), reached(Stage.UPLOADED))
    assert accounts.running(100.0) == ()
    assert accounts.summary().left == 1


def test_a_lesson_may_be_taken_up_again_after_it_failed() -> None:
    again = LessonStarted(lesson=lesson(A, 100 * MB))
    accounts = accounts_after(sent(20), accepted(20), FAILED, again, sent(30))
    assert accounts.running(100.0)[0].position == 50 * MB
    totals = accounts.totals(100.0)
    assert (totals.needed_bytes, totals.position_bytes) == (100 * MB, 50 * MB)


def test_the_rate_leaves_out_resumed_and_lost_bytes_and_the_eta_follows_from_it() -> None:
    one = lesson(A, 1000 * MB)
    events: list[RunEvent] = [accepted(400, is_resumed=True), *[sent(1)] * 90]
    totals = accounts_after(*events, lessons=[one]).totals(92.0)
    assert totals.rate == pytest.approx(1 * MB, rel=0.01)
    assert totals.eta_seconds == pytest.approx(510, rel=0.01)


def test_the_eta_leaves_out_what_failed_lessons_still_need() -> None:
    work = [lesson(A, 1000 * MB), lesson("a_002", 5000 * MB)]
    failed = LessonFailed(lesson_id="a_002", reason="is unreadable")
    events: list[RunEvent] = [failed, *[sent(1)] * 90]
    totals = accounts_after(*events, lessons=work).totals(93.0)
    assert totals.eta_seconds == pytest.approx(910, rel=0.01)


def test_nobody_can_tell_the_eta_before_bytes_have_moved() -> None:
    totals = accounts_after().totals(5.0)
    assert (totals.rate, totals.eta_seconds) == (None, None)


def test_breaks_resumes_and_stalls_are_counted_where_bytes_had_been_sent() -> None:
    resumed = accepted(10, is_resumed=True)
    cost = accounts_after(RETRY, sent(10), RETRY, RETRY, resumed, sent(5), resumed, sent(3), FAILED).cost()
    assert (cost.breaks, cost.resumes, cost.retries) == (3, 2, 3)
    assert cost.stalled_seconds == 3.0
    assert cost.retry_seconds == 9.0
    assert cost.sent_bytes == 10 * MB


def test_the_ratio_to_what_was_needed_is_told_of_a_run_that_got_all_of_it_across() -> None:
    assert accounts_after().cost().sent_per_needed is None
    lost_five: list[RunEvent] = [accepted(25), sent(10), RETRY, accepted(20, is_resumed=True)]
    halfway = accounts_after(*lost_five, sent(30), accepted(50)).cost()
    assert (halfway.needed_bytes, halfway.sent_per_needed) == (100 * MB, None)
    assert halfway.sent_per_accepted == pytest.approx(1.1)
    whole = accounts_after(*lost_five, sent(80), accepted(100)).cost()
    assert whole.sent_per_needed == whole.sent_per_accepted == pytest.approx(1.05)


def test_bytes_that_left_this_process_and_did_not_arrive_are_not_sent() -> None:
    cost = accounts_after(
        sent(50), RETRY, accepted(0, is_resumed=True), sent(50), RETRY, accepted(10, is_resumed=True)
    ).cost()
    assert cost.sent_bytes == 10 * MB


def test_what_an_upload_had_that_is_begun_anew_was_sent_in_vain() -> None:
    cost = accounts_after(sent(60), accepted(60), reached(Stage.CREATED), sent(100), accepted(100)).cost()
    assert (cost.sent_bytes, cost.accepted_bytes) == (160 * MB, 100 * MB)


def test_waits_are_added_up_by_kind_and_one_that_is_open_ends_with_the_run() -> None:
    accounts = accounts_after(
        WaitStarted(kind=WaitKind.NETWORK, reason="no answer", longest=60),
        WaitStarted(kind=WaitKind.NETWORK, reason="still none", longest=60),
        WaitStarted(kind=WaitKind.DATABASE, reason="refused", longest=60),
    )
    assert [(wait.reason, since) for wait, since in accounts.waits()] == [("no answer", 2.0), ("refused", 4.0)]
    accounts.apply(WaitEnded(kind=WaitKind.NETWORK, seconds=7.5), 10.0)
    accounts.apply(WaitEnded(kind=WaitKind.THROTTLED, seconds=2.5), 10.0)
    accounts.apply(RunEnded(exit_code=130, seconds=20.0), 24.0)
    cost = accounts.cost()
    assert (cost.network_seconds, cost.throttled_seconds, cost.database_seconds) == (7.5, 2.5, 20.0)
    assert accounts.waits() == ()


@pytest.mark.parametrize("events", [(FAILED, DONE), (DONE, FAILED)])
def test_a_lesson_that_is_done_is_in_no_list_of_failures(events: tuple[RunEvent, ...]) -> None:
    summary = accounts_after(*events).summary()
    assert (summary.failures, summary.linked, summary.left) == ((), 1, 0)


def test_a_failure_in_doubt_stands_with_what_the_plan_doubted() -> None:
    summary = accounts_after(LessonFailed(lesson_id=A, reason="its row is taken", is_in_doubt=True)).summary()
    assert (summary.failures, [one.reason for one in summary.in_doubt]) == ((), ["its row is taken"])


def test_before_a_run_begins_the_accounts_are_empty() -> None:
    accounts = RunStats()
    accounts.apply(Warned(message="nothing"), 0.0)
    assert accounts.summary().left == 0
    assert accounts.summary().lessons == 0


@pytest.mark.parametrize("events", [(FAILED, FAILED, DONE), (FAILED, DONE, FAILED), (DONE, DONE, FAILED)])
def test_each_lesson_counts_once_in_its_course(events: tuple[RunEvent, ...]) -> None:
    (course,) = accounts_after(*events).courses()
    assert (course.lessons, course.done, course.failed) == (1, 1, 0)


def test_a_lesson_that_needs_nothing_any_more_is_none_of_its_course() -> None:
    skipped = LessonSkipped(lesson_id=A, reason="its row names a video")
    (course,) = accounts_after(skipped, skipped).courses()
    assert (course.lessons, course.needed_bytes) == (0, 0)


def test_what_arrived_of_a_lesson_that_others_took_over_is_of_no_video_of_this_run() -> None:
    for is_left in (True, False):
        lost = LessonSkipped(lesson_id=A, reason="another machine has it now", is_left=is_left)
        cost = accounts_after(sent(5), accepted(5), lost).cost()
        assert (cost.accepted_bytes, cost.unfinished_bytes) == (5 * MB, 5 * MB)


def test_what_is_left_to_other_machines_is_left_until_somebody_has_done_it() -> None:
    left = LessonSkipped(lesson_id=A, reason="library disk1 is away", is_left=True)
    stats = accounts_after(left, left)
    rows = dict(summary_rows(stats.summary(), ()))
    assert (stats.totals(9).lessons, rows["Left"].partition(";")[0], "Already linked" in rows) == (1, "1", False)
    stats.apply(LessonSkipped(lesson_id=A, reason="another machine has done it"), 9)
    rows = dict(summary_rows(stats.summary(), ()))
    assert (stats.totals(9).lessons, "Left" in rows, rows["Already linked"]) == (0, False, "1")
    stats = accounts_after(left, LessonStarted(lesson=lesson(A, 100 * MB)), DONE)
    assert (stats.summary().left, stats.summary().skipped, stats.totals(9).done) == (0, 0, 1)


def test_a_lesson_that_came_after_the_plan_was_shown_is_one_to_do() -> None:
    stats = RunStats()
    stats.apply(RunStarted(plan=Plan(lessons=()), jobs=2), 0.0)
    stats.apply(LessonStarted(lesson=TWO[0]), 0.0)
    assert (stats.totals(1).lessons, stats.summary().left) == (1, 1)
    stats.apply(LessonStarted(lesson=TWO[1]), 0.0)
    stats.apply(DONE, 1.0)
    assert (stats.totals(1).lessons, stats.totals(1).done, stats.summary().left) == (2, 1, 1)
    stats.apply(LessonSkipped(lesson_id="b", reason="its row names a video"), 2.0)
    stats.apply(LessonSkipped(lesson_id="c", reason="its row names a video"), 2.0)
    assert (stats.totals(2).lessons, stats.summary().left) == (1, 0)


@pytest.mark.parametrize(
    ("kind", "is_known"),
    [
        (WaitKind.NETWORK, False),
        (WaitKind.LIBRARY, False),
        (WaitKind.THROTTLED, False),
        (WaitKind.PAUSED, False),
        (WaitKind.DATABASE, False),
        (WaitKind.PACE, True),
    ],
)
def test_what_holds_the_bytes_leaves_no_rate_and_no_end_in_sight(kind: WaitKind, is_known: bool) -> None:
    wait = WaitStarted(kind=kind, reason="r", longest=60.0)
    accounts = accounts_after(*[sent(5)] * 8, wait)
    totals, (running,) = accounts.totals(10.0), accounts.running(10.0)
    assert [one is not None for one in (totals.rate, totals.eta_seconds, running.rate)] == [is_known] * 3


def rates(accounts: RunStats, now: float) -> tuple[float | None, float | None]:
    """How fast the whole run and its file are."""
    (running,) = accounts.running(now)
    return accounts.totals(now).rate, running.rate


WAITS = {kind: WaitStarted(kind=kind, reason="r", longest=60.0) for kind in WaitKind}
SLOWER = LimitChanged(timetable=Timetable.always(MB))


@pytest.mark.parametrize(
    ("between", "is_new"),
    [
        pytest.param([SLOWER], True, id="another limit"),
        pytest.param([WAITS[WaitKind.PAUSED], WaitEnded(kind=WaitKind.PAUSED, seconds=1.0)], True, id="pause"),
        pytest.param([WAITS[WaitKind.NETWORK], WaitEnded(kind=WaitKind.NETWORK, seconds=1.0)], True, id="network"),
        pytest.param([WAITS[WaitKind.LIBRARY], WaitEnded(kind=WaitKind.LIBRARY, seconds=1.0)], True, id="library"),
        pytest.param([WAITS[WaitKind.THROTTLED], WaitEnded(kind=WaitKind.THROTTLED, seconds=1.0)], False, id="429"),
        pytest.param([WAITS[WaitKind.DATABASE], WaitEnded(kind=WaitKind.DATABASE, seconds=1.0)], True, id="database"),
    ],
)
def test_after_another_limit_a_pause_or_an_outage_the_rate_is_measured_anew(
    between: list[RunEvent], is_new: bool
) -> None:
    accounts = accounts_after(*[sent(5)] * 8, *between)
    now = 9.0 + len(between)
    assert [rate is None for rate in rates(accounts, now)] == [is_new] * 2
    for second in range(1, 7):
        accounts.apply(sent(1), now + second)
    if is_new:
        assert rates(accounts, now + 6) == pytest.approx((MB, MB))


def test_what_a_pause_or_an_outage_took_is_in_no_files_duration() -> None:
    accounts = accounts_after(sent(50))  # taken at 1, sent at 2
    accounts.apply(WAITS[WaitKind.PAUSED], 3.0)
    accounts.apply(sent(10), 5.0)  # within the time that a request gets to end
    accounts.apply(WAITS[WaitKind.NETWORK], 20.0)
    accounts.apply(WaitEnded(kind=WaitKind.PAUSED, seconds=27.0), 30.0)
    accounts.apply(WaitEnded(kind=WaitKind.NETWORK, seconds=20.0), 40.0)
    accounts.apply(DONE, 44.0)
    assert [file.seconds for file in accounts.finished()] == [44.0 - 1.0 - (40.0 - 5.0)]


def test_a_pause_that_gets_another_end_is_one_pause() -> None:
    accounts = accounts_after(WAITS[WaitKind.PAUSED])  # at 2
    accounts.apply(replace(WAITS[WaitKind.PAUSED], longest=120.0), 10.0)
    ((wait, since),) = accounts.waits()
    assert since + wait.longest == 130.0


def test_a_pause_that_cuts_a_request_is_no_break_and_loses_nothing() -> None:
    accounts = accounts_after(
        sent(50),
        WaitStarted(kind=WaitKind.PAUSED, reason="r", longest=60.0),
        WaitEnded(kind=WaitKind.PAUSED, seconds=5.0),
        accepted(50, is_resumed=True),
    )
    cost = accounts.cost()
    assert (cost.breaks, cost.stalled_seconds, cost.sent_bytes, cost.accepted_bytes) == (0, 0.0, 50 * MB, 50 * MB)


LESSONS = small_plan().work
IDS = [one.lesson_id for one in LESSONS]
any_id = st.sampled_from([*IDS, "unknown"])
amounts = st.integers(min_value=0, max_value=400 * MB)
any_event = st.one_of(
    st.builds(LessonStarted, lesson=st.sampled_from(LESSONS)),
    st.builds(BytesSent, lesson_id=any_id, count=amounts),
    st.builds(BytesAccepted, lesson_id=any_id, offset=amounts, is_resumed=st.booleans()),
    st.builds(StageReached, lesson_id=any_id, stage=st.sampled_from(Stage), video_id=st.none()),
    st.builds(
        RetryScheduled, lesson_id=any_id, reason=st.just("r"), wait=st.just(3.0), number=st.just(1), limit=st.just(3)
    ),
    st.builds(LessonWaits, lesson_id=any_id, wait=st.just(5.0)),
    st.builds(OrphanRemoved, lesson_id=any_id, video_id=st.just("v"), reason=st.just("r")),
    st.builds(
        LessonDone, lesson_id=any_id, stage=st.sampled_from([Stage.UPLOADED, Stage.LINKED]), video_id=st.just("v")
    ),
    st.builds(LessonFailed, lesson_id=any_id, reason=st.just("r"), is_in_doubt=st.booleans()),
    st.builds(RunStarted, plan=st.just(small_plan()), jobs=st.just(4)),
)


@given(st.lists(any_event, max_size=60))
def test_whatever_happens_in_whatever_order_accepted_stays_between_nothing_and_needed(events: list[RunEvent]) -> None:
    accounts = RunStats()
    for number, event in enumerate(events):
        accounts.apply(event, float(number))
        totals = accounts.totals(float(number))
        assert 0 <= totals.accepted_bytes <= totals.position_bytes <= totals.needed_bytes
        assert totals.rate is None or totals.rate >= 0
        assert totals.eta_seconds is None or totals.eta_seconds >= 0
        for one in accounts.running(float(number)):
            assert 0 <= one.offset <= one.position <= one.size
        courses = accounts.courses()
        assert sum(one.needed_bytes for one in courses) == totals.needed_bytes
        assert sum(one.accepted_bytes for one in courses) == totals.accepted_bytes


def whole_life(one: PlannedLesson) -> list[RunEvent]:
    there = one.file.size - one.bytes_to_send
    return [
        LessonStarted(lesson=one),
        BytesAccepted(lesson_id=one.lesson_id, offset=there, is_resumed=True),
        BytesSent(lesson_id=one.lesson_id, count=one.bytes_to_send),
        BytesAccepted(lesson_id=one.lesson_id, offset=one.file.size),
        LessonDone(lesson_id=one.lesson_id, stage=Stage.LINKED, video_id="v"),
    ]


@given(st.permutations([number for number in range(len(LESSONS)) for _ in range(5)]))
def test_the_order_in_which_lessons_go_on_and_finish_does_not_matter(order: list[int]) -> None:
    accounts = RunStats()
    accounts.apply(RunStarted(plan=small_plan(), jobs=4), 0.0)
    lives = [iter(whole_life(one)) for one in LESSONS]
    for moment, number in enumerate(order):
        accounts.apply(next(lives[number]), float(moment))
    totals = accounts.totals(100.0)
    assert totals.accepted_bytes == totals.needed_bytes == totals.sent_bytes == small_plan().bytes_to_send
    assert (totals.done, totals.failed, accounts.summary().left) == (4, 0, 0)
    assert [(one.lessons, one.done, one.failed) for one in accounts.courses()] == [(4, 4, 0)]
    assert accounts.cost().sent_per_needed == 1.0


def test_no_end_is_told_while_only_others_send() -> None:
    stats = accounts_after(*[sent(5)] * 10, accepted(50), lessons=TWO)
    assert stats.totals(12).eta_seconds is not None
    for lesson_id in (A, "b"):
        stats.apply(LessonSkipped(lesson_id=lesson_id, reason="another machine has it", is_left=True), 12.0)
    assert (stats.totals(12).rate is not None, stats.totals(12).eta_seconds) == (True, None)
    stats.apply(LessonStarted(lesson=TWO[0]), 12.0)
    assert stats.totals(12).eta_seconds is not None
    stats.apply(RunEnded(exit_code=130, seconds=9.0, reason="Stopped.", hint=""), 12.0)
    assert stats.totals(12).eta_seconds is None
