from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kinescope_upload.commands.dry_run import PlanAnswer, plan_totals, print_plan
from kinescope_upload.config.rates import parse_bwlimit
from kinescope_upload.kinescope.course_folders import CourseFolder, FolderState, doubts_about
from kinescope_upload.model import IgnoredFile
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.plan import Decision, Plan, PlannedLesson, doubt_courses
from kinescope_upload.plan.order import Order
from kinescope_upload.progress.last_rate import KnownRate
from support.display_cases import HOSTILE, MB, lesson, small_plan
from support.terminal import Terminal


def _renamed(planned: PlannedLesson, *, course: str | None = None, title: str | None = None) -> PlannedLesson:
    was = planned.assignment
    return replace(planned, assignment=replace(was, course=course or was.course, title=title or was.title))


TEXT = """\
01_analytics: folder is there, 3 videos, 274 MB to send, 1 row to write, 3 to skip, 1 in doubt, 1 later
  001_Начало.mp4  → a_001 "A title"  10.0 MB
  002_den_1.mp4   → a_002 "A title"  64.0 MB
  a_003.mp4       → a_003 "A title"  200 of 300 MB
  a_004.mp4       → a_004 "A title"  its row alone

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
Time: about 2 min 17 s at the last run's 2.0 MB/s (2026-02-17).
Will take about 673 MB to 748 MB on Kinescope (1.8 to 2 times the originals).
1 row to write for videos that are uploaded.
7 files were not looked into: `kupload check` does that, a run does it before it sends each.
Nothing was written.
"""
THERE = CourseFolder(course="01_analytics", state=FolderState.THERE, folder_ids=("f1",), name="01_analytics")
SLOW = KnownRate(rate=100_000, at=datetime(2026, 2, 17, 12, tzinfo=UTC))
RATE = KnownRate(rate=2_000_000, at=datetime(2026, 2, 17, 12, tzinfo=UTC))


def _printed(answer: PlanAnswer, *, verbose: bool = False) -> str:
    stream = io.StringIO()
    print_plan(answer, DisplayOptions(verbose=verbose), stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("rate", "limit", "line"),
    [
        (RATE, "1MB", "Time: about 4 min 34 s at the last run's 2.0 MB/s (2026-02-17) and with --bwlimit."),
        (RATE, "3MB", "Time: about 2 min 17 s at the last run's 2.0 MB/s (2026-02-17)."),
        (None, "1MB", "Time: at least 4 min 34 s with --bwlimit; no run from here has measured it yet."),
        (None, "off", "Time: not known; no run from here has measured it yet."),
    ],
)
def test_the_time_counts_the_limit_of_the_run(rate: KnownRate | None, limit: str, line: str) -> None:
    assert line in _printed(PlanAnswer(plan=small_plan(), rate=rate, limit=parse_bwlimit(limit))).splitlines()


def test_the_dry_run_tells_each_courses_files_in_their_order_then_why_not_the_rest() -> None:
    assert _printed(PlanAnswer(plan=small_plan(), unseen=7, folders=(THERE,), rate=RATE)) == TEXT


def test_the_plan_says_what_another_order_would_save_where_that_is_worth_it() -> None:
    def time_of(jobs: int, order: Order = Order.SIZE) -> str:
        printed = _printed(PlanAnswer(plan=small_plan(), rate=SLOW, jobs=jobs, order=order))
        return next(line for line in printed.splitlines() if line.startswith("Time:"))

    assert time_of(2).endswith("With --order mixed up to 3 min 20 s less: no large file is left for the end.")
    assert "mixed" not in time_of(2, Order.MIXED)
    assert "mixed" not in time_of(1)


@pytest.mark.parametrize(
    ("folder", "may_create", "said"),
    [
        (None, False, ": 3 videos"),
        (replace(THERE, state=FolderState.PINNED), False, ": folder is there (pinned), "),
        (replace(THERE, state=FolderState.PINNED, name="Реклама"), False, ': into the folder "Реклама", '),
        (replace(THERE, state=FolderState.MISSING), True, ": new folder (--create-folders), "),
    ],
)
def test_the_folder_of_each_course_is_named(folder: CourseFolder | None, may_create: bool, said: str) -> None:
    folders = (folder,) if folder else ()
    title = _printed(PlanAnswer(plan=small_plan(), folders=folders, may_create=may_create)).splitlines()[0]
    assert f"01_analytics{said}" in title


