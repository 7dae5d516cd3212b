"""What several threads write at one moment is written together, and each waits until it is there."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.progress.group_commit import GroupCommit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Future


class Disk:
    """Takes what is written; every write waits until it is let through, and fails where it is told to."""

    def __init__(self) -> None:
        self.written: list[dict[str, int]] = []
        self.is_busy = threading.Event()
        self.may_go_on = threading.Event()
        self.error: OSError | None = None

    def write(self, items: Mapping[str, int]) -> None:
        self.is_busy.set()
        self.may_go_on.wait()
        if self.error and "c" in items:
            raise self.error
        self.written.append(dict(items))


@contextmanager
def three_behind_one(disk: Disk) -> Iterator[list[Future[None]]]:
    """One thread writes "a"; "b", "c" and "d" come while the disk is busy with it."""
    commit = GroupCommit(disk.write)
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(commit.write, {"a": 1})
        disk.is_busy.wait()
        begun = threading.Semaphore(0)
        later = [threads.submit(_write, commit, key, begun) for key in "bcd"]
        for _ in later:
            begun.acquire()
        while set(commit._next.items) != {"b", "c", "d"}:  # noqa: SLF001 - nothing else tells that they wait
            pass
        assert not any(one.done() for one in (first, *later))
        disk.may_go_on.set()
        yield [first, *later]


def _write(commit: GroupCommit[int], key: str, begun: threading.Semaphore) -> None:
    begun.release()
    commit.write({key: 1})


def test_those_who_come_while_the_disk_is_busy_share_the_next_write() -> None:
    disk = Disk()
    with three_behind_one(disk) as futures:
        for future in futures:
            future.result()
    assert [set(items) for items in disk.written] == [{"a"}, {"b", "c", "d"}]


def test_a_write_that_fails_fails_for_all_that_share_it_and_for_nobody_else() -> None:
    disk = Disk()
    disk.error = OSError("full")
    with three_behind_one(disk) as (first, *later):
        first.result()
        for future in later:
            with pytest.raises(OSError, match="full"):
                future.result()
    assert disk.written == [{"a": 1}]
