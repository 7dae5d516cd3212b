"""The counting of what property tests draw."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.drawn import drew, must_draw

_few = settings(derandomize=True, database=None, max_examples=30)


@must_draw("small", "large")
@_few
@given(st.integers(0, 9))
def test_a_test_whose_examples_held_every_case_passes(number: int) -> None:
    drew("small", when=number < 5)
    drew("large", when=number >= 5)


@pytest.mark.parametrize("highest", [0, 9])
def test_a_test_that_drew_nothing_of_what_it_claims_fails_and_names_it(highest: int) -> None:
    @must_draw("small", "negative", "huge")
    @_few
    @given(st.integers(0, highest))
    def claims(number: int) -> None:
        drew("small", when=number < 5)
        drew("negative", when=number < 0)

    with pytest.raises(AssertionError, match=r"^no example held: negative, huge\b"):
        claims()


def test_a_failure_of_the_test_itself_comes_first() -> None:
    @must_draw("never")
    @_few
    @given(st.integers(0, 9))
    def claims(number: int) -> None:
        assert number < 0, "it is wrong"

    with pytest.raises(AssertionError, match="it is wrong"):
        claims()


def test_a_case_that_was_not_announced_is_refused() -> None:
    @must_draw("small")
    @_few
    @given(st.integers(0, 9))
    def claims(_number: int) -> None:
        drew("smal")

    with pytest.raises(AssertionError, match='"smal" is not among'):
        claims()
