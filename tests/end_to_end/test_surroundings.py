"""What is around a run: its output, its terminal, its directory, the spelling of what was typed."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
import sys
import unicodedata
from typing import TYPE_CHECKING, Literal

import pytest

from kinescope_upload.emulator import Fault, Route
from kinescope_upload.progress import CourseLock
from support.concurrency import hold_line, once_sent
from support.systems import linux_only, posix_only
from support.world import KIB, World, WorldMaker, content_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Form = Literal["NFC", "NFD"]
needs_a_shell = posix_only("needs a POSIX shell")


def shell(world: World, script: str, arguments: Sequence[str] = (), cwd: Path | None = None) -> tuple[int, str]:
    """Runs a shell script in which `$KUPLOAD` is the command; exit code and everything that it said."""
    command = shlex.join([sys.executable, "-m", "kinescope_upload", *arguments])
    done = subprocess.run(
        ["/bin/bash", "-c", script.replace("$KUPLOAD", command)],
        cwd=cwd or world.folder,
        env=world.process_environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout


@needs_a_shell
@pytest.mark.parametrize(
    "arguments",
    [pytest.param((), id="lines"), *(pytest.param((one,), id=one, marks=pytest.mark.slow) for one in ("--json", "-q"))],
)
@pytest.mark.parametrize(
    "script",
    [
        "set -o pipefail; $KUPLOAD | head -1",
        "$KUPLOAD >&-",
        "$KUPLOAD >&- 2>&-",
        pytest.param("$KUPLOAD >/dev/full", marks=linux_only("needs /dev/full")),
        pytest.param(
            "$KUPLOAD >/dev/full 2>&1",
            marks=linux_only("needs /dev/full"),
        ),
    ],
    ids=["reader gone", "stdout closed", "both closed", "disk full", "both full"],
)
def test_a_run_goes_on_without_its_output(worlds: WorldMaker, script: str, arguments: tuple[str, ...]) -> None:
    world = worlds()
    world.fill((10 * KIB, 300 * KIB, 20 * KIB))
    code, said = shell(world, script, arguments)
    assert (code, "Traceback" in said, "BrokenPipe" in said) == (0, False, False), said
    world.assert_promise()


@needs_a_shell
def test_whoever_closes_the_input_is_not_asked(worlds: WorldMaker) -> None:
    """Cron jobs, daemons and services may start a program without one: `kupload <&-`."""
    world = worlds()
    world.fill((10 * KIB,))
    assert shell(world, "$KUPLOAD <&-")[0] == 0
    world.assert_promise()
    assert shell(world, "$KUPLOAD <&- >&- 2>&-") == (0, "")


def without_streams(arguments: list[str]) -> str:
    """A program that calls kupload as a Python without a console does, and ends with its exit code."""
    return f"""
import sys
sys.argv = ["kupload", *{arguments!r}]
told, sys.stdin, sys.stdout, sys.stderr = sys.stderr, None, None, None
try:
    from kinescope_upload.__main__ import main
    main()
except SystemExit as end:
    assert end.code != 70, "a bug"
    raise
