"""What a run learns of each host about chunks."""

from __future__ import annotations

from kinescope_upload.batch.chunk_limits import ChunkLimits

HERE, THERE = "https://a.example/files/1", "https://b.example/files/2"


def test_a_pause_cuts_chunks_until_a_host_shows_that_it_keeps_nothing_of_them() -> None:
    limits = ChunkLimits()
    assert limits.may_be_cut(HERE)
    limits.let_end(HERE)
    assert not limits.may_be_cut("https://a.example/files/another")
    assert limits.may_be_cut(THERE)


def test_no_pause_cuts_a_chunk_where_a_break_costs_the_whole_upload() -> None:
    limits = ChunkLimits()
    limits.keep_apart(HERE)
    assert not limits.may_be_cut(HERE)
