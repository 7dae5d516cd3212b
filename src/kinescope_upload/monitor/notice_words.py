"""Words notices as messages: plain text, and never a secret or the rest of an address in it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.display.messages import totals_sentence
from kinescope_upload.display.summary import by_reason, summary_rows
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.monitor.notices import Away, Back, Ended, Failed, StillGoing
from kinescope_upload.output.error_view import without_secrets
from kinescope_upload.text import count, format_duration, joined, printable
from kinescope_upload.text.hints import typed_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kinescope_upload.display.collector import Collector
    from kinescope_upload.monitor.notices import Notice
    from kinescope_upload.output.terminal_output import Clock
    from kinescope_upload.text.hints import Command

_ADDRESS: Final = re.compile(r"(\w+://[^/\s'\"`<>]+)[/?#][^\s'\"`<>]+")
_LONGEST: Final = 3000
"""Characters; Telegram takes 4,096."""
_MOST_REASONS: Final = 10
_ENDINGS: Final = {
    ExitCode.DONE: "done",
    ExitCode.NOT_DONE: "done, but some lessons are not",
    ExitCode.INTERRUPTED: "interrupted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a person gets."""

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words the notices of one run.

    Attributes:
        subject: Which library, on which machine.
        command: What was typed for the run.
        collector: What the run has done so far.
        clock: Tells the time of day.
        secrets: What must not be in a message.
    """

    subject: str
    command: Command
    collector: Collector
    clock: Clock
    secrets: tuple[str, ...] = ()

    def message(self, notice: Notice) -> Message:
        """The message that tells this now."""
        title, lines = self._told(notice)
        body = "\n".join((self.subject, *lines))
        return Message(title=self._clean(f"kupload: {title}"), body=self._clean(body))

    def _told(self, notice: Notice) -> tuple[str, Sequence[str]]:
        match notice:
            case Ended():
                return self._ended(notice)
            case Failed(lessons=lessons):
                reasons = by_reason((one.lesson_id, one.reason, one.hint) for one in lessons)
                lines = [f"{names}: {why}" for names, why in reasons[:_MOST_REASONS]]
                return f"{count(len(lessons), 'lesson', 'lessons')} failed; the run goes on", lines
            case Away(wait=wait, seconds=seconds):
                until = self.clock.time_of_day(self.clock.monotonic() - seconds + wait.longest)
                lines = [f"{wait.instead or wait.reason}", f"Trying again until {until}; nothing is lost."]
                return f"no connection to Kinescope for {format_duration(seconds)}", lines
            case Back(seconds=seconds):
                return "connected to Kinescope again", [f"It was away for {format_duration(seconds)}.", self._totals()]
            case StillGoing(seconds=seconds):
                return f"still going after {format_duration(seconds)}", [self._totals()]

    def _totals(self) -> str:
        return totals_sentence(self.collector.facts().totals, self.clock)

    def _ended(self, ended: Ended) -> tuple[str, Sequence[str]]:
        if ended.exit_code is None:
            return "stopped", [joined(ended.reason, ended.hint), f"Next: {typed_line(self.command)}"]
        title = next((words for code, words in _ENDINGS.items() if code == ended.exit_code), "stopped")
        rows = summary_rows(self.collector.summary(), self.command)
        return title, [f"{label}: {text}" if label else f"  {text}" for label, text in rows]

    def _clean(self, text: str) -> str:
        """The text without secrets and without what follows the host in an address, each line printable."""
        safe = _ADDRESS.sub(r"\1/…", without_secrets(text, self.secrets))
        return "\n".join(map(printable, safe.split("\n")))[:_LONGEST]


def together(messages: Iterable[Message]) -> Message:
    """One message of several, the last of which comes first: the others are those that did not arrive in time."""
    *earlier, last = messages
    if not earlier:
        return last
    before = (f"{one.title}\n{one.body}" for one in earlier)
    return Message(
        title=last.title, body="\n\n".join((last.body, "Before that, not delivered in time:", *before))[:_LONGEST]
    )
