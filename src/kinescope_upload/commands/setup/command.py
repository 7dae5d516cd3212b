"""Runs `kupload setup`: the questions one after the other, then the two files."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.settings_files import change_file
from kinescope_upload.commands.setup.changes import ENV_FILE, Changes, changes_of
from kinescope_upload.commands.setup.here import ask_database, ask_library, courses_of
from kinescope_upload.commands.setup.kinescope import ask_kinescope
from kinescope_upload.config import TOML_FILE, Source
from kinescope_upload.config.env_edit import with_values
from kinescope_upload.config.toml_edit import with_settings
from kinescope_upload.config.values import parse_path
from kinescope_upload.kinescope.trust import host_of, is_kinescopes

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.commands.setup.dialogue import Dialogue
    from kinescope_upload.config import Settings

_NEW_ENV: Final = "# The secrets of kupload: keep this file to yourself. All settings: docs/configuration.md\n"
_ADDRESSES: Final = ("api_url", "uploader_url")


class SetupEnd(Enum):
    """How the questions ended."""

    REFUSED = auto()
    SET = auto()
    SET_WITHOUT_DATABASE = auto()


def run_setup(settings: Settings, directory: Path, talk: Dialogue, env_file: str = ENV_FILE) -> SetupEnd:
    """Asks for everything, shows what would be written, and writes it when a person agrees.

    Args:
        settings: What is set now.
        directory: The working directory, whose kupload.toml is written.
        talk: How the person is asked.
        env_file: The file for the secrets, as the person names it; relative to the working directory.

    Returns:
        Whether the files say now what was answered.

    Raises:
        UsageError: A file cannot be read, changed or written.
    """
    talk.tell("Enter takes what is proposed. Ctrl+C ends this at any time, and nothing is written before you agree.")
    if not _agrees_to_addresses(settings, talk):
        return SetupEnd.REFUSED
    found = ask_kinescope(talk, settings)
    database = ask_database(talk, settings)
    library = ask_library(talk, settings, directory, courses_of(settings, database))
    changes = changes_of(
        settings,
        {
            "api_key": found.token,
            "project_id": found.project_id,
            "workspace_id": found.workspace_id or "",
            "database_url": database,
            "library": str(library),
        },
    )
    if not _is_written(changes, directory, talk, env_file):
        return SetupEnd.REFUSED
    return SetupEnd.SET if database else SetupEnd.SET_WITHOUT_DATABASE


def _agrees_to_addresses(settings: Settings, talk: Dialogue) -> bool:
    """Whether a typed token may go to addresses that only a file names, and that are not Kinescope's."""
    named = [
        (settings.origins[name].place, url)
        for name in _ADDRESSES
        if not is_kinescopes(host_of(url := getattr(settings, name)) or "")
        and settings.origins[name].place.source is not Source.ENVIRONMENT
    ]
    if not named:
        return True
    for place, url in named:
        talk.tell(f"{place} says {url}, which is not Kinescope's.")
    return talk.agrees("Shall the token that you type go there?", usual=False)


def _is_written(changes: Changes, directory: Path, talk: Dialogue, env_file: str) -> bool:
    lines = list(changes.lines(directory, env_file))
    if not lines:
        talk.tell("\nAll of this is set already; no file changes.")
        return True
    talk.tell("\nThis will be written:")
    for line in lines:
        talk.tell(line)
    if not talk.agrees("Write it?", usual=True):
        return False
    if changes.env:
        path = parse_path(directory)(env_file)
        change_file(path, lambda text: with_values(text or _NEW_ENV, changes.env, name=env_file), is_secret=True)
    if changes.toml:
        change_file(directory / TOML_FILE, lambda text: with_settings(text, changes.toml, name=TOML_FILE))
    return True
