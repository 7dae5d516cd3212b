"""Advice is a contract: every command that kupload can advise is there, takes those options, and is data."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any, Final

import pytest
import typer.main

from kinescope_upload.audit.compare import Finding, Kind
from kinescope_upload.audit.fixes.choices import choices_of
from kinescope_upload.cli.app import app
from kinescope_upload.text.hints import Hint, TypedOptions, both, command_line, remember, shown
from support.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.text.hints import Command

SOURCE: Final = ROOT / "src" / "kinescope_upload"
PLACEHOLDER: Final = "X"
NO_ADVICE: Final = {
    "Stopped by `kupload stop`.",
    "kupload demo",
    "kupload doctor",
    "Made by kupload doctor --try; may be deleted. ",
}
"""What names the command that was given, and titles of videos that `kupload doctor` makes."""


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield str(path.relative_to(SOURCE)), ast.parse(path.read_text("utf-8"))


def _word(node: ast.expr) -> list[str]:
    """A word of a command as it stands in the code; what is only known in a run is a placeholder."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.Starred():
            return []
        case _:
            return [PLACEHOLDER]


def _tuples(node: ast.AST) -> Iterator[ast.Tuple]:
    return (one for one in ast.walk(node) if isinstance(one, ast.Tuple))


def _is_command(node: ast.Tuple) -> bool:
    return not node.elts or (isinstance(node.elts[0], ast.Constant) and isinstance(node.elts[0].value, str))


def _advising_calls(tree: ast.Module) -> Iterator[tuple[ast.Call, ast.AST]]:
    """The calls that advise, each with the function (or the module) that it stands in."""
    places: list[ast.AST] = [tree, *(one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef))]
    for place in reversed(places):
        for node in ast.walk(place):
            match node:
                case ast.Call(func=ast.Name(id="Hint" | "command_line")):
                    yield node, place


def _commands_in_code() -> dict[Command, str]:
    """Every command that stands in a hint, with the module that has it."""
    found: dict[Command, str] = {}
    for name, tree in _modules():
        if name == "text/hints.py":
            continue
        for call, place in _advising_calls(tree):
            names = {one.id for one in ast.walk(call) if isinstance(one, ast.Name)}
            assignments = [one for one in ast.walk(place) if isinstance(one, ast.Assign)]
            assigned = [one.value for one in assignments if any(getattr(to, "id", "") in names for to in one.targets)]
            for node in (call, *assigned):
                for words in _tuples(node):
                    if _is_command(words):
                        found[tuple(word for one in words.elts for word in _word(one))] = name
    return found


def _commands_of_choices() -> dict[Command, str]:
    findings = (
        Finding(kind=kind, course=PLACEHOLDER, reason="r", lesson_id=PLACEHOLDER, video_id="v", other_id="o")
        for kind in Kind
    )
    return {choice.command: "choices" for finding in findings for choice in choices_of(finding)}


COMMANDS: Final = _commands_in_code() | _commands_of_choices()


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
        for name, tree in _modules()
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
        assert shown("Pay.") == "Pay."
    finally:
        remember(TypedOptions())
