"""Which file of this machine is the one that another wrote down, by size, time, and what was sent of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kinescope_upload.cluster.doubts import WrittenFile, doubt_other_file
from kinescope_upload.model import VideoFile
from kinescope_upload.upload import Stage
from support.progress_cases import a_record

_NOON = int(datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()) * 10**9
_WRITTEN = WrittenFile(1_000_000, _NOON, "studio-1")


def _file(size: int = 1_000_000, later: float = 0) -> VideoFile:
    return VideoFile(path="c/1.mp4", size=size, modified_ns=_NOON + round(later * 10**9))


@pytest.mark.parametrize(
    ("file", "is_it"),
    [(_file(), True), (_file(later=1.9), True), (_file(later=3600), True), (_file(later=5), False), (_file(9), False)],
)
def test_a_file_is_known_by_its_size_and_about_its_time(file: VideoFile, *, is_it: bool) -> None:
    assert _WRITTEN.may_be(file, None) is is_it


def test_what_was_sent_of_a_file_tells_more_than_its_time() -> None:
    planned = replace(a_record("a"), path="c/1.mp4", size=1_000_000, modified_ns=_NOON, attempted_at=datetime.now(UTC))
    begun = replace(planned, stage=Stage.CREATED, offset=5, sent_bytes=5, sent_md5="0" * 32)
    assert _WRITTEN.may_be(_file(later=5), begun)
    assert not _WRITTEN.may_be(_file(later=5), planned)
    assert not _WRITTEN.may_be(_file(9), begun)
    assert not WrittenFile(9, _NOON, "studio-1").may_be(_file(later=5), begun)  # a new cut was written down since


@pytest.mark.parametrize(
    ("file", "may_have_changed"),
    [
        (_file(1_001_000, later=60), True),
        (_file(900_000, later=60), True),
        (_file(1_001_000, later=1), False),
        (_file(1_001_000, later=-60), False),
        (_file(later=60), False),
    ],
)
def test_a_file_that_was_written_to_since_may_be_the_same_that_has_changed(
    file: VideoFile, *, may_have_changed: bool
) -> None:
    hint = doubt_other_file(file, "c", _WRITTEN).hint
    words = (
        "It may have changed since: `kupload cluster enqueue` on studio-1 writes it down again. Else: Put studio-1's"
    )
    assert hint.startswith(words) is may_have_changed
    assert "Put studio-1's file in its place here" in hint


def test_the_doubt_says_what_is_here_and_what_was_written_down() -> None:
    decided = doubt_other_file(_file(1_001_000), "c", _WRITTEN)
    assert decided.reason == 'its file "c/1.mp4" has 1,001,000 B here, and studio-1 wrote down 1,000,000 B'
    assert "`kupload cluster cancel --course c`" in decided.hint
    assert (
        "12:00:05 UTC here, and studio-1 wrote down 2026-01-01 12:00:00 UTC"
        in doubt_other_file(_file(later=5), "c", _WRITTEN).reason
    )
