"""Says which files of the progress folder are a course's progress, and why the others are none. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

HEAD_BYTES: Final = 4096
"""How much of a file is enough to tell whose it is."""
SUFFIXES: Final = (".json", ".journal", ".tmp")

_OURS: Final = re.compile(r'\s*\{\s*"(?:format|journal)"\s*:\s*\d+\s*,\s*"course"\s*:\s*(?P<course>"(?:[^"\\]|\\.)*")')
_ANOTHER_SYSTEM: Final = re.compile(r'\s*(?:\[|\{\s*"(?!format"|journal"|course"|lessons"|follows"))')
_TORN: Final = re.compile(r"\..+\.(?:json|journal|looks)\.[^.]+\.tmp")
"""What kupload itself writes and renames; one that a crash left is removed by the next run."""
_COPY: Final = re.compile(r"^[.~]| \(\d+\)$|[-_.]conflict-\d|\.sync-conflict-\d|\(.*conflict.*\)", re.IGNORECASE)
"""How Dropbox, Nextcloud, ownCloud, Syncthing, browsers and macOS name what they put beside a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredProgress:
    """A file of the progress folder that is no course's progress.

    Attributes:
        path: The file.
        reason: Why it is none, in words that follow its name.
    """

    path: str
    reason: str

    @property
    def message(self) -> str:
        """The whole sentence for a person."""
        return f'"{self.path}" {self.reason} and is left out. Move it out of the progress folder, or delete it.'


def why_ignored(name: str, head: str) -> str | None:
    """Says why a file is no course's progress; None where it is one, or is a damaged one, or kupload's own temporary.

    What a file says of itself counts before its name: a course may be called "Course (1)".

    Args:
        name: The file's name, with one of `SUFFIXES`.
        head: How its text begins.
    """
    if name.endswith(".tmp"):
        return None if _TORN.fullmatch(name) else "is a temporary file of another program"
    stem = name.rpartition(".")[0]
    if ours := _OURS.match(head):
        course = _course(ours["course"])
        return None if course is None or _is_same(course, stem) else f'is a copy of the progress of course "{course}"'
    if _COPY.search(stem):
        return "is a copy that another program made"
    return "is of another system" if _ANOTHER_SYSTEM.match(head) else None


def _course(quoted: str) -> str | None:
    try:
        return str(json.loads(quoted))
    except ValueError:
        return None


def _is_same(course: str, stem: str) -> bool:
    return normalize("NFC", course) == normalize("NFC", stem)
