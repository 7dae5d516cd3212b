"""Decides when something is absent: it was said to be so several times in a row, with time in between. Pure.

One answer proves nothing: a gateway, a replica that is behind, or a server that starts may say 404 of what is there.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LOOKS: Final = 3
"""Looks in a row that must show nothing. With `orphan_wait` (5 s) between two of them they take 10 s."""


def is_proven_absent(shown: Iterable[bool]) -> bool:
    """Tells whether the last looks showed nothing often enough in a row.

    Args:
        shown: For each look whether it showed something, the last one first.
    """
    return sum(1 for _ in takewhile(lambda is_shown: not is_shown, shown)) >= LOOKS
