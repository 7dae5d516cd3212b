"""Advice is a contract: every command that kupload can advise is there, takes those options, and is data."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any, Final

import pytest
import typer.main

from kinescope_upload.cli.app import app
from kinescope_upload.text import printable
from kinescope_upload.text.hints import (
    Hint,
    TypedOptions,
    both,
    command_line,
    remember,
    shown,
    typed_line,
    use_shell,
)
from kinescope_upload.text.quoting import Shell
from support.advice import COMMANDS, PLACEHOLDER, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.text.hints import Command

NO_ADVICE: Final = {
    "Stopped by `kupload stop`.",
    "kupload demo",
    "kupload doctor",
    "Made by kupload doctor --try; may be deleted. ",
}
"""What names the command that was given, and titles of videos that `kupload doctor` makes."""


def _known() -> dict[str, Any]:
    main = typer.main.get_command(app)
    return {"": main, **main.commands}  # type: ignore[attr-defined]


def test_the_commands_of_many_rooms_are_found() -> None:
    assert len(COMMANDS) > 15
    assert {"audit/compare/videos.py", "kinescope/course_folders.py", "choices"} <= set(COMMANDS.values())
    assert {(), ("verify", "--wait"), ("folders", "--create", "--course", PLACEHOLDER)} <= COMMANDS.keys()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command) or "a run")
def test_every_advised_command_is_there_and_takes_those_options(command: Command) -> None:
    known = _known()
    name = command[0] if command and not command[0].startswith("-") else ""
    assert name in known
    words = list(command[1:] if name else command)
    if "--help" not in words:
        known[name].make_context(name or "kupload", words)


def test_no_text_holds_a_command_that_is_no_data() -> None:
    names = "|".join(name for name in _known() if name)
    advice = re.compile(rf"`kupload[^`]*`|\bkupload (?:-|(?:{names})\b)|\b(?:psql|curl|jq|sed)\b")
    found = [
        (name, text)
        for name, tree in modules()
        for text in _texts(tree)
        if advice.search(text) and text not in NO_ADVICE
    ]
    assert found == []


def _texts(tree: ast.Module) -> Iterator[str]:
    """The texts of a module that are no documentation."""
    statements = {one.value for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in statements:
            yield node.value


def test_a_hint_is_a_text_and_its_commands_are_data() -> None:
    hint = Hint("Look: ", ("verify", "--course", "02 реклама"), ", or begin: ", (), ".")
    assert hint == 'Look: `kupload verify --course "02 реклама"`, or begin: `kupload`.'
    assert hint.commands == (("verify", "--course", "02 реклама"), ())
    assert both(hint, "") is hint
    assert both("A {} b.", hint) == f"A {{}} b. {hint}"


def test_a_command_has_the_options_that_say_where_things_are_and_that_it_knows() -> None:
    typed = TypedOptions(
        words={"--library": ("--library", "a b"), "--no-db": ("--no-db",)},
        accepted={"": frozenset({"--library", "--no-db"}), "repair": frozenset({"--library"}), "stop": frozenset()},
    )
    remember(typed)
    try:
        assert command_line(()) == 'kupload --library "a b" --no-db'
        assert command_line(("repair",)) == 'kupload repair --library "a b"'
        assert command_line(("stop",)) == "kupload stop"
        assert command_line(("--library", "c")) == "kupload --library c --no-db"
        assert shown(Hint(("repair",), " it.")) == '`kupload repair --library "a b"` it.'
        assert printable(Hint(("repair",), "\x1b")) == '`kupload repair --library "a b"`\\x1b'
        assert command_line(("--library=c",)) == "kupload --library=c --no-db"
        assert typed_line(("repair",)) == "kupload repair"
        assert shown("Pay.") == "Pay."
    finally:
        remember(TypedOptions())


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        (Shell.POSIX, "kupload unlink '$5'"),
        (Shell.CMD, 'kupload unlink "$5"'),
        (Shell.POWERSHELL, "kupload unlink '$5'"),
    ],
)
def test_a_command_is_quoted_for_the_shell_that_takes_it(shell: Shell, line: str) -> None:
    use_shell(shell)
    try:
        assert command_line(("unlink", "$5")) == line
        assert shown(Hint("Or ", ("unlink", "$5"))) == f"Or `{line}`"
    finally:
        use_shell(Shell.POSIX)
