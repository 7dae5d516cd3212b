"""Where a report's figures come from: the progress folder, the history, the old system's file."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.report.command import report, write_page
from kinescope_upload.commands.report.figures import CourseFigures
from kinescope_upload.commands.report.sources import old_report, own_report
from kinescope_upload.config import load_settings
from kinescope_upload.errors import UsageError
from kinescope_upload.monitor.history import remember
from kinescope_upload.progress import ProgressStore
from support.old_progress_cases import failed, uploaded, write_old_progress
from support.report_cases import BEGAN, GB, a_failed_record, a_linked_record, a_report, a_run_that_sent

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.config import Settings

MB = 1_000_000


def settings_of(folder: Path, **options: object) -> Settings:
    environment = {"KUPLOAD_HISTORY": str(folder / "history.sqlite3")}
    return load_settings(options, directory=folder, environment=environment)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = settings_of(tmp_path)
    with ProgressStore(settings.progress, ("a", "b")) as progress:
        progress.save_all(
            (
                a_linked_record("a_001", course="a", hours=3, verified_after=600),
                a_linked_record("a_002", course="a", hours=1),
                a_failed_record("b_001", course="b", reason="The file is broken."),
            )
        )
    return settings


def test_records_say_what_is_done_when_and_what_failed(settings: Settings) -> None:
    found = own_report(settings, BEGAN)
    assert found.courses == (
        CourseFigures(course="a", lessons=2, done=2, done_bytes=2 * GB, all_bytes=2 * GB, failed=0),
        CourseFigures(course="b", lessons=1, done=0, done_bytes=0, all_bytes=GB, failed=1),
    )
    assert [(one.at, one.verified_at is not None) for one in found.finished] == [
        (a_linked_record("", course="", hours=1).linked_at, False),
        (a_linked_record("", course="", hours=3).linked_at, True),
    ]
    assert [(one.lesson_id, one.reason) for one in found.failures] == [("b_001", "The file is broken.")]
    assert (found.done, found.lessons, found.left_bytes) == (2, 3, GB)
    assert any("library is not known" in note for note in found.notes)


@pytest.mark.usefixtures("settings")
def test_the_files_of_the_library_say_what_is_left(tmp_path: Path) -> None:
    section = tmp_path / "library" / "c" / "m01_start"
    section.mkdir(parents=True)
    (section / "001.mp4").write_bytes(b"12345")
    found = own_report(settings_of(tmp_path, library="library", no_db=True, trust_scan=True), BEGAN)
    assert [(one.course, one.lessons, one.done) for one in found.courses][2] == ("c", 1, 0)
    assert found.subject == "library"


def test_the_runs_are_those_of_this_progress_folder_the_earliest_first(settings: Settings) -> None:
    assert settings.history
    ours = str(settings.progress.absolute())
    for name, hours, progress in (("late", 9, ours), ("early", 1, ours), ("other", 5, "/elsewhere")):
        remember(settings.history, a_run_that_sent(name, hours=hours, size=GB, progress=progress))
    assert [run.run for run in own_report(settings, BEGAN).runs] == ["early", "late"]


def test_a_history_that_cannot_be_read_is_a_note_and_no_end(settings: Settings) -> None:
    assert settings.history
    settings.history.write_bytes(b"no database" * 100)
    found = own_report(settings, BEGAN)
    assert found.runs == ()
    assert any("is damaged" in note for note in found.notes)


def test_the_old_systems_file_is_reported_on_as_far_as_it_says(tmp_path: Path) -> None:
    done = [
        uploaded("b_002", courseId="b", sizeMB=30, uploadedAt="2026-02-18T12:00:00Z"),
        uploaded("a_001", courseId="a", sizeMB=20.5, uploadedAt="2026-02-18T11:00:00Z"),
        uploaded("c_001"),
    ]
    path = write_old_progress(tmp_path / "old.json", done, [failed("d_001"), failed("d_001"), failed("a_001")])
    found = old_report(path, BEGAN)
    assert [(one.course, one.done, one.lessons, one.done_bytes) for one in found.courses] == [
        ("(course not named)", 1, 1, 0),
        ("a", 1, 1, 20_500_000),
        ("b", 1, 1, 30 * MB),
        ("(failed, course not named)", 0, 1, 0),
    ]
    assert [one.size_bytes for one in found.finished] == [20_500_000, 0, 30 * MB]
    assert [one.lesson_id for one in found.failures] == ["d_001"]
    assert found.notes == ("Of 1 lesson the file does not say the size.",)


def test_the_page_is_written_where_it_is_wanted(settings: Settings, tmp_path: Path) -> None:
    said, page = io.StringIO(), tmp_path / "report.html"
    assert report(settings, said, html=page) == 0
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert said.getvalue().startswith(f"{page}: ")


def test_a_page_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_page(a_report(), tmp_path / "missing" / "report.html")
