"""Quotes words for the shell that will take them. Pure.

Rules: POSIX.1-2017 (Shell Command Language, 2.2); on learn.microsoft.com "Parsing C command-line arguments", cmd, and
for Windows PowerShell 5.1 about_Quoting_Rules and about_Parsing. Where nothing inside needs more, a word stands in
double quotes, which all three take.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Shell(StrEnum):
    """What a person types commands into."""

    POSIX = "sh"
    CMD = "cmd"
    POWERSHELL = "powershell"


_PLAIN: Final = frozenset("_-./:=+")
_BARE: Final = {
    Shell.POSIX: _PLAIN | frozenset("%@,"),
    Shell.CMD: _PLAIN | frozenset("\\"),
    Shell.POWERSHELL: _PLAIN | frozenset("\\"),
}
"""What needs no quotes, beside letters, digits and symbols like emoji."""
_SPECIAL: Final = {
    Shell.POSIX: frozenset('"$`!\\'),
    Shell.CMD: frozenset('"%'),
    Shell.POWERSHELL: frozenset('"$`\u201c\u201d\u201e'),
}
"""What keeps its meaning inside of double quotes; PowerShell takes typographic ones for its own."""


def shell_of(platform: str, environ: Mapping[str, str]) -> Shell:
    """Tells the shell that this process was started from.

    On Windows, Git Bash and its like set MSYSTEM, and cmd.exe sets PROMPT; PowerShell sets nothing that others have
    not. A PowerShell that was started from cmd.exe is taken for cmd.exe: that matters only for words with `%`, `$`, a
    backtick or a quotation mark.

    Args:
        platform: As `sys.platform` says it.
        environ: The environment.
    """
    if platform != "win32" or "MSYSTEM" in environ:
        return Shell.POSIX
    return Shell.CMD if "PROMPT" in environ else Shell.POWERSHELL


def quoted(word: str, shell: Shell) -> str:
    """Quotes a word where the shell needs it, so that the program gets it as it is."""
    if word and all(_is_bare(char, shell) for char in word):
        return word
    is_plain = _SPECIAL[shell].isdisjoint(word)
    match shell:
        case Shell.POSIX:
            return f'"{word}"' if is_plain else shlex.quote(word)
        case Shell.CMD:
            argument = f'"{_escaped(word, is_wrapped=True)}"'
            return argument if is_plain else re.sub(r'[()%!^"<>&|]', r"^\g<0>", argument)
        case Shell.POWERSHELL:  # drops an empty word, puts what holds a space in double quotes, and escapes nothing
            argument = _escaped(word, is_wrapped=any(map(str.isspace, word))) or '""'
            return (
                f'"{argument}"'
                if word and is_plain
                else "'" + re.sub("['\u2018-\u201b]", r"\g<0>\g<0>", argument) + "'"
            )


def joined_line(words: Iterable[str], shell: Shell) -> str:
    """Joins the words of a command line."""
    return " ".join(quoted(word, shell) for word in words)


def _is_bare(char: str, shell: Shell) -> bool:
    if char.isascii():
        return char.isalnum() or char in _BARE[shell]
    category = unicodedata.category(char)
    return category[0] in "LMN" or category == "So"


def _escaped(word: str, *, is_wrapped: bool) -> str:
    """Escapes quotation marks for the program that splits its own command line, and backslashes before them."""
    inside = re.sub(r'(\\*)"', r"\1\1\"", word)
    return re.sub(r"(\\+)$", r"\1\1", inside) if is_wrapped else inside
