"""Reads command lines as cmd.exe and Windows PowerShell 5.1 do, as far as words and quotes go."""

from __future__ import annotations

import os
import re
import shlex
import sys
from typing import Final

from kinescope_upload.text.quoting import Shell, shell_of

_QUOTES: Final = '"\u201c\u201d\u201e'
_APOSTROPHES: Final = "'\u2018\u2019\u201a\u201b"
_ENDS_COMMAND: Final = frozenset("&|<>()")
_SPECIAL_IN_POWERSHELL: Final = frozenset("&|<>(){};,@#$`")


def read_here(line: str) -> list[str]:
    """The words that a program gets from a line typed into the shell that hints are quoted for here."""
    match shell_of(sys.platform, os.environ):
        case Shell.CMD:
            return read_by_cmd(line)
        case Shell.POWERSHELL:
            return read_by_powershell(line)
        case _:
            return shlex.split(line)


def read_by_cmd(line: str) -> list[str]:
    """The words that a program gets from a line typed into cmd.exe.

    Raises:
        ValueError: The line would do something else.
    """
    passed, is_quoted, chars = "", False, iter(_expanded(line))
    for char in chars:
        if char == "^" and not is_quoted:
            passed += next(chars)
            continue
        if char in _ENDS_COMMAND and not is_quoted:
            raise ValueError(f"{char} ends the command")
        is_quoted ^= char == '"'
        passed += char
    return _split(passed)


def _expanded(line: str) -> str:
    """The line after the variables; as at a prompt, one that is not set stays as it was typed."""

    def value(found: re.Match[str]) -> str:
        return found[0] if "^" in found[1] else "<what the variable holds>"

    return re.sub("%([^%]+)%", value, line)


def read_by_powershell(line: str) -> list[str]:
    """The words that a program gets from a line typed into Windows PowerShell.

    Raises:
        ValueError: The line would do something else.
    """
    words: list[str] = []
    rest = line
    while rest := rest.lstrip():
        word, rest = _word(rest)
        words.append(f'"{word}"' if re.search(r"\s", word) else word)
    return _split(" ".join(words))


def _word(text: str) -> tuple[str, str]:
    """The first word of a line, and what is left."""
    if text[0] in _APOSTROPHES:
        return _in_apostrophes(text[1:])
    if text[0] in _QUOTES:
        end = next(at for at, char in enumerate(text[1:], start=1) if char in _QUOTES)
        if set("$`") & set(text[1:end]):
            raise ValueError("a variable or an escape in double quotes")
        return text[1:end], text[end + 1 :]
    word = re.match(r"\S+", text)
    assert word
    if _SPECIAL_IN_POWERSHELL & set(word[0]) or set(_QUOTES + _APOSTROPHES) & set(word[0]):
        raise ValueError(f"{word[0]} is more than a word")
    return word[0], text[word.end() :]


def _in_apostrophes(text: str) -> tuple[str, str]:
    word, at = "", 0
    while text[at] not in _APOSTROPHES or text[at + 1 : at + 2] in set(_APOSTROPHES):
        at += text[at] in _APOSTROPHES
        word += text[at]
        at += 1
    return word, text[at + 1 :]


def _split(line: str) -> list[str]:
    """Splits as a program on Windows does ("Parsing C command-line arguments")."""
    words: list[str] = []
    rest = line.lstrip(" \t")
    while rest:
        word, is_quoted = "", False
        while rest and (is_quoted or rest[0] not in " \t"):
            found = re.match(r'(\\*)(")?', rest)
            assert found
            backslashes, rest = len(found[1]), rest[found.end() :]
            if not found[2]:
                word += "\\" * backslashes
                if backslashes == 0:
                    word, rest = word + rest[0], rest[1:]
                continue
            word += "\\" * (backslashes // 2)
            if backslashes % 2:
                word += '"'
            else:
                is_quoted = not is_quoted
        words.append(word)
        rest = rest.lstrip(" \t")
    return words
