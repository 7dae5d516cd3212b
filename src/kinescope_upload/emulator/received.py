"""The bytes of one upload: a file that stays sparse where they are zero, and an MD5 that runs along."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

__all__ = ["ReceivedBytes"]

_ZEROS = bytes(2 * 1024 * 1024)
_HEAD = 64 * 1024
"""How many of the first bytes are kept at hand, also where the rest is thrown away."""


def _is_zero(piece: bytes) -> bool:
    """Say whether a piece is zeros throughout; compares memory, and stops at the first difference."""
    return len(piece) <= len(_ZEROS) and _ZEROS.startswith(piece)


class ReceivedBytes:
    """What has been received, in order. One writer at a time; `write` blocks and lets go of the GIL."""

    def __init__(self, path: Path | None, *, hashed: bool) -> None:
        """Begin with nothing; `head` holds the first bytes, for those who read what they say.

        Args:
            path: The file that takes the bytes; None throws them away.
            hashed: Whether the MD5 is computed.
        """
        self.path = path
        self.size = 0
        self.head = b""
        self._md5 = hashlib.md5(usedforsecurity=False) if hashed else None
        self._file: FileIO | None = None
        if path is not None:
            path.unlink(missing_ok=True)
            path.touch()

    @property
    def md5(self) -> str | None:
        """The hexadecimal MD5 of everything so far; None when it is not computed."""
        return self._md5.hexdigest() if self._md5 is not None else None

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Hold the file open for writing; at the end it is exactly as long as what was received."""
        if self.path is None:
            yield
            return
        with FileIO(self.path, "r+b") as file:
            self._file = file
            try:
                yield
            finally:
                self._file = None
                file.truncate(self.size)

    def write(self, pieces: Iterable[bytes]) -> None:
        """Append the pieces; the file must be open."""
        for piece in pieces:
            if self._md5 is not None:
                self._md5.update(piece)
            if self._file is not None and not _is_zero(piece):
                self._write_out(self._file, memoryview(piece))
            if len(self.head) < _HEAD:
                self.head += bytes(piece[: _HEAD - len(self.head)])
            self.size += len(piece)

    def discard(self) -> None:
        """Remove the file, if the system lets it go."""
        if self.path is not None:
            with suppress(PermissionError):  # Windows: somebody is writing to it
                self.path.unlink(missing_ok=True)

    def _write_out(self, file: FileIO, rest: memoryview) -> None:
        file.seek(self.size)
        while rest:
            rest = rest[file.write(rest) :]
