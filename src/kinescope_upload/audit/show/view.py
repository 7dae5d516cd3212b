"""Writes the results of `verify` and `repair` to a stream, as text or as JSON lines."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.audit.show.json_objects import audit_object, end_object, plan_objects, report_objects
from kinescope_upload.audit.show.messages import (
    LABEL_WIDTH,
    Line,
    Style,
    end_lines,
    outcome_lines,
    plan_lines,
    report_lines,
)
from kinescope_upload.output.json_text import json_line
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, escape_unencodable, surface_of
from kinescope_upload.text import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kinescope_upload.audit.compare import Report
    from kinescope_upload.audit.compare.events import FixApplied, FixFailed
    from kinescope_upload.audit.fixes import FixPlan
    from kinescope_upload.audit.repair import RepairResult
    from kinescope_upload.audit.show.json_objects import JsonObject
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Clock

_INDENT: Final = "  "
_BOLD, _RED, _GREEN, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[0m"
_COLOURS: Final = {
    Style.TITLE: _BOLD,
    Style.GOOD: _GREEN,
    Style.GOOD_ITEM: _GREEN,
    Style.BAD: _RED,
    Style.BAD_ITEM: _RED,
}


class AuditView:
    """Shows what `verify` finds and what `repair` does.

    Args:
        options: The user's display options.
        stream: Where it is written.
        clock: The time of JSON lines.
        environ: Says whether a terminal may be coloured.
    """

    def __init__(
        self,
        options: DisplayOptions,
        stream: TextIO,
        *,
        clock: Clock = SYSTEM_CLOCK,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._options = options
        self._stream = escape_unencodable(stream)
        self._surface = surface_of(stream, environ)
        self._clock = clock

    def show_report(self, report: Report, *, exit_code: int) -> None:
        """Shows the findings, then the counts of all four sides."""
        self._show(report_objects(report, exit_code=exit_code), report_lines(report, self._options))

    def show_plan(self, plan: FixPlan) -> None:
        """Shows what a repair would change, and what it leaves to the user."""
        self._show(plan_objects(plan), plan_lines(plan, self._options))

    def show_outcome(self, event: FixApplied | FixFailed) -> None:
        """Shows whether one fix was applied."""
        self._show([audit_object(event)], outcome_lines(event))

    def show_end(self, result: RepairResult, *, exit_code: int) -> None:
        """Shows what a repair changed."""
        self._show([end_object(result, exit_code=exit_code)], end_lines(result))

    def _show(self, objects: Iterable[JsonObject], lines: Iterable[Line]) -> None:
        """Writes the JSON objects or the lines, which say the same, as the user asked."""
        if self._options.as_json:
            self._stream.writelines(json_line(event, fields, self._clock) for event, fields in objects)
        else:
            self._stream.writelines(text for line in lines for text in self._laid_out(line))
        self._stream.flush()

    def _laid_out(self, line: Line) -> list[str]:
        shown = self._surface.shown(line.text)
        match line.style:
            case Style.COMMAND:  # in one piece, so that it can be copied
                texts = [f"{_INDENT * 2}$ {shown}"]
            case Style.HINT:
                texts = self._wrapped(f"→ {shown}" if self._surface.carries("→") else f"-> {shown}")
            case Style.ITEM | Style.GOOD_ITEM | Style.BAD_ITEM:
                texts = self._wrapped(shown)
            case Style.TITLE:
                texts = [shown]
            case _:
                texts = wrapped(shown, self._surface.width - 1, "", " " * LABEL_WIDTH)
        colour = _COLOURS.get(line.style) if self._surface.has_colour else None
        return [f"{colour}{text}{_PLAIN}\n" if colour and text else f"{text}\n" for text in texts]

    def _wrapped(self, text: str) -> list[str]:
        return wrapped(text, max(40, self._surface.width - 1), _INDENT, _INDENT * 2)
