"""The two READMEs tell the same steps, and their commands are there."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import pytest
import typer.main

from kinescope_upload.cli.app import app
from support.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MAIN: Final[Any] = typer.main.get_command(app)
KNOWN: Final[dict[str, Any]] = {"": MAIN, **MAIN.commands}
DOCUMENTS: Final = ("README.md", "README.ru.md")
_PROGRAM: Final = re.compile(r"^(?:\.venv[/\\](?:bin|Scripts)[/\\])?kupload\b")


def _text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def _blocks(text: str) -> list[str]:
    """The lines of the code blocks."""
    return [line.strip() for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]


def _typed(text: str) -> list[str]:
    """The commands of kupload in the code blocks, without where the program lies."""
    return [_PROGRAM.sub("kupload", line) for line in _blocks(text) if _PROGRAM.match(line)]


def _mentioned(text: str) -> list[str]:
    """The commands of kupload between backticks."""
    return [_PROGRAM.sub("kupload", one) for one in re.findall(r"`([^`\n]+)`", text) if _PROGRAM.match(one)]


def _steps(text: str) -> list[str]:
    """The commands in their order, each once, without those of the installation."""
    return [one for one in dict.fromkeys(_typed(text)) if one not in {"kupload --version", "kupload demo"}]


def test_the_russian_readme_has_the_same_steps_in_the_same_order() -> None:
    steps = _steps(_text("README.md"))
    assert len(steps) > 10
    assert steps[:2] == ["kupload setup", "kupload doctor"]
    assert _steps(_text("README.ru.md")) == steps


def test_both_install_and_upgrade_in_the_same_way() -> None:
    english, russian = (set(_blocks(_text(name))) for name in DOCUMENTS)
    installing = {line for line in english if re.match(r"py |python3 |\.venv\S*pip ", line)}
    missing = installing - russian - {'.venv/bin/pip install -e ".[demo]"'}
    assert len(installing) > 4
    assert missing == set()
    assert "pip install --upgrade ." in _text("README.md")
    assert "pip install --upgrade ." in _text("README.ru.md")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_is_there_and_takes_those_options(name: str) -> None:
    commands = {*_typed(_text(name)), *_mentioned(_text(name))}
    assert len(commands) > 12
    for line in commands:
        words = shlex.split(line)[1:]
        command = words.pop(0) if words and words[0] in KNOWN else ""
        if not {"--version", "--install-completion"} & {*words}:
            KNOWN[command].make_context(command or "kupload", words)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_that_is_linked_is_there(name: str) -> None:
    named = {
        *re.findall(r"\]\(([\w./-]+\.(?:md|svg|png))\)", _text(name)),
        *re.findall(r"\b(docs/[\w-]+\.md)", _text(name)),
    }
    assert named
    assert [one for one in sorted(named) if not (ROOT / one).is_file()] == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "pictures").glob("*.svg")), ids=lambda path: path.name)
def test_a_picture_is_whole_says_what_it_shows_and_needs_no_network(path: Path) -> None:
    picture = ET.fromstring(path.read_text("utf-8"))
    desc = picture.findtext("{http://www.w3.org/2000/svg}desc") or ""
    assert desc.startswith("$ kupload ")
    assert "@font-face" not in path.read_text("utf-8")
    assert str(ROOT) not in desc
    assert "/tmp" not in desc


def test_the_russian_readme_puts_windows_first_and_says_what_to_do_when_it_goes_wrong() -> None:
    text = _text("README.ru.md")
    assert "## Если что-то не так" in text
    assert text.index(r".venv\Scripts\pip install .") < text.index(".venv/bin/pip install .")


def test_every_message_that_the_table_explains_is_said_somewhere() -> None:
    section = _text("README.ru.md").partition("## Если")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (.*?) \|", section, re.MULTILINE)
    messages = {one for cell in cells for one in re.findall(r"`([^`]+)`", cell)} - {"kupload", "Traceback"}
    assert len(messages) > 6
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    assert [one for one in messages if not all(part.strip() in source for part in one.split("…"))] == []
