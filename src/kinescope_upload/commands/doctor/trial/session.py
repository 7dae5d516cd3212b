"""What the probes of a try share: the service, the scratch folder, and what earlier probes learned."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

from kinescope_upload.commands.doctor.readings.of_answers import words_of
from kinescope_upload.commands.doctor.readings.outcome import NotTold, Outcome, Step, StepState
from kinescope_upload.commands.doctor.trial.sender import Sender
from kinescope_upload.connect import open_kinescope
from kinescope_upload.errors import BatchStoppedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kinescope_upload.commands.doctor.trial.bench import Bench
    from kinescope_upload.commands.doctor.trial.scratch import Scratch
    from kinescope_upload.commands.doctor.trial.waits import WaitBudget
    from kinescope_upload.config import Settings
    from kinescope_upload.kinescope.http_client import HttpClient
    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.kinescope.tus import Answer
    from kinescope_upload.upload import Dialect, Record

SIZE: Final = 4096
"""Bytes of each file that is sent."""


class StoppedError(BatchStoppedError):
    """The try cannot go on: nothing more is made, what was made is deleted."""


class Look(Protocol):
    """Looks at something once."""

    def __call__(self, *, is_last: bool) -> Sequence[Outcome | Step]:
        """What is found; nothing while it cannot be told yet.

        Args:
            is_last: Whether nobody will look again.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Something that takes time; all of them are watched at once.

    Attributes:
        what: What is waited for, to follow "waiting for".
        begun: Since when it is waited for, in the seconds of the budget.
        at_most: Seconds that are waited for it from then on; infinite where only the budget bounds it.
        look: Looks once.
    """

    what: str
    begun: float
    at_most: float
    look: Look


Item = Outcome | Step | Watch


@dataclass(slots=True, kw_only=True)
class Session:
    """What the probes share.

    Attributes:
        project_id: The project.
        settings: The settings; the addresses among them.
        workspace_id: The workspace; None where neither the settings nor Kinescope tell it.
        sender: Sends single requests.
        api: The management API.
        benches: The dialects, by name.
        scratch: The scratch folder.
        waits: The budget of the waits.
        folders: The project's folders as they came.
        is_thorough: Whether many requests may be sent at once.
        is_workspace_told: Whether the list of access tokens names the workspace.
        is_told_not_to_delete: Whether the list of access tokens says that the token may not delete.
        may_delete: Whether the token may delete videos; None until that is known.
        unknown_delete: The answer to `DELETE` of an id that no video has.
        uploads_need_token: Whether the upload URL is refused without the token.
        second_folder: A folder that videos may be moved to.
        complete: The videos whose every byte arrived, by dialect.
        wrong_answers: Answers to requests that were wrong on purpose.
        untried: Why a dialect is not tried, by dialect.
        kept: What stays on purpose, in words.
    """

    project_id: str
    settings: Settings
    workspace_id: str | None
    sender: Sender
    api: KinescopeApi
    benches: dict[Dialect, Bench]
    scratch: Scratch
    waits: WaitBudget
    folders: tuple[object, ...]
    is_thorough: bool = False
    is_workspace_told: bool = False
    is_told_not_to_delete: bool = False
    may_delete: bool | None = None
    unknown_delete: Answer | None = None
    uploads_need_token: bool = False
    second_folder: str | None = None
    complete: dict[Dialect, Record] = field(default_factory=dict)
    wrong_answers: list[Answer] = field(default_factory=list)
    untried: dict[Dialect, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)

    @property
    def init_url(self) -> str:
        """Where uploads are created."""
        return f"{self.settings.uploader_url}/v2/init"

    @contextmanager
    def open_unpaced(self) -> Iterator[HttpClient]:
        """Opens a client that holds no request back."""
        with open_kinescope(replace(self.settings, api_rate=())) as kinescope:
            yield kinescope.service

    @contextmanager
    def unpaced(self) -> Iterator[Session]:
        """The same session over connections that are open already, and with no request held back."""
        with self.open_unpaced() as service:
            for url in (self.settings.api_url, self.init_url):
                service.is_reachable(url)
            yield replace(self, sender=Sender(service, api_url=self.settings.api_url, waits=self.waits))

    def list_folders(self) -> tuple[object, ...]:
        """The project's folders as they come, of all depths.

        Raises:
            KuploadError: The answer is no list.
        """
        path = f"/v1/projects/{self.project_id}/folders"
        return tuple(self.api.items(path, action="list the project's folders"))

    def video(self, video_id: str) -> object:
        """The video as it came; None when there is none.

        Raises:
            StoppedError: The answer is neither the video nor that there is none.
        """
        answer = self.sender.api("GET", f"/v1/videos/{video_id}", action="look at a video")
        match answer.json:
            case {"data": data} if answer.status < 300:  # noqa: PLR2004 - the class of success
                return data
            case _ if answer.status in {404, 410}:
                return None
            case _:
                raise StoppedError(f"Kinescope does not show a video of this try ({words_of(answer)}).")


def new_id() -> str:
    """An id that no video has."""
    return str(uuid.uuid4())


def good(subject: str, message: str) -> Step:
    """Something went as kupload needs it."""
    return Step(subject=subject, state=StepState.GOOD, message=message)


def note(subject: str, message: str) -> Step:
    """Something is worth knowing."""
    return Step(subject=subject, state=StepState.NOTE, message=message)


def against(subject: str, message: str) -> Step:
    """Something went in a way that kupload cannot work with."""
    return Step(subject=subject, state=StepState.AGAINST, message=message)


def untried(subject: str, why: str) -> Step:
    """Something was not tried although it should have been."""
    return Step(subject=subject, state=StepState.NOT_TRIED, message=why)


def not_told(names: Sequence[str], why: str) -> list[Outcome]:
    """These readings were asked for, and the answers do not tell."""
    return [NotTold(name=name, why=why) for name in names]
