"""What `--help` shows fits a terminal of 80 columns, cuts nothing, and every example can be typed."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
import typer.main

from kinescope_upload.cli.app import app
from kinescope_upload.cli.help import AFTER, AT_WORK, BEGIN, EXAMPLES, WITHOUT_KINESCOPE
from kinescope_upload.cluster.entry import SEVERAL
from kinescope_upload.errors import UsageError

MAIN: Final[Any] = typer.main.get_command(app)
COMMANDS: Final[dict[str, Any]] = {"": MAIN, **MAIN.commands}


def _help(name: str) -> list[str]:
    command = COMMANDS[name]
    parent = None if not name else MAIN.context_class(MAIN, info_name="kupload")
    context = command.context_class(command, info_name=name or "kupload", parent=parent, terminal_width=80)
    text: str = command.get_help(context)
    return text.splitlines()


@pytest.mark.parametrize("name", COMMANDS, ids=lambda name: name or "kupload")
def test_no_line_is_wider_than_80_columns_and_none_is_cut(name: str) -> None:
    lines = _help(name)
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.endswith(("...", "…")) and "ARGS" not in line] == []


def test_each_command_is_one_line_in_its_group_in_the_order_of_use() -> None:
    lines = _help("")
    begin, end = lines.index(f"{BEGIN}:"), lines.index("What is uploaded:")
    shown = [line for line in lines[begin:end] if line]
    assert [line.rstrip(":") for line in shown if line.endswith(":")] == [
        BEGIN,
        AT_WORK,
        AFTER,
        WITHOUT_KINESCOPE,
        SEVERAL,
    ]
    rows = [line for line in shown if not line.endswith(":")]
    assert [line.split()[0] for line in rows] == list(MAIN.commands)
    for line, command in zip(rows, MAIN.commands.values(), strict=True):
        assert line.endswith(f"  {command.short_help}")


@pytest.mark.parametrize("name", COMMANDS, ids=lambda name: name or "kupload")
def test_every_command_ends_with_examples_that_can_be_typed(name: str) -> None:
    lines = _help(name)
    shown = lines[lines.index("  Examples:") + 1 :]
    assert len(shown) == len(EXAMPLES[name]) > 0
    assert all(re.match(rf"    kupload {name}", line.ljust(80)) for line in shown)
    for words, _ in EXAMPLES[name]:
        assert words[: bool(name)] == ((name,) if name else ())
        COMMANDS[name].make_context("kupload", list(words[bool(name) :]))


def test_there_are_examples_of_no_other_command() -> None:
    assert EXAMPLES.keys() == COMMANDS.keys()


def test_what_is_needed_stands_in_no_braces() -> None:
    usages = [_help(name)[0] for name in COMMANDS]
    assert "Usage: kupload bwlimit [OPTIONS] RATE" in usages
    assert not [usage for usage in usages if "{" in usage]


def test_options_that_belong_together_stand_together_and_the_past_after_a_run() -> None:
    lines = [line.strip() for line in _help("")]
    jobs = next(place for place, line in enumerate(lines) if line.startswith("--jobs "))
    assert lines[jobs + 1].startswith("--jobs-max ")
    after = lines[lines.index(f"{AFTER}:") : lines.index(f"{WITHOUT_KINESCOPE}:")]
    assert {"history", "report"} <= {line.split()[0] for line in after if line}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("status", "kupload --status"),
        ("dry-run", "kupload --dry-run"),
        ("run", "kupload"),
        ("upload", "kupload"),
    ],
)
def test_what_people_take_for_a_command_is_answered_with_what_they_mean(typed: str, meant: str) -> None:
    context = MAIN.context_class(MAIN, info_name="kupload")
    with pytest.raises(UsageError) as caught:
        MAIN.resolve_command(context, [typed])
    assert f"`{meant}`" in str(caught.value)
