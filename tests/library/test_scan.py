"""The library on a real disk."""

from __future__ import annotations

import errno
import os
import socket
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.errors import UsageError
from kinescope_upload.library.scan import read_json_file, scan, stat_file
from support.real_library import COURSE_BYTES, COURSE_COUNTS, make_real_library, real_library
from support.systems import linux_only, needs_links, posix_only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.model import Scan

_NOBODY = 65_534


def _put(root: Path, path: str, content: bytes = b"video") -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def _paths(found: Scan) -> list[str]:
    return [file.path for file in found.files]


def _reasons(found: Scan) -> dict[str, str]:
    return {one.path: one.reason for one in found.ignored}


@contextmanager
def _without_rights() -> Iterator[None]:
    """Goes on as a user to whom rights apply."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(me)


@pytest.fixture
def public_root() -> Iterator[Path]:
    """A library root that every user may read."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        yield root


def test_videos_of_every_suffix_and_case_are_found_in_the_order_of_their_paths(tmp_path: Path) -> None:
    names = ["f.mp4", "e.MKV", "d.Avi", "c.mov", "b.webm", "a.m4v", "bidder._nastroika..mp4", "День 1, 🔥 –.mp4"]
    for name in names:
        _put(tmp_path, f"course/section/{name}")
    _put(tmp_path, "course/section/notes.txt")
    _put(tmp_path, "course/section/mp4")
    _put(tmp_path, "manifest.json")

    found = scan(tmp_path)

    assert _paths(found) == sorted(f"course/section/{name}" for name in names)
    assert not found.ignored


def test_size_and_time_of_change_are_those_of_the_disk(tmp_path: Path) -> None:
    file = _put(tmp_path, "c/s/a.mp4", b"x" * 1_234)
    os.utime(file, ns=(1_700_000_000_123_456_700, 1_700_000_000_123_456_700))

    (found,) = scan(tmp_path).files

    assert (found.size, found.modified_ns) == (1_234, 1_700_000_000_123_456_700)
    assert stat_file(tmp_path, "c/s/a.mp4") == found


def test_what_looks_like_a_video_and_is_none_is_ignored_with_the_reason(tmp_path: Path) -> None:
    for name in (".hidden.mp4", "._a.mp4", "a.mp4.part", "b.MOV.CrDownload", "c.webm.tmp", ".d.mp4.part", ".DS_Store"):
        _put(tmp_path, f"c/s/{name}")
    _put(tmp_path, "c/s/a.part")
    _put(tmp_path, "c/s/empty.mp4", b"")
    _put(tmp_path, "c/.trash/a.mp4")
    _put(tmp_path, "root.mp4")

    found = scan(tmp_path)

    assert not found.files
    assert _reasons(found) == {
        "c/.trash": "is hidden",
        "c/s/._a.mp4": "is a companion file of macOS (AppleDouble), not a video",
        "c/s/.d.mp4.part": "is hidden",
        "c/s/.hidden.mp4": "is hidden",
        "c/s/a.mp4.part": "is a partial download",
        "c/s/b.MOV.CrDownload": "is a partial download",
        "c/s/c.webm.tmp": "is a partial download",
        "c/s/empty.mp4": "is empty",
        "root.mp4": "lies directly in the library root, so it belongs to no course",
    }
    assert [one.path for one in found.ignored] == sorted(_reasons(found))


@posix_only("Windows has no named pipes on disk")
def test_a_pipe_named_like_a_video_is_no_regular_file(tmp_path: Path) -> None:
    if sys.platform != "win32":
        (tmp_path / "c").mkdir()
        os.mkfifo(tmp_path / "c/pipe.mp4")
        assert _reasons(scan(tmp_path)) == {"c/pipe.mp4": "is not a regular file"}


@posix_only("Windows has no sockets on disk that Python can make")
def test_a_socket_named_like_a_video_is_no_regular_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "c").mkdir()
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("c/a.mp4")
        assert _reasons(scan(tmp_path)) == {"c/a.mp4": "is not a regular file"}


def test_a_folder_named_like_a_video_is_a_folder(tmp_path: Path) -> None:
    _put(tmp_path, "c/s.mp4/a.mp4")

    assert _paths(scan(tmp_path)) == ["c/s.mp4/a.mp4"]


