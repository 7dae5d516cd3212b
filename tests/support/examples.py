"""How many examples a rule is tried with."""

from __future__ import annotations

from typing import Final

from hypothesis import settings

__all__ = ["QUICK", "THOROUGH", "examples"]

QUICK: Final = settings(deadline=None, max_examples=40)  # a busy machine is no finding
"""What `make test` plays."""
THOROUGH: Final = settings(deadline=None, max_examples=100)
"""What `make test-all` plays: `--hypothesis-profile=thorough`."""


def examples(thorough: int) -> int:
    """Tells how many examples to play of those that `make test-all` plays."""
    return max(thorough * settings().max_examples // THOROUGH.max_examples, 1)
