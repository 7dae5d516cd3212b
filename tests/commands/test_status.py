from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.commands.course_status import CourseStatus, course_statuses
from kinescope_upload.commands.files_in_hand import with_files_in_hand
from kinescope_upload.commands.status import Status, print_status, read_status, status_text
from kinescope_upload.commands.status_failures import StatusFailure
from kinescope_upload.config import load_settings
from kinescope_upload.errors import UsageError
from kinescope_upload.media.verdict import Broken
from kinescope_upload.monitor.state import DoubtState, FileState
from kinescope_upload.monitor.state_file import Life, SeenRun
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.output.terminal_output import Surface
from kinescope_upload.progress import IgnoredProgress, Standing
from kinescope_upload.text import cell_width
from kinescope_upload.upload import Failure, Record, Stage
from support.display_cases import BEGAN, HOSTILE, MB, FakeTime, assignment, record_of
from support.monitored import a_state
from support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.text.hints import Command

LOST = Failure(reason="connection reset", at=BEGAN + timedelta(hours=1))


def status_of(*records: Record, files: int = 3) -> CourseStatus:
    assignments = [assignment(f"01_analytics_m01_{number:03}", 10 * MB, "01_analytics") for number in range(files)]
    (status,) = course_statuses(assignments, records)
    return status


def record(number: int, stage: Stage, *, offset: int = 0, failure: Failure | None = None) -> Record:
    return record_of(f"01_analytics_m01_{number:03}", 10 * MB, stage=stage, offset=offset * MB, failure=failure)


def test_a_course_of_which_nothing_was_tried_has_only_files() -> None:
    assert status_of() == CourseStatus(
        course="01_analytics",
        videos=3,
        video_bytes=30 * MB,
        missing=0,
        linked=0,
        linked_bytes=0,
        uploaded=0,
        uploaded_bytes=0,
        replacing=0,
        in_progress=0,
        acknowledged_bytes=0,
        changed=(),
        time_changed=(),
        failures=(),
        last_activity=None,
    )


@pytest.mark.parametrize(
    ("stage", "linked", "uploaded", "in_progress"),
    [
        (Stage.PLANNED, 0, 0, 1),
        (Stage.CREATED, 0, 0, 1),
        (Stage.ORPHANED, 0, 0, 1),
        (Stage.UPLOADED, 0, 1, 0),
        (Stage.LINKED, 1, 0, 0),
        (Stage.VERIFIED, 1, 0, 0),
    ],
)
def test_each_stage_counts_as_one_thing(stage: Stage, linked: int, uploaded: int, in_progress: int) -> None:
    status = status_of(record(0, stage))
    assert (status.linked, status.uploaded, status.in_progress) == (linked, uploaded, in_progress)


def test_a_lesson_whose_creation_was_never_attempted_is_not_in_progress() -> None:
    status = status_of(replace(record(0, Stage.PLANNED), attempted_at=None))
    assert (status.in_progress, status.last_activity) == (0, None)


def test_only_a_living_upload_has_acknowledged_bytes() -> None:
    created, orphaned = record(0, Stage.CREATED, offset=4), record(1, Stage.ORPHANED, offset=7)
    assert status_of(created, orphaned).acknowledged_bytes == 4 * MB


def in_hand(record: Record, position: int, accepted: int) -> FileState:
    return FileState(
        lesson_id=record.lesson_id,
        course=record.course,
        path=f"01_analytics/{record.lesson_id}.mp4",
        size_bytes=record.size,
        position_bytes=position * MB,
        accepted_bytes=accepted * MB,
    )


def test_the_figures_of_a_run_of_its_files_and_of_its_courses_are_of_one_moment() -> None:
    done, waits, sent = record(0, Stage.LINKED), record(1, Stage.UPLOADED), record(2, Stage.CREATED, offset=7)
    linked_since = record(3, Stage.LINKED)
    files = (in_hand(sent, 5, 4), in_hand(linked_since, 9, 9))
    assignments = [assignment(f"01_analytics_m01_{number:03}", 10 * MB, "01_analytics") for number in range(5)]
    records = {one.lesson_id: one for one in (done, waits, sent, linked_since)}
    (status,) = with_files_in_hand(course_statuses(assignments, records.values()), records, files)
    assert (status.acknowledged_bytes, status.position_bytes, status.sent_bytes) == (4 * MB, 5 * MB, 35 * MB)
    run = a_state(needed_bytes=50 * MB, position_bytes=35 * MB, files=files[:1])
    text = status_text(Status(courses=(status,), runs=(SeenRun(state=run, life=Life.AT_WORK),)), Surface())
    assert text.count("35.0 of 50.0 MB") == 3  # the run, the course, all
    assert "1 in progress (5.0 MB sent)" in text
    assert "m01_002.mp4: 5.0 of 10.0 MB" in text
    assert "last activity" not in text  # it is now