@linux_only("a name may be any bytes")
def test_a_name_that_is_not_utf_8_is_ignored_and_can_be_printed(tmp_path: Path) -> None:
    section = tmp_path / "c/s"
    section.mkdir(parents=True)
    for name in (b"\xff\xfe.mp4", b"ok.mp4"):
        Path(os.fsdecode(os.fsencode(section) + b"/" + name)).write_bytes(b"video")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/c/\xcf\xf0\xe8")).mkdir()

    found = scan(tmp_path)

    assert _paths(found) == ["c/s/ok.mp4"]
    assert _reasons(found) == {
        "c/\\xcf\\xf0\\xe8": "its name is not valid UTF-8; rename it",
        "c/s/\\xff\\xfe.mp4": "its name is not valid UTF-8; rename it",
    }
    "".join(_reasons(found)).encode()


@posix_only("no name has control characters on Windows")
def test_control_characters_of_an_ignored_name_are_written_out(tmp_path: Path) -> None:
    _put(tmp_path, "c/s/\x1b[2Ja.mp4", b"")

    assert list(_reasons(scan(tmp_path))) == ["c/s/\\x1b[2Ja.mp4"]


@needs_links
def test_links_to_files_and_folders_are_followed(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "library", tmp_path / "elsewhere"
    _put(elsewhere, "section/a.mp4", b"four")
    _put(elsewhere, "b.mp4")
    (root / "c").mkdir(parents=True)
    (root / "c/s").symlink_to(elsewhere / "section", target_is_directory=True)
    (root / "c/b.mp4").symlink_to(elsewhere / "b.mp4")
    link_to_root = tmp_path / "link"
    link_to_root.symlink_to(root, target_is_directory=True)

    found = scan(link_to_root)

    assert _paths(found) == ["c/b.mp4", "c/s/a.mp4"]
    assert found.files[1].size == 4


@needs_links
def test_a_link_to_nothing_is_ignored_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c/gone.mp4").symlink_to(tmp_path / "nowhere.mp4")
    (tmp_path / "c/self.mp4").symlink_to(tmp_path / "c/self.mp4")
    (tmp_path / "c/nothing").symlink_to(tmp_path / "nowhere")

    found = scan(tmp_path)

    assert not found.files
    assert sorted(_reasons(found)) == ["c/gone.mp4", "c/self.mp4"]
    assert all(reason.startswith("cannot be read: ") for reason in _reasons(found).values())


@needs_links
def test_a_loop_of_links_ends_where_it_closes(tmp_path: Path) -> None:
    _put(tmp_path, "c/s/a.mp4")
    (tmp_path / "c/s/back").symlink_to(tmp_path / "c", target_is_directory=True)
    (tmp_path / "c/s/root").symlink_to(tmp_path, target_is_directory=True)

    found = scan(tmp_path)

    assert _paths(found) == ["c/s/a.mp4"]
    assert _reasons(found) == dict.fromkeys(["c/s/back", "c/s/root"], "leads back to a folder above it")


@needs_links
def test_a_folder_that_two_courses_share_is_read_for_both(tmp_path: Path) -> None:
    _put(tmp_path, "a/s/x.mp4")
    (tmp_path / "b").mkdir()
    (tmp_path / "b/s").symlink_to(tmp_path / "a/s", target_is_directory=True)

    assert _paths(scan(tmp_path)) == ["a/s/x.mp4", "b/s/x.mp4"]


@needs_links
def test_folders_that_all_link_to_each_other_do_not_multiply_without_end(tmp_path: Path) -> None:
    folders = [tmp_path / f"c{number}" for number in range(12)]
    for folder in folders:
        _put(folder, "a.mp4")
    for folder in folders:
        for other in folders:
            (folder / f"to_{other.name}").symlink_to(other, target_is_directory=True)

    found = scan(tmp_path)

    assert {f"c{number}/a.mp4" for number in range(12)} & set(_paths(found))
    assert len(found.files) <= 12 * 16


@posix_only("somebody without rights is made by modes and users")
def test_a_folder_that_cannot_be_read_costs_only_itself(public_root: Path) -> None:
    _put(public_root, "c/open/a.mp4")
    _put(public_root, "c/shut/a.mp4")
    (public_root / "c/shut").chmod(0o000)
    try:
        with _without_rights():
            found = scan(public_root)
    finally:
        (public_root / "c/shut").chmod(0o755)

    assert _paths(found) == ["c/open/a.mp4"]
    assert _reasons(found) == {"c/shut": f"the folder cannot be read: {os.strerror(errno.EACCES)}"}
    assert [one.path for one in found.ignored if one.is_unread_folder] == ["c/shut"]


@posix_only("somebody without rights is made by modes and users")
def test_a_library_that_cannot_be_read_is_refused(public_root: Path) -> None:
    public_root.chmod(0o000)
    try:
        with _without_rights(), pytest.raises(UsageError, match=os.strerror(errno.EACCES)):
            scan(public_root)
    finally:
        public_root.chmod(0o755)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nowhere", ".+"),  # in the system's words
        ("file", ".+"),
        ("nu\0l", "no folder can have such a name"),
    ],
)
def test_a_library_that_is_not_there_is_refused_with_the_hint(tmp_path: Path, name: str, reason: str) -> None:
    _put(tmp_path, "file")

    with pytest.raises(UsageError, match=f"cannot be read: {reason}[.]") as caught:
        scan(tmp_path / name)

    assert name.replace("\0", "\\x00") in caught.value.what
    assert "--library DIR" in caught.value.hint
    assert "KUPLOAD_LIBRARY" in caught.value.hint


