"""One try, from the typed folder id to the exit code."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TextIO

from kinescope_upload.commands.doctor.readings import LeftVideo, NotTold, Outcome, Step, TrialResult, in_order
from kinescope_upload.commands.doctor.readings.masking import masked, masked_item
from kinescope_upload.commands.doctor.readings.of_videos import text_of
from kinescope_upload.commands.doctor.trial.bench import Bench
from kinescope_upload.commands.doctor.trial.cleanup import clean_up, left_videos
from kinescope_upload.commands.doctor.trial.interrupts import Interrupts
from kinescope_upload.commands.doctor.trial.preflight import (
    ask_for_tokens,
    checked_folder,
    checked_folder_id,
    earlier_videos,
)
from kinescope_upload.commands.doctor.trial.probes import LAST, PROBES, Probe
from kinescope_upload.commands.doctor.trial.report import write_report
from kinescope_upload.commands.doctor.trial.scratch import FOLDER_NAME, NO_PARENT_FOLDER_NAME, Scratch, is_of_a_try
from kinescope_upload.commands.doctor.trial.sender import Sender
from kinescope_upload.commands.doctor.trial.session import Session, StoppedError, Watch, all_pages
from kinescope_upload.commands.doctor.trial.view import JsonTrialView, TextTrialView, TrialStart
from kinescope_upload.commands.doctor.trial.waits import WaitBudget
from kinescope_upload.commands.doctor.trial.watching import watch_all
from kinescope_upload.connect import Kinescope, open_kinescope
from kinescope_upload.errors import BatchStoppedError, InterruptedRunError, KuploadError, TryAgainError
from kinescope_upload.kinescope.management_api import KinescopeApi
from kinescope_upload.kinescope.tus_client import TusClient
from kinescope_upload.kinescope.video import read_video
from kinescope_upload.upload import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kinescope_upload.commands.doctor.trial.view import TrialView
    from kinescope_upload.config import Settings
    from kinescope_upload.kinescope.http_client import HttpClient
    from kinescope_upload.kinescope.video import Video
    from kinescope_upload.output.options import DisplayOptions

__all__ = ["LONGEST_WAIT", "TrialOptions", "run_trial"]

LONGEST_WAIT = 600.0
"""Seconds that all waits of a try together may take."""
_TO_DELETE = 180.0
"""Seconds that deleting may wait in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOptions:
    """What the user asked for.

    Attributes:
        folder_id: The scratch folder, as it was typed.
        directory: Where the file to hand on goes.
        is_thorough: Whether the rate limit is tried, by many requests at once.
        longest_wait: Seconds that all waits together may take.
    """

    folder_id: str
    directory: Path
    is_thorough: bool = False
    longest_wait: float = LONGEST_WAIT


def run_trial(settings: Settings, wish: TrialOptions, options: DisplayOptions, stdout: TextIO) -> int:
    """Goes the whole way in the scratch folder, says what was found, and deletes what was made.

    Returns:
        0 when everything was told and nothing is against kupload; 1 when something could not be told, is against it or
        stays on Kinescope; 3 when the token or the network stopped it.

    Raises:
        UsageError: A setting is missing, or the folder is none that a try may use; nothing was touched.
        BatchStoppedError: Kinescope does not answer, or refuses the token; nothing was touched.
    """
    folder_id = checked_folder_id(wish.folder_id)
    settings.needed_api_key()
    settings.needed_project_id()
    view: TrialView = JsonTrialView(stdout) if options.as_json else TextTrialView(stdout)
    with open_kinescope(settings) as kinescope:
        trial = _Trial(settings, wish, kinescope, view)
        try:
            trial.begin(folder_id)
        except TryAgainError as error:
            raise BatchStoppedError(
                f"{error.what} Nothing was touched.",
                "Check the network, the proxy (HTTPS_PROXY) and KINESCOPE_API_URL: `kupload doctor`.",
                request_id=error.request_id,
            ) from error
        result = trial.go()
    file = write_report(result, wish.directory, at=datetime.now(UTC), api_url=settings.api_url)
    view.backends(result, None if file is None else file.name)
    return result.exit_code


@contextmanager
def _open_unpaced(settings: Settings) -> Iterator[HttpClient]:
    with open_kinescope(replace(settings, api_rate=())) as kinescope:
        yield kinescope.service


def _interrupted(result: TrialResult) -> InterruptedRunError:
    if not result.left:
        return InterruptedRunError("Stopped. Everything that this try made is deleted; no file was written.")
    return InterruptedRunError(
        "Stopped. What the table names may stay on Kinescope; no file was written.",
        "Run the same command again: it deletes what an earlier try left.",
    )


