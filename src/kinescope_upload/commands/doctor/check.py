"""What `kupload doctor` finds: one check a line. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kinescope_upload.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kinescope_upload.errors import KuploadError

__all__ = ["Check", "SettingFact", "Standing", "exit_code_of"]


class Standing(StrEnum):
    """How something stands; a `note` is worth knowing and stops nothing.

    `wrong here` is for the user to put right in the settings, the files or the folders, as a run would say with exit
    code 2; `wrong outside` is what stops a batch (token, payment, rights, network, database), with exit code 3.
    """

    GOOD = "good"
    NOTE = "note"
    UNKNOWN = "not known"
    WRONG_HERE = "wrong here"
    WRONG_OUTSIDE = "wrong outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at.

    Attributes:
        subject: What, in a word or two.
        standing: How it stands.
        message: What was found, in a sentence.
        hint: What to do about it; empty when nothing is to be done.
    """

    subject: str
    standing: Standing
    message: str
    hint: str = ""

    @classmethod
    def of_error(cls, subject: str, error: KuploadError, standing: Standing) -> Check:
        """The check that ended in this error, which names the thing and the way out itself."""
        message = str(error).removesuffix(f" {error.hint}") if error.hint else str(error)
        return cls(subject=subject, standing=standing, message=message, hint=error.hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingFact:
    """A setting as it counts: its value as it may be shown, where that stands, and where others stand in vain."""

    name: str
    value: str
    place: str
    is_default: bool
    shadowed: tuple[str, ...] = ()


def exit_code_of(checks: Iterable[Check]) -> int:
    """0 when nothing is wrong, 2 when something is wrong here, else 3."""
    standings = {check.standing for check in checks}
    if Standing.WRONG_HERE in standings:
        return ExitCode.USAGE
    return ExitCode.STOPPED if Standing.WRONG_OUTSIDE in standings else ExitCode.DONE
