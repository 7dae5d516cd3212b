"""Asks for the token, the project and the workspace, by requests of Kinescope that are known (docs/kinescope.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.config.values import parse_api_key, parse_uuid
from kinescope_upload.connect import open_kinescope
from kinescope_upload.errors import KuploadError, TryAgainError
from kinescope_upload.kinescope.access_tokens import workspaces_of

if TYPE_CHECKING:
    from kinescope_upload.commands.setup.dialogue import Dialogue
    from kinescope_upload.config import Secret, Settings
    from kinescope_upload.kinescope.video import Project

_NONE: Final = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnKinescope:
    """The token, and what belongs to it; the workspace is None where none is wanted."""

    token: Secret
    project_id: str
    workspace_id: str | None


def ask_kinescope(talk: Dialogue, settings: Settings) -> OnKinescope:
    """Asks for the token until Kinescope takes it, then for what it can see."""
    talk.tell(
        "\nKinescope's token is made in the settings of Kinescope's dashboard. It needs the rights to upload, to read "
        "and to delete videos."
    )
    token, projects = _ask_token(talk, settings)
    talk.tell("\nThe project that the videos go to:")
    while not projects:
        talk.ask("  The token sees no project. Make one in Kinescope's dashboard, then press Enter. ")
        projects = _projects(settings, token)
    project_id = talk.choose("project", [(one.id, one.name) for one in projects], settings.project_id)
    return OnKinescope(token=token, project_id=project_id, workspace_id=_ask_workspace(talk, settings, token))


def _ask_token(talk: Dialogue, settings: Settings) -> tuple[Secret, tuple[Project, ...]]:
    known = settings.api_key

    def ask() -> str:
        keeps = f"; Enter takes {known}" if known else ""
        return talk.ask_secret(f"Token (nothing is shown while you type{keeps}): ")

    def read(typed: str) -> tuple[Secret, tuple[Project, ...]]:
        nonlocal known
        token = _parsed(typed) if typed else known
        if token is None:
            raise ValueError("Without a token nothing can be uploaded.")
        try:
            return token, _projects(settings, token)
        except TryAgainError as error:
            known = token  # nothing is wrong with it
            raise ValueError(f"{error.reason} Enter tries it once more.") from None
        except KuploadError as error:
            raise ValueError(error.reason) from None

    return talk.until_good(ask, read)


def _parsed(typed: str) -> Secret:
    try:
        return parse_api_key(typed)
    except ValueError as error:
        raise ValueError(f"What was typed {error}") from None


def _projects(settings: Settings, token: Secret) -> tuple[Project, ...]:
    with open_kinescope(with_token(settings, token)) as kinescope:
        return kinescope.api.projects()


def with_token(settings: Settings, token: Secret) -> Settings:
    """The settings with a token that a person typed here, and so may go to the addresses that were shown."""
    return replace(settings, api_key=token, untrusted=())


def _ask_workspace(talk: Dialogue, settings: Settings, token: Secret) -> str | None:
    try:
        with open_kinescope(with_token(settings, token)) as kinescope:
            found = workspaces_of(kinescope.api.items("/v1/access-tokens", action="list the access tokens"))
    except KuploadError:
        found = ()
    if found:
        talk.tell("\nThe workspace that the token belongs to, as Kinescope's list of access tokens names it:")
        return talk.choose("workspace", [(one, "") for one in found], settings.workspace_id)
    talk.tell(
        "\nKinescope does not tell which workspace the token belongs to. Its id may stand in the workspace's settings; "
        "with it kupload chooses each video's id itself. It works without it, too."
    )
    keeps = f"Enter takes {settings.workspace_id}, {_NONE} means none" if settings.workspace_id else "Enter: none"

    def read(typed: str) -> str | None:
        if typed in {"", _NONE}:
            return None if typed else settings.workspace_id
        try:
            return parse_uuid(typed)
        except ValueError as error:
            raise ValueError(f"This {error}") from None

    return talk.until_good(lambda: talk.ask(f"Workspace id ({keeps}): "), read)
