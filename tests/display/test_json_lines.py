from __future__ import annotations

import io
import json
import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from kinescope_upload.commands.course_status import course_statuses
from kinescope_upload.commands.dry_run import PlanAnswer, print_plan
from kinescope_upload.commands.status import Status, print_status
from kinescope_upload.display.json_lines import JsonPrinter
from kinescope_upload.display.printers import make_printer
from kinescope_upload.errors import UsageError
from kinescope_upload.events import BytesSent, LessonSkipped, LessonStarted, RunEnded, RunStarted, Warned
from kinescope_upload.kinescope.course_folders import CourseFolder, FolderState
from kinescope_upload.media.verdict import Broken
from kinescope_upload.monitor.state_file import Life, SeenRun
from kinescope_upload.output.error_view import print_error_object
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.plan import Decision, Plan
from kinescope_upload.progress import IgnoredProgress, Standing
from kinescope_upload.progress.last_rate import KnownRate
from kinescope_upload.upload import Failure, Stage
from support.audit_lines import audit_lines
from support.cluster_lines import cluster_lines
from support.command_lines import command_lines
from support.display_cases import BEGAN, HOSTILE, MB, FakeTime, assignment, lesson, play, record_of, small_plan
from support.monitored import FULL_STATE, a_state
from support.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = ROOT / "docs" / "json.md"
JSON = DisplayOptions(as_json=True)


def run_lines() -> list[dict[str, Any]]:
    fake, out = FakeTime(), io.StringIO()
    with make_printer(JSON, stdout=out, stderr=io.StringIO(), clock=fake.clock) as printer:
        play(printer, fake)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def skipped_line() -> dict[str, Any]:
    out = io.StringIO()
    with make_printer(JSON, stdout=out, stderr=io.StringIO(), clock=FakeTime().clock) as printer:
        printer(LessonSkipped(lesson_id="a_001", reason="has a video (c7149e0d)"))
    line: dict[str, Any] = json.loads(out.getvalue())
    return line


def plan_line() -> dict[str, Any]:
    out = io.StringIO()
    sent = replace(record_of("a_010", 5 * MB, stage=Stage.LINKED), duration=5.0)
    changed = replace(lesson("a_010", 6 * MB, Decision.SKIP, reason="linked before"), record=sent)
    plan = small_plan()
    folder = CourseFolder(course="01_analytics", state=FolderState.THERE, folder_ids=("f1",))
    answer = PlanAnswer(
        plan=replace(plan, lessons=(*plan.lessons, changed)),
        folders=(folder,),
        rate=KnownRate(rate=2 * MB, at=BEGAN),
    )
    print_plan(answer, JSON, out, clock=FakeTime().clock)
    line: dict[str, Any] = json.loads(out.getvalue())
    return line


def status_line() -> dict[str, Any]:
    out = io.StringIO()
    failure = Failure(reason="connection reset", at=BEGAN)
    record = record_of("a_001", 10 * MB, stage=Stage.CREATED, offset=4 * MB, failure=failure)
    linked = record_of("a_002", 10 * MB, stage=Stage.LINKED)
    redated = replace(record_of("a_003", 10 * MB, stage=Stage.LINKED), modified_ns=10**18)
    sizes = {"a_001": 10 * MB, "a_002": 11 * MB, "a_003": 10 * MB}
    files = [assignment(lesson_id, size, "01_analytics") for lesson_id, size in sizes.items()]
    statuses = course_statuses(
        [*files, assignment("a_004", 7, "01_analytics")],
        [record, linked, redated, record_of("a_005", 10 * MB, stage=Stage.LINKED)],
        broken=lambda file: Broken(reason="is cut off") if file.size == 7 else None,
        standing={"a_004": Standing.IN_DOUBT, "a_005": Standing.NO_ROW}.get,
    )
    status = Status(
        courses=tuple(replace(one, mixed_up=one.changed) for one in statuses),
        ignored=(IgnoredProgress(path="p/x", reason="is"),),
        notes=("c.json is missing.",),
        runs=(SeenRun(state=FULL_STATE, life=Life.ENDED), SeenRun(state=a_state(), life=Life.AT_WORK)),
    )
    print_status(status, JSON, out, clock=FakeTime().clock)
    line: dict[str, Any] = json.loads(out.getvalue())
    return line


def error_line() -> dict[str, Any]:
    out = io.StringIO()
    print_error_object(UsageError("What.", "Way out."), 2, out, clock=FakeTime().clock)
    line: dict[str, Any] = json.loads(out.getvalue())
    return line


def fields_in(value: object, path: str = "") -> Iterator[str]:
    match value:
        case dict():
            for key, inner in value.items():
                yield from fields_in(inner, f"{path}.{key}" if path else key)
        case list():
            for inner in value:
                yield from fields_in(inner, f"{path}[]")
        case _:
            yield path


def documented() -> dict[str, set[str]]:
    fields: dict[str, set[str]] = defaultdict(set)
    section = ""
    for line in DOCUMENT.read_text("utf-8").splitlines():
        if heading := re.match(r"## `?([\w ]+)`?$", line):
            section = heading[1]
        elif row := re.match(r"\| `([^`]+)` \|", line):
            assert row[1] not in fields[section], f"{section}.{row[1]} is described twice"
            fields[section].add(row[1])
    return fields


