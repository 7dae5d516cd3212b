"""Ctrl+C while a command looks at things: it ends at once, and says so."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from kinescope_upload.errors import InterruptedRunError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["interruptible"]


@contextmanager
def interruptible() -> Iterator[None]:
    """Turns Ctrl+C into an error with a sentence; Typer would make a mere exit code of it.

    Raises:
        InterruptedRunError: Somebody pressed Ctrl+C.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise InterruptedRunError("Stopped. Nothing was begun that is not saved.") from None