"""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["repair"], 2),
        *(
            pytest.param(one, code, marks=pytest.mark.slow)
            for one, code in (
                (["map", "--confirm"], 2),
                (["replace", "--changed"], 2),
                (["unlink", "--course", "01_analytics"], 2),
                (["repair", "--delete-unknown"], 0),
                (["setup"], 2),
                ([], 0),
            )
        ),
    ],
)
def test_no_command_needs_the_streams_that_it_was_not_given(
    worlds: WorldMaker, arguments: list[str], code: int
) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    done = subprocess.run(
        [sys.executable, "-c", without_streams(arguments)],
        cwd=world.folder,
        env=world.process_environment,
        check=False,
        timeout=120,
    )
    assert done.returncode == code


@needs_a_shell
@linux_only("needs /dev/full")
@pytest.mark.parametrize(
    "arguments",
    [
        ("--status",),
        ("--help",),
        ("stop",),
        *(
            pytest.param(one, marks=pytest.mark.slow)
            for one in (("--dry-run",), ("map",), ("--status", "--json"), ("verify",))
        ),
    ],
)
def test_an_answer_that_cannot_be_written_is_said(worlds: WorldMaker, arguments: tuple[str, ...]) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    code, said = shell(world, "$KUPLOAD >/dev/full", arguments)
    assert (code, "Traceback" in said) == (1, False), said
    assert "cannot be written" in said


@needs_a_shell
def test_a_run_under_nohup_ignores_the_end_of_its_terminal(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((2000 * KIB,))
    hold_line(world, after=900 * KIB)
    command = ["nohup", sys.executable, "-m", "kinescope_upload", "--chunk-size", "256KiB"]
    with subprocess.Popen(
        command, cwd=world.folder, env=world.process_environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            once_sent(world, 900 * KIB)
            process.send_signal(signal.SIGHUP)
            world.link.resume()
            said, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0, said
    world.assert_promise()


@needs_a_shell
@pytest.mark.parametrize("arguments", [(), ("--status",), ("doctor",), ("stop",)])
def test_a_working_directory_that_is_gone_is_a_sentence(worlds: WorldMaker, arguments: tuple[str, ...]) -> None:
    world = worlds()
    code, said = shell(world, 'mkdir gone && cd gone && rmdir "$PWD" && $KUPLOAD', arguments)
    assert (code, "Traceback" in said) == (2, False), said
    assert "working directory is gone" in said


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_a_course_is_found_in_both_spellings(worlds: WorldMaker, on_disk: Form, typed: Form) -> None:
    course = "03_Йога"
    world = worlds()
    world.add_file(f"{unicodedata.normalize(on_disk, course)}/m01/001.mp4", content_of(10 * KIB, seed="a"))
    if on_disk == "NFD":
        world.emulator.create_folder(unicodedata.normalize("NFC", course))
    world.database.add_lessons([("03_Йога_m01_001", course, "Поза")])
    outcome = world.run("--json", "--course", unicodedata.normalize(typed, course))
    assert outcome.exit_code == 0, outcome.text
    assert outcome.summary["linked"] == 1


@needs_a_shell
def test_too_few_open_files_mean_fewer_workers_and_are_said_once(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((300 * KIB,) * 12)
    code, said = shell(world, "ulimit -n 64; $KUPLOAD", ("--jobs", "12", "--chunk-size", "256KiB"))
    assert code == 0, said
    assert said.count("64 open files") == 1
    assert "4 at a time, not 12" in said
    world.assert_promise()


@pytest.fixture
def without_locks(tmp_path: Path) -> dict[str, str]:
    """An environment in which no file can be locked, as on shares that know no locks (ENOLCK)."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("needs a C compiler, and Linux")
    source, library = tmp_path / "locks.c", tmp_path / "locks.so"
    source.write_text("#include <errno.h>\nint flock(int fd, int how) { errno = ENOLCK; return -1; }\n")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    return {"LD_PRELOAD": str(library)}


@pytest.mark.parametrize("arguments", [(), ("stop",)])
def test_a_share_without_locks_is_a_sentence_with_the_hint(
    worlds: WorldMaker, without_locks: dict[str, str], arguments: tuple[str, ...]
) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    assert world.upload().exit_code == 0
    world.environment |= without_locks | {"KUPLOAD_API_RATE": "off"}
    code, said = shell(world, "$KUPLOAD", arguments)
    assert (code, "Traceback" in said) == (2, False), said
    assert "can be locked" in said
    assert "--progress" in said


@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_a_folder_that_was_just_made_may_be_unknown_to_init_for_a_moment(worlds: WorldMaker, dialect: str) -> None:
    world = worlds(dialect)
    world.add_file("01_analytics/m01/001.mp4", content_of(10 * KIB, seed="a"))
    world.emulator.delete_folder(world.emulator.folder_named("01_analytics").id)
    world.add_lessons()
    world.emulator.faults.add(Fault(route=Route.INIT, status=404, code=404404, times=5))
    outcome = world.upload(create_folders=True, retries=1)
    assert outcome.exit_code == 0, outcome.said
    world.assert_promise()
    world.add_file("01_analytics/m01/002.mp4", content_of(20 * KIB, seed="b"))
    world.database.add_lessons([("01_analytics_m01_002", "01_analytics", "Урок 2")])
    world.emulator.faults.add(Fault(route=Route.INIT, status=404, code=404404, times=1))
    outcome = world.upload()
    assert outcome.exit_code == 1, "a folder that was there before is known, or gone"
    assert (
        "`kupload folders --create --course 01_analytics` makes it again" in outcome.events("lesson_failed")[0]["hint"]
    )


def test_a_course_that_the_code_page_lacks_is_named_by_its_escapes(worlds: WorldMaker) -> None:
    world = worlds()
    world.progress.mkdir()
    lock = CourseLock.acquire(world.progress, "Курс 🚀")
    try:
        command = [sys.executable, "-m", "kinescope_upload", "stop"]
        environment = world.process_environment | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
        done = subprocess.run(
            command, cwd=world.folder, env=environment, capture_output=True, encoding="cp1252", check=False, timeout=60
        )
    finally:
        lock.release()
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert "\\u041a\\u0443\\u0440\\u0441 \\U0001f680" in done.stdout
