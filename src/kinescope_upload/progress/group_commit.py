"""Writes together what several threads have to write at one moment, so that they wait for the disk once."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_T = TypeVar("_T")


@dataclass(slots=True, kw_only=True)
class _Group(Generic[_T]):
    """What is written together, and what became of it."""

    items: dict[str, _T] = field(default_factory=dict)
    is_done: bool = False
    error: BaseException | None = None


class GroupCommit(Generic[_T]):
    """Calls `write` for one thread at a time; whoever comes meanwhile shares the next call.

    Args:
        write: Writes the items, by their keys; returns when they are on the disk.
    """

    def __init__(self, write: Callable[[Mapping[str, _T]], None]) -> None:
        self._write = write
        self._turn = threading.Condition()
        self._is_busy = False
        self._next: _Group[_T] = _Group()

    def write(self, items: Mapping[str, _T]) -> None:
        """Returns when the items are written, alone or with those of other threads.

        Raises:
            Exception: What `write` raised; it may be one error for several threads.
        """
        with self._turn:
            group = self._next
            group.items |= items
            while self._is_busy and not group.is_done:
                self._turn.wait()
            leads = not group.is_done
            if leads:
                self._is_busy, self._next = True, _Group()
        if leads:
            self._commit(group)
        if group.error is not None:
            raise group.error

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nothing is written while the block runs."""
        with self._turn:
            while self._is_busy:
                self._turn.wait()
            self._is_busy = True
        try:
            yield
        finally:
            with self._turn:
                self._is_busy = False
                self._turn.notify_all()

    def _commit(self, group: _Group[_T]) -> None:
        try:
            self._write(group.items)
        except BaseException as error:  # noqa: BLE001 - every thread of the group raises it
            group.error = error
        with self._turn:
            self._is_busy, group.is_done = False, True
            self._turn.notify_all()
