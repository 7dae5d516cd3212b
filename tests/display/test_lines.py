from __future__ import annotations

import io
import threading

import pytest

from kinescope_upload.display.lines import LinePrinter
from kinescope_upload.display.messages import sentence_of
from kinescope_upload.display.printers import make_printer
from kinescope_upload.events import (
    BytesSent,
    JobsChanged,
    LessonFailed,
    LessonSkipped,
    LessonStarted,
    RetryScheduled,
    RunEnded,
    RunStarted,
    WaitKind,
    WaitStarted,
)
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.plan import Plan
from kinescope_upload.policy.pacing import LONGEST_PAUSE
from support.display_cases import MB, FakeTime, lesson, play

OUT = """\
10:26:44  4 lessons to do, 274 MB to send, 4 at a time; 3 already done, 1 in doubt (`kupload --status` says why), \
1 beyond --limit
10:26:44  a_001: uploading 01_analytics/001_Начало.mp4, 10.0 MB
10:26:47  a_001: linked
10:26:47  Bandwidth limit from here on: 2MB
10:26:47  a_002: uploading 01_analytics/002_den_1.mp4, 64.0 MB
10:26:47  a_002: deleted unfinished video v-a_002: the upload has expired on Kinescope
10:26:47  a_002: deleted old video u-a_002: it was replaced
10:26:47  a_003: resuming 01_analytics/a_003.mp4, 200 of 300 MB to send
10:26:52  a_003: retry 1 of 3 in 3 s: connection reset
10:26:52  No connection to Kinescope since 10:26. Trying again until 11:26; nothing is lost.
10:27:12  Connected to Kinescope again after 20 s.
10:27:22  1 of 4 done, 210 of 274 MB, 16.0 MB/s, 4 s left
10:27:23  a_003: uploaded, not linked
10:27:23  a_004: linking 01_analytics/a_004.mp4
10:27:23  a_004: linked
Uploaded        2 videos, 190 MB
Linked          2 lessons; 1 more uploaded, not linked
Already linked  3
Beyond --limit  1; run the same command to continue
Failed          1
                a_002: "[red]\\x1b[2J\\u202egpj.exe\\x0a[/red]\\xff.mp4" changed while it was being sent. \
Run kupload again when it is at rest.
In doubt        1
                a_005: has no row in the database. Add the lesson, or correct its id in the map file.
Unmatched       1
                02_ads/m01: 3 files, 4 lessons. Add the file, or use a map file (--map).
Ignored         1 file
Deleted         1 unfinished video that no lesson would use
Sent            190 MB, 1 break, 2 resumes, 3 s stalled, 20 s without a connection
Time            39 s
Next            kupload --course 01_analytics
"""
ERR = """\
10:26:44  warning: .env is readable by others
10:27:23  a_002: failed: "[red]\\x1b[2J\\u202egpj.exe\\x0a[/red]\\xff.mp4" changed while it was being sent. \
Run kupload again when it is at rest.
"""


def printed(*, quiet: bool = False, verbose: bool = False) -> tuple[str, str]:
    fake, out, err = FakeTime(), io.StringIO(), io.StringIO()
    options = DisplayOptions(quiet=quiet, verbose=verbose, command=("--course", "01_analytics"))
    with make_printer(options, stdout=out, stderr=err, clock=fake.clock) as printer:
        play(printer, fake)
    return out.getvalue(), err.getvalue()


def test_without_a_terminal_a_run_is_told_in_timed_lines_and_what_is_wrong_goes_to_stderr() -> None:
    assert printed() == (OUT, ERR)


def test_quiet_leaves_the_failures_and_one_line() -> None:
    out, err = printed(quiet=True)
    line = "2 linked, 1 uploaded, not linked, 1 failed, 1 in doubt, 3 already done; 190 MB in 39 s"
    assert out == f"10:27:23  {line}\n"
    assert err == ERR


def test_verbose_tells_stages_reasons_and_ids_as_well() -> None:
    lines = printed(verbose=True)[0].splitlines()
    assert "10:26:45  a_001: created, video v-a_001" in lines
    assert "10:26:47  a_001: linked to video v-a_001" in lines
    assert (
        "10:26:52  No connection to Kinescope since 10:26. Trying again until 11:26; nothing is lost. "
        "(no answer from uploader.kinescope.io)"
    ) in lines
    assert "10:26:44  a_001: uploading 01_analytics/001_Начало.mp4, 10.0 MB (not uploaded yet)" in lines


