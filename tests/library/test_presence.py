"""Which files that cannot be read mean that the library is away, and which are only gone themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.library.disk import Disk
from kinescope_upload.library.presence import is_present

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("files", "there", "unreadable", "present"),
    [
        pytest.param("12", "", "1", False, id="an empty mount point, one file in hand"),
        pytest.param("12", "", "12", False, id="an empty mount point, every file in hand"),
        pytest.param("12", "2", "12", True, id="one of two is back, so the other is gone"),
        pytest.param("123", "3", "12", True, id="two of three are gone"),
        pytest.param("1", "", "1", True, id="the course's only file is gone"),
    ],
)
def test_a_course_is_away_when_no_other_file_of_it_can_be_read(
    tmp_path: Path, files: str, there: str, unreadable: str, *, present: bool
) -> None:
    (tmp_path / "course").mkdir()
    for name in there:
        (tmp_path / "course" / name).write_bytes(b"x")
    known = {"course": [f"course/{name}" for name in files]}
    assert is_present(Disk(), tmp_path, known, {f"course/{name}" for name in unreadable}) is present


def test_a_library_without_its_root_or_the_course_folder_is_away(tmp_path: Path) -> None:
    known = {"course": ["course/1"]}
    assert not is_present(Disk(), tmp_path, known, {"course/1"})
    assert not is_present(Disk(), tmp_path / "gone", known, {"course/1"})
