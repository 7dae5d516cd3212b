"""Hides a value from messages and logs. Pure."""

from __future__ import annotations

from dataclasses import dataclass

_SHORTEST_WITH_A_TAIL = 16


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """Holds a token or a connection string; prints, logs and formats it as `…` and a few last characters.

    Attributes:
        has_tail: Whether the last four characters may be shown; never for a text that might end with a password.
    """

    _text: str
    has_tail: bool = True

    def reveal(self) -> str:
        """Returns the value itself, for the one place that needs it."""
        return self._text

    def __str__(self) -> str:
        has_tail = self.has_tail and len(self._text) >= _SHORTEST_WITH_A_TAIL
        return f"…{self._text[-4:]}" if has_tail else "…"

    def __repr__(self) -> str:
        return f"Secret({self})"