def test_the_document_names_exactly_the_events_and_fields_that_are_written() -> None:
    written: dict[str, set[str]] = defaultdict(set)
    for line in [
        error_line(),
        *run_lines(),
        skipped_line(),
        plan_line(),
        status_line(),
        *command_lines(),
        *audit_lines(),
        *cluster_lines(),
    ]:
        written[line["event"]] |= set(fields_in(line))
    described = documented()
    common = described.pop("Every line")
    assert dict(written) == {event: fields | common for event, fields in described.items()}


def test_every_line_has_version_event_and_time_first() -> None:
    for line in run_lines():
        assert list(line)[:3] == ["v", "event", "time"]
        assert line["v"] == 2
        assert re.fullmatch(r"2026-02-18T10:2\d:\d\d\.172Z", line["time"])


def test_a_run_is_told_event_by_event_with_the_summary_last() -> None:
    events = [line["event"] for line in run_lines()]
    assert events[:4] == ["run_started", "warned", "lesson_started", "stage_reached"]
    assert events[-2:] == ["lesson_failed", "summary"]
    assert "bytes_sent" not in events


def test_the_summary_holds_the_failures_the_cost_and_the_exit_code() -> None:
    summary = run_lines()[-1]
    assert summary["exit_code"] == 1
    assert [one["lesson_id"] for one in summary["failures"]] == ["a_002"]
    assert summary["cost"] == {
        "sent_bytes": 190 * MB,
        "needed_bytes": 254 * MB,
        "accepted_bytes": 190 * MB,
        "sent_per_needed": None,
        "sent_per_accepted": 1.0,
        "breaks": 1,
        "resumes": 2,
        "retries": 1,
        "retry_seconds": 3.0,
        "stalled_seconds": 3.0,
        "network_seconds": 20.0,
        "throttled_seconds": 0.0,
        "database_seconds": 0.0,
        "paused_seconds": 0.0,
        "unanswered_bytes": 0,
        "unfinished_bytes": 0,
    }


def test_units_in_names_hold_whole_bytes() -> None:
    for line in [*run_lines(), plan_line(), status_line()]:
        assert not re.search(r'_bytes": [\d]+\.', json.dumps(line))


def test_progress_is_written_at_most_once_a_second() -> None:
    fake, out = FakeTime(), io.StringIO()
    printer = JsonPrinter(out, stderr=io.StringIO(), clock=fake.clock)
    one = lesson("a_001", 1000 * MB)
    printer(RunStarted(plan=Plan(lessons=(one,)), jobs=1))
    printer(LessonStarted(lesson=one))
    for _ in range(2000):
        fake.pass_by(0.005)
        printer(BytesSent(lesson_id="a_001", count=5000))
    progress = [line for line in map(json.loads, out.getvalue().splitlines()) if line["event"] == "progress"]
    assert 9 <= len(progress) <= 10
    assert progress[-1]["rate_bytes_per_second"] == pytest.approx(MB, rel=0.01)
    assert progress[-1]["running"][0]["handed_over_bytes"] > 9 * MB
    assert progress[-1]["sent_bytes"] == 0, "nothing was acknowledged"


def test_lines_are_ascii_and_hold_no_lone_surrogate_so_every_reader_takes_them() -> None:
    out = io.StringIO()
    JsonPrinter(out, stderr=io.StringIO(), clock=FakeTime().clock)(Warned(message=HOSTILE + "Ё😀\ud800"))
    text = out.getvalue()
    assert text.isascii()
    assert text.count("\n") == 1
    message = json.loads(text)["message"]
    message.encode()
    assert message == HOSTILE.replace("\udcff", r"\xff") + r"Ё😀\ud800"


def test_sent_bytes_and_the_end_have_no_line_of_their_own() -> None:
    out = io.StringIO()
    printer = JsonPrinter(out, stderr=io.StringIO(), clock=FakeTime().clock)
    printer(BytesSent(lesson_id="a_001", count=1))
    printer(RunEnded(exit_code=0, seconds=1.0))
    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["summary"]


def test_the_plan_and_the_status_are_one_object_each() -> None:
    plan, status = plan_line(), status_line()
    assert plan["counts"] == {"upload": 2, "resume": 1, "link": 1, "skip": 4, "in_doubt": 1, "later": 1}
    assert (plan["kinescope_min_bytes"], plan["kinescope_max_bytes"]) == (673_200_000, 748_000_000)
    assert (status["lessons"], status["linked"], status["failed"], status["is_done"]) == (4, 2, 1, False)
    assert status["courses"][0]["last_activity"] == "2026-02-18T10:26:44.172Z"


def test_the_summary_is_the_last_line_also_where_a_warning_comes_later() -> None:
    out, err = io.StringIO(), io.StringIO()
    printer = JsonPrinter(out, stderr=err, clock=FakeTime().clock)
    printer(RunEnded(exit_code=0, seconds=1.0))
    printer(Warned(message="json did not take the last message."))
    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["summary"]
    assert err.getvalue() == "warning: json did not take the last message.\n"
