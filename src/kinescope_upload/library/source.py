"""Reads a video file as the body of requests: in blocks, with its MD5, and watching for changes."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from kinescope_upload.errors import FileChangedError
from kinescope_upload.library.disk import Disk, unreadable_error
from kinescope_upload.policy.sizing import READ_BLOCK, Sizing
from kinescope_upload.text import distinct_bytes, format_bytes
from kinescope_upload.upload import HEAD_BYTES, SentPart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import FileIO
    from pathlib import Path
    from types import TracebackType

    from kinescope_upload.errors import FileUnreadableError
    from kinescope_upload.library.hasher import Hasher
    from kinescope_upload.model import VideoFile

_DISK = Disk()
_SMALL_BLOCKS = Sizing.fixed(READ_BLOCK)
_WHEN_COMPLETE = "Run the same command again when it is complete."


def _all_of_it(count: int) -> int:
    return count


def _go_on() -> None:
    pass


class VideoSource:
    """Reads one video file for one worker.

    Args:
        path: Its path on the disk.
        file: Its facts when the upload was planned. Its size must not change, and its time only where its content does
            not: what was hashed so far tells; where nothing was, `VideoFile.may_be`.
        hasher: Makes what computes its MD5 while it is sent; None computes none.
        sizing: The sizes of the blocks that are read and sent.
        clock: Gives monotonic seconds.
        disk: Reads the library.
        check: Called between blocks where what was sent is read again; may raise to stop.

    Raises:
        FileChangedError: It was seen and differs; every method may raise this.
        FileUnreadableError: It cannot be opened, read or looked at now; the next call opens it again. Every method may
            raise this.
    """

    def __init__(  # noqa: PLR0913 - what differs in tests has a default
        self,
        path: Path,
        file: VideoFile,
        *,
        hasher: Callable[[], Hasher] | None,
        sizing: Sizing = _SMALL_BLOCKS,
        clock: Callable[[], float] = time.monotonic,
        disk: Disk = _DISK,
        check: Callable[[], None] = _go_on,
    ) -> None:
        self._path = os.fspath(path)
        self._sizing = sizing
        self._block_size = sizing.smallest
        self._clock = clock
        self._facts = self._first_seen = file
        self._name = file.path
        self._disk = disk
        self._check = check
        self._file: FileIO | None = None
        self._identity: tuple[int, int] | None = None
        self._changed_ns: set[int] = set()
        self._head: str | None = None
        self._hasher: Hasher | None = None
        self._opened()
        self._hasher = hasher() if hasher else None
        try:
            self.check_unchanged()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """The source itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the file."""
        self.close()

    def close(self) -> None:
        """Closes the file and ends the hashing."""
        self._close_file()
        if self._hasher:
            self._hasher.close()

    @property
    def part(self) -> SentPart:
        """The file as it was last seen unchanged, and the part of it that was hashed: at least what was sent."""
        if self._hasher is None:
            return SentPart(file=self._facts)
        md5, is_touched = self._hasher.hexdigest(), self._is_touched()
        return SentPart(file=self._facts, length=self._hasher.position, md5=md5, is_touched=is_touched)

    def _is_touched(self) -> bool:
        """Whether the system changed its own time of the file, which no program sets, since the file was opened.

        Where files have no such time (Windows), it never does.
        """
        with suppress(OSError):
            self._changed_ns.add(self._disk.stat(self._path).st_ctime_ns)
        return len(self._changed_ns) > 1

    def check_unchanged(self) -> bool:
        """Checks that the file under this name is unchanged; one that replaced it counts as a change.

        Returns:
            Whether its time has changed, and it is the same file by what was sent: what was read since is to be read
            again.
        """
        modified_ns = self._modified_ns()
        if modified_ns == self._facts.modified_ns:
            return False
        self._close_file()  # another file may bear the name now
        self._identity = None  # it is compared at once
        if not self._is_same(modified_ns):
            raise self._written_to()
        self._facts = replace(self._facts, modified_ns=modified_ns)
        return True

    def _modified_ns(self) -> int:
        """The file's time; raises where its size has changed."""
        try:
            now = self._disk.stat(self._path)
        except OSError as error:
            raise self._unreadable(error) from error
        self._changed_ns.add(now.st_ctime_ns)
        if now.st_size != self._facts.size:
            before, after = distinct_bytes(self._facts.size, now.st_size)
            raise FileChangedError(
                f'"{self._name}" changed while it was being read: {before} became {after}.',
                _WHEN_COMPLETE,
            )
        return now.st_mtime_ns

    def _is_same(self, modified_ns: int) -> bool:
        """Whether only the time has changed; a file that is being written to keeps no time while it is compared."""
        if self._hasher is None or (self._hasher.position == 0 and self._head is None):
            return self._first_seen.may_be(self._name, size=self._facts.size, modified_ns=modified_ns)
        return self._is_as_hashed() and self._modified_ns() == modified_ns

    def _md5_of(self, length: int, check: Callable[[], None]) -> str:
        """Reads the first bytes again, and computes their MD5."""
        md5, position = hashlib.md5(usedforsecurity=False), 0
        while position < length:
            check()
            block = self._read(position, min(READ_BLOCK, length - position))
            md5.update(block)
            position += len(block)
        return md5.hexdigest()

    def _written_to(self) -> FileChangedError:
        return FileChangedError(f'"{self._name}" was written to while it was being read.', _WHEN_COMPLETE)

    def blocks(
        self, offset: int, length: int, on_sent: Callable[[int], None], *, allow: Callable[[int], int] = _all_of_it
    ) -> Iterator[bytes]:
        """Yields the bytes [offset, offset + length) in blocks.

        It checks the file before each block, so that a change shows before the last byte is sent.

        Args:
            offset: The first byte.
            length: The number of bytes.
            on_sent: Called after each block with the bytes that the network took; may raise to end the body.
            allow: Called before each block with the wanted bytes, returns the allowed ones; may wait, may raise.
        """
        position, end = offset, offset + length
        while position < end:
            block = self._unchanged_block(position, allow(min(self._block_size, end - position)))
            if self._hasher:
                self._hasher.feed(position, block)
            began = self._clock()
            yield block
            self._block_size = self._sizing.after(self._block_size, self._clock() - began)
            position += len(block)
            on_sent(len(block))

    def _unchanged_block(self, position: int, length: int) -> bytes:
        block = self._read(position, length)
        if self.check_unchanged():
            block = self._read(position, length)
            if self.check_unchanged():
                raise self._written_to()
        return block

    def hash_up_to(self, offset: int, check: Callable[[], None]) -> None:
        """Hashes what earlier runs sent, before more is sent.

        Args:
            offset: The next byte to send.
            check: Called between blocks; may raise to stop.
        """
        while self._hasher and self._hasher.position < offset:
            check()
            position = self._hasher.position
            self._hasher.feed(position, self._read(position, min(READ_BLOCK, offset - position)))

    def md5(self, check: Callable[[], None]) -> str | None:
        """Computes the MD5 of the whole file in hexadecimal; None without checksums."""
        return self.md5_of_first(self._facts.size, check)

    def head_md5(self) -> str:
        """Computes the MD5 of the file's head, with or without checksums; what is sent is hashed when it is sent."""
        self._head = self._md5_of(min(HEAD_BYTES, self._facts.size), self._check)
        return self._head

    def md5_of_first(self, length: int, check: Callable[[], None]) -> str | None:
        """Computes the MD5 of the file's first bytes; None without checksums."""
        self.hash_up_to(length, check)
        if self._hasher is None or self._hasher.position == length:
            return self._hasher.hexdigest() if self._hasher else None
        return self._md5_of(length, check)

    def _read(self, position: int, length: int) -> bytes:
        try:
            block = self._disk.read(self._opened(), position, length)
        except OSError as error:
            raise self._unreadable(error) from error
        if not block:
            self.check_unchanged()
            raise FileChangedError(f'"{self._name}" ends early, after {format_bytes(position)}.', _WHEN_COMPLETE)
        return block

    def _opened(self) -> FileIO:
        """The open file; one that failed is opened again, as its handle is of no use after the disk was away."""
        if self._file is None:
            try:
                self._file = self._disk.open(self._path)
                identity = self._disk.identity(self._file)
            except OSError as error:
                raise self._unreadable(error) from error
            if self._identity not in {None, identity} and not self._is_as_hashed():
                self._close_file()
                raise self._written_to()
            self._identity = identity
        return self._file

    def _is_as_hashed(self) -> bool:
        """Whether the file, which may be another one, begins with what was hashed."""
        if self._hasher and self._hasher.position:
            return self._md5_of(self._hasher.position, self._check) == self._hasher.hexdigest()
        is_known = self._hasher and self._head
        return not is_known or self._md5_of(min(HEAD_BYTES, self._facts.size), self._check) == self._head

    def _close_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                file.close()

    def _unreadable(self, error: OSError) -> FileUnreadableError:
        self._close_file()
        return unreadable_error(self._name, error)
