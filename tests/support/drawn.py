"""Property tests count what they drew: a test whose examples held none of what it claims something about fails."""

from __future__ import annotations

from collections import Counter
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Final

from hypothesis import seed

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["drew", "must_draw"]

_ROUNDS: Final = 5
_tally: ContextVar[Counter[str]] = ContextVar("tally")


def must_draw(*cases: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Fails a property test unless its examples, all together, held each of these cases. Stands above `@given`.

    A test that missed a case plays more examples, so that a case may be rare: at 200 examples a round, one that is held
    by one in a hundred is missed once in 20,000 times. Each further round has a seed of its own: where examples are
    derandomized (Hypothesis does that wherever `CI` is set), rounds without one would repeat the first.
    """

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def counted(*arguments: object, **fixtures: object) -> None:
            tally = Counter(dict.fromkeys(cases, 0))
            token = _tally.set(tally)
            try:
                for number in range(_ROUNDS):
                    (seed(number)(test) if number else test)(*arguments, **fixtures)
                    if all(tally.values()):
                        return
            finally:
                _tally.reset(token)
            raise AssertionError(f"no example held: {', '.join(case for case, count in tally.items() if not count)}")

        return counted

    return decorate


def drew(case: str, *, when: object = True) -> None:
    """Notes that the example holds the case, if it does."""
    tally = _tally.get()
    assert case in tally, f'"{case}" is not among the cases of `must_draw`'
    tally[case] += bool(when)
