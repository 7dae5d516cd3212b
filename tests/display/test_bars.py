from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from kinescope_upload.display.bars import BarPrinter
from kinescope_upload.events import (
    BytesSent,
    LessonFailed,
    LessonStarted,
    RunEnded,
    RunEvent,
    RunStarted,
    WaitKind,
    WaitStarted,
    Warned,
)
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.plan import Plan
from kinescope_upload.text import cell_width
from support.display_cases import HOSTILE, MB, FakeTime, lesson, play
from support.project import TESTS
from support.terminal import PATIENCE, Terminal

LONG = "005_5_инструменты_конкурентного_анализа_и_ещё_много_слов_о_том_же_самом_😀_漢字漢字_часть_5.mp4"
WORK = (
    lesson("a_001", 10 * MB, name="001_Начало.mp4"),
    lesson("a_002", 6_300 * MB, name=LONG),
    lesson("a_003", 304 * MB, name=HOSTILE.replace("/", "")),
)
SCREENS = {
    60: """\
10:26:44  3 lessons to do, 6.6 GB to send, 3 at a time
01_anal…/001_Начало.mp4 ━━━━━╸━━━━━  50 %    5.0 of 10.0 MB
005_5_инстр…часть_5.mp4 ╸━━━━━━━━━━   4 %     0.3 of 6.3 GB
[red]\\x1b[2…ed]\\xff.mp4 ━━━━━━━━━━━ 100 %     304 of 304 MB
All 3                   ━━━━━━━━━━━   9 %     0.6 of 6.6 GB
0 of 3 done, 0.6 of 6.6 GB, 60.9 MB/s, 1 min 39 s left""",
    80: """\
10:26:44  3 lessons to do, 6.6 GB to send, 3 at a time
01_ana…/001_Начало.mp4 ━━━━━━━━━━  50 %    5.0 of 10.0 MB  500 kB/s        10 s
005_5_инстр…асть_5.mp4 ━━━━━━━━━━   4 %     0.3 of 6.3 GB 30.0 MB/s  3 min 20 s
[red]\\x1b[2…d]\\xff.mp4 ━━━━━━━━━━ 100 %     304 of 304 MB 30.4 MB/s         0 s
All 3                  ╸━━━━━━━━━   9 %     0.6 of 6.6 GB 60.9 MB/s  1 min 39 s
0 of 3 done""",
    140: """\
10:26:44  3 lessons to do, 6.6 GB to send, 3 at a time
01_analytics/001_Начало.mp4                                    ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  50 %    5.0 of 10.0 MB  500 kB/s        10 s
005_5_инструменты_конкурентного…_самом_😀_漢字漢字_часть_5.mp4 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━   4 %     0.3 of 6.3 GB 30.0 MB/s  3 min 20 s
01_analytics/[red]\\x1b[2J\\u202egpj.exe\\x0a[red]\\xff.mp4        ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 100 %     304 of 304 MB 30.4 MB/s         0 s
All 3                                                          ━━╸━━━━━━━━━━━━━━━━━━━━━━━━━━━   9 %     0.6 of 6.6 GB 60.9 MB/s  1 min 39 s
0 of 3 done""",  # noqa: E501  the screen is 140 wide
}


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)


def bars_on(terminal: Terminal, fake: FakeTime, *, verbose: bool = False, interval: float | None = None) -> BarPrinter:
    options = DisplayOptions(verbose=verbose, command=("--course", "01_analytics"))
    return BarPrinter(options, stdout=terminal.stream, clock=fake.clock, interval=interval)


def start(printer: BarPrinter) -> None:
    printer(RunStarted(plan=Plan(lessons=WORK), jobs=3))
    for one in WORK:
        printer(LessonStarted(lesson=one))


def send_for_ten_seconds(printer: BarPrinter, fake: FakeTime) -> None:
    start(printer)
    for _ in range(10):
        fake.pass_by(1)
        for lesson_id, count in (("a_001", MB // 2), ("a_002", 30 * MB), ("a_003", 30_400_000)):
            printer(BytesSent(lesson_id=lesson_id, count=count))


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_each_file_in_hand_has_a_bar_and_the_batch_has_one_below(columns: int) -> None:
    fake = FakeTime()
    with Terminal(columns) as terminal:
        with bars_on(terminal, fake) as printer:
            send_for_ten_seconds(printer, fake)
            printer.draw()
            lines = terminal.lines()
        assert "\n".join(lines) == SCREENS[columns]
        assert all(cell_width(line) < columns for line in lines)


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 100, 140, 250])
def test_no_bar_ever_wraps(columns: int) -> None:
    fake = FakeTime()
    with Terminal(columns) as terminal, bars_on(terminal, fake) as printer:
        send_for_ten_seconds(printer, fake)
        printer(WaitStarted(kind=WaitKind.NETWORK, reason="no answer from " + "uploader." * 30, longest=60.0))
        printer.draw()
        drawn = terminal.lines()[-6:]
    assert [line.split()[0] for line in drawn[-3:]] == ["All", "0", "No"]
    assert "001" in drawn[0]
    assert all(cell_width(line) < columns for line in drawn)


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_the_echo_of_ctrl_c_leaves_no_bar_behind(columns: int) -> None:
    fake = FakeTime()
    with Terminal(columns) as terminal:
        with bars_on(terminal, fake) as printer:
            send_for_ten_seconds(printer, fake)
            printer(WaitStarted(kind=WaitKind.NETWORK, reason="no answer from " + "uploader." * 30, longest=60.0))
            printer.draw()
            terminal.press_ctrl_c()
            assert terminal.wait_until_shown("^C")
            printer(RunEnded(exit_code=130, seconds=10.0))
        lines = terminal.lines()
    summary = next(number for number, line in enumerate(lines) if line.startswith("Uploaded"))
    assert not any("━" in line or "left" in line for line in lines[:summary])


