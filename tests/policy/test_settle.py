"""When a file counts as written."""

from __future__ import annotations

from typing import Final

import pytest

from kinescope_upload.model import VideoFile
from kinescope_upload.policy.settle import Sighting, look_again, seconds_to_wait

_NOW: Final = 1_800_000_000.0
_SETTLE: Final = 10.0


def _file(modified: float, *, size: int = 1) -> VideoFile:
    return VideoFile(path="c/1.mp4", size=size, modified_ns=int((_NOW + modified) * 10**9))


def _seen(file: VideoFile, *, ago: float, quiet_for: float) -> Sighting:
    return Sighting(file=file, seen=_NOW - ago, quiet_since=_NOW - quiet_for)


CASES: Final = [
    pytest.param(None, _file(-3600), 0, id="an old file"),
    pytest.param(None, _file(-10), 0, id="just quiet enough"),
    pytest.param(None, _file(-4), 6, id="written 4 s ago"),
    pytest.param(None, _file(0), 10, id="written now"),
    pytest.param(None, _file(86400), 10, id="a time to come counts from now"),
    pytest.param(_seen(_file(86400), ago=4, quiet_for=7), _file(86400), 3, id="a time to come, seen 7 s ago"),
    pytest.param(_seen(_file(86400), ago=1, quiet_for=11), _file(86400), 0, id="a time to come, seen 11 s ago"),
    pytest.param(_seen(_file(-4), ago=2, quiet_for=4), _file(-1), 9, id="written again"),
    pytest.param(_seen(_file(-4), ago=2, quiet_for=4), _file(-4, size=2), 10, id="grew under the same time"),
    pytest.param(_seen(_file(-9), ago=2, quiet_for=9), _file(-3600), 10, id="replaced by one that bears an old time"),
    pytest.param(_seen(_file(-9), ago=2, quiet_for=-3600), _file(-9), 10, id="the clock was set back"),
]


@pytest.mark.parametrize(("before", "file", "wait"), CASES)
def test_a_file_must_be_quiet_for_the_time_to_settle(before: Sighting | None, file: VideoFile, wait: float) -> None:
    assert seconds_to_wait(look_again(before, file, _NOW), _NOW, _SETTLE) == pytest.approx(wait, abs=1e-5)


@pytest.mark.parametrize("modified", [-1, 0, 86400])
def test_no_file_is_waited_for_where_that_is_off(modified: float) -> None:
    assert seconds_to_wait(look_again(None, _file(modified), _NOW), _NOW, 0) == 0
