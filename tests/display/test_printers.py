from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

from kinescope_upload.display.bars import BarPrinter
from kinescope_upload.display.json_lines import JsonPrinter
from kinescope_upload.display.lines import LinePrinter
from kinescope_upload.display.printers import make_printer
from kinescope_upload.output.options import DisplayOptions
from support.project import TESTS
from support.terminal import PATIENCE, Terminal


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)


CHILD = """
import sys
from support.display_cases import FakeTime, lesson
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.display.printers import make_printer
from kinescope_upload.events import LessonStarted, RunStarted
from kinescope_upload.plan import Plan
one = lesson("a_001", 1_000_000)
with make_printer(DisplayOptions(), stdout=sys.stdout, stderr=sys.stderr, clock=FakeTime().clock) as printer:
    printer(RunStarted(plan=Plan(lessons=(one,)), jobs=1))
    printer(LessonStarted(lesson=one))
    printer.draw()
    raise SystemExit(7)
"""


@pytest.mark.parametrize("columns", [80, 140])
def test_a_process_takes_the_width_of_its_terminal_and_leaves_it_whole(columns: int) -> None:
    environ = {**os.environ, "PYTHONPATH": str(TESTS), "PYTHONIOENCODING": "utf-8"}
    with Terminal(columns) as terminal:
        process = subprocess.run(
            [sys.executable, "-c", CHILD],
            stdin=terminal.stream,
            stdout=terminal.stream,
            stderr=terminal.stream,
            env=environ,
            timeout=PATIENCE * 3,
            check=False,
        )
        assert process.returncode == 7
        assert terminal.lines() == ["10:26:44  1 lesson to do, 1.0 MB to send, 1 at a time"]
        assert terminal.shows_cursor
        bar = next(line for line in terminal.raw.decode().splitlines() if "All 1" in line)
    assert bar.count("━") == {80: 10, 140: 30}[columns]


@pytest.mark.parametrize(
    ("options", "term", "kind"),
    [
        (DisplayOptions(), "xterm", BarPrinter),
        (DisplayOptions(quiet=True), "xterm", LinePrinter),
        (DisplayOptions(), "dumb", LinePrinter),
        (DisplayOptions(as_json=True), "xterm", JsonPrinter),
    ],
)
def test_a_terminal_gets_bars_unless_the_user_or_the_terminal_wants_none(
    options: DisplayOptions, term: str, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    with Terminal(80) as terminal, make_printer(options, stdout=terminal.stream, stderr=io.StringIO()) as printer:
        assert type(printer) is kind


@pytest.mark.parametrize(
    "options", [DisplayOptions(), DisplayOptions(as_json=True), DisplayOptions(quiet=True, verbose=True)]
)
def test_no_terminal_means_no_rich(options: DisplayOptions) -> None:
    program = (
        "import sys, io\n"
        "from kinescope_upload.commands import dry_run, status\n"
        "from kinescope_upload.display.printers import make_printer\n"
        "from kinescope_upload.output.options import DisplayOptions\n"
        "from kinescope_upload.plan.plan import Plan\n"
        f"options = {options!r}\n"
        "with make_printer(options, stdout=sys.stdout, stderr=sys.stderr): pass\n"
        "dry_run.print_plan(dry_run.PlanAnswer(plan=Plan(lessons=())), options, sys.stdout)\n"
        "status.print_status(status.Status(), options, sys.stdout)\n"
        "sys.exit(' '.join(name for name in sys.modules if name.split('.')[0] in {'rich', 'httpx', 'psycopg'}))\n"
    )
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=PATIENCE * 3, check=False)
    assert process.stderr.split() == []