def test_more_files_than_lines_leave_room_for_the_batch() -> None:
    fake = FakeTime()
    work = tuple(lesson(f"a_{number:03}", MB) for number in range(30))
    with Terminal(80, lines=12) as terminal, bars_on(terminal, fake) as printer:
        printer(RunStarted(plan=Plan(lessons=work), jobs=30))
        for one in work:
            printer(LessonStarted(lesson=one))
        printer.draw()
        lines = terminal.lines()
    assert len(lines) <= 12
    assert lines[-1] == "0 of 30 done, and 21 more running"


def test_messages_stand_above_the_bars_and_stay() -> None:
    fake = FakeTime()
    with Terminal(80) as terminal:
        with bars_on(terminal, fake) as printer:
            start(printer)
            printer.draw()
            printer(LessonFailed(lesson_id="a_001", reason=HOSTILE, hint="Fix it."))
            printer(Warned(message=".env is readable by others"))
            printer.draw()
            lines = terminal.lines()
        assert lines[1:3] == [
            r"10:26:44  a_001: failed: [red]\x1b[2J\u202egpj.exe\x0a[/red]\xff.mp4. Fix it.",
            "10:26:44  warning: .env is readable by others",
        ]
        assert lines[-2].startswith("All 3")
        assert terminal.lines() == lines[:3]


def test_verbose_tells_beginnings_and_stages_above_the_bars() -> None:
    fake = FakeTime()
    with Terminal(140, lines=60) as terminal:
        with bars_on(terminal, fake, verbose=True) as printer:
            play(printer, fake)
        lines = terminal.lines()
    assert "10:26:45  a_001: created, video v-a_001" in lines
    assert "10:26:47  a_001: linked to video v-a_001" in lines


def test_a_terminal_that_is_gone_stops_the_drawing_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = threading.Event()

    def fail() -> None:
        drawn.set()
        raise OSError(5, "Input/output error")

    with Terminal(80) as terminal, bars_on(terminal, FakeTime(), interval=0.001) as printer:
        monkeypatch.setattr(printer, "draw", fail)
        assert drawn.wait(PATIENCE)
        start(printer)


def test_before_the_run_begins_no_bar_is_drawn() -> None:
    with Terminal(80) as terminal, bars_on(terminal, FakeTime()) as printer:
        printer.draw()
        assert terminal.lines() == []


SUMMARY = """\
Uploaded        2 videos, 190 MB
Linked          2 lessons; 1 more uploaded, not linked
Already linked  3
Beyond --limit  1; run the same command to continue
Failed          1
                a_002: "[red]\\x1b[2J\\u202egpj.exe\\x0a[/red]\\xff.mp4" changed
                while it was being sent. Run kupload again when it is at rest.
In doubt        1
                a_005: has no row in the database. Add the lesson, or correct
                its id in the map file.
Unmatched       1
                02_ads/m01: 3 files, 4 lessons. Add the file, or use a map file
                (--map).
Ignored         1 file
Deleted         1 unfinished video that no lesson would use
Sent            190 MB, 1 break, 2 resumes, 3 s stalled, 20 s without a
                connection
Time            39 s
Next            kupload --course 01_analytics"""


def test_the_end_leaves_the_summary_and_no_bar() -> None:
    fake = FakeTime()
    with Terminal(80, lines=60) as terminal:
        with bars_on(terminal, fake) as printer:
            play(printer, fake)
        lines = terminal.lines()
    assert "\n".join(lines).endswith(f"\n{SUMMARY}")
    assert not any("━" in line for line in lines)


def test_the_cursor_is_hidden_while_bars_are_drawn_and_comes_back() -> None:
    with Terminal(80) as terminal:
        with bars_on(terminal, FakeTime()) as printer:
            start(printer)
            terminal.lines()
            assert not terminal.shows_cursor
        terminal.lines()
        assert terminal.shows_cursor


def break_off_on(terminal: Terminal) -> None:
    with bars_on(terminal, FakeTime()) as printer:
        start(printer)
        printer.draw()
        raise ZeroDivisionError


