"""Says how a course's progress file is named, which files are a course's progress, and why others are none. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.library_paths import nfc

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD_BYTES: Final = 4096
"""How much of a file is enough to tell whose it is."""
SUFFIXES: Final = (".json", ".journal", ".tmp")

_NO_NAME_HOLDS: Final = r'[<>:"|?*\\/\x00-\x1f]'
_UNSAFE: Final = re.compile(rf"{_NO_NAME_HOLDS}|%(?=(?:3A|3C|3E|3F|22|25|2A|2F|5C|7C|[01][0-9A-F]))")
"""What no name on Windows holds, and what would be read as the spelling of such a character."""
_SPELLED: Final = re.compile(r"%(3A|3C|3E|3F|22|25|2A|2F|5C|7C|[01][0-9A-F])")
_DEVICE: Final = re.compile(r"%*(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)", re.IGNORECASE)
"""What Windows takes for a device, whatever follows the first dot (learn.microsoft.com, "Naming Files")."""
_OURS: Final = re.compile(r'\s*\{\s*"(?:format|journal)"\s*:\s*\d+\s*,\s*"course"\s*:\s*(?P<course>"(?:[^"\\]|\\.)*")')
_ANOTHER_SYSTEM: Final = re.compile(r'\s*(?:\[|\{\s*"(?!format"|journal"|course"|lessons"|follows"))')
_TORN: Final = re.compile(r"\..+\.(?:json|journal|looks|md5|others|rate)\.[^.]+\.tmp")
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


def stem_of(course: str) -> str:
    """The name of a course's progress file without its suffix: one that every system takes, so that it can be moved.

    It is the course's name, composed; characters that no name on Windows holds are spelled as in a URL ("a:b" is
    "a%3Ab"), and a "%" stands before the name of a device ("%NUL").
    """
    spelled = _UNSAFE.sub(lambda found: f"%{ord(found.group()):02X}", nfc(course))
    return f"%{spelled}" if _DEVICE.match(spelled) else spelled


def course_of(stem: str) -> str:
    """The course, composed, whose progress file has this name."""
    composed = nfc(stem)
    if composed.startswith("%") and _DEVICE.match(composed):
        composed = composed[1:]
    return _SPELLED.sub(lambda found: chr(int(found[1], 16)), composed)


def stems_of(course: str, stems: Iterable[str]) -> tuple[str, ...]:
    """Those of the names, each once, that are the course's: also composed in another way, or spelled as it is."""
    wanted = {nfc(course), stem_of(course)}
    return tuple(sorted({stem for stem in stems if nfc(stem) in wanted}))


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
        return None if course is None or stems_of(course, [stem]) else f'is a copy of the progress of course "{course}"'
    if _COPY.search(stem):
        return "is a copy that another program made"
    return "is of another system" if _ANOTHER_SYSTEM.match(head) else None


def _course(quoted: str) -> str | None:
    try:
        return str(json.loads(quoted))
    except ValueError:
        return None
