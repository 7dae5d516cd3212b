"""Holds what `kupload doctor` finds, one check a line. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import ForeignAnswerError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.text.hints import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kinescope_upload.errors import KuploadError


WHO_ANSWERS: Final = "Log in where the network asks for it, or check the firewall and the proxy (HTTPS_PROXY)."


class Standing(StrEnum):
    """The result of a check; a `note` stops nothing.

    The user has to fix what is `wrong here` (settings, files, folders): a run would exit with code 2. What is `wrong
    outside` (token, payment, rights, network, database) would stop a run with code 3.
    """

    GOOD = "good"
    NOTE = "note"
    UNKNOWN = "not known"
    WRONG_HERE = "wrong here"
    WRONG_OUTSIDE = "wrong outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Holds the result of one check.

    Attributes:
        subject: What was checked, in a word or two.
        standing: The result.
        message: What was found, in a sentence.
        hint: What to do about it; empty when there is nothing to do.
    """

    subject: str
    standing: Standing
    message: str
    hint: str = ""

    @classmethod
    def good(cls, subject: str, message: str) -> Check:
        """Makes the check that found nothing wrong."""
        return cls(subject=subject, standing=Standing.GOOD, message=message)

    @classmethod
    def of(cls, subject: str, standing: Standing, message: str, hint: str = "") -> Check:
        """Makes the check with this result."""
        return cls(subject=subject, standing=standing, message=message, hint=hint)

    @classmethod
    def of_error(cls, subject: str, error: KuploadError, standing: Standing) -> Check:
        """Makes the check that ended in this error; the error holds the message and the hint.

        Somebody else's answer would stop a run, whatever was asked.
        """
        if isinstance(error, ForeignAnswerError):
            return cls(subject=subject, standing=Standing.WRONG_OUTSIDE, message=error.reason, hint=WHO_ANSWERS)
        message = str(error).removesuffix(f" {shown(error.hint)}") if error.hint else str(error)
        return cls(subject=subject, standing=standing, message=message, hint=error.hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingFact:
    """Describes a setting: its value as it may be shown, where it was read, and where other values are ignored."""

    name: str
    value: str
    place: str
    is_default: bool
    shadowed: tuple[str, ...] = ()


def exit_code_of(checks: Iterable[Check]) -> int:
    """Chooses the exit code: 0 when nothing is wrong, 2 when something is wrong here, else 3."""
    standings = {check.standing for check in checks}
    if Standing.WRONG_HERE in standings:
        return ExitCode.USAGE
    return ExitCode.STOPPED if Standing.WRONG_OUTSIDE in standings else ExitCode.DONE