def test_a_failure_is_listed_until_the_lesson_is_done() -> None:
    status = status_of(record(1, Stage.CREATED, failure=LOST), record(0, Stage.LINKED, failure=LOST))
    assert status.failures == (StatusFailure(lesson_id="01_analytics_m01_001", reason="connection reset", at=LOST.at),)


def test_a_broken_file_is_named_where_it_is_to_be_sent_or_has_changed() -> None:
    records = [record(0, Stage.LINKED), replace(record(1, Stage.LINKED), size=1), record(2, Stage.CREATED)]
    files = [assignment(one.lesson_id, 9 * MB, "01_analytics") for one in records]
    records[0] = replace(records[0], size=9 * MB, modified_ns=files[0].file.modified_ns)
    (status,) = course_statuses(files, records, broken=lambda _file: Broken(reason="is cut off"))
    assert [(one.lesson_id[-3:], one.is_linked) for one in status.broken] == [("001", True), ("002", False)]
    assert (status.changed, status.in_doubt, status.is_all_in_doubt) == ((), 1, True)


def test_the_last_activity_is_the_latest_of_all_moments() -> None:
    linked = replace(record(0, Stage.LINKED), linked_at=BEGAN + timedelta(minutes=5))
    assert status_of(linked).last_activity == BEGAN + timedelta(minutes=5)
    assert status_of(linked, record(1, Stage.CREATED, failure=LOST)).last_activity == LOST.at


@pytest.mark.parametrize("path", ["01_analytics/001.mp4", "uploads/001.mp4", "01/001.mp4"])
@pytest.mark.parametrize("lesson_id", ["01_analytics_m09_001", "01_analytics", "x"])
def test_a_record_whose_file_is_gone_counts_for_the_course_of_its_progress_file(lesson_id: str, path: str) -> None:
    gone = replace(record_of("x", 5 * MB, stage=Stage.LINKED), lesson_id=lesson_id, course="04_sales", path=path)
    files = [assignment("01_a_1", MB, "01"), assignment("01_analytics_m01_000", MB, "01_analytics")]
    statuses = course_statuses(files, [gone])
    assert [(one.course, one.lessons, one.missing, one.linked_bytes) for one in statuses] == [
        ("01", 1, 0, 0),
        ("01_analytics", 1, 0, 0),
        ("04_sales", 1, 1, 5 * MB),
    ]


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(Stage)), max_size=8), st.integers(0, 4))
def test_no_lesson_counts_twice(records: list[tuple[int, Stage]], files: int) -> None:
    by_id = {one.lesson_id: one for one in (record(number, stage) for number, stage in records)}
    assignments = [assignment(f"01_analytics_m01_{number:03}", 10 * MB, "01_analytics") for number in range(files)]
    for status in course_statuses(assignments, by_id.values()):
        assert status.lessons == len(by_id.keys() | {one.lesson_id for one in assignments})
        assert status.linked + status.uploaded + status.in_progress == len(by_id)


def test_a_lesson_that_somebody_else_linked_counts_as_done_unless_an_upload_of_it_was_begun() -> None:
    files = [assignment(f"01_analytics_m01_{number:03}", 10 * MB, "01_analytics") for number in range(3)]
    records = [record(0, Stage.LINKED), record(1, Stage.CREATED)]
    broken = Broken(reason="is cut off")
    (status,) = course_statuses(
        files,
        records,
        broken=lambda file: broken if file is files[2].file else None,
        standing=lambda _: Standing.ELSEWHERE,
    )
    assert (status.linked, status.linked_elsewhere, status.linked_elsewhere_bytes) == (1, 1, 10 * MB)
    assert (status.done, status.done_bytes, status.is_done, status.broken) == (2, 20 * MB, False, ())


def test_what_the_last_run_could_do_nothing_about_is_sent_to_no_run() -> None:
    files = [assignment(f"01_analytics_m01_{number:03}", 10 * MB, "01_analytics") for number in range(3)]
    stray = assignment("02_new_001", 5 * MB, "02_new")
    found = {one.lesson_id: Standing.IN_DOUBT for one in files} | {"02_new_001": Standing.NO_LESSON}
    for records in ([], [record(number, Stage.LINKED) for number in range(3)]):
        one, other = course_statuses([*files, stray], records, standing=found.get)
        assert (one.in_doubt, one.is_all_in_doubt, one.is_done) == (3, True, False)
        assert (other.lessons, other.without_lesson, other.is_done) == (0, 1, True)
        text = status_text(Status(courses=(one, other)), Surface())
        assert "3 in doubt, as the last run found them" in text
        assert "1 file that no lesson of the database has" in text
        assert "next: kupload verify" in text
        assert "next: kupload\n" not in text
        assert "--course" not in text


