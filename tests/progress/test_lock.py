"""One run per course: two real processes, and the request to stop."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.errors import UsageError
from kinescope_upload.progress import CourseLock, ProgressStore, ask_to_stop, stop_is_asked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COURSES: Final = ("c", "week 1.intro", "a.lock", "Курс 1", "c [draft] (2)", ".hidden")

_HOLDS: Final = """
import sys
from pathlib import Path
from kinescope_upload.progress import ProgressStore, stop_is_asked

folder, courses = Path(sys.argv[1]), tuple(sys.argv[2:])
with ProgressStore(folder, courses):
    print("held", flush=True)
    for _ in sys.stdin:
        print(stop_is_asked(folder, courses), flush=True)
"""


class _Holder:
    """Another process that is at work on courses."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pid = process.pid

    def is_asked_to_stop(self) -> bool:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("?\n")
        self._process.stdin.flush()
        return self._process.stdout.readline() == "True\n"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def _another_run(folder: Path, *courses: str) -> Iterator[_Holder]:
    command = [sys.executable, "-X", "utf8", "-c", _HOLDS, str(folder), *courses]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield _Holder(process)
        process.kill()


@pytest.mark.parametrize("course", _COURSES)
def test_a_second_run_says_at_once_who_holds_the_course(tmp_path: Path, course: str) -> None:
    with _another_run(tmp_path, course) as holder:
        with pytest.raises(UsageError) as caught:
            ProgressStore(tmp_path, [course])

        who = re.escape(f"process {holder.pid} on {socket.gethostname()}, since ")
        said = rf'Another run is at work on course "{re.escape(course)}" \({who}(\d{{4}}-\d\d-\d\d )?\d\d:\d\d\)\.'
        assert re.fullmatch(said, caught.value.what)
        assert caught.value.hint == "Wait for it, or end it with `kupload stop`."


def test_a_run_on_another_course_is_none_of_its_business(tmp_path: Path) -> None:
    with _another_run(tmp_path, "c"), ProgressStore(tmp_path, ["d"]) as store:
        assert store.courses == ("d",)


def test_a_run_that_gets_one_of_its_courses_only_takes_none(tmp_path: Path) -> None:
    with _another_run(tmp_path, "c"):
        with pytest.raises(UsageError):
            ProgressStore(tmp_path, ["b", "c"])
        with ProgressStore(tmp_path, ["b"]) as store:
            assert store.courses == ("b",)


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    with _another_run(tmp_path, "c") as holder:
        holder.kill()

        with ProgressStore(tmp_path, ["c"]) as store:
            assert store.courses == ("c",)
        assert ask_to_stop(tmp_path) == ()


def test_the_lock_is_given_back(tmp_path: Path) -> None:
    CourseLock.acquire(tmp_path, "c").release()
    CourseLock.acquire(tmp_path, "c").release()

    assert not list((tmp_path / ".run").glob("*.holder"))


def test_the_lock_holds_against_the_same_process_too(tmp_path: Path) -> None:
    lock = CourseLock.acquire(tmp_path, "c")
    try:
        with pytest.raises(UsageError, match=f"process {os.getpid()} on"):
            CourseLock.acquire(tmp_path, "c")
    finally:
        lock.release()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x", "host": "h", "since": "s"}', None])
def test_a_holder_that_does_not_say_who_it_is_still_holds(tmp_path: Path, content: str | None) -> None:
    lock = CourseLock.acquire(tmp_path, "c")
    if content is None:
        lock.holder.unlink()
    else:
        lock.holder.write_text(content)
    try:
        with pytest.raises(UsageError, match=r'course "c" \(it does not say which\)'):
            CourseLock.acquire(tmp_path, "c")
    finally:
        lock.release()


@pytest.mark.parametrize("course", _COURSES)
def test_a_request_to_stop_reaches_the_holder(tmp_path: Path, course: str) -> None:
    with _another_run(tmp_path, course, "other") as holder:
        assert not holder.is_asked_to_stop()

        assert ask_to_stop(tmp_path) == tuple(sorted([course, "other"]))

        assert holder.is_asked_to_stop()


def test_nobody_is_asked_where_nobody_is_at_work(tmp_path: Path) -> None:
    assert ask_to_stop(tmp_path / "nowhere") == ()
    with ProgressStore(tmp_path, ["c", "d"]):
        pass

    assert ask_to_stop(tmp_path) == ()
    assert not stop_is_asked(tmp_path, ("c", "d"))


def test_only_the_runs_that_are_at_work_are_asked(tmp_path: Path) -> None:
    with ProgressStore(tmp_path, ["c"]):
        pass
    with ProgressStore(tmp_path, ["d"]):
        assert ask_to_stop(tmp_path) == ("d",)
        assert stop_is_asked(tmp_path, ("c", "d"))
        assert not stop_is_asked(tmp_path, ("c",))


def test_a_run_that_starts_while_somebody_asks_runs_to_stop_is_not_refused(tmp_path: Path) -> None:
    ended = threading.Event()

    def ask_again_and_again() -> None:
        while not ended.is_set():
            ask_to_stop(tmp_path)

    CourseLock.acquire(tmp_path, "c").release()
    with ThreadPoolExecutor() as pool:
        asking = pool.submit(ask_again_and_again)
        try:
            for _ in range(300):
                CourseLock.acquire(tmp_path, "c").release()
        finally:
            ended.set()
        asking.result()


def test_a_request_that_the_last_run_was_sent_does_not_stop_the_next(tmp_path: Path) -> None:
    with ProgressStore(tmp_path, ["c"]):
        ask_to_stop(tmp_path)

    with ProgressStore(tmp_path, ["c"]):
        assert not stop_is_asked(tmp_path, ("c",))
