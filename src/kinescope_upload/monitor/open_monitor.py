"""Makes the monitor of a run, as the settings say."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kinescope_upload.display.printers import without_failures
from kinescope_upload.errors import UsageError
from kinescope_upload.events import Warned
from kinescope_upload.monitor.beginning import Beginning
from kinescope_upload.monitor.event_log import LOG_FILE, EventLog, RotatingFile
from kinescope_upload.monitor.monitor import Monitor, Places
from kinescope_upload.monitor.observe import Run
from kinescope_upload.monitor.state_file import StateFile, remove_old_states
from kinescope_upload.monitor.wishes_file import read_wishes
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK
from kinescope_upload.policy.jobs import FIRST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kinescope_upload.config import Settings
    from kinescope_upload.display.collector import Collector
    from kinescope_upload.display.printers import Printer
    from kinescope_upload.events import Emit
    from kinescope_upload.monitor.web.server import PageServer
    from kinescope_upload.monitor.web.watched import Watched
    from kinescope_upload.monitor.wishes import Wishes
    from kinescope_upload.text.hints import Command


class Told(NamedTuple):
    """A run that others are told of: what takes its events, for the printer, too, and what people want of the run."""

    emit: Emit
    wishes: Callable[[], Wishes]


class Begun(NamedTuple):
    """A run that has begun and has no plan yet: what tells of it, and the server of its page, where it has one."""

    beginning: Beginning
    page: PageServer | None
    watched: Watched | None

    def listening(self, emit: Emit) -> Emit:
        """Tells others of the events before the plan, too."""
        emit = self.beginning.listening(emit)
        return self.watched.listening(emit) if self.watched else emit


@contextmanager
def begin_run(settings: Settings, *, command: str) -> Iterator[Begun]:
    """Tells others that a run begins in this process, until the monitor takes over; its page goes on to its end.

    Args:
        settings: Say where the run is told of.
        command: What is done: "upload" or "replace".

    Raises:
        UsageError: Its page cannot be served.
    """
    run = _run(settings, command)
    with ExitStack() as stack:
        beginning = Beginning(run, settings.progress, SYSTEM_CLOCK, settings.history)
        page = watched = None
        if settings.web is not None:
            from kinescope_upload.monitor.web.server import PageServer  # noqa: PLC0415 - few runs have a page
            from kinescope_upload.monitor.web.watched import Watched  # noqa: PLC0415 - as above

            watched = Watched(run, beginning.collector, SYSTEM_CLOCK)
            try:
                page = stack.enter_context(PageServer(settings.web, watched, settings.progress))
            except UsageError:
                with beginning:
                    raise
            stack.enter_context(watched)
            beginning.run = replace(run, page_port=page.port)
        yield Begun(stack.enter_context(beginning), page, watched)


@contextmanager
def open_monitor(
    settings: Settings, begun: Begun, courses: Sequence[str], printer: Printer, typed: Command = ()
) -> Iterator[Told]:
    """Tells others about a run of this process while it goes on.

    Args:
        settings: Say where the run is told of.
        begun: The run.
        courses: The courses that it holds.
        printer: Shows the run.
        typed: The command line that does it, for what to type next.

    Yields:
        What takes the run's events.

    Raises:
        UsageError: Somebody is to be told of it, and messages cannot be sent from this installation.
    """
    tell, run = without_failures(printer), replace(begun.beginning.run, courses=tuple(courses))
    if settings.notify:
        from kinescope_upload.monitor.services import check_installed  # noqa: PLC0415 - few are told of runs

        check_installed()
    begun.beginning.hand_over()
    with suppress(OSError):  # a file that stays does no harm
        remove_old_states(settings.progress, run.started, run.name)
    with _monitor(settings, run, printer.collector, tell) as monitor:
        emit = monitor.listening(tell)
        if begun.watched:
            begun.watched.follow(run, printer.collector, monitor.samples, typed)
            emit = begun.watched.listening(emit)
        with _notifying(settings, printer.collector, emit, typed) as emit:
            yield Told(emit, partial(read_wishes, settings.progress, run.name))


@contextmanager
def _notifying(settings: Settings, collector: Collector, emit: Emit, typed: Command) -> Iterator[Emit]:
    """Tells people of the run, where some want to be told."""
    if settings.notify is None:
        yield emit
        return
    from kinescope_upload.monitor.notice_words import Words  # noqa: PLC0415 - few are told of runs
    from kinescope_upload.monitor.notifier import Notifier  # noqa: PLC0415 - as above
    from kinescope_upload.monitor.services import addresses_of  # noqa: PLC0415 - as above

    addresses = addresses_of(settings.notify)
    others = (one.reveal() for one in (settings.api_key, settings.database_url) if one)
    library = settings.library.name if settings.library else "kupload"
    words = Words(
        subject=f"{library}, on {socket.gethostname()}",
        command=typed,
        collector=collector,
        clock=SYSTEM_CLOCK,
        secrets=(*others, *addresses),
    )
    with Notifier(addresses, words, emit) as notifier:
        yield notifier.listening


def _run(settings: Settings, command: str) -> Run:
    started = datetime.now(UTC)
    return Run(
        name=f"{started:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
        process_id=os.getpid(),
        host=socket.gethostname(),
        started=started,
        command=command,
        library=str(settings.library or ""),
        progress=str(settings.progress.absolute()),
        courses=(),
        jobs=settings.jobs if isinstance(settings.jobs, int) else FIRST,
        bwlimit=settings.bwlimit,
    )


def _monitor(settings: Settings, run: Run, collector: Collector, tell: Emit) -> Monitor:
    places = Places(
        state=StateFile(settings.progress, run.host, run.process_id),
        log=None if settings.no_log else _log(settings, run.name, collector, tell),
        history=settings.history,
    )
    return Monitor(run, places, collector, tell, SYSTEM_CLOCK)


def _log(settings: Settings, run: str, collector: Collector, tell: Emit) -> EventLog | None:
    path = settings.log_file or settings.progress / "log" / LOG_FILE
    try:
        return EventLog(RotatingFile(path), run, collector, SYSTEM_CLOCK)
    except OSError as error:
        why = error.strerror or error
        tell(Warned(message=f'The log "{path}" cannot be written ({why}): the run goes on without it.'))
        return None
