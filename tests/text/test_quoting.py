from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.text.quoting import Shell, joined_line, quoted, shell_of
from support.shells import read_by_cmd, read_by_powershell
from support.systems import posix_only

if TYPE_CHECKING:
    from collections.abc import Callable

READ: Final[dict[Shell, Callable[[str], list[str]]]] = {
    Shell.POSIX: shlex.split,
    Shell.CMD: read_by_cmd,
    Shell.POWERSHELL: read_by_powershell,
}
BARE: Final = ("a", "03_финансы", "курс_й", "a-b.mp4", "/srv/a:b", "COURSE=ID", "一_二", "курс🚀")
"""What needs no quotes in any shell."""
IN_DOUBLE_QUOTES: Final = (
    "Второй курс",
    "a&b",
    "a^b",
    "a|b <c>",
    "it's",
    "(a) [b] {c}",
    "a;b",
    "a*b?",
    "#a",
    "~a",
    "курс 🚀",
    "a\N{NO-BREAK SPACE}b",
    "\N{EN DASH}a",
)
"""What stands in double quotes, in every shell alike."""
SPECIAL: Final = (
    'a"b',
    'a "b" c',
    "100 %",
    "%PATH%",
    "a%b&c",
    "$HOME",
    "$(date) $x",
    "a`b`",
    "!x",
    "a b\\",
    "a b\\\\",
    "C:\\Мои курсы\\",
    'a\\"b',
    'a b\\\\" & c',
    "it's $5",
    "“a” „b“",
    "‘a’ $b",
)


@pytest.mark.parametrize("shell", Shell)
@pytest.mark.parametrize("word", [*BARE, *IN_DOUBLE_QUOTES, *SPECIAL, ""])
def test_a_word_stays_one_word(word: str, shell: Shell) -> None:
    assert READ[shell](joined_line(("kupload", word, "-v"), shell)) == ["kupload", word, "-v"]


@pytest.mark.parametrize("shell", Shell)
@pytest.mark.parametrize("word", BARE)
def test_what_needs_no_quotes_gets_none(word: str, shell: Shell) -> None:
    assert quoted(word, shell) == word


@pytest.mark.parametrize("shell", Shell)
@pytest.mark.parametrize("word", IN_DOUBLE_QUOTES)
def test_what_all_shells_take_is_the_same_for_all(word: str, shell: Shell) -> None:
    assert quoted(word, shell) == f'"{word}"'


@pytest.mark.parametrize(
    ("word", "shell", "typed"),
    [
        ("a%b", Shell.CMD, '^"a^%b^"'),
        ("a%b", Shell.POWERSHELL, '"a%b"'),
        ("E:\\Мои курсы", Shell.CMD, '"E:\\Мои курсы"'),
        ("E:\\Мои курсы", Shell.POWERSHELL, '"E:\\Мои курсы"'),
        ("E:\\Мои курсы\\", Shell.CMD, '"E:\\Мои курсы\\\\"'),
        ("E:\\курсы\\", Shell.CMD, "E:\\курсы\\"),
        ("$5", Shell.CMD, '"$5"'),
        ("$5", Shell.POWERSHELL, "'$5'"),
        ("it's $5", Shell.POWERSHELL, "'it''s $5'"),
        ("$5", Shell.POSIX, "'$5'"),
    ],
)
def test_words_as_they_are_typed(word: str, shell: Shell, typed: str) -> None:
    assert quoted(word, shell) == typed


@given(st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1), st.sampled_from(Shell))
def test_whatever_the_word_is_it_stays_one(word: str, shell: Shell) -> None:
    assert READ[shell](joined_line((word, "-v"), shell)) == [word, "-v"]


@posix_only("a real sh")
def test_a_real_shell_reads_the_words_as_they_were() -> None:
    words = [*BARE, *IN_DOUBLE_QUOTES, *SPECIAL, ""]
    line = joined_line(("printf", "%s\\n", *words), Shell.POSIX)
    said = subprocess.run(["sh", "-c", line], capture_output=True, encoding="utf-8", check=True).stdout
    assert said.splitlines() == words


@pytest.mark.parametrize(
    ("platform", "environ", "shell"),
    [
        ("linux", {"PROMPT": "%~"}, Shell.POSIX),
        ("darwin", {}, Shell.POSIX),
        ("win32", {"PROMPT": "$P$G", "PSModulePath": "C:\\x"}, Shell.CMD),
        ("win32", {"PSModulePath": "C:\\x"}, Shell.POWERSHELL),
        ("win32", {"PROMPT": "$P$G", "MSYSTEM": "MINGW64"}, Shell.POSIX),
    ],
)
def test_the_shell_is_told_by_the_environment(platform: str, environ: dict[str, str], shell: Shell) -> None:
    assert shell_of(platform, environ) is shell
