"""How the user wants to see things. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from kinescope_upload.events import RunEvent

__all__ = ["DisplayOptions", "Printer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayOptions:
    """How the user wants to see things.

    Attributes:
        as_json: For scripts: one JSON object per line, whatever the stream.
        quiet: Only failures and one line at the end.
        verbose: Stages and ids as well; in a dry run, every lesson by name.
        command: The command that this process was started with, for the advice at the end.
    """

    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    command: str = "kupload"


class Printer(Protocol):
    """Shows a run while it goes on.

    Entered before the first event, left after the last one, also when an exception passes through. Events may come from
    any thread.
    """

    def __enter__(self) -> Self:
        """Takes possession of the stream."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Gives the stream back as it was."""

    def __call__(self, event: RunEvent, /) -> None:
        """Shows the event, or lets it count for what is shown later."""
