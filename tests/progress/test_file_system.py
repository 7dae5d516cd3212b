"""Files are replaced and removed also where Windows refuses for a while, and made in a few tries."""

from __future__ import annotations

import errno
import os
import stat
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.progress.file_system import check_writable, is_held, new_file, patiently
from support.progress_cases import refusal
from support.systems import posix_only

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOWS_SAYS = {"access denied": 5, "sharing violation": 32, "lock violation": 33}


class HeldFile:
    """`os.replace` as Windows answers it while another program has the target open."""

    def __init__(self, winerror: int, refusals: float) -> None:
        self._winerror = winerror
        self._refusals = refusals
        self.calls = 0

    def replace(self, source: Path, target: Path) -> Callable[[], None]:
        def operation() -> None:
            self.calls += 1
            if self.calls <= self._refusals:
                raise refusal(self._winerror)
            source.replace(target)

        return operation


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    new, old = tmp_path / "new", tmp_path / "old"
    new.write_text("new")
    old.write_text("old")
    return new, old


@pytest.mark.parametrize("winerror", WINDOWS_SAYS.values(), ids=WINDOWS_SAYS)
@pytest.mark.parametrize("refusals", [0, 1, 8])
def test_a_file_that_is_open_for_a_moment_is_replaced(pair: tuple[Path, Path], winerror: int, refusals: int) -> None:
    new, old = pair
    waits: list[float] = []
    patiently(HeldFile(winerror, refusals).replace(new, old), sleep=waits.append)
    assert old.read_text() == "new"
    assert len(waits) == refusals
    assert waits == sorted(waits)


def test_a_file_that_stays_open_is_given_up_after_ten_seconds_with_the_likely_cause(pair: tuple[Path, Path]) -> None:
    new, old = pair
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with pytest.raises(PermissionError, match="another program may have it open"):
        patiently(HeldFile(32, float("inf")).replace(new, old), sleep=sleep, clock=lambda: now[0])
    assert 10 <= now[0] < 11
    assert old.read_text() == "old"


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left"), PermissionError(errno.EACCES, "Permission denied"), refusal(3)]
)
def test_what_is_not_an_open_file_is_not_tried_again(error: OSError) -> None:
    calls = count()

    def operation() -> None:
        next(calls)
        raise error

    with pytest.raises(OSError, match=str(error.strerror)):
        patiently(operation, sleep=lambda _: pytest.fail("it waited"))
    assert next(calls) == 1
    assert not is_held(error)


def test_a_folder_that_takes_no_file_is_told_at_the_first_try() -> None:
    calls = count()

    def denied(*_: object) -> int:
        next(calls)
        raise refusal(5)

    with pytest.raises(PermissionError):
        new_file(Path(), ".x.", ".tmp", open_file=denied)
    assert next(calls) == 1


def test_names_that_are_taken_are_passed_over_and_not_for_ever(tmp_path: Path) -> None:
    calls = count()

    def taken(path: Path, flags: int, mode: int) -> int:
        if next(calls) < 3:
            raise FileExistsError(errno.EEXIST, "File exists")
        return os.open(path, flags, mode)

    handle, path = new_file(tmp_path, ".x.", ".tmp", open_file=taken)
    os.close(handle)
    assert path.exists()

    def always_taken(*_: object) -> int:
        raise FileExistsError(errno.EEXIST, "File exists")

    with pytest.raises(FileExistsError):
        new_file(tmp_path, ".x.", ".tmp", open_file=always_taken)


@posix_only("Windows has no file modes")
def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    handle, path = new_file(tmp_path, ".x.", ".tmp")
    os.close(handle)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_look_whether_a_folder_is_writable_leaves_nothing(tmp_path: Path) -> None:
    check_writable(tmp_path)
    assert not list(tmp_path.iterdir())
    with pytest.raises(FileNotFoundError):
        check_writable(tmp_path / "nowhere")
