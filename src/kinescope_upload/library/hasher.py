"""Computes the MD5 of a file while it is sent: in the worker itself, or in a thread beside it."""

from __future__ import annotations

import hashlib
import queue
import threading
from typing import Final

_FEW: Final = 4


class Hasher:
    """Computes an MD5 in order of position, each byte once however often it is sent.

    Where many files are sent at a time, other workers send while this one computes: a thread of its own for each would
    cost memory and changes of threads, and gain nothing.
    """

    def __init__(self) -> None:
        self.position = 0
        self._md5 = hashlib.md5(usedforsecurity=False)

    def feed(self, position: int, block: bytes) -> None:
        """Takes the part of the block that is not hashed yet; a block beyond the position is a bug."""
        known = self.position - position
        if known < 0:
            raise AssertionError(f"bytes {self.position} to {position} were not hashed")
        if known < len(block):
            self._take(block[known:] if known else block)
            self.position = position + len(block)

    def hexdigest(self) -> str:
        """The digest of everything that was fed."""
        return self._md5.hexdigest()

    def close(self) -> None:
        """Ends what goes on beside it."""

    def _take(self, block: bytes) -> None:
        self._md5.update(block)


class HasherBeside(Hasher):
    """The same in a thread of its own, while the block is sent.

    It holds one block at a time: whoever feeds it waits until the block before is hashed.
    """

    def __init__(self) -> None:
        super().__init__()
        self._blocks: queue.Queue[bytes | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="kupload-md5", daemon=True)
        self._thread.start()

    def hexdigest(self) -> str:
        """The digest of everything that was fed."""
        self._blocks.join()
        return super().hexdigest()

    def close(self) -> None:
        """Ends the thread."""
        self._blocks.put(None)

    def _take(self, block: bytes) -> None:
        self._blocks.join()
        self._blocks.put(block)

    def _work(self) -> None:
        while (block := self._blocks.get()) is not None:
            self._md5.update(block)
            del block  # not to be held while the next one is waited for
            self._blocks.task_done()


def hasher_for(uploads: int) -> type[Hasher]:
    """What computes the MD5s of so many uploads at a time.

    Up to four have threads, since the last file of a batch is sent alone.
    """
    return HasherBeside if uploads <= _FEW else Hasher
