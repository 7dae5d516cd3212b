"""One try, from the typed folder id to the exit code."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.commands.doctor.readings.masking import masked, masked_item
from kinescope_upload.commands.doctor.readings.outcome import LeftVideo, NotTold, Outcome, Step, TrialResult, in_order
from kinescope_upload.commands.doctor.trial.beginning import TrialOptions, prepared
from kinescope_upload.commands.doctor.trial.cleanup import clean_up, left_videos
from kinescope_upload.commands.doctor.trial.interrupts import Interrupts
from kinescope_upload.commands.doctor.trial.preflight import checked_folder_id
from kinescope_upload.commands.doctor.trial.probes import LAST, PROBES, Probe
from kinescope_upload.commands.doctor.trial.report import write_report
from kinescope_upload.commands.doctor.trial.session import StoppedError, Watch
from kinescope_upload.commands.doctor.trial.view import RUN_AGAIN, JsonTrialView, TextTrialView
from kinescope_upload.commands.doctor.trial.waits import WaitBudget
from kinescope_upload.commands.doctor.trial.watching import watch_all
from kinescope_upload.connect import open_kinescope
from kinescope_upload.errors import InterruptedRunError, KuploadError, TryAgainError
from kinescope_upload.text import count

if TYPE_CHECKING:
    from kinescope_upload.commands.doctor.trial.beginning import Prepared
    from kinescope_upload.commands.doctor.trial.session import Session
    from kinescope_upload.commands.doctor.trial.view import TrialView
    from kinescope_upload.config import Settings
    from kinescope_upload.output.options import DisplayOptions

LONGEST_WAIT: Final = 600.0
"""Seconds that all waits of a try together may take."""
_TO_DELETE: Final = 180.0
"""Seconds that deleting may wait in any case."""
_INTERRUPTED: Final = "Interrupted."


def run_trial(
    settings: Settings, wish: TrialOptions, options: DisplayOptions, *, stdout: TextIO, stderr: TextIO
) -> int:
    """Goes the whole way in the scratch folder, says what was found, and deletes what was made.

    Args:
        settings: The settings.
        wish: What the user asked for.
        options: How the user wants to see it.
        stdout: Takes what was found.
        stderr: Takes what goes on meanwhile, where that is told as JSON.

    Returns:
        0 when everything was told and nothing is against kupload; 1 when something could not be told or tried, is
        against it or stays on Kinescope; 3 when the token or the network stopped it.

    Raises:
        UsageError: A setting is wrong, or the folder is none that a try may use; nothing was touched.
        BatchStoppedError: Kinescope does not answer, or refuses the token; nothing was touched.
        InterruptedRunError: A signal ended it; what stays is told.
    """
    wish = replace(wish, folder_id=checked_folder_id(wish.folder_id))
    settings.check_set("api_key", "project_id")
    view: TrialView = (
        JsonTrialView(stdout, progress=TextTrialView(stderr)) if options.as_json else TextTrialView(stdout)
    )
    waits, interrupts = WaitBudget(wish.longest_wait), Interrupts()
    with interrupts.heard(), open_kinescope(settings) as kinescope:
        try:
            ready = interrupts.run(partial(prepared, settings, wish, kinescope, waits))
        except KeyboardInterrupt:
            raise InterruptedRunError("Stopped. Nothing was touched.") from None
        trial = _Trial(ready.session, view, interrupts)
        result = trial.go(ready)
        run, now = ready.session.scratch.run, datetime.now(UTC)
        file = write_report(result, wish.directory, run=run, at=now, api_url=settings.api_url)
        view.backends(result, None if file is None else file.name)
    if trial.bug is not None:
        raise trial.bug
    if result.is_interrupted:
        raise _interrupted(result)
    return result.exit_code


def _interrupted(result: TrialResult) -> InterruptedRunError:
    if not result.left:
        return InterruptedRunError("Stopped. Every video that was made is deleted.")
    left = count(len(result.left), "video", "videos")
    return InterruptedRunError(f"Stopped. {left} may stay on Kinescope; they are named above.", RUN_AGAIN)


class _Trial:
    """A try under way: what was found so far, and what has to be deleted.

    Attributes:
        bug: What ended it although nothing in the world outside did; to be raised when everything is told.
    """

    def __init__(self, session: Session, view: TrialView, interrupts: Interrupts) -> None:
        self.bug: Exception | None = None
        self._session = session
        self._view = view
        self._interrupts = interrupts
        self._found: list[Outcome | Step] = []

    def go(self, ready: Prepared) -> TrialResult:
        """Asks everything, and deletes what was made, also after a failure or Ctrl+C."""
        stopped, is_interrupted = "", False
        try:
            stopped = self._interrupts.run(partial(self._asked, ready))
        except KeyboardInterrupt:
            stopped, is_interrupted = _INTERRUPTED, True
        except Exception as error:  # noqa: BLE001 - what was made is deleted first, then it is raised
            self.bug, stopped = error, f"A mistake in kupload ({type(error).__name__})."
        left, is_cut_short = self._cleaned()
        outcomes = [item for item in self._found if not isinstance(item, Step)]
        return TrialResult(
            outcomes=in_order(outcomes, otherwise=stopped or "nothing came of it"),
            steps=tuple(item for item in self._found if isinstance(item, Step)),
            left=left,
            kept=tuple(self._session.kept),
            stopped=stopped or (_INTERRUPTED if is_cut_short else ""),
            is_interrupted=is_interrupted or is_cut_short,
        )

    def _asked(self, ready: Prepared) -> str:
        """Runs every probe; why it ended early, or an empty text."""
        watches: list[Watch] = []
        self._view.starts(ready.start)
        self._note(ready.tokens)
        try:
            for probe in PROBES:
                watches += self._run(probe)
            for item in watch_all(watches, self._session.waits, self._view.waits):
                self._note(item)
            self._run(LAST)
        except (StoppedError, TryAgainError) as error:
            return masked(str(error))
        return ""

    def _run(self, probe: Probe) -> list[Watch]:
        """Runs one probe: what it found is noted, what takes time is given back.

        Raises:
            StoppedError: The try cannot go on.
            TryAgainError: Kinescope does not answer.
        """
        watches = []
        try:
            for item in probe.run(self._session):
                if isinstance(item, Watch):
                    watches.append(item)
                else:
                    self._note(item)
        except (StoppedError, TryAgainError):
            raise
        except KuploadError as error:
            message = {item.name for item in self._found if not isinstance(item, Step)}
            for name in probe.names:
                if name not in message:
                    self._note(NotTold(name=name, why=error.reason))
        return watches

    def _note(self, item: Outcome | Step) -> None:
        shown = masked_item(item)
        self._found.append(shown)
        self._view.found(shown)

    def _cleaned(self) -> tuple[tuple[LeftVideo, ...], bool]:
        """Deletes what was made; what stays, and whether somebody did not want to wait for it."""
        session = self._session
        session.waits.grant(_TO_DELETE)
        try:
            return self._interrupts.run(self._deleted), False
        except KeyboardInterrupt:
            return left_videos(session.scratch, {}, otherwise=_INTERRUPTED), True

    def _deleted(self) -> tuple[LeftVideo, ...]:
        session = self._session
        if session.scratch.made:
            self._view.deletes(len(session.scratch.made))
        return clean_up(session.api, session.scratch, session.waits)
