"""Shows `kupload doctor`: the origin of every setting, then one line for each check as soon as it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.commands.doctor.check import Check, SettingFact, Standing, exit_code_of
from kinescope_upload.commands.doctor.finding_line import finding_lines
from kinescope_upload.output.json_text import plain
from kinescope_upload.output.sections import Section
from kinescope_upload.output.show import View, show, show_sections
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, surface_of
from kinescope_upload.text import count, joined
from kinescope_upload.text.hints import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Clock, Surface

_SUBJECT_WIDTH: Final = 10


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
        settings: Every setting with its origin.
        checks: Gives the checks one by one.
        options: `verbose` also shows the settings that have their default.
        stream: The output.
        clock: The source of the time stamps.

    Returns:
        All checks.
    """
    made: list[Check] = []
    show(_VIEW, _Checkup(settings=settings, checks=_noted(checks, made)), options, stream, clock=clock)
    return tuple(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checkup:
    settings: Sequence[SettingFact]
    checks: Iterable[Check]


def _noted(checks: Iterable[Check], made: list[Check]) -> Iterator[Check]:
    for check in checks:
        made.append(check)
        yield check


def _text(checkup: _Checkup, options: DisplayOptions, stream: TextIO) -> None:
    shown = [fact for fact in checkup.settings if options.verbose or not fact.is_default]
    rows = tuple((fact.place, fact.value) for fact in shown)
    show_sections([Section(title="Settings", columns=("Setting", "Value"), rows=rows)], (), stream)
    stream.flush()
    surface = surface_of(stream)
    standings: list[Standing] = []
    for check in checkup.checks:
        stream.write("".join(f"{line}\n" for line in _lines(check, surface)))
        stream.flush()
        standings.append(check.standing)
    stream.write(f"{_total(standings)}\n")


def _lines(check: Check, surface: Surface) -> Iterator[str]:
    word = "WRONG" if check.standing in {Standing.WRONG_HERE, Standing.WRONG_OUTSIDE} else check.standing.value
    return finding_lines(word, (check.subject, _SUBJECT_WIDTH), joined(check.message, check.hint), surface)


def _total(standings: Sequence[Standing]) -> str:
    wrong = standings.count(Standing.WRONG_HERE) + standings.count(Standing.WRONG_OUTSIDE)
    unknown = standings.count(Standing.UNKNOWN)
    message = f"{count(wrong, 'check', 'checks')} failed." if wrong else "All good."
    return f"{message} {count(unknown, 'check', 'checks')} without a clear answer." if unknown else message


def _object(checkup: _Checkup) -> JsonFields:
    """The checks as the fields of the JSON output."""
    checks = tuple(checkup.checks)
    return {
        "settings": [
            {
                "name": plain(fact.name),
                "value": plain(fact.value),
                "place": plain(fact.place),
                "is_default": fact.is_default,
                "shadowed": [plain(place) for place in fact.shadowed],
            }
            for fact in checkup.settings
        ],
        "checks": [
            {
                "subject": check.subject,
                "standing": check.standing.replace(" ", "_"),
                "message": plain(check.message),
                "hint": plain(shown(check.hint)),
            }
            for check in checks
        ],
        "exit_code": exit_code_of(checks),
    }


_VIEW: Final = View(event="doctor", fields=_object, text=_text)
