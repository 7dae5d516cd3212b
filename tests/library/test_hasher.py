"""The MD5 of what is sent, in the worker or beside it: each byte once, however often it is sent."""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.library.hasher import Hasher, HasherBeside

if TYPE_CHECKING:
    from collections.abc import Callable

_CONTENT = bytes(range(200))
_MAKES = pytest.mark.parametrize("make", [Hasher, HasherBeside])


@_MAKES
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 50)), max_size=20))
def test_each_byte_counts_once_however_often_it_is_sent(
    make: Callable[[], Hasher], blocks: list[tuple[int, int]]
) -> None:
    hasher = make()
    for back, length in blocks:
        begin = max(0, hasher.position - back)
        hasher.feed(begin, _CONTENT[begin : begin + length])
        assert hasher.hexdigest() == hashlib.md5(_CONTENT[: hasher.position]).hexdigest()
    hasher.close()


@_MAKES
def test_bytes_that_were_passed_over_are_a_bug(make: Callable[[], Hasher]) -> None:
    hasher = make()
    with pytest.raises(AssertionError, match="bytes 0 to 5 were not hashed"):
        hasher.feed(5, b"later")
    hasher.close()


def test_only_the_one_beside_has_a_thread() -> None:
    before = set(threading.enumerate())
    hasher = Hasher()
    hasher.feed(0, b"bytes")
    assert not set(threading.enumerate()) - before

    beside = HasherBeside()
    (thread,) = set(threading.enumerate()) - before
    beside.close()
    thread.join(30)
    assert not thread.is_alive()
