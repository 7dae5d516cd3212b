"""The file that a try leaves to be handed on: everything that was found, and no secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from kinescope_upload import __version__
from kinescope_upload.commands.doctor.readings.masking import masked
from kinescope_upload.commands.doctor.trial.view import trial_object

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from kinescope_upload.commands.doctor.readings.outcome import TrialResult

_MOST_A_DAY: Final = 1000


def write_report(result: TrialResult, directory: Path, *, run: str, at: datetime, api_url: str) -> Path | None:
    """Writes `kupload-try-YYYY-MM-DD.json`, or the same with a number: no file is ever replaced.

    Args:
        result: What was found.
        directory: Where the file goes.
        run: The try, eight hexadecimal digits.
        at: When (UTC).
        api_url: The management API's address; its host is told.

    Returns:
        The file; None where it cannot be written.
    """
    report = {
        "kupload": __version__,
        "date": f"{at:%Y-%m-%d}",
        "try": run,
        "host": urlsplit(api_url).hostname,
        **trial_object(result),
    }
    text = masked(json.dumps(report, ensure_ascii=False, indent=2)) + "\n"
    for number in range(1, _MOST_A_DAY):
        suffix = "" if number == 1 else f"-{number}"
        path = directory / f"kupload-try-{at:%Y-%m-%d}{suffix}.json"
        try:
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except FileExistsError:
            continue
        except OSError:
            return None
        return path
    return None


def ended_tries(directory: Path) -> frozenset[str]:
    """The tries that left their file here: a try writes it when it has ended."""
    return frozenset(run for file in directory.glob("kupload-try-*.json") if (run := _run_in(file)))


def _run_in(file: Path) -> str:
    try:
        match json.loads(file.read_text("utf-8")):
            case {"try": str(run)}:
                return run
            case _:
                return ""
    except (OSError, ValueError, RecursionError):
        return ""
