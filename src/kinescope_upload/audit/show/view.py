"""`kupload verify` and `kupload repair` on a stream: findings, plans and outcomes, as text or as JSON."""

from __future__ import annotations

import os
import textwrap
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.audit.show.json_objects import (
    audit_fields,
    choice_fields,
    finding_fields,
    mending_fields,
    verified_fields,
)
from kinescope_upload.audit.show.messages import (
    Block,
    finding_blocks,
    next_after_repair,
    next_after_verify,
    plan_blocks,
    report_rows,
)
from kinescope_upload.output.json_text import json_line
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, escape_unencodable, surface_of
from kinescope_upload.text import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kinescope_upload.audit.compare import Report
    from kinescope_upload.audit.compare.events import Mended, MendingFailed
    from kinescope_upload.audit.fixes import FixPlan
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Clock

__all__ = ["AuditView"]

_LABEL: Final = 11
_INDENT: Final = "  "
_BOLD, _RED, _GREEN, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[0m"


class AuditView:
    """Shows what an audit found and what a repair does.

    Args:
        options: What the user asked for.
        stream: Where it is shown.
        clock: Where the time comes from.
        environ: What says whether a terminal may be coloured.
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
        """The findings, then what there is on all four sides."""
        if self._options.as_json:
            for finding in report.findings:
                self._json("finding", finding_fields(finding))
            self._json("verified", verified_fields(report, exit_code=exit_code))
            return
        if not self._options.quiet:
            self._blocks(finding_blocks(report.findings, names_all=self._options.verbose))
        rows = report_rows(report)
        if todo := next_after_verify(report):
            rows.append(("Next", todo))
        self._rows(rows, is_good=report.agrees)

    def show_plan(self, plan: FixPlan) -> None:
        """What a repair would do, and what it leaves to the user."""
        if self._options.as_json:
            for fix in plan.fixes:
                self._json("mending", mending_fields(fix))
            for manual in plan.manual:
                self._json("undecided", choice_fields(manual))
            for finding in plan.rest:
                self._json("finding", finding_fields(finding))
            return
        self._blocks(plan_blocks(plan, names_all=self._options.verbose))
        if not plan.fixes:
            self._line("Nothing that kupload may put right by itself.")

    def show_outcome(self, event: Mended | MendingFailed) -> None:
        """What became of one mending."""
        name, fields = audit_fields(event)
        if self._options.as_json:
            self._json(name, fields)
        elif name == "mended":
            self._wrapped(f"done: {fields['words']}", style=_GREEN)
        else:
            self._wrapped(f"not done: {fields['words']}. {fields['reason']} {fields['way_out']}".rstrip(), style=_RED)

    def show_end(self, plan: FixPlan, *, fixed: int, failed: int, exit_code: int) -> None:
        """What a repair came to."""
        is_done = fixed + failed > 0 or not plan.fixes
        if self._options.as_json:
            counts: JsonFields = {
                "exit_code": exit_code,
                "mended": fixed,
                "failed": failed,
                "undecided": len(plan.manual),
                "rest": sum(not one.kind.is_note for one in plan.rest),
            }
            self._json("repaired", counts)
            return
        if is_done and plan.fixes:
            self._line("")
            told = f"{count(fixed, 'thing', 'things')} put right"
            self._line(f"{told}, {failed:,} not done" if failed else told)
        elif not is_done:
            self._line("Nothing was written.")
        if todo := next_after_repair(plan, is_done=is_done):
            self._line(f"{'Next':{_LABEL}}{todo}", _BOLD)

    def _blocks(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            self._line(block.title, _BOLD)
            for item in block.items:
                self._wrapped(item)
            if block.hint:
                self._wrapped(f"→ {block.hint}" if self._surface.carries("→") else f"-> {block.hint}")
            self._line("")

    def _wrapped(self, text: str, *, style: str = "") -> None:
        """An item; a command stays in one piece, so that it can be copied."""
        if text.startswith("$ "):
            self._line(f"{_INDENT * 2}{text}")
            return
        width = max(40, self._surface.width - 1)
        for line in textwrap.wrap(
            self._surface.shown(text),
            width,
            initial_indent=_INDENT,
            subsequent_indent=_INDENT * 2,
            break_long_words=False,
            break_on_hyphens=False,
        ):
            self._line(line, style)

    def _rows(self, rows: Iterable[tuple[str, str]], *, is_good: bool) -> None:
        for label, text in rows:
            style = (_GREEN if is_good else _RED) if label == "Differ" else _BOLD if label == "Next" else ""
            self._line(f"{label:{_LABEL}}{text}", style)

    def _line(self, text: str, style: str = "") -> None:
        shown = self._surface.shown(text)
        is_styled = style and self._surface.has_colour and shown
        self._stream.write(f"{style}{shown}{_PLAIN}\n" if is_styled else f"{shown}\n")
        self._stream.flush()

    def _json(self, event: str, fields: JsonFields) -> None:
        self._stream.write(json_line(event, fields, self._clock))
        self._stream.flush()
