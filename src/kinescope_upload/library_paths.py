"""How paths of the library are spelled, compared and cut. Pure."""

from __future__ import annotations

import re
import unicodedata

_DRIVE = re.compile(r"[A-Za-z]:")
_BETWEEN = re.compile(r"[\W_]+")


def nfc(name: str) -> str:
    """The composed spelling: a disk of a Mac may hold "й" as two code points, the database has it as one."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def first_folder(path: str) -> str:
    """The folder directly below the library root that holds the file; empty for a file in the root itself."""
    return nfc(path.partition("/")[0]) if "/" in path else ""


def folder_of(path: str) -> str:
    """The folder that holds the file, below the library root, as the disk spells it; empty for a file in the root."""
    return path.rpartition("/")[0]


def is_absolute(path: str) -> bool:
    """Whether a path is absolute on any system."""
    return path.startswith(("/", "\\")) or _DRIVE.match(path) is not None


def is_path_of(written: str, path: str) -> bool:
    """Whether a path that somebody wrote means the library's path: it is that one, or an absolute one that ends so."""
    end, whole = (nfc(one.replace("\\", "/")) for one in (path, written))
    return whole == end or (is_absolute(whole) and whole.endswith(f"/{end}"))


def is_named_for(name: str, title: str) -> bool:
    """Whether a file's name holds the words of a lesson's title, one after the other."""
    words = _words(title)
    return bool(words.strip()) and not words.strip().isdecimal() and words in _words(name)


def _words(text: str) -> str:
    return f" {_BETWEEN.sub(' ', nfc(text).casefold()).strip()} "