def test_an_exception_passes_through_and_leaves_the_terminal_as_it_was() -> None:
    with Terminal(80) as terminal:
        with pytest.raises(ZeroDivisionError):
            break_off_on(terminal)
        assert terminal.lines() == ["10:26:44  3 lessons to do, 6.6 GB to send, 3 at a time"]
        assert terminal.shows_cursor


def test_a_timer_draws_while_events_only_count() -> None:
    fake = FakeTime()
    with Terminal(80) as terminal, bars_on(terminal, fake, interval=0.01) as printer:
        start(printer)
        printer(BytesSent(lesson_id="a_001", count=5 * MB))
        assert terminal.wait_until_shown("5.0 of 10.0 MB")


def test_events_of_sent_bytes_write_nothing() -> None:
    fake = FakeTime()
    with Terminal(80) as terminal, bars_on(terminal, fake) as printer:
        start(printer)
        terminal.lines()
        before = len(terminal.raw)
        for _ in range(20_000):
            printer(BytesSent(lesson_id="a_002", count=1))
        terminal.lines()
        assert len(terminal.raw) - before < 100  # the test's own mark


def test_many_workers_may_report_while_it_draws() -> None:
    fake = FakeTime()
    with Terminal(80) as terminal:
        with bars_on(terminal, fake, interval=0.001) as printer:
            start(printer)

            def send(event: RunEvent) -> None:
                for _ in range(2000):
                    printer(event)

            threads = [
                threading.Thread(target=send, args=(BytesSent(lesson_id=one.lesson_id, count=1000),)) for one in WORK
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert terminal.wait_until_shown("6.0 MB of 6.6 GB")
        terminal.lines()
        assert terminal.shows_cursor


def test_the_title_tells_how_far_the_run_is_and_the_old_one_comes_back() -> None:
    fake = FakeTime()
    with Terminal(80) as terminal:
        with bars_on(terminal, fake) as printer:
            send_for_ten_seconds(printer, fake)
            printer.draw()
        terminal.lines()
        raw = bytes(terminal.raw)
    parts = [raw.index(part) for part in (b"\x1b[22;0t", b"\x1b]0;kupload 9 %\x07", b"\x1b[23;0t")]
    assert parts == sorted(parts)


def test_what_has_not_changed_is_not_written_again() -> None:
    fake = FakeTime()
    with Terminal(80) as terminal, bars_on(terminal, fake) as printer:
        start(printer)
        printer.draw()
        terminal.lines()
        before = len(terminal.raw)
        for _ in range(10):
            printer.draw()
        terminal.lines()
        assert len(terminal.raw) - before < 100  # the test's own mark


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}])
def test_bars_are_cyan_until_they_are_full_and_red_is_for_failures(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    fake = FakeTime()
    with Terminal(80) as terminal, bars_on(terminal, fake) as printer:
        send_for_ten_seconds(printer, fake)
        printer.draw()
        terminal.lines()
        raw = terminal.raw.decode()
        printer(LessonFailed(lesson_id="a_001", reason="is broken"))
        terminal.lines()
        after = terminal.raw.decode()
    has_colour = not environ
    assert ("\x1b[36m━" in raw, "\x1b[32m━━━━━━━━━━\x1b[0m 100 %" in raw) == (has_colour, has_colour)
    assert ("\x1b[31m" in raw, "\x1b[31m10:26:54  a_001: failed" in after) == (False, has_colour)


CHILD = """
import sys, threading
from support.display_cases import MB, FakeTime, lesson
from kinescope_upload.display.bars import BarPrinter
from kinescope_upload.events import LessonStarted, RunStarted
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.plan import Plan
one = lesson("a_001", MB)
with BarPrinter(DisplayOptions(), stdout=sys.stdout, clock=FakeTime().clock, interval=0.01) as printer:
    printer(RunStarted(plan=Plan(lessons=(one,)), jobs=1))
    printer(LessonStarted(lesson=one))
    sys.stdin.readline()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows suspends no process")
def test_a_run_that_is_suspended_leaves_the_terminal_as_it_was_and_draws_again_when_it_goes_on() -> None:
    environ = {**os.environ, "PYTHONPATH": str(TESTS), "PYTHONIOENCODING": "utf-8"}
    with Terminal(80) as terminal:
        with subprocess.Popen(
            [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=terminal.stream, env=environ
        ) as child:
            assert terminal.wait_until_shown("All 1")
            child.send_signal(signal.SIGTSTP)
            _, status = os.waitpid(child.pid, os.WUNTRACED)
            meanwhile, shows_cursor = terminal.lines(), terminal.shows_cursor
            terminal.stream.write("$ fg\n")
            terminal.stream.flush()
            child.send_signal(signal.SIGCONT)
            is_drawn_again = terminal.wait_until_shown("All 1")
            assert child.stdin
            child.stdin.close()
        assert (os.WIFSTOPPED(status), shows_cursor, is_drawn_again) == (True, True, True)
        assert meanwhile == ["10:26:44  1 lesson to do, 1.0 MB to send, 1 at a time"]
        assert terminal.lines() == ["10:26:44  1 lesson to do, 1.0 MB to send, 1 at a time", "$ fg"]
        assert terminal.shows_cursor
