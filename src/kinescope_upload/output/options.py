"""Holds how the user wants to see the output. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kinescope_upload.text.hints import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayOptions:
    """How the user wants to see the output.

    Attributes:
        as_json: One JSON object per line, for scripts.
        quiet: Only failures, and one line at the end.
        verbose: Also stages and ids; in a dry run, every lesson by name.
        command: What was typed, without what only asked to look, for the advice at the end.
    """

    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    command: Command = ()