def test_a_recorded_lesson_that_the_database_has_no_more_counts_nowhere_and_is_named() -> None:
    records = [record(number, Stage.LINKED) for number in range(4)]
    gone = records[3].lesson_id
    files = [assignment(one.lesson_id, 10 * MB, "01_analytics") for one in records[:3]]
    (status,) = course_statuses(
        files, records, standing=lambda key: Standing.NO_ROW if key in {gone, files[0].lesson_id} else None
    )
    assert (status.lessons, status.linked, status.missing, status.is_done) == (3, 3, 0, True)
    assert status.gone == (gone,), "one that has a file is in doubt, or linked"
    text = status_text(Status(courses=(status,)), Surface())
    assert f"1 recorded lesson is not in the database any more ({gone})" in text
    assert "kupload verify" in text


@pytest.mark.parametrize(
    ("md5", "changed"), [("a" * 32, ()), ("b" * 32, ("01_analytics_m01_000",)), (None, ()), ("", ())]
)
def test_a_linked_file_whose_remembered_md5_is_another_has_changed(md5: str | None, changed: tuple[str, ...]) -> None:
    one = assignment("01_analytics_m01_000", 10 * MB, "01_analytics")
    sent = replace(
        record(0, Stage.LINKED),
        path=one.file.path,
        modified_ns=one.file.modified_ns,
        md5=None if md5 == "" else "a" * 32,
    )
    (status,) = course_statuses([one], [sent], md5_of=lambda _: md5 or "b" * 32 if md5 is not None else None)
    assert (status.changed, status.time_changed) == (changed, ())


FULL = CourseStatus(
    course="01_analytics",
    videos=82,
    video_bytes=33_400 * MB,
    missing=0,
    linked=82,
    linked_bytes=33_400 * MB,
    uploaded=0,
    uploaded_bytes=0,
    replacing=0,
    in_progress=0,
    acknowledged_bytes=0,
    changed=(),
    time_changed=(),
    failures=(),
    last_activity=BEGAN,
)
PARTLY = replace(
    FULL,
    course="02 реклама",
    videos=67,
    video_bytes=24_100 * MB,
    missing=1,
    linked=34,
    linked_bytes=12_000 * MB,
    uploaded=3,
    in_progress=2,
    acknowledged_bytes=64 * MB,
    position_bytes=64 * MB,
    failures=tuple(
        StatusFailure(lesson_id=f"02_ads_m01_{number:03}", reason="connection reset", at=BEGAN) for number in range(5)
    ),
)

TEXT = """\
01_analytics  ██████████      82/82  33.4 GB
02 реклама    █████░░░░░      34/68  12.1 of 24.1 GB
  2 in progress (64.0 MB sent), 3 uploaded, not linked, 1 file missing
  last activity 10:26
  failed: 02_ads_m01_000: connection reset
  failed: 02_ads_m01_001: connection reset
  failed: 02_ads_m01_002: connection reset
  and 2 more
  next: kupload --course "02 реклама"

All           ███████░░░    116/150  45.5 of 57.5 GB
  5 failed; the next run tries them again
  next: kupload
"""


def test_the_status_shows_a_bar_per_course_and_what_to_type_next() -> None:
    assert status_text(Status(courses=(FULL, PARTLY)), Surface(), clock=FakeTime().clock) == TEXT


def test_what_is_in_doubt_is_tried_by_no_run_and_verify_is_named() -> None:
    failure = StatusFailure(lesson_id="02_ads_m01_000", reason="its row points elsewhere", at=BEGAN, is_in_doubt=True)
    alone = replace(FULL, replacing=1, failures=(failure,), last_activity=None)
    assert status_text(Status(courses=(alone,)), Surface()) == (
        "01_analytics  ██████████      82/82  33.4 GB\n"
        "  1 being replaced\n"
        "  in doubt: 02_ads_m01_000: its row points elsewhere\n"
        "  next: kupload verify\n"
        "\n"
        "All           ██████████      82/82  33.4 GB\n"
        "  1 in doubt, which no run can decide: `kupload verify` says what to do\n"
    )
    beside = replace(PARTLY, failures=(failure, *PARTLY.failures[1:]))
    text = status_text(Status(courses=(beside,)), Surface())
    assert "4 failed; the next run tries them again\n  1 in doubt, which" in text
    assert text.endswith("  next: kupload\n")


