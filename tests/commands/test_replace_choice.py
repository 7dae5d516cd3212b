"""Which file `kupload replace LESSON FILE` means."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.replace.choice import file_in_library
from kinescope_upload.errors import UsageError
from kinescope_upload.library.scan import scan
from support.mapping_cases import videos

if TYPE_CHECKING:
    from pathlib import Path

_FILE = "03_Финансы/М01/001.mp4"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    _make(tmp_path, _FILE)
    return tmp_path


def _make(library: Path, path: str) -> None:
    (library / path).parent.mkdir(parents=True, exist_ok=True)
    (library / path).write_bytes(path.encode())


@pytest.mark.parametrize("typed", [_FILE, "03_финансы/м01/001.MP4", f"./{_FILE}"])
@pytest.mark.parametrize("is_absolute", [False, True])
def test_a_file_is_found_in_any_case_of_letters_and_keeps_its_own(typed: str, is_absolute: bool, library: Path) -> None:
    named = str(library / typed) if is_absolute else typed

    assert file_in_library(named, library, scan(library).files).path == _FILE


def test_of_two_files_in_other_cases_none_is_taken_and_both_are_named(library: Path) -> None:
    _make(library, "03_Финансы/М01/001.Mp4")
    files = scan(library).files
    if len(files) == 1:
        pytest.skip("this disk tells no letter cases apart")

    with pytest.raises(UsageError, match=r'М01/001\.Mp4", ".*М01/001\.mp4"'):
        file_in_library("03_финансы/М01/001.MP4", library, files)


def test_a_file_that_the_disk_opens_in_another_case_is_taken_under_the_name_that_the_library_lists(
    library: Path,
) -> None:
    other = "03_Финансы/М01/001.MP4"
    if not (library / other).exists():  # a second name of the same file, as a disk without letter case gives every one
        os.link(library / _FILE, library / other)

    assert file_in_library(other, library, videos(_FILE)).path == _FILE


def test_a_file_in_the_case_that_was_typed_is_not_taken_for_another_one(library: Path) -> None:
    (library / "03_Финансы/М01/001.MP4").write_bytes(b"another cut")

    file = file_in_library("03_Финансы/М01/001.MP4", library, videos("03_Финансы/М01/001.mp4"))

    assert (library / file.path).read_bytes() == b"another cut"


def test_a_file_that_is_not_there_is_named(library: Path) -> None:
    with pytest.raises(UsageError, match=r"is no file of the library"):
        file_in_library("03_Финансы/М01/002.mp4", library, scan(library).files)


@pytest.mark.parametrize("typed", ["03_Финансы/М02/../М01/001.mp4", "./03_Финансы/./М01//001.mp4", "x/../" + _FILE])
def test_a_path_with_ways_back_is_the_one_that_the_library_lists(typed: str, library: Path) -> None:
    assert file_in_library(typed, library, scan(library).files) == scan(library).files[0]


@pytest.mark.parametrize("typed", ["03_Финансы/../../out.mp4", "../out.mp4", "x/../../library/../out.mp4"])
def test_a_file_outside_of_the_library_is_refused_however_it_is_named(typed: str, tmp_path: Path) -> None:
    _make(tmp_path, "out.mp4")
    library = tmp_path / "library"
    _make(library, _FILE)
    with pytest.raises(UsageError, match="is no file of the library"):
        file_in_library(typed, library, scan(library).files)
