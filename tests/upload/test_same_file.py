"""Changed times alone drop no upload: what FAT, copying and the change of the clocks do to a file's time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kinescope_upload.model import VideoFile
from support.progress_cases import a_record

_SECOND = 10**9
_HOUR = 3600 * _SECOND
_THEN = 1_790_000_000_123_456_789

SHIFTS = [
    pytest.param(0, True, id="unchanged"),
    pytest.param(-89, True, id="cut to 100 ns"),
    pytest.param(2 * _SECOND, True, id="rounded up to 2 s"),
    pytest.param(-2 * _SECOND, True, id="cut to 2 s"),
    pytest.param(2 * _SECOND + 1, False, id="more than 2 s"),
    pytest.param(_HOUR, True, id="an hour later"),
    pytest.param(-_HOUR, True, id="an hour earlier"),
    pytest.param(_HOUR - 2 * _SECOND, True, id="an hour later, cut to 2 s"),
    pytest.param(-_HOUR - 2 * _SECOND, True, id="an hour earlier, cut to 2 s"),
    pytest.param(_HOUR + 2 * _SECOND + 1, False, id="more than an hour"),
    pytest.param(2 * _HOUR, False, id="two hours"),
]


@pytest.mark.parametrize(("shift", "is_same"), SHIFTS)
def test_a_time_that_only_the_file_system_changed_is_the_same_file(shift: int, *, is_same: bool) -> None:
    record = replace(a_record(), size=99, modified_ns=_THEN)
    assert record.is_for(VideoFile(path="c/1.mp4", size=99, modified_ns=_THEN + shift)) is is_same
    assert not record.is_for(VideoFile(path="c/1.mp4", size=98, modified_ns=_THEN + shift))
