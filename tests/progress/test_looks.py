"""What is remembered of looks into files: read back as it was, and no damage of it costs more than another look."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kinescope_upload.media.verdict import Broken, Look, Unknown, Whole
from kinescope_upload.model import VideoFile
from kinescope_upload.progress import LOOKS_FILE, ignored_in, read_looks, remember_looks

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)
FILES = st.builds(VideoFile, path=NAMES, size=st.integers(0, 1 << 50), modified_ns=st.integers(-(1 << 62), 1 << 62))
LOOKS = st.one_of(
    st.builds(Broken, reason=st.sampled_from(["is text, not a video", "is cut off: its box `mdat` ends at 1 B"])),
    st.builds(
        Whole,
        container=st.sampled_from(["MP4", "Matroska"]),
        duration=st.one_of(st.none(), st.integers(1, 1 << 40).map(lambda number: number / 1000)),
        video=st.integers(0, 5),
        audio=st.integers(0, 5),
        starts_fast=st.booleans(),
    ),
)


def a_file(path: str = "a/b.mp4", size: int = 5) -> VideoFile:
    return VideoFile(path=path, size=size, modified_ns=7)


@settings(max_examples=20)
@given(st.dictionaries(FILES, LOOKS, max_size=5))
def test_looks_are_read_back_as_they_were(found: dict[VideoFile, Look]) -> None:
    found = {file: look for file, look in found.items() if [one.path for one in found].count(file.path) == 1}
    with tempfile.TemporaryDirectory() as folder:
        remember_looks(Path(folder) / "progress", found)
        remembered = read_looks(Path(folder) / "progress")
        assert {file: remembered.of(file) for file in found} == found
        for file in found:
            assert remembered.of(VideoFile(path=file.path, size=file.size + 1, modified_ns=file.modified_ns)) is None
            assert remembered.of(VideoFile(path=file.path, size=file.size, modified_ns=file.modified_ns + 1)) is None


@settings(max_examples=20)
@given(rubbish=st.binary(max_size=80), has_head=st.booleans())
def test_whatever_stands_in_the_file_is_no_error(*, rubbish: bytes, has_head: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / LOOKS_FILE
        path.write_bytes((b"kupload looks 2\na/b.mp4\t5\t7\t9\t" if has_head else b"") + rubbish)
        assert isinstance(read_looks(Path(folder)).of(a_file()), Whole | Broken | None)
        remember_looks(Path(folder), {a_file("c"): Broken(reason="is empty")})
        assert read_looks(Path(folder)).of(a_file("c")) == Broken(reason="is empty")


def test_two_runs_add_to_what_is_remembered(tmp_path: Path) -> None:
    remember_looks(tmp_path, {a_file("a"): Broken(reason="is empty")})
    remember_looks(tmp_path, {a_file("b"): Broken(reason="is text, not a video")})
    remember_looks(tmp_path, {a_file("a", 6): Broken(reason="is text, not a video")})
    remembered = read_looks(tmp_path)
    assert len(remembered) == 2
    assert remembered.of(a_file("a", 6)) == remembered.of(a_file("b")) == Broken(reason="is text, not a video")
    assert remembered.of(a_file("a")) is None


def test_what_could_not_be_told_is_not_remembered(tmp_path: Path) -> None:
    remember_looks(tmp_path / "new", {a_file(): Unknown(container="AVI")})
    assert not (tmp_path / "new").exists()


def test_looks_of_another_version_are_not_believed(tmp_path: Path) -> None:
    remember_looks(tmp_path, {a_file(): Broken(reason="is empty")})
    path = tmp_path / LOOKS_FILE
    path.write_text(path.read_text(encoding="utf-8").replace("looks 2", "looks 3"), encoding="utf-8")
    assert len(read_looks(tmp_path)) == 0


def test_the_file_is_no_courses_progress_and_neither_is_its_torn_copy(tmp_path: Path) -> None:
    remember_looks(tmp_path, {a_file(): Broken(reason="is empty")})
    (tmp_path / f".{LOOKS_FILE}.abc.tmp").write_bytes(b"kup")
    assert ignored_in(tmp_path) == ()


def test_a_file_that_the_system_changed_since_is_looked_at_again(tmp_path: Path) -> None:
    now = VideoFile(path="a", size=5, modified_ns=7, changed_ns=9)
    remember_looks(tmp_path, {now: Broken(reason="is empty")})
    looks = read_looks(tmp_path)
    later, untold = replace(now, changed_ns=10), replace(now, changed_ns=0)
    assert [looks.of(one) is not None for one in (now, later, untold)] == [True, False, True]
    assert [looks.has(one) for one in (now, later, untold)] == [True, False, True]
    assert [looks.sure(one) is not None for one in (now, later, untold)] == [True, False, False]
    assert looks.broken(later) is None
