"""`kupload doctor --try`: each finding as soon as it is made, then all readings as one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.commands.doctor.finding_line import finding_lines
from kinescope_upload.commands.doctor.readings.outcome import (
    Found,
    NotTold,
    NotTried,
    Step,
    StepState,
    TrialResult,
    differs,
)
from kinescope_upload.commands.doctor.readings.table import reading_named
from kinescope_upload.output.json_text import json_line, plain
from kinescope_upload.output.sections import Section
from kinescope_upload.output.show import show_sections
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, escape_unencodable, surface_of
from kinescope_upload.text import count, format_duration, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.commands.doctor.readings.outcome import Outcome
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.terminal_output import Clock

RUN_AGAIN: Final = "Run the same command again: it deletes videos of an earlier try."
"""What to do about videos that stay."""
_SUBJECT_WIDTH: Final = 18
_WORDS: Final = {Found: "found", NotTold: "not told", NotTried: "not tried"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialStart:
    """What a try is about to do.

    Attributes:
        folder: The scratch folder's name.
        mark: What the title of each of its videos begins with.
        longest_wait: Seconds that all waits together may take.
        earlier: Videos of an earlier try that are deleted as well.
    """

    folder: str
    mark: str
    longest_wait: float
    earlier: int = 0


class JsonTrialView:
    """One line of JSON at the end; until then, lines for a person elsewhere.

    Args:
        stream: Takes the JSON.
        progress: Takes the lines.
        clock: Where the time comes from.
    """

    def __init__(self, stream: TextIO, *, progress: TextTrialView, clock: Clock = SYSTEM_CLOCK) -> None:
        self._stream = escape_unencodable(stream)
        self._clock = clock
        self.starts, self.found = progress.starts, progress.found
        self.waits, self.deletes = progress.waits, progress.deletes

    def backends(self, result: TrialResult, file: str | None) -> None:
        """Writes everything that was found."""
        fields: JsonFields = {**trial_object(result), "file": file}
        self._stream.write(json_line("trial", fields, self._clock))
        self._stream.flush()


class TextTrialView:
    """Lines for a person.

    Args:
        stream: Takes them.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = escape_unencodable(stream)
        self._surface = surface_of(stream)

    def starts(self, start: TrialStart) -> None:
        """Says what is about to be done."""
        self._say(f'Trying Kinescope in the folder "{start.folder}", with about a dozen videos of 4 kB.')
        self._say(f'The title of each begins with "{start.mark}", and each is deleted in the end.')
        self._say(
            f"Waiting takes at most {format_duration(start.longest_wait)}. Ctrl+C ends it and deletes what was made."
        )
        if start.earlier:
            self._say(f"{count(start.earlier, 'video', 'videos')} of an earlier try are deleted as well.")

    def found(self, item: Outcome | Step) -> None:
        """Writes one line."""
        word, subject, message = _line_of(item)
        for line in finding_lines(word, (subject, _SUBJECT_WIDTH), message, self._surface):
            self._write(line)

    def waits(self, what: str, at_most: float) -> None:
        """Says what is waited for."""
        self._say(f"waiting for {what} (at most {format_duration(at_most)})")

    def deletes(self, number: int) -> None:
        """Says that so many videos are deleted."""
        self._say(f"deleting {count(number, 'video', 'videos')}; Ctrl+C ends that, too, and what stays is named")

    def backends(self, result: TrialResult, file: str | None) -> None:
        """Writes all readings as a table, and what stays."""
        self._write("")
        show_sections([_readings(result)], (), self._stream)
        if result.left:
            self._write("Left on Kinescope")
            for video in result.left:
                self._write(f"  {self._surface.shown(video.video_id or 'id not known')}")
                for text in (video.title, video.reason):
                    self._say(text, indent="    ")
            self._write("")
        if result.kept:
            self._write("Stays on purpose")
            for text in result.kept:
                self._say(text, indent="  ")
            self._write("")
        for line in _totals(result, file):
            self._say(line)

    def _say(self, text: str, *, indent: str = "") -> None:
        for line in wrapped(self._surface.shown(text), self._surface.width, indent, indent):
            self._write(line)

    def _write(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()


TrialView = JsonTrialView | TextTrialView


def _line_of(item: Outcome | Step) -> tuple[str, str, str]:
    if isinstance(item, Step):
        word = "AGAINST" if item.state is StepState.AGAINST else item.state.value
        return word, item.subject, item.message
    if isinstance(item, Found):
        return "found", item.name, f"{item.value} ({item.remark})" if item.remark else item.value
    return _WORDS[type(item)], item.name, item.why


def _readings(result: TrialResult) -> Section:
    rows = tuple(_row(outcome) for outcome in result.outcomes)
    return Section(title="Open readings", columns=("Reading", "Found", "Default", "Note"), rows=rows)


def _row(outcome: Outcome) -> tuple[str, str, str, str]:
    default = reading_named(outcome.name).default
    if isinstance(outcome, Found):
        mark = "differs from our default" if differs(outcome) else ""
        return outcome.name, outcome.value, default, "; ".join(filter(None, (mark, outcome.remark)))
    return outcome.name, _WORDS[type(outcome)], default, outcome.why


def _totals(result: TrialResult, file: str | None) -> Iterator[str]:
    found = sum(isinstance(one, Found) for one in result.outcomes)
    other = sum(map(differs, result.outcomes))
    untold = sum(isinstance(one, NotTold) for one in result.outcomes)
    untried = sum(isinstance(one, NotTried) for one in result.outcomes)
    against = sum(step.state is StepState.AGAINST for step in result.steps)
    yield f"Found {found} of {len(result.outcomes)} readings. Differing from our default {other}."
    yield f"Not told {untold}, not tried {untried}. Against kupload {against}."
    if result.left:
        yield f"{_stays(result)} on Kinescope. {RUN_AGAIN} Or delete them there."
    if result.stopped:
        yield f"Stopped early: {result.stopped}"
    if file is None:
        yield "No file could be written."
    else:
        mark = ", marked as interrupted" if result.is_interrupted else ""
        yield (
            f"Written {file}{mark}: send it to whoever gave you kupload. It holds no token and no upload URL. Of each "
            "id it holds the last four characters, but X-Request-IDs whole, which Kinescope's support asks for."
        )


def _stays(result: TrialResult) -> str:
    """Whoever interrupts the deleting does not hear what became of the last request."""
    if result.is_interrupted:
        return f"{count(len(result.left), 'video', 'videos')} may stay"
    return count(len(result.left), "video stays", "videos stay")


def trial_object(result: TrialResult) -> JsonFields:
    """What was found as the fields of the JSON output."""
    return {
        "exit_code": result.exit_code,
        "interrupted": result.is_interrupted,
        "stopped": plain(result.stopped),
        "readings": [_reading_object(outcome) for outcome in result.outcomes],
        "steps": [
            {"subject": plain(step.subject), "state": step.state.replace(" ", "_"), "message": plain(step.message)}
            for step in result.steps
        ],
        "left": [
            {"video_id": plain(video.video_id), "title": plain(video.title), "reason": plain(video.reason)}
            for video in result.left
        ],
        "kept": [plain(line) for line in result.kept],
    }


def _reading_object(outcome: Outcome) -> JsonFields:
    reading = reading_named(outcome.name)
    value, note = (outcome.value, outcome.remark) if isinstance(outcome, Found) else (None, outcome.why)
    return {
        "name": outcome.name,
        "question": reading.question,
        "default": reading.default,
        "differs": differs(outcome),
        "outcome": _WORDS[type(outcome)].replace(" ", "_"),
        "value": value,
        "note": plain(note),
    }
