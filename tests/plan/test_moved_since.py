"""Files that got other names since a plan was made: which of them may be another lesson's at a path."""

from __future__ import annotations

import pytest

from kinescope_upload.model import VideoFile
from kinescope_upload.plan.moved_since import moved_since

_DAY = 86_400 * 10**9


def _file(name: str, size: int, day: int = 0) -> VideoFile:
    return VideoFile(path=f"c/s/{name}.mp4", size=size, modified_ns=1_700_000_000_000_000_000 + day * _DAY)


_PLANNED = (_file("1", 10), _file("2", 20), _file("3", 30))


@pytest.mark.parametrize(
    ("there", "reason"),
    [
        pytest.param(_PLANNED, None, id="as planned"),
        pytest.param((_file("1", 10), _file("2", 25, 1), _file("3", 30)), None, id="written anew"),
        pytest.param((_file("1", 10), _file("2", 20, 1), _file("3", 30)), None, id="another time alone"),
        pytest.param((_file("1", 10), _file("2", 25, 1), _file("3", 35, 1)), None, id="two written anew"),
        pytest.param(
            (_file("1", 10), _file("2", 25, 1), _file("3", 20), _file("4", 30)),
            'its file is called "c/s/3.mp4" now',
            id="one put in",
        ),
        pytest.param(
            (_file("1", 10), _file("2", 30)), 'what is called "c/s/2.mp4" now was "c/s/3.mp4"', id="taken out"
        ),
        pytest.param(
            (_file("1", 10), _file("2", 30), _file("3", 20)), 'its file is called "c/s/3.mp4" now', id="two exchanged"
        ),
        pytest.param(
            (_file("1", 10), _file("2", 10), _file("3", 30)),
            'what is called "c/s/2.mp4" now was "c/s/1.mp4"',
            id="a copy of another",
        ),
        pytest.param(
            (_file("1", 10), _file("2", 25, 1), _file("2 old", 20), _file("3", 30)),
            'its file is called "c/s/2 old.mp4" now',
            id="the old one kept beside",
        ),
    ],
)
def test_only_files_that_got_other_names_are_a_reason(there: tuple[VideoFile, ...], reason: str | None) -> None:
    [planned] = [one for one in _PLANNED if one.path == "c/s/2.mp4"]
    [file] = [one for one in there if one.path == "c/s/2.mp4"]
    assert moved_since(planned, file, _PLANNED, there) == reason


def test_two_files_of_one_size_and_time_are_no_reason_where_both_are_in_their_places() -> None:
    twins = (_file("1", 10), _file("2", 10))
    assert moved_since(twins[1], _file("2", 11, 1), twins, (twins[0], _file("2", 11, 1))) is None
