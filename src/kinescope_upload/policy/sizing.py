"""How many bytes go at a time: in one block from the disk to the network, in one request. Pure.

Small pieces keep a slow line's progress fine-grained and bound what a break can cost; large ones keep a fast line from
waiting for us. A block costs about 50 microseconds besides its bytes, a request the time until its answer is there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

_KIB: Final = 1024
_MIB: Final = 1024 * _KIB
_QUARTER: Final = 256 * _KIB
_BLOCKS_TOGETHER: Final = _MIB
_BLOCK_OF_ONE: Final = 2 * _MIB
_LEAST_BLOCK: Final = 64 * _KIB

_HALF_A_PAGE: Final = 2 * _KIB
"""What is added to a block, so that what lies behind it in memory does not begin where it does within a page.

OpenSSL's buffer often lies there, and some processors copy seven times slower to an address that is a few bytes further
within its page than the source within its own (AMD Zen 3, `rep movsb`).
"""

READ_BLOCK: Final = _QUARTER + _HALF_A_PAGE
"""Bytes that are read at a time where nothing is sent."""


SMALLEST_CHUNK: Final = _QUARTER
"""Bytes of the smallest chunk that is tried when larger ones do not get through."""
_SURELY_LEFT: Final = 4 * _MIB
"""So many bytes do not fit into this machine's buffers: most of them were on their way when the line broke."""
_FIRST_CHUNK: Final = 1536 * 1024
"""Bytes of the chunks to a host that has acknowledged nothing yet."""
_PART_AT_RISK: Final = 4
"""All chunks under way together are the fourth part of what arrived, as long as none was lost."""
_PART_AFTER_LOSS: Final = 32
"""The same, of what arrived since one was lost."""
_SOON_SENT_AGAIN: Final = 0.05
"""Seconds of the line that a lost chunk may always cost, so that the fastest lines do not wait for answers."""
_CLOCK_TICK: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """A size that follows the line: doubled while a piece is `quick`, halved while one is `slow`.

    Attributes:
        smallest: Bytes of the first piece, and the least.
        largest: The most bytes of one piece.
        quick: A piece that takes fewer seconds was too small.
        slow: A piece that takes more seconds was too large.
    """

    smallest: int
    largest: int
    quick: float
    slow: float

    @classmethod
    def fixed(cls, size: int) -> Sizing:
        """A size that nothing changes."""
        return cls(smallest=size, largest=size, quick=0.0, slow=float("inf"))

    def after(self, size: int, seconds: float) -> int:
        """How many bytes the next piece should have, when one of `size` bytes took this long."""
        if seconds < self.quick:
            return min(size * 2, self.largest)
        if seconds > self.slow:
            return max(size // 2, self.smallest)
        return size


def block_sizing(jobs: int) -> Sizing:
    """The blocks of each of so many workers: 256 KiB and more, with more than four workers 128 KiB or 64 KiB.

    The largest blocks of up to 16 workers together are 1 MiB, so that memory does not grow with their number; a worker
    holds two, one of them being hashed. One worker alone has up to 2 MiB, since what the others would take is free.
    """
    shared = max(_BLOCKS_TOGETHER >> (jobs - 1).bit_length(), _LEAST_BLOCK)
    largest = (_BLOCK_OF_ONE if jobs == 1 else shared) + _HALF_A_PAGE
    return Sizing(smallest=min(READ_BLOCK, largest), largest=largest, quick=0.005, slow=0.05)


def chunk_sizing(fixed: int | None = None) -> Sizing:
    """The chunks of one upload: what the user set, or 64 MiB and more, for one to ten seconds each."""
    if fixed is not None:
        return Sizing.fixed(fixed)
    return Sizing(smallest=64 * _MIB, largest=1024 * _MIB, quick=1.0, slow=10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkCap:
    """The most bytes of a chunk to one host: the more arrived there, the more a chunk may carry.

    Whoever stands between may keep only whole requests (nginx does). Then a break loses all that was sent of a chunk,
    and each upload finds that out with a chunk of its own. So the chunks under way are a part of what arrived, and what
    they lose is that part at most.

    Attributes:
        uploads: The most uploads at a time.
        least: The cap while nothing arrived since the last loss, in bytes.
        was_lost: Whether a chunk was ever lost.
        arrived: Bytes that the host acknowledged since the last loss.
        rate: Bytes per second of the last chunk that arrived.
        refused: What somebody on the way does not refuse, as far as is known, in bytes; None while nothing was refused.
    """

    uploads: int
    least: int = _FIRST_CHUNK
    was_lost: bool = False
    arrived: int = 0
    rate: float = 0.0
    refused: int | None = None

    @property
    def size(self) -> int:
        """The most bytes of the next chunk."""
        part, soon = (_PART_AFTER_LOSS, 0.0) if self.was_lost else (_PART_AT_RISK, self.rate * _SOON_SENT_AGAIN)
        size = max(self.least, self.arrived // (part * self.uploads), int(soon))
        return size if self.refused is None else min(size, self.refused)

    def after_arrival(self, count: int, seconds: float) -> ChunkCap:
        """The cap when a chunk of `count` bytes was acknowledged after so many seconds."""
        return replace(self, arrived=self.arrived + count, rate=count / max(seconds, _CLOCK_TICK))

    def after_loss(self, smaller: int) -> ChunkCap:
        """The cap when a chunk did not arrive, and one of `smaller` bytes is tried next."""
        return replace(self, least=min(self.size, smaller), was_lost=True, arrived=0)

    def after_refusal(self, smaller: int) -> ChunkCap:
        """The cap when a chunk was refused for its size; it stays there."""
        return replace(self, refused=min(self.refused or smaller, smaller))


def smaller_chunk(length: int, sent: int) -> int | None:
    """How many bytes to try after a chunk of which nothing arrived; None when there is no smaller chunk to try.

    Half of it; where the line broke earlier than that, half of what it carried.

    Args:
        length: Bytes of the chunk.
        sent: Bytes of it that were handed to the network.
    """
    if length <= SMALLEST_CHUNK:
        return None
    carried = sent if sent >= _SURELY_LEFT else length
    return max(min(length, carried) // 2, SMALLEST_CHUNK)
