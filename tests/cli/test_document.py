"""docs/commands.md names every command and every option, and no other."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
import typer.main

from kinescope_upload.cli.app import app
from kinescope_upload.exit_codes import ExitCode
from support.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = ROOT / "docs" / "commands.md"
ONE_WITH_ALL = "Options that mean the same everywhere"


def written() -> dict[str, set[str]]:
    """The options that each command has."""
    main = typer.main.get_command(app)
    commands = {"kupload": main, **{f"kupload {name}": one for name, one in main.commands.items()}}  # type: ignore[attr-defined]
    group = commands.pop("kupload cluster")
    commands |= {f"kupload cluster {name}": group.get_command(None, name) for name in group.list_commands(None)}
    return {
        name: {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        for name, command in commands.items()
    }


def described() -> dict[str, set[str]]:
    """The options that the document names for each command."""
    options: defaultdict[str, set[str]] = defaultdict(set)
    section = ""
    for line in DOCUMENT.read_text("utf-8").splitlines():
        if heading := re.match(r"## `?([^`]+)`?$", line):
            section = heading[1]
            options[section] |= set()
        for option in re.findall(r"`(--[a-z-]+)", line):
            options[section].add(option)
    return dict(options)


def test_the_document_names_exactly_the_commands_there_are() -> None:
    assert {name for name in described() if name.startswith("kupload")} == set(written())


def test_the_document_names_every_option_of_every_command() -> None:
    found, common = described(), described()[ONE_WITH_ALL]
    for command, options in written().items():
        assert options - found[command] == set(), command
        assert found[command] - options - common - {"--course"} == set(), command


@pytest.mark.parametrize("document", [DOCUMENT, ROOT / "README.md"], ids=lambda path: path.name)
def test_the_documents_name_the_exit_codes(document: Path) -> None:
    codes = set(re.findall(r"^\| (\d+) \|", document.read_text("utf-8"), re.MULTILINE))
    assert codes == {str(code.value) for code in ExitCode}