def test_what_waits_for_a_folder_is_shown_with_its_files_and_the_way_out_once() -> None:
    folders = [CourseFolder(course=f"c{n}", state=FolderState.MISSING, name=f"c{n}") for n in range(5)]
    folders.append(CourseFolder(course="d", state=FolderState.AMBIGUOUS, folder_ids=("f1", "f2"), name="d"))
    lessons = [_renamed(lesson(f"{one.course}_001", MB), course=one.course) for one in folders]
    plan = doubt_courses(Plan(lessons=tuple(lessons)), doubts_about(folders, may_create=False))
    lines = _printed(PlanAnswer(plan=plan, folders=tuple(folders))).splitlines()
    assert lines[:2] == [
        "c0: no folder, so nothing is sent, 1 in doubt",
        '  01_analytics/c0_001.mp4  → c0_001 "A title"  1.0 MB',
    ]
    begin = lines.index("In doubt: courses without their folder")
    assert lines[begin + 1].startswith("  c0, c1, c2 and 2 more  Kinescope's project has no folders of these names.")
    assert lines[begin + 2].startswith('  d                      2 folders on Kinescope are named "d": f1, f2. ')
    assert lines[begin + 3 :] == ["", "0 videos to upload, 0 B to send.", "Nothing was written."]


def test_of_many_files_the_first_are_named_and_the_rest_counted() -> None:
    lessons = [_renamed(lesson(f"a_{n:05}", MB), course=f"c{n % 60:02}") for n in range(6000)]
    doubts = [lesson(f"d_{n:05}", MB, Decision.IN_DOUBT, reason="has no row", hint="Add it.") for n in range(100)]
    odd = [lesson(f"e_{n:05}", MB, Decision.IN_DOUBT, reason=f"odd {n}") for n in range(100)]
    ignored = tuple(IgnoredFile(path=f"x/{n}.part", reason="is partial") for n in range(500))
    plan = Plan(lessons=(*lessons, *doubts, *odd), ignored=ignored)
    lines = _printed(PlanAnswer(plan=plan)).splitlines()
    assert len(lines) < 400
    for line in (
        "  and 97 more               --verbose names all  97.0 MB",
        "  and 10 courses more  --verbose names all",
        "  d_00000, d_00001, d_00002 and 97 more  has no row. Add it.",
        "  and 480 more  --verbose names all",
        "6,000 videos to upload, 6.0 GB to send.",
    ):
        assert line in lines
    assert len(_printed(PlanAnswer(plan=plan), verbose=True).splitlines()) > 6700


def test_verbose_names_each_skipped_lesson() -> None:
    lines = _printed(PlanAnswer(plan=small_plan()), verbose=True).splitlines()
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
    assert _printed(PlanAnswer(plan=plan), verbose=True).splitlines()[1:3] == [
        r'  漢字.mp4  → 漢字 "A title"  1.0 MB  [red]\x1b[2J\u202egpj.exe\x0a[/red]\xff.mp4',
        '  и\u0306.mp4     → и\u0306 "A title"     1.0 MB  not uploaded yet',
    ]


def test_without_a_terminal_the_plan_is_plain_also_for_an_old_encoding() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1251", newline="\n")
    print_plan(PlanAnswer(plan=Plan(lessons=(lesson("урок_😀", MB),))), DisplayOptions(), stream)
    shown = r'  урок_\U0001f600.mp4  -> урок_\U0001f600 "A title"  1.0 MB'
    assert raw.getvalue().decode("cp1251").splitlines()[1] == shown


LONG = _renamed(
    lesson("01_analytics_m05_воронки_012", 34 * MB, name="m05_воронки/012_Как_построить_воронку_и_не_сойти_с_ума.mp4"),
    title="Как построить воронку продаж",
)


@pytest.mark.parametrize("columns", [80, 140])
def test_on_a_terminal_the_plan_is_tables_that_fit(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setenv("TERM", "xterm")
    plan = small_plan()
    with Terminal(columns, lines=60) as terminal:
        answer = PlanAnswer(plan=replace(plan, lessons=(LONG, *plan.lessons)), folders=(THERE,))
        print_plan(answer, DisplayOptions(), terminal.stream)
        lines = terminal.lines()
    assert max(map(len, lines)) <= columns
    begin = next(number for number, line in enumerate(lines) if line.startswith("File "))
    row, first = lines[begin + 1 : begin + 3]
    assert first.split() == ["001_Начало.mp4", "→", "a_001", '"A', 'title"', "10.0", "MB"]
    assert (row.endswith("34.0 MB"), "→ 01_analytics_m05_воронки_012 " in row) == (True, True)
    assert ("…" in row) == (columns == 80)
    assert ("012_Как_построить_воронку_и_не_сойти_с_ума.mp4" in row) == (columns == 140)
    assert lines[-1] == "Nothing was written."