def test_when_all_is_linked_there_is_nothing_to_type() -> None:
    assert status_text(Status(courses=(FULL,)), Surface()) == (
        "01_analytics  ██████████      82/82  33.4 GB\n"
        "\n"
        "All           ██████████      82/82  33.4 GB\n"
        "  every lesson is linked\n"
    )


@pytest.mark.parametrize(
    ("typed", "course", "all_of_it"),
    [
        ((), "kupload --course", "kupload"),
        (("--map", "a b", "-v"), 'kupload --map "a b" -v --course', 'kupload --map "a b" -v'),
        (
            ("--course", "a", "--no-db", "--course=b"),
            "kupload --no-db --course",
            "kupload --course a --no-db --course=b",
        ),
    ],
)
def test_each_course_is_named_once_in_what_to_type_next(typed: Command, course: str, all_of_it: str) -> None:
    nexts = [
        line
        for line in status_text(Status(courses=(PARTLY,)), Surface(), command=typed).splitlines()
        if "next: " in line
    ]
    assert nexts == [f'  next: {course} "02 реклама"', f"  next: {all_of_it}"]


def test_a_course_without_any_file_gets_no_command_that_would_find_nothing() -> None:
    text = status_text(Status(courses=(replace(PARTLY, videos=0, video_bytes=0, missing=68),)), Surface())
    assert "next: kupload" not in text
    assert "next: put its files back into the library" in text


def test_a_course_of_which_only_lost_files_are_left_to_do_is_sent_to_no_run() -> None:
    lost = replace(record(9, Stage.CREATED), lesson_id="gone")
    status = status_of(record(0, Stage.LINKED), record(1, Stage.LINKED), record(2, Stage.LINKED), lost)
    assert (status.missing, status.stranded, status.is_stuck) == (1, 1, True)
    text = status_text(Status(courses=(status,)), Surface())
    assert "next: put its files back into the library" in text
    assert "next: kupload" not in text
    assert not status_of(record(1, Stage.LINKED), lost).is_stuck
    assert status_of(replace(lost, stage=Stage.PLANNED, attempted_at=None)).missing == 0


def test_without_videos_the_status_says_so() -> None:
    assert status_text(Status(), Surface()).startswith("No videos in the library")


def test_what_lies_in_the_progress_folder_and_is_none_is_named() -> None:
    ignored = IgnoredProgress(path=f"progress/{HOSTILE}.json", reason="is of another system")
    for courses in ((), (FULL,)):
        text = status_text(Status(courses=courses, ignored=(ignored,)), Surface())
        assert "is of another system and is left out. Move it out of the progress folder, or delete it.\n" in text
        assert "\x1b" not in text


def test_what_is_to_be_said_of_a_progress_file_is_said() -> None:
    for courses in ((), (FULL,)):
        text = status_text(Status(courses=courses, notes=(f"{HOSTILE}.json is missing.",)), Surface())
        assert ".json is missing.\n" in text
        assert "\x1b" not in text


def test_files_with_another_size_and_files_with_another_time_are_named_apart() -> None:
    text = status_text(Status(courses=(replace(FULL, changed=("a_001",), time_changed=("a_002",)),)), Surface())
    assert "  linked, and the file has changed since: a_001; `kupload replace a_001` publishes it\n" in text
    assert "  linked, and the file has another time since: a_002; `kupload verify` compares its content\n" in text


def test_bars_are_ascii_where_the_encoding_has_no_blocks() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1251", newline="\n")
    print_status(Status(courses=(replace(PARTLY, course="Курс 😀"),)), DisplayOptions(), stream)
    lines = raw.getvalue().decode("cp1251").splitlines()
    assert lines[0] == "Курс \\U0001f600  #####-----      34/68  12.1 of 24.1 GB"


def test_colours_only_where_they_are_wanted() -> None:
    text = status_text(Status(courses=(PARTLY,)), Surface(has_colour=True))
    assert text.count("\x1b[32m") == 2
    assert text.count("\x1b[31m") == 3
    assert "\x1b" not in status_text(Status(courses=(PARTLY,)), Surface())


