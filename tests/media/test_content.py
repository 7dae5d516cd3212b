"""What a file's content tells: whole, broken and why, or a container that is not looked into."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.library.disk import Disk
from kinescope_upload.library.look import look_at_files, look_into
from kinescope_upload.library.scan import stat_file
from kinescope_upload.media.boxes import boxes
from kinescope_upload.media.content import judge, without_more
from kinescope_upload.media.sample_mp4 import make_mp4, write_mp4
from kinescope_upload.media.verdict import Broken, Look, Unknown, Whole
from support.media_files import BROKEN, FTYP, MDAT, OTHERS, WHOLE, Made, box, matroska

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.model import VideoFile


def look(content: bytes, name: str = "a.mp4") -> Look:
    def read(position: int, length: int) -> bytes:
        return content[position : position + length]

    return without_more(judge(read, len(content)), name)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_known_with_its_reason(name: str) -> None:
    content, reason = BROKEN[name]
    told = look(content)
    assert isinstance(told, Broken), told
    assert reason in told.reason


def test_an_empty_file_is_broken() -> None:
    assert look(b"") == Broken(reason="is empty")


@pytest.mark.parametrize("name", OTHERS)
def test_another_container_is_named_whatever_the_file_is_called(name: str) -> None:
    content, container = OTHERS[name]
    assert look(content) == look(content, "a.mkv") == Unknown(container=container)


def test_noise_is_broken_only_where_the_name_promises_an_mp4() -> None:
    noise, _ = BROKEN["noise"]
    assert look(noise, "a.MP4") != look(noise, "a.mkv") == Unknown()


def test_a_made_file_is_whole_and_any_part_of_it_is_not() -> None:
    assert look(WHOLE) == Whole(container="MP4", duration=12.5, video=1, audio=0)
    for length in range(0, len(WHOLE), 97):
        assert isinstance(look(WHOLE[:length]), Broken), length


WHOLE_KINDS: dict[str, tuple[bytes, Whole]] = {
    "index first": (FTYP + Made().moov + MDAT, Whole(container="MP4", duration=12.5, video=1, audio=1)),
    "index last": (
        FTYP + MDAT + Made().moov,
        Whole(container="MP4", duration=12.5, video=1, audio=1, starts_fast=False),
    ),
    "MOV": (
        box(b"ftyp", b"qt  \0\0\0\0") + box(b"wide") + Made(handlers=(b"vide",)).moov + MDAT,
        Whole(container="MOV", duration=12.5, video=1, audio=0),
    ),
    "MOV of old, without ftyp": (Made().moov + MDAT, Whole(container="MP4", duration=12.5, video=1, audio=1)),
    "sizes of 64 bits": (
        FTYP + Made(is_long=True).moov + box(b"mdat", b"x", is_long=True),
        Whole(container="MP4", duration=12.5, video=1, audio=1),
    ),
    "times of 64 bits": (
        FTYP + Made(version=1, scale=48_000, length=1 << 33).moov + MDAT,
        Whole(container="MP4", duration=(1 << 33) / 48_000, video=1, audio=1),
    ),
    "content to the end": (
        FTYP + Made().moov + b"\0\0\0\0mdat" + bytes(300),
        Whole(container="MP4", duration=12.5, video=1, audio=1),
    ),
    "free, wide and uuid": (
        FTYP + box(b"free", b"..") + box(b"wide") + box(b"uuid", bytes(16)) + Made().moov + box(b"skip") + MDAT,
        Whole(container="MP4", duration=12.5, video=1, audio=1),
    ),
    "fragments": (
        FTYP + box(b"moov", Made(length=0).moov[8:] + box(b"mvex", box(b"mehd", bytes(4) + b"\0\0\x0f\xa0")))
        + (box(b"moof", b"...") + MDAT) * 3,
        Whole(container="MP4", duration=4.0, video=1, audio=1),
    ),
    "no duration": (FTYP + Made(length=0).moov + MDAT, Whole(container="MP4", duration=None, video=1, audio=1)),
    "an unknown duration": (
        FTYP + Made(length=0xFFFFFFFF).moov + MDAT,
        Whole(container="MP4", duration=None, video=1, audio=1),
    ),
    "no time scale": (FTYP + Made(scale=0).moov + MDAT, Whole(container="MP4", duration=None, video=1, audio=1)),
    "sound alone": (
        FTYP + Made(handlers=(b"soun", b"text")).moov + MDAT,
        Whole(container="MP4", duration=12.5, video=0, audio=1),
    ),
    "something behind the last box": (
        FTYP + Made().moov + MDAT + b"\xff\xff\xff\xffTAG+" + bytes(40),
        Whole(container="MP4", duration=12.5, video=1, audio=1),
    ),
    "zeros behind the last box": (
        FTYP + Made().moov + MDAT + bytes(40),
        Whole(container="MP4", duration=12.5, video=1, audio=1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE_KINDS)
def test_every_whole_kind_is_read(name: str) -> None:
    content, whole = WHOLE_KINDS[name]
    assert look(content) == whole


@given(
    made=st.builds(
        Made,
        scale=st.integers(1, 1 << 31),
        length=st.integers(1, (1 << 32) - 2),
        version=st.sampled_from([0, 1]),
        handlers=st.lists(st.sampled_from([b"vide", b"soun", b"text", b"tmcd"]), min_size=1, max_size=5).map(tuple),
        before=st.lists(st.sampled_from([b"free", b"uuid", b"\xa9nam", b"edts", b"tkhd"]), max_size=4).map(tuple),
        is_long=st.booleans(),
    ),
    around=st.lists(st.sampled_from([b"free", b"wide", b"uuid", b"skip"]), max_size=3),
    index_first=st.booleans(),
    cut=st.floats(0, 1, exclude_max=True),
)
def test_what_is_written_is_read_back_and_none_of_its_parts_is_whole(
    made: Made, around: list[bytes], index_first: bool, cut: float
) -> None:
    padding = b"".join(box(kind, bytes(3)) for kind in around)
    parts = (made.moov, MDAT) if index_first else (MDAT, made.moov)
    content = FTYP + padding + padding.join(parts)
    video, audio = made.handlers.count(b"vide"), made.handlers.count(b"soun")
    if video + audio == 0:
        assert isinstance(look(content), Broken)
        return
    duration = made.length / made.scale
    assert look(content) == Whole(container="MP4", duration=duration, video=video, audio=audio, starts_fast=index_first)
    assert isinstance(look(content[: int(len(content) * cut)]), Broken)


TREES = st.recursive(
    st.binary(max_size=20),
    lambda inner: st.lists(
        st.builds(box, st.binary(min_size=4, max_size=4), inner, is_long=st.booleans()), max_size=4
    ).map(b"".join),
    max_leaves=12,
)


@given(st.one_of(st.binary(max_size=200), TREES, TREES.map(lambda tree: FTYP + box(b"moov", tree) + MDAT)))
def test_no_bytes_make_it_fail(content: bytes) -> None:
    assert isinstance(look(content), Whole | Broken | Unknown)


@given(st.integers(0, 10_000))
def test_no_damage_of_a_real_file_makes_it_fail(seed: int) -> None:
    chance, content = random.Random(seed), bytearray(WHOLE[:2000])
    for _ in range(chance.randrange(1, 8)):
        content[chance.randrange(1000)] = chance.randrange(256)
    assert isinstance(look(bytes(content)), Whole | Broken | Unknown)


def test_boxes_of_no_size_end_the_walk() -> None:
    content = FTYP + b"\0\0\0\7free" + MDAT
    assert [found.kind for found in boxes(lambda at, length: content[at : at + length], 0, len(content))] == [b"ftyp"]


# On a disk.


def on_disk(folder: Path, name: str, content: bytes) -> VideoFile:
    (folder / name).write_bytes(content)
    file = stat_file(folder, name)
    assert file is not None
    return file


def test_mediainfo_tells_what_boxes_do_not(tmp_path: Path) -> None:
    made = on_disk(tmp_path, "a.mkv", matroska(12.5))
    assert look_into(Disk(), tmp_path, made) == Whole(container="Matroska", duration=12.5, video=1, audio=0)
    cut = on_disk(tmp_path, "b.avi", OTHERS["AVI"][0])
    assert look_into(Disk(), tmp_path, cut) == Broken(reason="is cut off: more should follow, says MediaInfo")
    nothing = on_disk(tmp_path, "b.ts.avi", OTHERS["Ogg"][0])
    assert look_into(Disk(), tmp_path, nothing) == Unknown(container="Ogg")
    noise = on_disk(tmp_path, "c.mp4", BROKEN["noise"][0])
    assert isinstance(look_into(Disk(), tmp_path, noise), Broken)


def test_a_look_reads_little_of_a_large_file(tmp_path: Path) -> None:
    class Counted(Disk):
        read_bytes = reads = 0

        def read(self, file, position, length):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            block = super().read(file, position, length)
            self.read_bytes += len(block)
            self.reads += 1
            return block

    write_mp4(tmp_path / "a.mp4", 5 * 1024**3, seed="a", seconds=100)
    file, disk = stat_file(tmp_path, "a.mp4"), Counted()
    assert file is not None
    assert look_into(disk, tmp_path, file) == Whole(container="MP4", duration=100, video=1, audio=0)
    assert (disk.reads, disk.read_bytes) == (1, 4096)


def test_files_that_grow_are_left_and_so_is_what_no_time_is_for(tmp_path: Path) -> None:
    files = [on_disk(tmp_path, f"{number}.mp4", make_mp4(2000, seed=str(number))) for number in range(3)]
    assert len(look_at_files(files, tmp_path, settle=0).found) == 3
    assert look_at_files(files, tmp_path, settle=0, seconds=0).left == files
    assert look_at_files(files, tmp_path, settle=1e9).growing == files
    (tmp_path / "1.mp4").unlink()
    looked = look_at_files(files, tmp_path, settle=0)
    assert (list(looked.found), list(looked.unreadable)) == ([files[0], files[2]], [files[1]])
