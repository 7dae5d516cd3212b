"""kupload for programs: settings, the plan, a run with its events, the status, a verification (docs/api.md).

What a function gives and what a run tells are the objects of `--json` (docs/json.md), so that a program and a script
read the same. Each imports only what it uses.
"""

# ruff: noqa: PLC0415 - see above

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from kinescope_upload.cluster.alone import alone
from kinescope_upload.config import Settings, load_settings
from kinescope_upload.errors import BatchStoppedError, InterruptedRunError, KuploadError, TryAgainError, UsageError
from kinescope_upload.output.options import DisplayOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "BatchStoppedError",
    "Event",
    "InterruptedRunError",
    "KuploadError",
    "Listener",
    "Settings",
    "TryAgainError",
    "UsageError",
    "ask_to_stop",
    "make_plan",
    "read_settings",
    "read_status",
    "run",
    "verify",
]

_AS_JSON = DisplayOptions(as_json=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One object of docs/json.md.

    Attributes:
        name: Which it is: "stage_reached", "progress", "summary".
        time: When it was said (UTC).
        fields: Its fields, by the names of docs/json.md; sizes are bytes, times are seconds.
    """

    name: str
    time: datetime
    fields: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """Gives a field."""
        return self.fields[name]


Listener: TypeAlias = Callable[[Event], object]
"""Hears events, one at a time, in any thread; it should be quick, since the run waits for it."""


def read_settings(
    directory: str | os.PathLike[str] = ".",
    *,
    environment: Mapping[str, str] | None = None,
    **options: str | float | bool | Sequence[str] | None,
) -> Settings:
    """Reads the settings as the command line does: options, `.env`, the environment, kupload.toml, defaults.

    Args:
        directory: Where `.env` and kupload.toml are, and relative paths begin.
        environment: The environment; None takes the process's own.
        options: The options by their names in docs/configuration.md, without dashes: `library="films", jobs=2,
            courses=["01_analytics"], no_db=True`.

    Raises:
        UsageError: A value is wrong; names it and where it stands.
        TypeError: There is no such option.
    """
    own = os.environ if environment is None else environment
    return load_settings(options, directory=Path(directory).resolve(), environment=own)


def make_plan(settings: Settings, *, offline: bool = False) -> Event:
    """Tells what a run would do and why not the rest, as `--dry-run` does; nothing is written anywhere.

    Args:
        settings: The settings.
        offline: Whether Kinescope is not asked.

    Returns:
        The object `plan`.

    Raises:
        KuploadError: What would stop the run before its first byte.
    """
    from kinescope_upload.commands.dry_run import dry_run

    lines = _Lines()
    dry_run(alone(settings, "--dry-run"), _AS_JSON, lines, is_offline=offline)
    return lines.last()


def run(settings: Settings, on_event: Listener | None = None) -> Event:
    """Uploads what is selected and links it; nobody is asked anything.

    In the main thread, Ctrl+C ends the run with everything saved, as at the command line; elsewhere `ask_to_stop` does.

    Args:
        settings: The settings.
        on_event: Hears each event as it happens.

    Returns:
        The object `summary`; its `exit_code` says how it ended (docs/commands.md).

    Raises:
        KuploadError: The run could not begin.
    """
    from kinescope_upload.commands.upload import Screen, upload

    lines = _Lines(on_event)
    upload(alone(settings), Screen(_AS_JSON, lines, io.StringIO()))
    return lines.last()


def read_status(settings: Settings) -> Event:
    """Tells how far each course is, from the disk alone.

    Returns:
        The object `status`.

    Raises:
        UsageError: The library or the progress cannot be read.
    """
    from kinescope_upload.commands.status import show_status

    lines = _Lines()
    show_status(alone(settings, "--status"), _AS_JSON, lines)
    return lines.last()


def verify(settings: Settings, on_event: Listener | None = None, *, wait: bool = False, deep: bool = False) -> Event:
    """Compares files, progress, rows and videos, lesson by lesson; what agrees becomes `verified`.

    Args:
        settings: The settings.
        on_event: Hears each event as it happens, and each `finding`.
        wait: Whether to wait, for 12 hours at most, until Kinescope has processed every video.
        deep: Whether to read every file again for its MD5.

    Returns:
        The object `verified`; its `exit_code` is 0 when nothing disagrees.

    Raises:
        KuploadError: A side cannot be read.
    """
    from kinescope_upload.audit.show.progress import audit_progress
    from kinescope_upload.audit.show.view import AuditView
    from kinescope_upload.audit.verify import VerifyOptions
    from kinescope_upload.audit.verify import verify as run_verify
    from kinescope_upload.exit_codes import ExitCode

    lines = _Lines(on_event)
    view = AuditView(_AS_JSON, lines)
    with audit_progress(_AS_JSON, view, stdout=lines, stderr=io.StringIO()) as tell:
        report = run_verify(alone(settings, "verify"), VerifyOptions(waits=wait, is_deep=deep), tell)
    view.show_report(report, exit_code=ExitCode.DONE if report.agrees else ExitCode.NOT_DONE)
    return lines.last()


def ask_to_stop(settings: Settings) -> tuple[str, ...]:
    """Asks the run on this progress folder to stop, as Ctrl+C would, whichever process it is in.

    A run that still reads the library, in a thread that is not its process's main one, does so when it has read it.

    Returns:
        The courses that it is at work on; none where no run is, or it holds none yet.
    """
    from kinescope_upload.commands import tell

    return tell.ask_to_stop(alone(settings, "stop").progress)[0]


class _Lines(io.StringIO):
    """Takes JSON lines and passes each on as an event; keeps the last one alone."""

    def __init__(self, listener: Listener | None = None) -> None:
        super().__init__()
        self._listener = listener
        self._last: Event | None = None
        self._error: Exception | None = None

    def write(self, text: str, /) -> int:
        """Takes whole lines, as every JSON printer writes them."""
        for line in text.splitlines():
            self._pass_on(_event_of(line))
        return len(text)

    def last(self) -> Event:
        """The last event.

        Raises:
            Exception: What the listener raised first; the run went on to its end without it.
        """
        if self._error:
            raise self._error
        assert self._last is not None  # noqa: S101 - each command ends with a line
        return self._last

    def _pass_on(self, event: Event) -> None:
        self._last = event
        if self._listener is None or self._error:
            return
        try:
            self._listener(event)
        except Exception as error:  # noqa: BLE001 - a listener must not break the run
            self._error = error


def _event_of(line: str) -> Event:
    said = json.loads(line)
    del said["v"]
    return Event(name=said.pop("event"), time=datetime.fromisoformat(said.pop("time")), fields=said)
