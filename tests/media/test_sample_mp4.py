"""The MP4 files that tests, demo and benchmarks send: whole, of any size and duration, no two of them alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pymediainfo import MediaInfo

from kinescope_upload.media.sample_mp4 import SMALLEST, make_mp4, write_mp4
from support.systems import posix_only

if TYPE_CHECKING:
    from pathlib import Path


def boxes(content: bytes) -> list[str]:
    """The names of a file's boxes (ISO/IEC 14496-12, section 4.2), which have to fill it exactly."""
    names, at = [], 0
    while at < len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        names.append(content[at + 4 : at + 8].decode("ascii"))
        assert size >= 8
        at += size
    assert at == len(content)
    return names


@pytest.mark.parametrize("size", [SMALLEST, SMALLEST + 1, 4096, 65536])
def test_the_video_is_whole_boxes_of_any_size(size: int) -> None:
    content = make_mp4(size, seed="x")
    assert len(content) == size
    assert boxes(content) == ["ftyp", "moov", "mdat"]
    assert b"avc1" in content


@pytest.mark.parametrize("size", [SMALLEST, 4096])
def test_videos_of_different_seeds_differ(size: int) -> None:
    assert make_mp4(size, seed="a") == make_mp4(size, seed="a") != make_mp4(size, seed="b")


def test_a_video_has_a_least_size_and_a_duration() -> None:
    with pytest.raises(ValueError, match="at least 1,000 bytes"):
        make_mp4(SMALLEST - 1, seed="a")
    for seconds in (0, -1, 500_000):
        with pytest.raises(ValueError, match="at most 400,000 seconds"):
            make_mp4(SMALLEST, seed="a", seconds=seconds)


@pytest.mark.parametrize(
    ("size", "seconds"), [(SMALLEST, 0.5), (70_000, 12.5), (6 * 1024**2, 3725.25), (5 * 1024**3, 100)]
)
def test_another_program_finds_the_file_whole_and_as_long_as_it_was_made(
    tmp_path: Path, size: int, seconds: float
) -> None:
    path = tmp_path / "made.mp4"
    write_mp4(path, size, seed="x", seconds=seconds)
    general, video = MediaInfo.parse(path).tracks
    assert (general.file_size, general.duration, video.duration) == (size, seconds * 1000, seconds * 1000)
    assert (general.format, video.track_type, video.format) == ("MPEG-4", "Video", "AVC")
    assert {"istruncated", "conformance_errors"}.isdisjoint(general.to_data())


@posix_only("files are sparse there only when they are marked so")
def test_a_large_file_takes_hardly_any_room(tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    write_mp4(path, 5 * 1024**3, seed="x")
    assert path.stat().st_blocks * 512 < 1024**2
