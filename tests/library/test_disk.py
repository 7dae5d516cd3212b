"""Windows paths of any length, from what the user wrote."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from kinescope_upload.library.disk import Disk, system_path, unlimited, unreadable_error
from support.systems import posix_only


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        (r"E:\Academy Courses", r"\\?\E:\Academy Courses"),
        ("E:/Academy Courses/01_analytics/урок.mp4", r"\\?\E:\Academy Courses\01_analytics\урок.mp4"),
        (r"E:\a\..\b\.\c.mp4", r"\\?\E:\b\c.mp4"),
        (r"\\nas\video\course\001.mp4", r"\\?\UNC\nas\video\course\001.mp4"),
        ("//nas/video", r"\\?\UNC\nas\video"),
        (r"\\?\E:\Academy Courses", r"\\?\E:\Academy Courses"),
        (r"\\?\UNC\nas\video", r"\\?\UNC\nas\video"),
        (r"\\.\E:", r"\\.\E:"),
    ],
)
def test_a_windows_path_gets_the_form_without_a_limit(written: str, taken: str) -> None:
    assert unlimited(written).rstrip("\\") == taken
    assert unlimited(unlimited(written)) == unlimited(written)


@posix_only("paths of Windows are another matter")
def test_other_systems_take_paths_as_they_are() -> None:
    assert system_path("a/../b") == "a/../b"


def _error(number: int, winerror: int | None = None) -> OSError:
    error = OSError(number, os.strerror(number))
    error.winerror = winerror  # type: ignore[attr-defined] # only Windows has it by itself
    return error


@pytest.mark.parametrize(
    ("error", "is_windows", "reason", "remedy"),
    [
        (_error(errno.EACCES, 32), True, "another program may have it open", "Close the program that has it open"),
        (_error(errno.EACCES, 33), True, "another program may have it open", "Close the program that has it open"),
        (_error(errno.EACCES, 5), True, os.strerror(errno.EACCES), "Give this account the right to read it"),
        (
            _error(errno.EACCES),
            True,
            "another program may have it open, or this account may not read it",
            "Close the program that may have it open, or make it readable",
        ),
        (_error(errno.EACCES), False, os.strerror(errno.EACCES), "Give this account the right to read it"),
        (_error(errno.EIO), False, os.strerror(errno.EIO), "Make it readable"),
        (_error(errno.EIO, 1117), True, os.strerror(errno.EIO), "Make it readable"),
    ],
)
def test_a_file_that_another_program_holds_is_told_from_one_without_the_right(
    error: OSError, is_windows: bool, reason: str, remedy: str
) -> None:
    told = unreadable_error("c/s/a.mp4", error, is_windows=is_windows)

    assert told.what == f'"c/s/a.mp4" cannot be read ({reason}).'
    assert told.hint == f"{remedy}, then run the same command again."


def test_a_file_below_a_path_of_more_than_260_characters_is_listed_looked_at_and_read(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["урок" * 11] * 6)
    Path(system_path(str(folder))).mkdir(parents=True)
    file = folder / "001.mp4"
    Path(system_path(str(file))).write_bytes(b"video")
    disk = Disk()
    assert len(str(file)) > 260
    assert disk.names(str(folder)) == ["001.mp4"]
    assert disk.stat(str(file)).st_size == 5
    with disk.open(str(file)) as opened:
        assert disk.read(opened, 1, 3) == b"ide"


def test_whether_a_file_can_be_read_is_tried_and_not_asked(tmp_path: Path) -> None:
    """Windows says of every file that it may be read; so does every system of a folder."""
    file = tmp_path / "001.mp4"
    file.write_bytes(b"a video")
    tried = [Disk().can_read(str(path)) for path in (file, tmp_path, tmp_path / "nowhere.mp4")]
    assert tried == [True, False, False]
