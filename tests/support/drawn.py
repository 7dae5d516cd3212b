"""Property tests count what they drew: a test whose examples held none of what it claims something about fails."""

from __future__ import annotations

from collections import Counter
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["drew", "must_draw"]

_tally: ContextVar[Counter[str]] = ContextVar("tally")


def must_draw(*cases: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Fails a property test unless its examples, all together, held each of these cases. Stands above `@given`.

    Cases of which less than one example in twenty holds one need `derandomize=True`, or the test fails now and then.
    """

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def counted(*arguments: object, **fixtures: object) -> None:
            tally = Counter(dict.fromkeys(cases, 0))
            token = _tally.set(tally)
            try:
                test(*arguments, **fixtures)
            finally:
                _tally.reset(token)
            never = [case for case, count in tally.items() if not count]
            assert not never, f"no example held: {', '.join(never)}"

        return counted

    return decorate


def drew(case: str, *, when: object = True) -> None:
    """Notes that the example holds the case, if it does."""
    tally = _tally.get()
    assert case in tally, f'"{case}" is not among the cases of `must_draw`'
    tally[case] += bool(when)
