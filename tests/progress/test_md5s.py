"""MD5s of files that were read are remembered by path, size and time of change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.model import VideoFile
from kinescope_upload.progress import ignored_in, read_md5s, remember_md5s

if TYPE_CHECKING:
    from pathlib import Path

MD5, OTHER = "0123456789abcdef" * 2, "f" * 32
FILE = VideoFile(path="курс/a\\b\t1.mp4", size=7, modified_ns=9)


def test_an_md5_is_known_of_the_file_that_was_read_and_of_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "progress"
    assert read_md5s(folder)(FILE) is None
    remember_md5s(folder, {FILE: OTHER, replace(FILE, path="b"): OTHER})
    remember_md5s(folder, {FILE: MD5})
    known = read_md5s(folder)
    assert (known(FILE), known(replace(FILE, path="b"))) == (MD5, OTHER)
    for other in (replace(FILE, size=8), replace(FILE, modified_ns=8), replace(FILE, path="c")):
        assert known(other) is None
    assert ignored_in(folder) == ()


def test_a_file_that_the_system_changed_since_is_read_again_whatever_time_a_copy_gave_it(tmp_path: Path) -> None:
    now = replace(FILE, changed_ns=5)
    remember_md5s(tmp_path, {now: MD5})
    known = read_md5s(tmp_path)
    assert (known(now), known(replace(now, changed_ns=6)), known(FILE)) == (MD5, None, MD5)


def test_what_cannot_be_understood_or_written_costs_only_another_reading(tmp_path: Path) -> None:
    remember_md5s(tmp_path, {replace(FILE, path="b"): MD5})
    path = tmp_path / "files.md5"
    path.write_bytes(path.read_bytes() + b"a\t7\t9\t0\tno md5\n\xff\t7\n")
    known = read_md5s(tmp_path)
    assert (known(replace(FILE, path="a")), known(replace(FILE, path="b"))) == (None, MD5)
    path.write_bytes(b"kupload md5 3\n")
    assert read_md5s(tmp_path)(replace(FILE, path="b")) is None
    (tmp_path / "file").write_bytes(b"")
    remember_md5s(tmp_path / "file", {FILE: MD5})
