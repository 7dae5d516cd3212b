"""`kupload doctor`: where every setting stands, then one line for each check, as soon as it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.commands.doctor.check import Check, SettingFact, Standing, exit_code_of
from kinescope_upload.output.json_text import json_line, plain
from kinescope_upload.output.sections import Section, show_sections
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, escape_unencodable, surface_of
from kinescope_upload.text import count, joined, pad, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Clock, Surface

__all__ = ["doctor_object", "print_checkup"]

_MARKS: Final = {
    Standing.GOOD: ("good", "\x1b[32m"),
    Standing.NOTE: ("note", "\x1b[33m"),
    Standing.UNKNOWN: ("not known", "\x1b[33m"),
    Standing.WRONG_HERE: ("WRONG", "\x1b[31m"),
    Standing.WRONG_OUTSIDE: ("WRONG", "\x1b[31m"),
}
_PLAIN: Final = "\x1b[0m"
_MARK_WIDTH: Final = 9
_SUBJECT_WIDTH: Final = 10
_NARROWEST: Final = 20


def print_checkup(
    settings: Sequence[SettingFact],
    checks: Iterable[Check],
    options: DisplayOptions,
    stream: TextIO,
    *,
    clock: Clock = SYSTEM_CLOCK,
) -> tuple[Check, ...]:
    """Writes each check as soon as it is made.

    Args:
        settings: Where every setting stands.
        checks: Gives the checks one by one.
        options: What the user asked for; `verbose` shows the settings that have their default, too.
        stream: Takes it.
        clock: Where the time comes from.

    Returns:
        All checks.
    """
    escape_unencodable(stream)
    if options.as_json:
        made = tuple(checks)
        stream.write(json_line("doctor", doctor_object(settings, made), clock))
        stream.flush()
        return made
    shown = [one for one in settings if options.verbose or not one.is_default]
    rows = tuple((one.place, one.value) for one in shown)
    section = Section(title="Settings", columns=("Setting", "Value"), rows=rows)
    show_sections([section], (), stream)
    made = tuple(_told(checks, stream, surface_of(stream)))
    stream.write(f"{_total(made)}\n")
    stream.flush()
    return made


def _told(checks: Iterable[Check], stream: TextIO, surface: Surface) -> Iterator[Check]:
    stream.flush()
    for check in checks:
        stream.write("".join(f"{line}\n" for line in _lines(check, surface)))
        stream.flush()
        yield check


def _lines(check: Check, surface: Surface) -> Iterator[str]:
    word, colour = _MARKS[check.standing]
    mark = pad(word, _MARK_WIDTH)
    head = f"{colour}{mark}{_PLAIN}" if surface.has_colour else mark
    indent = _MARK_WIDTH + _SUBJECT_WIDTH + 2
    first, *rest = wrapped(surface.shown(joined(check.message, check.hint)), max(_NARROWEST, surface.width - indent))
    yield f"{head} {pad(check.subject, _SUBJECT_WIDTH)} {first}"
    for line in rest:
        yield " " * indent + line


def _total(checks: Sequence[Check]) -> str:
    wrong = sum(check.standing in {Standing.WRONG_HERE, Standing.WRONG_OUTSIDE} for check in checks)
    unknown = sum(check.standing is Standing.UNKNOWN for check in checks)
    message = f"{count(wrong, 'thing is', 'things are')} wrong." if wrong else "All good."
    return f"{message} {count(unknown, 'thing', 'things')} could not be told." if unknown else message


def doctor_object(settings: Sequence[SettingFact], checks: Sequence[Check]) -> JsonFields:
    """The checks as the fields of the JSON output."""
    return {
        "settings": [
            {
                "name": plain(one.name),
                "value": plain(one.value),
                "place": plain(one.place),
                "is_default": one.is_default,
                "shadowed": [plain(place) for place in one.shadowed],
            }
            for one in settings
        ],
        "checks": [
            {
                "subject": check.subject,
                "standing": check.standing.replace(" ", "_"),
                "told": plain(check.message),
                "way_out": plain(check.hint),
            }
            for check in checks
        ],
        "exit_code": exit_code_of(checks),
    }