def test_an_empty_library_has_no_files(tmp_path: Path) -> None:
    found = scan(tmp_path)

    assert (found.files, found.ignored) == ((), ())


def test_a_file_that_is_gone_replaced_or_has_an_impossible_name_is_told_as_none(tmp_path: Path) -> None:
    (tmp_path / "c/a.mp4").mkdir(parents=True)
    _put(tmp_path, "c/b.mp4")

    assert stat_file(tmp_path, "c/gone.mp4") is None
    assert stat_file(tmp_path, "c/a.mp4") is None
    assert stat_file(tmp_path, "c/b.mp4/c.mp4") is None
    assert stat_file(tmp_path, "c/\0.mp4") is None


def test_the_real_library_is_scanned_as_it_was_made(tmp_path: Path) -> None:
    made = make_real_library(tmp_path, scale=0.001)

    found = scan(tmp_path)

    assert {file.path: file.size for file in found.files} == {file.path: file.size for file in made}
    assert not found.ignored


def test_the_real_library_has_the_real_counts_and_sizes() -> None:
    files = real_library()
    by_course = {
        course: [file.size for file in files if file.path.startswith(f"{course}/")] for course in COURSE_COUNTS
    }
    sizes = sorted(file.size for file in files)

    assert {course: len(found) for course, found in by_course.items()} == COURSE_COUNTS
    assert {course: sum(found) for course, found in by_course.items()} == COURSE_BYTES
    assert (len(sizes), sizes[0], sizes[-1], sum(sizes)) == (405, 9_400_000, 6_300_000_000, 212_200_000_000)
    assert 300_000_000 < sizes[202] < 308_000_000
    assert sum(file.path.endswith(".mov") for file in files) == 12
    assert len({file.path for file in files}) == 405


@pytest.mark.parametrize("content", [b'{"a": [1, "\xd0\xb9"]}', b'\xef\xbb\xbf{"a": [1, "\xd0\xb9"]}'])
def test_json_in_utf_8_is_read_with_and_without_a_byte_order_mark(tmp_path: Path, content: bytes) -> None:
    assert read_json_file(_put(tmp_path, "map.json", content), "map file") == {"a": [1, "й"]}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "line 1, column 1"),
        (b'{"a": 1,\n "b": }', "line 2, column 7"),
        (b'{"a": 1}\n{', "line 2, column 1"),
        (b'{"a":\n  "\xcf\xf0"}', "line 2, column 4: byte 0xcf is not UTF-8"),
        (b'\xff\xfe{\x00"\x00', "line 1, column 1: byte 0xff is not UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[" + b"1" * 5_000 + b"]", "too many digits"),
    ],
)
def test_json_that_cannot_be_understood_is_refused_with_file_line_and_column(
    tmp_path: Path, content: bytes, fault: str
) -> None:
    path = _put(tmp_path, "map.json", content)

    with pytest.raises(UsageError) as caught:
        read_json_file(path, "map file")

    assert f'The map file "{path}" cannot be understood' in caught.value.what
    assert fault in caught.value.what
    assert "UTF-8" in caught.value.hint
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", ["gone.json", "folder"])
def test_json_that_cannot_be_read_is_refused_with_the_reason(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()

    with pytest.raises(UsageError, match=f"The manifest .*{name}.* cannot be read: .+[.]$"):
        read_json_file(tmp_path / name, "manifest")
