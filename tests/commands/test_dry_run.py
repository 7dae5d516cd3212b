from __future__ import annotations

import io

import pytest

from kinescope_upload.commands.dry_run import PlanAnswer, plan_totals, print_plan
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.plan import Decision, Plan
from support.display_cases import HOSTILE, MB, lesson, small_plan

TEXT = """\
To do, in this order
  a_001  10.0 MB  upload  not uploaded yet
  a_002  64.0 MB  upload  not uploaded yet
  a_003  300 MB   resume  100 of 300 MB uploaded
  a_004  20.0 MB  link    video v-a_004 is uploaded, its row is not written

Skipped
  2  has a video
  1  linked before

Later
  1  beyond --limit 4

In doubt
  a_005  has no row in the database. Add the lesson, or correct its id in the map file.

Belongs to no lesson, or to no file
  02_ads/m01  3 files, 4 lessons. Add the file, or use a map file (--map).

Whose are they? `kupload map --confirm` asks
  02_ads/m01/003a.mp4  02_ads_m01_004

Ignored files
  01_analytics/._001.mp4  is hidden

3 videos to upload, 274 MB to send.
1 row to write for videos that are uploaded.
Will take about 673 MB to 748 MB on Kinescope (1.8 to 2 times the originals).
7 files were not looked into: `kupload check` does that, a run does it before it sends each.
Nothing was written.
"""


def _printed(plan: Plan, *, verbose: bool = False, unseen: int = 0) -> str:
    stream = io.StringIO()
    print_plan(PlanAnswer(plan=plan, unseen=unseen), DisplayOptions(verbose=verbose), stream)
    return stream.getvalue()


def test_the_dry_run_tells_the_work_in_its_order_then_why_not_the_rest() -> None:
    assert _printed(small_plan(), unseen=7) == TEXT


def test_verbose_names_each_skipped_lesson() -> None:
    lines = _printed(small_plan(), verbose=True).splitlines()
    begin = lines.index("Skipped")
    assert lines[begin + 1 : begin + 7] == [
        "  a_006  linked before",
        "  a_007  has a video (c7149e0d)",
        "  a_008  has a video (d7149e0d)",
        "",
        "Later",
        "  a_009  beyond --limit 4",
    ]


def test_nothing_to_do_is_said_in_two_lines() -> None:
    assert plan_totals(PlanAnswer(plan=Plan(lessons=()))) == [
        "0 videos to upload, 0 B to send.",
        "Nothing was written.",
    ]


def test_names_in_the_plan_are_made_harmless_and_columns_stay_in_line() -> None:
    plan = Plan(
        lessons=(
            lesson("漢字", MB, reason=HOSTILE),
            lesson("и\u0306", MB, Decision.UPLOAD),
        )
    )
    assert _printed(plan).splitlines()[1:3] == [
        r"  漢字  1.0 MB  upload  [red]\x1b[2J\u202egpj.exe\x0a[/red]\xff.mp4",
        "  и\u0306     1.0 MB  upload  not uploaded yet",
    ]


def test_without_a_terminal_the_plan_is_plain_also_for_an_old_encoding() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1251", newline="\n")
    print_plan(PlanAnswer(plan=Plan(lessons=(lesson("урок_😀", MB),))), DisplayOptions(), stream)
    assert raw.getvalue().decode("cp1251").splitlines()[1] == r"  урок_\U0001f600  1.0 MB  upload  not uploaded yet"


@pytest.mark.parametrize("columns", [80, 140])
def test_on_a_terminal_the_plan_is_tables_that_fit(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("termios", reason="Windows has no pseudo-terminals")
    from support.terminal import Terminal  # noqa: PLC0415  not importable on Windows

    monkeypatch.setenv("TERM", "xterm")
    with Terminal(columns, lines=60) as terminal:
        print_plan(PlanAnswer(plan=small_plan()), DisplayOptions(), terminal.stream)
        lines = terminal.lines()
    assert lines[:4] == [
        "To do, in this order",
        "Lesson     Size  What    Why",
        "a_001   10.0 MB  upload  not uploaded yet",
        "a_002   64.0 MB  upload  not uploaded yet",
    ]
    assert lines[-1] == "Nothing was written."
    whole = "a_005   has no row in the database. Add the lesson, or correct its id in the map file."
    assert (whole in lines) == (columns == 140)
