"""Whether a file may be the one of a record: at its path by size and a time that may be shifted, elsewhere by both."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from kinescope_upload.model import VideoFile
from kinescope_upload.upload import Dialect
from kinescope_upload.upload.same_file import FileStart
from support.model_world import Run, Setting, make_world
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


@pytest.mark.parametrize(
    ("facts", "is_as_sent"),
    [
        pytest.param({"offset": 3, "head_md5": "another"}, False, id="sent, with another head"),
        pytest.param({"offset": 3, "head_md5": "the head"}, True, id="sent, with this head"),
        pytest.param({"offset": 3}, True, id="sent by a version that wrote no head down"),
        pytest.param({"head_md5": "another"}, True, id="nothing was sent"),
        pytest.param({"sent_bytes": 3, "sent_md5": "another"}, False, id="sent, with another MD5"),
        pytest.param({"sent_bytes": 3, "sent_md5": "the part"}, True, id="sent, with this MD5"),
    ],
)
def test_a_file_begins_with_what_was_sent_where_its_head_and_its_part_say_so(
    facts: dict[str, object], *, is_as_sent: bool
) -> None:
    world = make_world(Random(0), Setting(dialects=(Dialect.TUS,)), moments=0)
    ports = replace(
        Run(world=world, dialect=Dialect.TUS).ports(), head_md5=lambda: "the head", md5_of_first=lambda _: "the part"
    )
    nothing = replace(a_record(), offset=0, sent_bytes=0, sent_md5=None, head_md5=None)
    record = replace(nothing, **facts)  # type: ignore[arg-type] # some of its facts
    assert FileStart(ports).is_as_sent(record) is is_as_sent
