"""How large the next piece is: no larger than memory allows, large on a fast line, small on a slow one."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kinescope_upload.policy.sizing import (
    READ_BLOCK,
    SMALLEST_CHUNK,
    ChunkCap,
    Sizing,
    block_sizing,
    chunk_sizing,
    smaller_chunk,
)

_MIB: Final = 1024 * 1024
_HALF_A_PAGE: Final = 2048
_SIZINGS: Final = st.builds(block_sizing, st.integers(1, 64)) | st.builds(
    chunk_sizing, st.none() | st.integers(READ_BLOCK, 10_000 * _MIB)
)


@pytest.mark.parametrize(
    ("jobs", "largest"),
    [(1, 2 * _MIB), (2, _MIB // 2), (3, _MIB // 4), (4, _MIB // 4), (5, _MIB // 8), (16, _MIB // 16), (64, _MIB // 16)],
)
def test_workers_share_the_memory_for_blocks(jobs: int, largest: int) -> None:
    assert block_sizing(jobs).largest == largest + _HALF_A_PAGE


@given(_SIZINGS, st.lists(st.floats(0, 1000), max_size=20))
def test_a_piece_is_never_smaller_than_the_smallest_nor_larger_than_the_largest(
    sizing: Sizing, took: list[float]
) -> None:
    size = sizing.smallest
    for seconds in took:
        size = sizing.after(size, seconds)
        assert sizing.smallest <= size <= sizing.largest


@given(st.integers(1, 10_000 * _MIB), st.floats(0, 1000))
def test_a_chunk_size_that_the_user_set_stays(fixed: int, seconds: float) -> None:
    assert chunk_sizing(fixed).after(fixed, seconds) == fixed


@pytest.mark.parametrize(
    ("sizing", "rate", "settles_at"),
    [
        (block_sizing(1), 500_000, READ_BLOCK),
        (block_sizing(1), 12_500_000, (2 * _MIB + _HALF_A_PAGE) // 4),
        (block_sizing(1), 1_500_000_000, 2 * _MIB + _HALF_A_PAGE),
        (chunk_sizing(), 500_000, 64 * _MIB),
        (chunk_sizing(), 12_500_000, 64 * _MIB),
        (chunk_sizing(), 125_000_000, 1024 * _MIB),
        (chunk_sizing(), 1_500_000_000, 1024 * _MIB),
    ],
)
def test_on_a_steady_line_the_size_settles(sizing: Sizing, rate: int, settles_at: int) -> None:
    sizes = [sizing.largest]
    for _ in range(20):
        sizes.append(sizing.after(sizes[-1], sizes[-1] / rate))

    assert set(sizes[10:]) == {settles_at}


@pytest.mark.parametrize(
    ("length", "sent", "smaller"),
    [
        (64 * _MIB, 64 * _MIB, 32 * _MIB),
        (64 * _MIB, 7_000_000, 3_500_000),
        (64 * _MIB, 300_000, 32 * _MIB),  # it broke at once: that says nothing of what the line carries
        (300_000, 300_000, SMALLEST_CHUNK),
        (SMALLEST_CHUNK, SMALLEST_CHUNK, None),
        (100_000, 100_000, None),
    ],
)
def test_after_a_chunk_that_did_not_get_through_the_next_is_half_of_what_went(
    length: int, sent: int, smaller: int | None
) -> None:
    assert smaller_chunk(length, sent) == smaller


@given(st.integers(1, 2000 * _MIB), st.integers(0, 2000 * _MIB))
def test_chunks_that_do_not_get_through_end_at_the_smallest(length: int, sent: int) -> None:
    steps, size = 0, smaller_chunk(length, min(sent, length))
    while size is not None:
        assert SMALLEST_CHUNK <= size < length
        length, steps = size, steps + 1
        size = smaller_chunk(length, min(sent, length))
    assert length <= SMALLEST_CHUNK
    assert steps <= 14


class _WholeRequestsOnly:
    """Uploads at a time over a hop that keeps only whole requests; each connection breaks after so many bytes."""

    def __init__(self, *, uploads: int, size: int, breaks_after: int) -> None:
        self._cap = ChunkCap(uploads=uploads)
        self._most = [64 * _MIB] * uploads
        self._left = [size] * uploads
        self._room = [breaks_after] * uploads
        self._breaks_after = breaks_after
        self.sent = 0
        while any(self._left):
            chunks = [min(self._cap.size, *at) for at in zip(self._most, self._left, strict=True)]
            for upload, chunk in enumerate(chunks):  # all of them are under way
                self._send(upload, chunk)

    def _send(self, upload: int, chunk: int) -> None:
        carried = min(chunk, self._room[upload])
        self.sent += carried
        self._room[upload] -= carried
        if carried == chunk:
            self._left[upload] -= chunk
            self._cap = self._cap.after_arrival(chunk, chunk / 10_000_000)
            return
        self._room[upload] = self._breaks_after
        smaller = smaller_chunk(chunk, carried)
        if smaller is not None:
            self._most[upload] = smaller
            self._cap = self._cap.after_loss(smaller)


@given(st.integers(2_000_000, 70_000_000), st.sampled_from([(1, 60_000_000), (4, 45_000_000)]))
@example(2_079_665, (4, 45_000_000))
@example(50_000_000, (1, 60_000_000))
def test_wherever_the_line_breaks_a_hop_that_keeps_only_whole_requests_costs_a_fifth_more_at_most(
    breaks_after: int, work: tuple[int, int]
) -> None:
    uploads, size = work
    hop = _WholeRequestsOnly(uploads=uploads, size=size, breaks_after=breaks_after)
    assert hop.sent <= 1.2 * uploads * size


@pytest.mark.parametrize(("rate", "most"), [(1_000_000, 22), (125_000_000, 17), (500_000_000, 12), (2_000_000_000, 1)])
def test_on_a_good_line_few_requests_are_smaller_than_usual(rate: int, most: int) -> None:
    cap, smaller = ChunkCap(uploads=1), 0
    while cap.size < 64 * _MIB:
        cap, smaller = cap.after_arrival(cap.size, cap.size / rate), smaller + 1
    assert smaller <= most


def test_what_was_refused_is_never_sent_again_however_much_arrives() -> None:
    cap = ChunkCap(uploads=1).after_refusal(_MIB).after_refusal(2 * _MIB).after_arrival(10**12, 1.0)
    assert cap.size == _MIB


def test_what_was_lost_is_risked_again_only_as_a_small_part_of_what_arrived_since() -> None:
    cap = ChunkCap(uploads=4).after_arrival(10**9, 100.0).after_loss(SMALLEST_CHUNK)
    assert cap.size == SMALLEST_CHUNK
    assert cap.after_arrival(128 * _MIB, 0.001).size == _MIB