class _Trial:
    """A try under way: what was found so far, and what has to be deleted."""

    def __init__(self, settings: Settings, wish: TrialOptions, kinescope: Kinescope, view: TrialView) -> None:
        self._settings = settings
        self._wish = wish
        self._kinescope = kinescope
        self._view = view
        self._waits = WaitBudget(wish.longest_wait)
        self._found: list[Outcome | Step] = []
        self._session: Session | None = None
        self._interrupts = Interrupts()

    def begin(self, folder_id: str) -> None:
        """Looks at the folder, and makes nothing.

        Raises:
            UsageError: The folder is none that a try may use.
            KuploadError: Kinescope does not answer, or refuses.
        """
        settings = self._settings
        project_id = settings.needed_project_id()
        sender = Sender(self._kinescope.service, api_url=settings.api_url, waits=self._waits)
        api = KinescopeApi(sender, api_url=settings.api_url)
        api.folders(project_id)  # refuses a wrong token and a wrong project in the words of every other command
        folders = all_pages(sender, f"/v1/projects/{project_id}/folders", action="list the project's folders")
        name = checked_folder(folders, folder_id, project_id=project_id)
        there = all_pages(sender, f"/v1/videos?folder_id={folder_id}", action="list the folder's videos")
        earlier = (*earlier_videos(there), *self._left_in_kept_folder(sender, folders))
        scratch = Scratch.of_try(folder_id, uuid.uuid4().hex[:8])
        scratch.made.update({video.id: video.title for video in earlier})
        tokens, message = ask_for_tokens(sender)
        workspace_id = settings.workspace_id or message.workspace_id
        service = self._kinescope.service
        uploader = TusClient(service, uploader_url=settings.uploader_url, workspace_id=workspace_id)
        kinescope = replace(self._kinescope, uploader=uploader, api=api)
        dialects = (Dialect.TUS, Dialect.JSON) if workspace_id else (Dialect.JSON,)
        self._session = Session(
            project_id=project_id,
            api_url=settings.api_url,
            uploader_url=settings.uploader_url,
            workspace_id=workspace_id,
            sender=sender,
            api=api,
            benches={
                one: Bench(kinescope=kinescope, scratch=scratch, dialect=one, waits=self._waits) for one in dialects
            },
            scratch=scratch,
            waits=self._waits,
            folders=folders,
            open_unpaced=partial(_open_unpaced, settings),
            is_thorough=self._wish.is_thorough,
            is_told_not_to_delete=message.may_delete is False,
        )
        start = TrialStart(folder=name, mark=scratch.mark, longest_wait=self._wish.longest_wait, earlier=len(earlier))
        self._view.starts(start)
        self._note(tokens)

    def _left_in_kept_folder(self, sender: Sender, folders: tuple[object, ...]) -> tuple[Video, ...]:
        """Videos of an earlier try that was killed after it had moved them; others there are left alone."""
        items: list[object] = []
        for folder in folders:
            if text_of(folder, "name") in {FOLDER_NAME, NO_PARENT_FOLDER_NAME}:
                path = f"/v1/videos?folder_id={text_of(folder, 'id')}"
                items += all_pages(sender, path, action="list the folder's videos")
        return tuple(video for item in items if (video := read_video(item)) and is_of_a_try(video))

    def go(self) -> TrialResult:
        """Asks everything, and deletes what was made, also after a failure or Ctrl+C."""
        session = self._begun()
        with self._interrupts.taken_over():
            failure: BaseException | None = None
            try:
                with self._interrupts.heard():
                    stopped = self._asked(session)
            except BaseException as error:  # noqa: BLE001 - raised again once what was made is deleted or named
                failure, stopped = error, "Interrupted."
            left, is_interrupted = self._cleaned(session)
            result = self._result(session, left, stopped=stopped)
            if failure is None and not is_interrupted:
                return result
            self._view.backends(result, None)
            if isinstance(failure, Exception):
                raise failure
            raise _interrupted(result)

    def _begun(self) -> Session:
        if self._session is None:
            raise AssertionError("begin() comes first")
        return self._session

    def _asked(self, session: Session) -> str:
        """Runs every probe; why it ended early, or an empty text."""
        watches: list[Watch] = []
        try:
            for probe in PROBES:
                watches += self._run(probe, session)
            for item in watch_all(watches, self._waits, self._view.waits):
                self._note(item)
            self._run(LAST, session)
        except (StoppedError, TryAgainError) as error:
            return masked(str(error))
        return ""

    def _run(self, probe: Probe, session: Session) -> list[Watch]:
        """Runs one probe: what it found is noted, what takes time is given back.

        Raises:
            StoppedError: The try cannot go on.
            TryAgainError: Kinescope does not answer.
        """
        watches = []
        try:
            for item in probe.run(session):
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

    def _cleaned(self, session: Session) -> tuple[tuple[LeftVideo, ...], bool]:
        """Deletes what was made; what stays, and whether somebody did not want to wait for it."""
        self._waits.grant(_TO_DELETE)
        try:
            with self._interrupts.heard():
                return clean_up(session.api, session.scratch, self._waits), False
        except KeyboardInterrupt:
            return left_videos(session.scratch, {}, otherwise="Interrupted."), True

    def _result(self, session: Session, left: tuple[LeftVideo, ...], *, stopped: str) -> TrialResult:
        outcomes = [item for item in self._found if not isinstance(item, Step)]
        return TrialResult(
            outcomes=in_order(outcomes, otherwise=stopped or "nothing came of it"),
            steps=tuple(item for item in self._found if isinstance(item, Step)),
            left=left,
            kept=tuple(session.kept),
            stopped=stopped,
        )
