from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.display.stats import RunStats
from kinescope_upload.display.summary import next_command, one_line, summary_rows
from kinescope_upload.events import BytesAccepted, LessonFailed, LessonStarted, RunStarted
from kinescope_upload.plan import Plan
from kinescope_upload.text.hints import Hint
from support.display_cases import MB, FakeTime, lesson, play

if TYPE_CHECKING:
    from kinescope_upload.display.summary import Summary


def full_summary() -> Summary:
    accounts, fake = RunStats(), FakeTime()
    play(lambda event: accounts.apply(event, fake.seconds), fake)
    return accounts.summary()


def test_the_summary_counts_every_lesson_once_and_names_what_is_not_done() -> None:
    summary = full_summary()
    assert (summary.lessons, summary.uploaded, summary.linked, summary.unlinked) == (4, 2, 2, 1)
    assert (summary.skipped, summary.later, summary.left, summary.ignored) == (3, 1, 0, 1)
    assert [one.lesson_id for one in summary.failures] == ["a_002"]
    assert [one.lesson_id for one in summary.in_doubt] == ["a_005"]
    assert [one.subject for one in summary.doubts] == ["02_ads/m01"]
    assert (summary.orphans_removed, summary.exit_code, summary.seconds) == (1, 1, 39.0)


def test_the_next_command_goes_on_until_all_is_done() -> None:
    summary = replace(full_summary(), exit_code=0, failures=(), later=0, in_doubt=(), doubts=())
    command, typed = ("--course", "01_analytics"), "kupload --course 01_analytics"
    assert next_command(summary, (*command, "--no-db", "--trust-scan")) == typed, "a row waits for the database"
    assert next_command(replace(summary, unlinked=0), command) == "kupload verify"
    assert next_command(replace(summary, later=3), command) == typed
    assert next_command(replace(summary, left=1), command) == typed
    assert next_command(replace(summary, exit_code=130), command) == typed
    stopped = replace(summary, exit_code=3, reason="the token is refused")
    assert next_command(stopped, command) == "", "it would be refused again"
    assert "Next" not in dict(summary_rows(stopped, command))
    hinted = replace(summary, exit_code=1, left=2, hint=Hint(("cluster", "enqueue"), " gives turns."))
    assert next_command(hinted, command) == "kupload cluster enqueue"
    rows = dict(summary_rows(hinted, command))
    assert (rows["Left"], rows["Next"], "Stopped" in rows) == ("2", "kupload cluster enqueue", False)
    assert next_command(replace(summary, doubts=full_summary().doubts), command) == f"{typed} --dry-run"
    changed = LessonFailed(lesson_id="a_1", reason="it", hint=Hint(("replace", "a_1"), " publishes."), is_in_doubt=True)
    other = replace(changed, hint=Hint("See ", ("repair",)))
    assert next_command(replace(summary, in_doubt=(changed,)), command) == "kupload replace a_1"
    assert next_command(replace(summary, in_doubt=(changed, changed)), command) == "kupload replace --changed"
    assert next_command(replace(summary, in_doubt=(changed, other)), command) == f"{typed} --dry-run"


@pytest.mark.parametrize(
    ("typed", "advised"),
    [
        ("--web --bwlimit 1M --yes", "kupload --bwlimit 1M --dry-run"),
        ("--web 28765 --limit 5", "kupload --limit 5 --dry-run"),
        ("--web=28765 -y", "kupload --dry-run"),
        ("resume --library /srv/academy", "kupload --library /srv/academy --dry-run"),
        ("cluster worker --until-empty --jobs 1", "kupload --dry-run"),
    ],
)
def test_the_dry_run_that_is_advised_has_no_word_that_it_refuses(typed: str, advised: str) -> None:
    doubted = replace(full_summary(), exit_code=0, failures=(), later=0)
    assert next_command(doubted, tuple(typed.split())) == advised


def test_the_quiet_line_tells_what_is_not_zero() -> None:
    quiet = replace(full_summary(), unlinked=0, skipped=0)
    assert one_line(quiet) == "2 linked, 1 failed, 1 in doubt; 190 MB in 39 s"


def test_the_first_twenty_reasons_are_told_and_the_rest_counted() -> None:
    failure = full_summary().failures[0]
    failures = tuple(replace(failure, reason=f"gone {number}", hint="") for number in range(25))
    rows = summary_rows(replace(full_summary(), failures=failures), ())
    begin = [label for label, _ in rows].index("Failed")
    assert rows[begin] == ("Failed", "25")
    assert rows[begin + 1 : begin + 21] == [("", f"a_002: gone {number}") for number in range(20)]
    assert rows[begin + 21] == ("", "and 5 more")


def test_what_many_lessons_have_in_common_is_told_once() -> None:
    failure = full_summary().failures[0]
    failures = tuple(replace(failure, lesson_id=f"a_{number}", reason="gone", hint="Look.") for number in range(25))
    rows = summary_rows(replace(full_summary(), failures=failures), ())
    begin = [label for label, _ in rows].index("Failed")
    assert rows[begin : begin + 2] == [("Failed", "25"), ("", "a_0, a_1, a_2 and 22 more: gone. Look.")]


def test_what_was_lost_on_the_way_is_told_as_about() -> None:
    stats = RunStats()
    one = lesson("a_001", 100 * MB)
    accepted = partial(BytesAccepted, lesson_id="a_001")
    lost = accepted(offset=40 * MB, is_resumed=True)
    begun = (RunStarted(plan=Plan(lessons=(one,)), jobs=1), LessonStarted(lesson=one))
    for event in (*begun, accepted(offset=50 * MB), lost):
        stats.apply(event, 0.0)
    assert dict(summary_rows(stats.summary(), ()))["Sent"].startswith("about 50.0 MB, 0 breaks")


def test_what_was_sent_is_held_against_what_was_needed_only_when_all_of_that_arrived() -> None:
    summary = full_summary()
    whole = replace(summary, cost=replace(summary.cost, needed_bytes=summary.cost.accepted_bytes))
    assert dict(summary_rows(whole, ()))["Sent"].startswith("190 MB (1.00 times what was needed), 1 break")
    assert dict(summary_rows(summary, ()))["Sent"].startswith("190 MB, 1 break")


def test_a_stopped_run_says_why_and_what_now() -> None:
    stopped = replace(full_summary(), reason="the token is refused", hint="Set KINESCOPE_API_KEY.", left=4)
    rows = dict(summary_rows(stopped, ()))
    assert rows["Stopped"] == "the token is refused. Set KINESCOPE_API_KEY."
    assert rows["Left"] == "4; run the same command to continue"


def test_what_is_zero_has_no_row() -> None:
    rows = dict(summary_rows(full_summary(), ()))
    less = replace(full_summary(), skipped=0, later=0, failures=(), in_doubt=(), doubts=(), ignored=0)
    labels = dict(summary_rows(replace(less, orphans_removed=0), ())).keys()
    gone = {"Already linked", "Beyond --limit", "Failed", "In doubt", "Unmatched", "Ignored", "Deleted", ""}
    assert rows.keys() - labels == gone


def test_a_skipped_lesson_whose_row_is_not_written_is_not_called_linked() -> None:
    summary = replace(full_summary(), skipped=5, skipped_unlinked=2)
    assert dict(summary_rows(summary, ()))["Already linked"] == "3; 2 more uploaded, not linked"
