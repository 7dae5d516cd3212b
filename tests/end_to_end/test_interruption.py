"""Ctrl+C, signals, `kupload stop`, a second run, a machine that slept: real processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.upload import Stage
from support.concurrency import hold_line, let_go, once_sent
from support.disks import ChangingDisk
from support.systems import posix_only
from support.world import KIB, World, WorldMaker

if TYPE_CHECKING:
    from collections.abc import Iterator

needs_signals = posix_only("Windows has no such signals")
SOON = 15
"""Seconds: 2 are promised, on a machine that does little else; who hears nothing goes on for most of a minute."""
_SIZES = (40 * KIB, 2000 * KIB, 2000 * KIB, 2000 * KIB)


@contextmanager
def running(world: World, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A run in mid-transfer, as a process, for most of a minute; it is ended if the test does not end it."""
    world.fill(_SIZES)
    hold_line(world, after=900 * KIB)
    process = world.start("--chunk-size", "256KiB", *arguments)
    try:
        once_sent(world, 900 * KIB)
        let_go(world)
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, float]:
    """Exit code, output, and how long it took from now on, in seconds."""
    began = time.monotonic()
    text, _ = process.communicate(timeout=30)
    return process.returncode, text, time.monotonic() - began


@needs_signals
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_stops_the_run_soon_and_the_next_run_goes_on(world: World, name: str) -> None:
    with running(world) as process:
        process.send_signal(getattr(signal, name))
        code, text, seconds = ended(process)
    assert code == 130
    assert seconds < SOON
    assert "goes on where it was" in text
    assert "Traceback" not in text
    world.link.heal()
    assert world.upload().exit_code == 0
    world.assert_promise(cuts=4)


@needs_signals
def test_a_signal_stops_the_run_soon_when_the_line_is_silent(world: World) -> None:
    with running(world) as process:
        world.link.stall()
        process.send_signal(signal.SIGINT)
        code, _, seconds = ended(process)
    assert (code, seconds < SOON) == (130, True)
    world.link.heal()
    assert world.upload().exit_code == 0
    world.assert_promise(cuts=4)


@needs_signals
def test_a_signal_ends_a_wait_for_the_network(worlds: WorldMaker) -> None:
    world = worlds()
    world.environment["KUPLOAD_RETRY_BASE"] = "60"
    with running(world) as process:
        world.link.refuse()
        world.link.cut_now()
        assert process.stdout is not None
        for line in process.stdout:
            if "no connection" in line.lower():
                break
        process.send_signal(signal.SIGINT)
        code, _, seconds = ended(process)
    assert (code, seconds < SOON) == (130, True)


def test_kupload_stop_ends_a_run_like_ctrl_c(world: World) -> None:
    with running(world) as process:
        world.link.stall()  # the run stays at work until it is asked
        asked = world.run("stop")
        code, text, _ = ended(process)
    assert (asked.exit_code, code) == (0, 130)
    assert "01_analytics" in asked.text
    assert "kupload stop" in text
    world.link.heal()
    assert world.upload().exit_code == 0
    world.assert_promise(cuts=4)


@pytest.mark.parametrize("trouble", ["refuse", "stall"])
def test_kupload_stop_is_heard_while_a_run_waits_for_the_network_at_its_start(worlds: WorldMaker, trouble: str) -> None:
    world = worlds()
    world.fill((KIB,))
    getattr(world.link, trouble)()
    process = world.start()
    try:
        while "Asked the run" not in world.run("stop").text:
            assert process.poll() is None, "it ended before it could be asked"
        code, text, seconds = ended(process)
    finally:
        process.kill()
        process.communicate()
    assert (code, seconds < SOON) == (130, True), text
    assert "Stopped by `kupload stop`" in text


def test_kupload_stop_says_when_no_run_is_at_work(worlds: WorldMaker) -> None:
    asked = worlds().run("stop")
    assert (asked.exit_code, "No run is at work" in asked.text) == (1, True)


def test_a_second_run_on_the_course_waits_for_nobody_and_says_who_holds_it(worlds: WorldMaker) -> None:
    world = worlds()
    with running(world) as process:
        world.link.stall()  # the first run stays at work for as long as the second needs
        second = world.run()
    assert second.exit_code == 2
    assert f"process {process.pid} " in second.text
    assert "kupload stop" in second.text


@needs_signals
@pytest.mark.slow
def test_a_run_that_slept_resumes_within_seconds_of_waking(worlds: WorldMaker) -> None:
    """The process is suspended while the line goes dead, as a laptop's does."""
    world = worlds()
    with running(world) as process:
        process.send_signal(signal.SIGSTOP)
        world.link.stall()
        with pytest.raises(subprocess.TimeoutExpired):  # it sleeps for longer than any hiccup takes
            process.wait(timeout=11)
        began = time.monotonic()
        world.link.accept()
        world.link.cut_now()
        world.link.heal()
        process.send_signal(signal.SIGCONT)
        code, text, _ = ended(process)
    assert code == 0, text
    assert "slept" in text
    assert time.monotonic() - began < 20
    world.assert_promise(cuts=4)


@needs_signals
def test_a_progress_folder_that_is_full_stops_the_run_before_it_does_what_it_could_not_write_down(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    world.fill((40 * KIB, 60 * KIB))
    limited = (
        "import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400)); "
        "runpy.run_module('kinescope_upload', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited],
        cwd=world.folder,
        env={**world.process_environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "cannot be written" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert world.upload().exit_code == 0
    world.assert_promise()


@needs_signals
def test_a_progress_folder_that_goes_away_in_mid_run_stops_it_and_is_not_made_anew(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((600 * KIB, 600 * KIB, 600 * KIB))
    elsewhere = world.progress.with_name("elsewhere")

    def put_elsewhere(_: str) -> None:
        if world.progress.exists():
            world.progress.rename(elsewhere)

    world.disk = ChangingDisk(put_elsewhere)
    outcome = world.upload(jobs=1)
    assert outcome.exit_code == 3, outcome.summary
    assert "was moved, replaced or deleted" in outcome.summary["reason"]
    assert not world.progress.exists()
    assert len(world.emulator.videos()) == 1, "nothing is begun whose record is nowhere"
    elsewhere.rename(world.progress)
    world.heal()
    assert world.upload().exit_code == 0
    world.assert_promise()


@needs_signals
def test_a_torn_temporary_file_of_a_crash_is_ignored_and_removed(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((40 * KIB,))
    world.progress.mkdir()
    torn = world.progress / ".01_analytics.json.abc123.tmp"
    torn.write_text('{"format": 1, "cour', encoding="utf-8")
    assert world.upload().exit_code == 0
    assert not torn.exists()
    assert {record.stage for record in world.records.values()} == {Stage.LINKED}
