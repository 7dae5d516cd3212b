"""The demo as a person meets it: a command that shows everything and leaves nothing."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from kinescope_upload.demo.courses import LEFT_ALONE, MADE_FILES
from kinescope_upload.media.sample_mp4 import SMALLEST, make_mp4
from support.systems import posix_only

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

ALIEN = {
    "KINESCOPE_API_KEY": "somebody-elses",
    "KINESCOPE_API_URL": "https://api.example.invalid",
    "KINESCOPE_INIT": "nonsense",
    "KUPLOAD_LIBRARY": "/nowhere",
    "KUPLOAD_JOBS": "no number",
    "DATABASE_URL": "postgresql://nobody@db.example.invalid/nothing",
    "PGSSLMODE": "verify-full",
    "PGPORT": "1",
    "http_proxy": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
}

_SIGNALS = posix_only("Windows sends Ctrl+C to whole consoles only")


def test_every_lesson_is_linked_whatever_the_user_has_set(start_demo: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KINESCOPE_API_KEY='\nnot even well-formed", encoding="utf-8")
    (tmp_path / "kupload.toml").write_text("no toml at all", encoding="utf-8")
    demo = start_demo(environment=ALIEN)
    assert demo.finish() == 0, "\n".join(demo.lines)
    said = "\n".join(demo.lines)
    lessons = len(MADE_FILES)
    assert demo.lines[-1] == (
        f"Every lesson is linked ({lessons} of {lessons}), and every video is byte for byte its file."
    )
    assert re.search(rf"^All +{lessons} +{lessons} +{lessons} +{lessons} +{lessons} +30\.3 MB$", said, re.MULTILINE)
    assert [line for line in demo.lines if line.startswith("$ ")] == [
        "$ kupload --dry-run --create-folders --limit 5",
        "$ kupload --create-folders",
        "$ kupload",
        "$ kupload --status",
        "$ kupload verify",
        "$ kupload report",
    ]
    assert said.count("; 0 uploads asked for, 0 B received there.") == 5
    assert f"Agree      {lessons} of {lessons} lessons, {lessons} of them verified" in demo.lines
    assert f"and {len(LEFT_ALONE)} files that are no videos" in said
    assert re.findall(r"^(\d of \d)  ", said, re.MULTILINE) == ["3 of 3", "1 of 1", "1 of 1", "1 of 1"]
    assert demo.leftovers() == []
    assert sorted(one.name for one in tmp_path.iterdir()) == [".env", "kupload.toml"]


@pytest.mark.slow
def test_the_story_of_a_growing_library_sends_the_new_file_for_its_own_lesson(start_demo: Callable[..., Any]) -> None:
    demo = start_demo("--story", "growing")
    assert demo.finish() == 0, "\n".join(demo.lines)
    lessons = len(MADE_FILES) + 1
    assert demo.lines[-1].startswith(f"Every lesson is linked ({lessons} of {lessons})")
    assert '001a_novye_igroki.mp4 (1.5 MB) → 1 "Новые игроки"? ⏎' in demo.lines


def test_an_unknown_story_is_refused(start_demo: Callable[..., Any]) -> None:
    demo = start_demo("--story", "nowhere")
    assert (demo.finish(), "There is: growing." in "\n".join(demo.lines)) == (2, True)


@pytest.mark.slow
def test_what_disagrees_is_found_named_put_right_and_gone(start_demo: Callable[..., Any]) -> None:
    demo = start_demo("--faults")
    assert demo.finish() == 0, "\n".join(demo.lines)
    said = " ".join(" ".join(demo.lines).split())
    assert [line for line in demo.lines if line.startswith("$ ")][4:] == [
        "$ kupload verify",
        "$ kupload report",
        "$ kupload verify",
        "$ kupload repair --yes",
        "$ kupload repair --yes",
        "$ kupload",
        "$ kupload verify",
    ]
    for words in (
        "Row names a video that is not on Kinescope: 1",
        "Video exists, row is empty: 1",
        "Two videos for one lesson: 2",
        "Video failed at Kinescope: 1",
        "Video is stuck in an unfinished upload: 1",
        "MD5 on Kinescope differs from the file: 1",
        "Video in the wrong folder: 1",
        "Video in the project root: 1",
        'is called "den_1", the lesson "День 1"',
        "Unknown videos in course folders: 1",
        "Applied 8 changes",
        "Needs your decision: video failed at Kinescope",
    ):
        assert words in said, words
    lessons = len(MADE_FILES)
    assert said.count(f"Agree {lessons} of {lessons} lessons, {lessons} of them verified") == 2
    assert demo.lines[-1].startswith(f"Every lesson is linked ({lessons} of {lessons})")
    assert demo.leftovers() == []


@pytest.mark.slow
def test_a_users_own_library_is_uploaded_and_not_touched(start_demo: Callable[..., Any], small_library: Path) -> None:
    before = _snapshot(small_library)
    demo = start_demo("--library", "library")
    assert demo.finish() == 0, "\n".join(demo.lines)
    assert _snapshot(small_library) == before
    assert demo.lines[-1].startswith("Every lesson is linked (5 of 5)")
    assert any(re.fullmatch(r"02_more +2 +2 +2 +2 +2 +95\.0 kB", line) for line in demo.lines)
    assert demo.leftovers() == []


@_SIGNALS
@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("Putting up", signal.SIGINT),
        pytest.param("$ kupload --dry-run", signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param(": linked", signal.SIGINT, marks=pytest.mark.slow),
    ],
)
def test_it_can_be_stopped_at_any_moment_and_leaves_nothing(
    start_demo: Callable[..., Any], tmp_path: Path, moment: str, number: int
) -> None:
    section = tmp_path / "library" / "01_start" / "m01"
    section.mkdir(parents=True)
    for lesson in range(200):  # enough work for the first linked lesson to be far from the last
        (section / f"{lesson:03d}.mp4").write_bytes(make_mp4(SMALLEST, seed=str(lesson)))
    demo = start_demo("--library", "library")
    demo.wait_for(moment)
    assert demo.interrupt(number) == 130
    assert "kupload: The demo was stopped. Everything that it had made is removed." in demo.lines
    assert demo.leftovers() == []
    if moment == ": linked":
        assert any("Everything is saved; the same command goes on where it was." in line for line in demo.lines)


@_SIGNALS
@pytest.mark.slow
def test_what_keep_prints_can_be_used_in_a_second_terminal(
    start_demo: Callable[..., Any], small_library: Path, tmp_path: Path
) -> None:
    demo = start_demo("--keep", "--library", str(small_library))
    demo.wait_for("Ctrl+C here removes everything.")
    exports = [shlex.split(line)[1].split("=", 1) for line in demo.lines if line.startswith("export ")]
    desk = next(shlex.split(line)[1] for line in demo.lines if line.startswith("cd "))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    by_environment = _kupload("--status", folder=elsewhere, environment=dict(exports))
    by_file = _kupload("--env-file", f"{desk}/.env", "--dry-run", folder=elsewhere)
    on_the_desk = _kupload(folder=desk)

    assert "every lesson is linked" in by_environment
    assert "Nothing was written." in by_file
    assert "0 B to send" in by_file
    assert "Already linked  5" in on_the_desk
    assert demo.interrupt() == 0
    assert demo.leftovers() == []


def test_a_library_that_is_not_there_is_named(start_demo: Callable[..., Any]) -> None:
    demo = start_demo("--library", "nowhere")
    assert demo.finish() == 2
    assert "nowhere" in demo.lines[-1]
    assert demo.leftovers() == []


def test_a_library_without_videos_is_of_no_use(start_demo: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    demo = start_demo("--library", "library")
    assert demo.finish() == 2
    assert "has no video file in a course" in demo.lines[-1]
    assert demo.leftovers() == []


def _snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in (folder, *folder.rglob("*"))
    }


def _kupload(*arguments: str, folder: Path | str, environment: Mapping[str, str] | None = None) -> str:
    """What kupload says; it has to succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "kinescope_upload", *arguments],
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1", **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