@pytest.mark.parametrize(("environ", "colours"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_a_terminal_gets_colours_unless_told_not_to(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, *, colours: bool
) -> None:

    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"TERM": "xterm", **environ}.items():
        monkeypatch.setenv(name, value)
    with Terminal(80) as terminal:
        print_status(Status(courses=(PARTLY,)), DisplayOptions(), terminal.stream)
        lines = terminal.lines()
    assert (b"\x1b[32m" in terminal.raw) == colours
    assert lines[0] == "02 реклама  █████░░░░░      34/68  12.1 of 24.1 GB"


@pytest.mark.parametrize("colour", [False, True])
def test_every_line_but_a_command_fits_eighty_columns(*, colour: bool) -> None:
    failure = StatusFailure(lesson_id="02_ads_m01_001", reason="слово " * 60, at=BEGAN)
    wide = replace(
        PARTLY, course="Очень длинное название курса 漢字漢字漢字", failures=(failure,), videos=10**5, linked=99_999
    )
    plain = (
        status_text(Status(courses=(wide, FULL)), Surface(has_colour=colour))
        .replace("\x1b[32m", "")
        .replace("\x1b[31m", "")
    )
    for line in plain.replace("\x1b[0m", "").splitlines():
        assert cell_width(line) <= 80 or line.startswith("  next: ")


def test_names_in_the_status_are_made_harmless() -> None:
    failure = StatusFailure(lesson_id=HOSTILE, reason=HOSTILE, at=BEGAN)
    text = status_text(Status(courses=(replace(PARTLY, course=HOSTILE, failures=(failure,)),)), Surface())
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert r'--course "[red]\x1b[2J' in text


def test_a_bar_is_full_only_when_every_lesson_is_linked() -> None:
    almost = replace(FULL, linked=81)
    assert "█████████░" in status_text(Status(courses=(almost,)), Surface()).splitlines()[0]


def test_json_lists_every_failure_with_its_time() -> None:
    out = io.StringIO()
    print_status(Status(courses=(PARTLY,)), DisplayOptions(as_json=True), out, clock=FakeTime().clock)
    (course,) = json.loads(out.getvalue())["courses"]
    assert len(course["failures"]) == 5
    assert course["failures"][0]["time"] == "2026-02-18T10:26:44.172Z"


def test_a_progress_folder_that_is_a_file_is_no_new_one(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "progress").touch()
    settings = load_settings({"library": "library"}, directory=tmp_path, environment={})
    with pytest.raises(UsageError, match="is a file"):
        read_status(settings)


REASON = f'Its file "{"long/" * 12}a.mp4" is a web page and no video. Put the whole file in its place.'


def test_a_reason_is_read_in_full_and_before_its_hint() -> None:
    failed = record(0, Stage.PLANNED, failure=Failure(reason=REASON, at=BEGAN, is_in_doubt=True))
    text = status_text(Status(courses=(status_of(failed),)), Surface(width=80))
    assert "in doubt: 01_analytics_m01_000: " in text
    assert "is a web page and no video. Put the whole file in its place." in " ".join(text.split())
    assert all(cell_width(line) <= 80 for line in text.splitlines())


def test_a_lesson_whose_file_is_broken_is_named_once() -> None:
    failed = record(0, Stage.PLANNED, failure=Failure(reason=REASON, at=BEGAN, is_in_doubt=True))
    files = [assignment("01_analytics_m01_000", 10 * MB, "01_analytics")]
    courses = course_statuses(files, [failed], broken=lambda _file: Broken(reason="is a web page"))
    text = status_text(Status(courses=courses), Surface(width=200))
    assert text.count(": 01_analytics_m01_000: ") == 1


def test_what_the_run_at_work_says_of_a_lesson_is_not_said_again_in_its_course() -> None:
    failed = record(0, Stage.PLANNED, failure=Failure(reason=REASON, at=BEGAN, is_in_doubt=True))
    doubt = DoubtState(course="01_analytics", subject="01_analytics_m01_000", count=1, reason=REASON)
    run = SeenRun(state=a_state(doubts=(doubt,), in_doubt=1), life=Life.AT_WORK)
    status = Status(courses=(status_of(failed),), runs=(run,))
    text = status_text(status, Surface(width=80), clock=FakeTime().clock)
    assert text.count(": 01_analytics_m01_000: ") == 1


def test_a_course_whose_folder_is_missing_is_sent_to_the_folders_and_to_no_run_alone() -> None:
    files = [assignment(f"01_analytics_m01_{number:03}", 10 * MB, "01_analytics") for number in range(2)]
    courses = course_statuses(files, [], standing=lambda _lesson: Standing.NO_FOLDER)
    text = status_text(Status(courses=courses), Surface(width=80))
    assert text.splitlines()[1:4] == [
        "  2 without a folder on Kinescope, as the last run found",
        "  next: kupload folders --create --course 01_analytics",
        "  then: kupload --course 01_analytics",
    ]
    assert "kupload verify" not in text