@pytest.mark.parametrize(
    ("kind", "longest", "instead", "sentence"),
    [
        (WaitKind.NETWORK, 86_400.0, "", "No connection to Kinescope since 10:26. Trying again until 2026-02-19 10:26"),
        (
            WaitKind.NETWORK,
            60.0,
            "api is answered by nginx",
            "api is answered by nginx since 10:26. Trying again until 10:27",
        ),
        (WaitKind.DATABASE, 600.0, "", "The database cannot be used since 10:26. Trying again until 10:36"),
        (WaitKind.THROTTLED, 60.0, "", "It asks to slow down until 12:00. Waiting until 10:27"),
        (WaitKind.THROTTLED, 1.0, "", "It asks to slow down until 12:00"),
        (WaitKind.PACE, 2.0, "", "The request limit (KUPLOAD_API_RATE) is reached. Waiting for 2 s"),
        (WaitKind.PAUSED, 7.0, "", "Paused for 7 s"),
        (WaitKind.PAUSED, 7200.0, "", "Paused until 12:26"),
        (WaitKind.PAUSED, LONGEST_PAUSE, "", "Paused until `kupload resume`"),
        (WaitKind.PACE, 60.0, "", "The request limit (KUPLOAD_API_RATE) is reached. Waiting until 10:27"),
        (WaitKind.SETTLE, 60.0, "", "It asks to slow down until 12:00, at the end for at most 1 min 00 s"),
    ],
)
def test_a_wait_says_what_for_and_until_when(kind: WaitKind, longest: float, instead: str, sentence: str) -> None:
    fake, out = FakeTime(), io.StringIO()
    printer = LinePrinter(DisplayOptions(), stdout=out, stderr=io.StringIO(), clock=fake.clock)
    printer(WaitStarted(kind=kind, reason="It asks to slow down until 12:00.", longest=longest, instead=instead))
    why = " (It asks to slow down until 12:00.)" if kind is WaitKind.DATABASE else ""
    assert out.getvalue() == f"10:26:44  {sentence}; nothing is lost.{why}\n"


def test_progress_is_told_at_most_every_half_minute() -> None:
    fake, out = FakeTime(), io.StringIO()
    printer = LinePrinter(DisplayOptions(), stdout=out, stderr=io.StringIO(), clock=fake.clock)
    one = lesson("a_001", 1000 * MB)
    printer(RunStarted(plan=Plan(lessons=(one,)), jobs=1))
    printer(LessonStarted(lesson=one))
    for _ in range(800):
        fake.pass_by(0.125)
        printer(BytesSent(lesson_id="a_001", count=MB // 8))
    lines = [line for line in out.getvalue().splitlines() if " done, " in line]
    assert [line[:8] for line in lines] == ["10:27:14", "10:27:44", "10:28:14"]
    assert lines[0] == "10:27:14  0 of 1 done, 30.0 MB of 1.0 GB, 1.0 MB/s, 16 min 10 s left"


def test_a_stopped_batch_says_why_on_stderr() -> None:
    err = io.StringIO()
    printer = LinePrinter(DisplayOptions(), stdout=io.StringIO(), stderr=err, clock=FakeTime().clock)
    printer(RunEnded(exit_code=3, seconds=1.0, reason="Kinescope refuses the token", hint="Set KINESCOPE_API_KEY."))
    assert err.getvalue() == "10:26:44  stopped: Kinescope refuses the token. Set KINESCOPE_API_KEY.\n"


def test_a_lesson_that_somebody_else_linked_is_said() -> None:
    out = io.StringIO()
    printer = LinePrinter(DisplayOptions(), stdout=out, stderr=out, clock=FakeTime().clock)
    printer(LessonSkipped(lesson_id="a_001", reason="has a video (c7149e0d)"))
    assert out.getvalue() == "10:26:44  a_001: skipped: has a video (c7149e0d)\n"


def test_a_retry_that_costs_none_bears_no_number() -> None:
    out = io.StringIO()
    printer = LinePrinter(DisplayOptions(), stdout=out, stderr=out, clock=FakeTime().clock)
    printer(RetryScheduled(lesson_id="a_001", reason="answered by nginx", wait=30.0, number=0, limit=3))
    assert out.getvalue() == "10:26:44  a_001: trying again in 30 s: answered by nginx\n"


def test_lines_survive_an_encoding_that_lacks_their_characters() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1251", newline="\n")
    fake = FakeTime()
    with make_printer(DisplayOptions(), stdout=stream, stderr=stream, clock=fake.clock) as printer:
        printer(LessonFailed(lesson_id="урок_😀", reason="漢"))
    assert raw.getvalue().decode("cp1251") == "10:26:44  урок_\\U0001f600: failed: \\u6f22\n"


def test_lines_of_many_threads_do_not_mix() -> None:
    out = io.StringIO()
    printer = LinePrinter(DisplayOptions(), stdout=out, stderr=out, clock=FakeTime().clock)

    def fail_often() -> None:
        for _ in range(200):
            printer(LessonFailed(lesson_id="a_001", reason="is unreadable"))

    threads = [threading.Thread(target=fail_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert out.getvalue().splitlines() == ["10:26:44  a_001: failed: is unreadable"] * 800


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (JobsChanged(jobs=3, is_auto=False, is_wished=True), "3 uploads at a time from here on"),
        (JobsChanged(jobs=3, is_wished=True), "3 uploads at a time from here on, as many as the line takes"),
        (JobsChanged(jobs=3), None),
    ],
)
def test_another_number_of_uploads_is_said_where_somebody_asked_for_it(event: JobsChanged, said: str | None) -> None:
    assert sentence_of(event, FakeTime().clock, verbose=False) == said
