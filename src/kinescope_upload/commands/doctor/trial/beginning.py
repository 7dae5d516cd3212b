"""Looks whether a try may begin, and prepares it; makes nothing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.readings.of_answers import decide_tokens, is_success, words_of
from kinescope_upload.commands.doctor.readings.of_videos import text_of
from kinescope_upload.commands.doctor.token import check_workspace, is_another_workspace
from kinescope_upload.commands.doctor.trial.bench import Bench
from kinescope_upload.commands.doctor.trial.preflight import (
    check_no_try_is_at_work,
    checked_folder,
    earlier_videos,
)
from kinescope_upload.commands.doctor.trial.report import ended_tries
from kinescope_upload.commands.doctor.trial.scratch import FOLDER_NAME, NO_PARENT_FOLDER_NAME, Scratch, run_of
from kinescope_upload.commands.doctor.trial.sender import Sender
from kinescope_upload.commands.doctor.trial.session import Session
from kinescope_upload.commands.doctor.trial.view import TrialStart
from kinescope_upload.errors import BatchStoppedError, KuploadError, UnreachableError, UsageError
from kinescope_upload.kinescope.access_tokens import NOTHING_TOLD, token_facts
from kinescope_upload.kinescope.management_api import KinescopeApi
from kinescope_upload.kinescope.tus_client import TusClient
from kinescope_upload.kinescope.video import read_video
from kinescope_upload.upload import Dialect

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.commands.doctor.readings.outcome import Outcome
    from kinescope_upload.commands.doctor.trial.waits import WaitBudget
    from kinescope_upload.config import Settings
    from kinescope_upload.connect import Kinescope
    from kinescope_upload.kinescope.access_tokens import TokenFacts
    from kinescope_upload.kinescope.tus import Answer
    from kinescope_upload.kinescope.video import Video

_UNTOUCHED: Final = "Nothing was touched."


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
    longest_wait: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A try that may begin.

    Attributes:
        session: What the probes share.
        start: What it is about to do.
        tokens: The first finding: the workspace's id comes from that answer.
    """

    session: Session
    start: TrialStart
    tokens: Outcome


def prepared(settings: Settings, wish: TrialOptions, kinescope: Kinescope, waits: WaitBudget) -> Prepared:
    """Looks at the project, the folder and the token's workspace.

    Args:
        settings: The settings.
        wish: What the user asked for; the folder's id is a UUID.
        kinescope: Kinescope.
        waits: The budget of the waits.

    Raises:
        UsageError: A setting is wrong, or the folder is none that a try may use.
        BatchStoppedError: Kinescope does not answer, or refuses.
    """
    try:
        _check_uploader(settings, kinescope)
        return _looked_at(settings, wish, kinescope, waits)
    except UsageError as error:
        raise UsageError(f"{error.what} {_UNTOUCHED}", error.hint, request_id=error.request_id) from error
    except UnreachableError as error:
        raise BatchStoppedError(f"{error.what} {_UNTOUCHED}", _network_hint("KINESCOPE_API_URL")) from error
    except KuploadError as error:
        hint = error.hint or "Run the same command again later."
        raise BatchStoppedError(f"{error.what} {_UNTOUCHED}", hint, request_id=error.request_id) from error


def _network_hint(name: str) -> str:
    return f"Check the network, the proxy (HTTPS_PROXY) and {name}."


def _check_uploader(settings: Settings, kinescope: Kinescope) -> None:
    if not kinescope.service.is_reachable(kinescope.uploader.probe_url):
        raise BatchStoppedError(f"{settings.uploader_url} cannot be reached.", _network_hint("KINESCOPE_UPLOADER_URL"))


def _looked_at(settings: Settings, wish: TrialOptions, kinescope: Kinescope, waits: WaitBudget) -> Prepared:
    project_id, folder_id = settings.needed_project_id(), wish.folder_id
    kinescope.api.folders(project_id)  # with the words that every command has for a wrong token or project
    sender = Sender(kinescope.service, api_url=settings.api_url, waits=waits)
    api = KinescopeApi(sender, api_url=settings.api_url)
    folders = tuple(api.items(f"/v1/projects/{project_id}/folders", action="list the project's folders"))
    name = checked_folder(folders, folder_id, project_id=project_id)
    there = _videos_as_they_come(api, folder_id)
    earlier = (*earlier_videos(there), *_left_in_kept_folder(api, folders))
    check_no_try_is_at_work(earlier, ended=ended_tries(wish.directory), now=sender.now())
    answer = sender.api("GET", "/v1/access-tokens", action="list the access tokens")
    facts = token_facts(answer.json) if is_success(answer) else NOTHING_TOLD
    _check_workspace(settings, facts)
    scratch = Scratch.of_try(folder_id, uuid.uuid4().hex[:8])
    scratch.made.update({video.id: video.title for video in earlier})
    workspace_id = settings.workspace_id or facts.workspace_id
    uploader = TusClient(kinescope.service, uploader_url=settings.uploader_url, workspace_id=workspace_id)
    dialects = (Dialect.TUS, Dialect.JSON) if workspace_id else (Dialect.JSON,)
    spoken = replace(kinescope, uploader=uploader, api=api)
    session = Session(
        project_id=project_id,
        settings=settings,
        workspace_id=workspace_id,
        sender=sender,
        api=api,
        benches={one: Bench(kinescope=spoken, scratch=scratch, dialect=one, waits=waits) for one in dialects},
        scratch=scratch,
        waits=waits,
        folders=folders,
        is_thorough=wish.is_thorough,
        is_workspace_told=facts.workspace_id is not None,
        is_told_not_to_delete=facts.may_delete is False,
        untried={} if workspace_id else {Dialect.TUS: _no_workspace(answer)},
    )
    start = TrialStart(folder=name, mark=scratch.mark, longest_wait=wish.longest_wait, earlier=len(earlier))
    return Prepared(session=session, start=start, tokens=decide_tokens(answer))


def _no_workspace(answer: Answer) -> str:
    how = "names no workspace for sure" if is_success(answer) else f"is answered with {words_of(answer)}"
    return (
        f"The dialect tus needs the workspace's id, and the list of access tokens {how}. "
        "Set KINESCOPE_WORKSPACE_ID, then run the same command again."
    )


def _check_workspace(settings: Settings, facts: TokenFacts) -> None:
    """Raises what `kupload doctor` says of a workspace that is not the token's."""
    if is_another_workspace(settings, facts):
        [check] = check_workspace(settings, facts)
        raise UsageError(check.message, check.hint)


def _left_in_kept_folder(api: KinescopeApi, folders: tuple[object, ...]) -> tuple[Video, ...]:
    """Videos of an earlier try that was killed after it had moved them; others there are left alone."""
    kept = [folder for folder in folders if text_of(folder, "name") in {FOLDER_NAME, NO_PARENT_FOLDER_NAME}]
    items = [item for folder in kept for item in _videos_as_they_come(api, text_of(folder, "id"))]
    return tuple(video for item in items if (video := read_video(item)) and run_of(video))


def _videos_as_they_come(api: KinescopeApi, folder_id: str) -> tuple[object, ...]:
    return tuple(api.items("/v1/videos", (("folder_id", folder_id),), action="list the folder's videos"))
