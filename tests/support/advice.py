"""Every command that kupload advises, read from its code."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare import Finding, Kind
from kinescope_upload.audit.fixes.choices import choices_of
from support.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.text.hints import Command

_SOURCE: Final = ROOT / "src" / "kinescope_upload"
PLACEHOLDER: Final = "X"
"""A word that is only known in a run."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Each module of kupload, by its path in the package."""
    for path in sorted(_SOURCE.rglob("*.py")):
        yield path.relative_to(_SOURCE).as_posix(), ast.parse(path.read_text("utf-8"))


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
    for name, tree in modules():
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
        Finding(
            kind=kind, course=PLACEHOLDER, reason="r", lesson_id=PLACEHOLDER, video_id=PLACEHOLDER, other_id=PLACEHOLDER
        )
        for kind in Kind
    )
    return {choice.command: "choices" for finding in findings for choice in choices_of(finding)}


COMMANDS: Final = _commands_in_code() | _commands_of_choices()
"""The commands of all hints and choices, each with where it stands."""
