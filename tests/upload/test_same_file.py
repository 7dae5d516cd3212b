"""Whether a file may be the one of a record: at its path by size and a time that may be shifted, elsewhere by both."""

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


ELSEWHERE = [
    pytest.param(0, 0, True, id="unchanged"),
    pytest.param(0, -89, True, id="cut to 100 ns"),
    pytest.param(0, -123_456_789, True, id="cut to a second"),
    pytest.param(0, 2 * _SECOND - 123_456_789, True, id="rounded up to 2 s"),
    pytest.param(123_456_789, 0, True, id="the recorded time is the rounded one"),
    pytest.param(0, -1, False, id="a nanosecond apart, neither is rounded"),
    pytest.param(0, _SECOND, False, id="a second later, neither is rounded"),
    pytest.param(123_456_789, 2 * _SECOND, False, id="another even second"),
    pytest.param(0, _HOUR, False, id="an hour later"),
    pytest.param(0, -_HOUR, False, id="an hour earlier"),
    pytest.param(123_456_789, -_HOUR, False, id="an hour earlier, whole seconds"),
]


@pytest.mark.parametrize(("cut", "shift", "is_same"), ELSEWHERE)
def test_at_another_path_only_the_same_time_or_the_same_rounded_speaks_for_it(
    cut: int, shift: int, *, is_same: bool
) -> None:
    then = _THEN - cut
    record = replace(a_record(), path="c/1.mp4", size=99, modified_ns=then)
    assert record.is_for(VideoFile(path="c/2.mp4", size=99, modified_ns=then + shift)) is is_same
    assert not record.is_for(VideoFile(path="c/2.mp4", size=98, modified_ns=then + shift))


def test_how_letters_are_composed_makes_no_other_path() -> None:
    record = replace(a_record(), path="c/\u0439.mp4", size=99, modified_ns=_THEN)
    assert record.is_for(VideoFile(path="c/\u0438\u0306.mp4", size=99, modified_ns=_THEN + _HOUR))


@pytest.mark.parametrize(("shift", "is_same"), SHIFTS)
def test_a_time_that_only_the_file_system_changed_is_the_same_file(shift: int, *, is_same: bool) -> None:
    record = replace(a_record(), path="c/1.mp4", size=99, modified_ns=_THEN)
    assert record.is_for(VideoFile(path="c/1.mp4", size=99, modified_ns=_THEN + shift)) is is_same
    assert not record.is_for(VideoFile(path="c/1.mp4", size=98, modified_ns=_THEN + shift))
