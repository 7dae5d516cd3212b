"""An option that is a setting is named as the setting, so that no command passes one over."""

from __future__ import annotations

from typing import Final

import pytest
import typer.main

from kinescope_upload.cli.app import app
from kinescope_upload.command_line.options import with_port
from kinescope_upload.config import OPTIONS

MAIN: Final = typer.main.get_command(app)
THEIR_OWN: Final = {
    "kupload": {"dry_run", "offline", "status", "watch", "version", "yes", "install_completion", "show_completion"},
    "setup": {"example"},
    "doctor": {"try_in", "thorough", "max_wait"},
    "map": {"write", "force", "confirm", "forget"},
    "folders": {"create", "pin"},
    "check": {"deep"},
    "import-progress": {"file"},
    "pause": {"duration", "machine"},
    "resume": {"machine"},
    "bwlimit": {"rates", "machine"},
    "jobs": {"number", "machine"},
    "stop": {"machine", "drain"},
    "page": set[str](),
    "notify": {"test"},
    "history": set[str](),
    "report": {"file", "html"},
    "verify": {"wait", "max_wait", "deep"},
    "repair": {"dry_run", "yes", "delete_unknown", "videos", "by_file", "by_journal", "set_aside"},
    "replace": {"drop", "lessons", "keep_old", "changed", "dry_run", "yes"},
    "unlink": {"lessons", "delete", "yes"},
    "cluster init": {"print_sql"},
    "cluster enqueue": {"libraries"},
    "cluster worker": {"libraries", "until_empty"},
    "cluster cancel": set[str](),
    "cluster export": set[str](),
}
WITHOUT_SETTINGS: Final = {"demo", "emulator"}


def parameters() -> dict[str, set[str]]:
    """The parameters of each command, by its name."""
    commands = {"kupload": MAIN, **MAIN.commands}  # type: ignore[attr-defined]
    group = commands.pop("cluster")
    commands |= {f"cluster {name}": group.get_command(None, name) for name in group.list_commands(None)}
    return {name: {one.name or "" for one in command.params} for name, command in commands.items()}


def test_every_command_is_here() -> None:
    assert parameters().keys() == THEIR_OWN.keys() | WITHOUT_SETTINGS


@pytest.mark.parametrize("command", THEIR_OWN)
def test_each_parameter_is_a_setting_or_the_commands_own(command: str) -> None:
    assert parameters()[command] - OPTIONS == THEIR_OWN[command]


def test_the_main_command_takes_every_setting() -> None:
    assert parameters()["kupload"] >= OPTIONS


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--web"], ["--web=0"]),
        (["--web", "8765"], ["--web", "8765"]),
        (["--web=8765"], ["--web=8765"]),
        (["--web", "--jobs", "2"], ["--web=0", "--jobs", "2"]),
        (["--jobs", "2", "--web"], ["--jobs", "2", "--web=0"]),
        (["--jobs", "2"], ["--jobs", "2"]),
        ([], []),
    ],
)
def test_a_page_without_a_port_takes_a_free_one(words: list[str], expected: list[str]) -> None:
    assert with_port(words) == expected
