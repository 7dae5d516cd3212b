"""Changes `.env` and kupload.toml: each is replaced whole by its changed text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import UsageError
from kinescope_upload.progress.atomic import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_NEW_FILE: Final = 0o644
"""kupload.toml holds no secret and is kept with the project."""
_SECRET_FILE: Final = 0o600


def change_file(path: Path, change: Callable[[str], str], *, is_secret: bool = False) -> None:
    """Replaces the file's text, or makes the file; a link stays a link.

    Args:
        path: The file.
        change: Gives the new text from the old one, which is empty where there is no file.
        is_secret: Whether nobody but its owner may read the file from now on.

    Raises:
        UsageError: It cannot be read or written; it is as it was.
    """
    path = path.resolve()
    try:
        is_there = path.exists()
        text, mode = (path.read_bytes().decode("utf-8-sig"), path.stat().st_mode) if is_there else ("", _NEW_FILE)
        write_whole(path, change(text).encode())
        path.chmod(_SECRET_FILE if is_secret else mode & 0o777)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror or error}.", "Make it writable, then run the same command."
        ) from error
