"""A deletion is done when Kinescope says so, or when it and two more looks say that there is no such video."""

from __future__ import annotations

import pytest

from kinescope_upload.errors import InDoubtError, TryAgainError
from kinescope_upload.policy.absence import LOOKS
from kinescope_upload.upload import Video
from kinescope_upload.upload.leftovers import certain, decide_deleted
from kinescope_upload.upload.removal import Removal

_UNFINISHED = Video(id="v", title="t", status="pending")
_COMPLETE = Video(id="v", title="t", status="done")


def _play(deletions: list[bool], looks: list[Video | None]) -> tuple[bool, list[str]]:
    """Whether it was deleted, and what was done in which order."""
    done: list[str] = []

    def delete(_: str) -> bool:
        done.append("delete")
        return deletions.pop(0)

    def look(_: str) -> Video | None:
        done.append("look")
        return looks.pop(0)

    removal = Removal(
        delete=delete,
        look=look,
        wait=lambda: done.append("wait"),
        check=lambda video: certain(decide_deleted(video)),
    )
    return removal.of("v"), done


@pytest.mark.parametrize(
    ("deletions", "looks", "is_deleted", "done"),
    [
        ([True], [], True, ["delete"]),
        ([False], [None, None], False, ["delete", "wait", "look", "wait", "look"]),
        ([False, True], [_UNFINISHED], True, ["delete", "wait", "look", "delete"]),
        ([False, True], [None, _UNFINISHED], True, ["delete", "wait", "look", "wait", "look", "delete"]),
    ],
    ids=["it is deleted", "it is not there", "the deletion was wrong", "the deletion and a look were wrong"],
)
def test_that_there_is_no_video_counts_when_it_is_said_three_times(
    deletions: list[bool], looks: list[Video | None], *, is_deleted: bool, done: list[str]
) -> None:
    assert _play(deletions, looks) == (is_deleted, done)


def test_a_video_that_is_complete_after_all_is_not_deleted() -> None:
    with pytest.raises(InDoubtError):
        _play([False], [_COMPLETE])


def test_who_says_both_for_ever_is_not_asked_for_ever() -> None:
    with pytest.raises(TryAgainError, match="shows video v after each of 3 requests"):
        _play([False] * LOOKS, [_UNFINISHED] * LOOKS)
