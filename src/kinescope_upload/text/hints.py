"""Advises what to do now: sentences, and in them commands of kupload that work as they are typed.

A hint with a command is a `Hint`; one that names what only a person can do elsewhere (pay, mount a disk) is a plain
`str`.
A test runs every command that is advised in the situation that advised it (tests/end_to_end/test_hints.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kinescope_upload.text.quoting import Shell, joined_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Self

Command = tuple[str, ...]
"""The words of a command line after "kupload"; none of them is a run."""


class Hint(str):
    """Sentences that advise commands of kupload: a text like any other, with the commands as data in it.

    Args:
        parts: The sentences in pieces, with a command between two of them: `Hint(("verify", "--wait"), " waits.")`.
    """

    __slots__ = ("parts",)

    parts: tuple[str | Command, ...]

    def __new__(cls, *parts: str | Command) -> Self:
        """Puts the pieces together, each command between backticks and quoted for a POSIX shell."""
        hint = super().__new__(cls, _joined(parts, lambda command: f"`{_typed(command, Shell.POSIX)}`"))
        hint.parts = parts
        return hint

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands that are advised."""
        return tuple(part for part in self.parts if isinstance(part, tuple))


def shown(hint: str) -> str:
    """The hint as this process shows it: its commands have the options of this process that they need."""
    return _joined(hint.parts, _advised) if isinstance(hint, Hint) else hint


def both(first: str, second: str) -> str:
    """Puts two hints after each other; either may be empty."""
    if not (first and second):
        return first or second
    return Hint(*_parts(first), " ", *_parts(second))


def _parts(hint: str) -> tuple[str | Command, ...]:
    return hint.parts if isinstance(hint, Hint) else (hint,)


def _joined(parts: Iterable[str | Command], written: Callable[[Command], str]) -> str:
    return "".join(part if isinstance(part, str) else written(part) for part in parts)


def _typed(command: Command, shell: Shell) -> str:
    return joined_line(("kupload", *command), shell)


def _called(words: Command, shell: Shell) -> str:
    """PowerShell calls a program whose path is in quotes only after `&`."""
    line = joined_line(words, shell)
    return f"& {line}" if shell is Shell.POWERSHELL and line[:1] in {'"', "'"} else line


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedOptions:
    """The options of this process that say where things are: without them another command would not find them.

    Attributes:
        words: The words of each such option, by its name: {"--library": ("--library", "/srv/academy")}.
        accepted: The options that each command knows, by its name; "" is a run.
        before: What has to be done first, in words, by the names of commands that are refused here.
    """

    words: Mapping[str, Command] = field(default_factory=dict)
    accepted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)

    def added_to(self, command: Command) -> Command:
        """The command with the options that it knows and does not have."""
        name = command[0] if command and command[0] in self.accepted else ""
        known = self.accepted.get(name, frozenset())
        typed = {word.partition("=")[0] for word in command}
        added = (words for option, words in self.words.items() if option in known and option not in typed)
        return (*command, *(word for words in added for word in words))


@dataclass(slots=True)
class _Process:
    typed: TypedOptions = field(default_factory=TypedOptions)
    shell: Shell = Shell.POSIX


_process: Final = _Process()


def remember(typed: TypedOptions) -> None:
    """Takes the options that were typed; the command line calls this once, before the command does anything."""
    _process.typed = typed


def use_shell(shell: Shell) -> None:
    """Takes the shell that commands are quoted for; the command line calls this once, before anything can fail."""
    _process.shell = shell


def words_line(words: Command) -> str:
    """A command line of another program, quoted for the person's shell."""
    return _called(words, _process.shell)


def typed_line(command: Command) -> str:
    """The command as it can be typed into the person's shell, with no other words than these."""
    return _typed(command, _process.shell)


def command_line(command: Command) -> str:
    """The command as it can be typed into the person's shell, with the options of this process that it needs.

    Behind it stands what has to be done first, where it would be refused now.
    """
    return _advised(command, quote="")


def _advised(command: Command, quote: str = "`") -> str:
    first = _process.typed.before.get(command[0] if command else "", "")
    return f"{quote}{typed_line(_process.typed.added_to(command))}{quote}" + (f" ({first})" if first else "")
