"""A video file as the body of requests: real files, read in blocks, hashed beside the sending, watched for changes."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinescope_upload.errors import FileChangedError, FileUnreadableError, KuploadError
from kinescope_upload.library.disk import Disk
from kinescope_upload.library.hasher import HasherBeside
from kinescope_upload.library.source import VideoSource
from kinescope_upload.model import VideoFile
from kinescope_upload.policy.sizing import READ_BLOCK, Sizing
from kinescope_upload.text import format_bytes
from kinescope_upload.upload.record import HEAD_BYTES
from support.systems import WINDOWS, linux_only, posix_only

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO

    from kinescope_upload.library.hasher import Hasher

_LEAST_NS: Final = 100 if WINDOWS else 1
"""The smallest step of a file's time."""
_ONLY_POSIX: Final = posix_only("Windows keeps a file that is open in its place")

_CONTENT: Final = Random(1).randbytes(3 * READ_BLOCK + 1234)
_SIZE: Final = len(_CONTENT)
_MD5: Final = hashlib.md5(_CONTENT).hexdigest()


def _facts(path: Path) -> VideoFile:
    now = path.stat()
    return VideoFile(path="c/001.mp4", size=now.st_size, modified_ns=now.st_mtime_ns)


def _open(path: Path, *, hasher: Callable[[], Hasher] | None = HasherBeside) -> VideoSource:
    return VideoSource(path, _facts(path), hasher=hasher)


def _nothing(*_: int) -> None:
    """What is told and asked here matters to nobody."""


def _send(source: VideoSource, offset: int, length: int) -> bytes:
    return b"".join(source.blocks(offset, length, _nothing))


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that no test changes."""
    path = tmp_path_factory.mktemp("library") / "001.mp4"
    path.write_bytes(_CONTENT)
    return path


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "001.mp4"
    path.write_bytes(_CONTENT)
    return path


# --- Blocks ------------------------------------------------------------------------------------------------------

_EDGES: Final = st.sampled_from(
    [edge + shift for edge in (0, READ_BLOCK, 2 * READ_BLOCK, 3 * READ_BLOCK, _SIZE) for shift in (-1, 0, 1)]
).filter(lambda position: 0 <= position <= _SIZE)
_POSITIONS: Final = _EDGES | st.integers(0, _SIZE)
_RANGES: Final = st.tuples(_POSITIONS, _POSITIONS).map(lambda pair: (min(pair), max(pair)))
_SETTINGS: Final = settings(derandomize=True, deadline=None, max_examples=60)


@_SETTINGS
@given(_RANGES)
def test_the_blocks_are_exactly_the_bytes_that_were_asked_for(lasting: Path, span: tuple[int, int]) -> None:
    start, end = span
    sent: list[int] = []
    with _open(lasting, hasher=None) as source:
        blocks = list(source.blocks(start, end - start, sent.append))

    assert b"".join(blocks) == _CONTENT[start:end]
    assert all(0 < len(block) <= READ_BLOCK for block in blocks)
    assert sent == [len(block) for block in blocks]


def test_a_block_counts_as_sent_when_the_network_asks_for_the_next(lasting: Path) -> None:
    sent: list[int] = []
    with _open(lasting) as source:
        blocks = source.blocks(0, _SIZE, sent.append)
        next(blocks)
        assert sent == []
        next(blocks)
        assert sent == [READ_BLOCK]


def test_whoever_is_told_may_end_the_body(lasting: Path) -> None:
    def has_enough(_: int) -> None:
        raise InterruptedError

    with _open(lasting) as source, pytest.raises(InterruptedError):
        list(source.blocks(0, _SIZE, has_enough))


def test_blocks_grow_while_the_network_takes_them_at_once(lasting: Path) -> None:
    growing = Sizing(smallest=READ_BLOCK, largest=2 * READ_BLOCK, quick=1, slow=2)
    facts = _facts(lasting)
    with VideoSource(lasting, facts, hasher=HasherBeside, sizing=growing, clock=lambda: 0.0) as source:
        blocks = iter(source.blocks(0, _SIZE, _nothing))
        lengths = [len(next(blocks)) for _ in range(2)]
        again = len(next(iter(source.blocks(0, _SIZE, _nothing))))

    assert lengths == [READ_BLOCK, 2 * READ_BLOCK]
    assert again == 2 * READ_BLOCK


# --- MD5 ---------------------------------------------------------------------------------------------------------


@_SETTINGS
@given(st.lists(_RANGES, max_size=4))
def test_the_md5_is_that_of_the_file_whatever_was_sent_again_and_however_the_upload_was_resumed(
    lasting: Path, spans: list[tuple[int, int]]
) -> None:
    with _open(lasting) as source:
        for start, end in spans:
            source.hash_up_to(start, _nothing)
            _send(source, start, end - start)

        assert source.md5(_nothing) == _MD5


def test_a_body_that_ended_early_does_not_spoil_the_md5(lasting: Path) -> None:
    with _open(lasting) as source:
        blocks = source.blocks(0, _SIZE, _nothing)
        next(blocks)
        next(blocks)
        _send(source, 1000, _SIZE - 1000)

        assert source.md5(_nothing) == _MD5


def test_the_md5_of_a_file_that_was_sent_by_earlier_runs_is_taken_without_sending(lasting: Path) -> None:
    looks: list[None] = []
    with _open(lasting) as source:
        assert source.md5(lambda: looks.append(None)) == _MD5

    assert len(looks) == 4


def test_hashing_what_was_sent_earlier_can_be_given_up(lasting: Path) -> None:
    def gives_up() -> None:
        raise InterruptedError

    with _open(lasting) as source, pytest.raises(InterruptedError):
        source.hash_up_to(_SIZE, gives_up)


def test_bytes_that_were_passed_over_are_a_bug(lasting: Path) -> None:
    with _open(lasting) as source, pytest.raises(AssertionError, match=f"bytes 0 to {READ_BLOCK} were not hashed"):
        _send(source, READ_BLOCK, 10)


def test_without_checksums_nothing_is_hashed(lasting: Path) -> None:
    with _open(lasting, hasher=None) as source:
        source.hash_up_to(_SIZE, pytest.fail)
        assert _send(source, READ_BLOCK, 10) == _CONTENT[READ_BLOCK : READ_BLOCK + 10]
        assert source.md5(pytest.fail) is None


def _hashing_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "kupload-md5"}


def test_the_hashing_thread_ends_with_the_source(lasting: Path) -> None:
    before = _hashing_threads()
    with _open(lasting) as source:
        _send(source, 0, _SIZE)
        (thread,) = _hashing_threads() - before
    thread.join(30)

    assert not thread.is_alive()


def test_no_hashing_thread_is_left_of_a_source_that_could_not_be_opened(video: Path) -> None:
    facts = _facts(video)
    video.write_bytes(b"other")
    before = _hashing_threads()

    with pytest.raises(FileChangedError):
        VideoSource(video, facts, hasher=HasherBeside)
    left = _hashing_threads() - before
    for thread in left:
        thread.join(30)

    assert not any(thread.is_alive() for thread in left)


# --- Changes -----------------------------------------------------------------------------------------------------


_SECOND_NS: Final = 10**9


def _write_to(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"!")
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 10 * _SECOND_NS))


def _shrink(path: Path) -> None:
    os.truncate(path, _SIZE - 1)


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def _replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"other")
    other.replace(path)


_AGAIN: Final = "Run the same command again when it is complete."
_CHANGES: Final[dict[Callable[[Path], None], tuple[str, str]]] = {
    _write_to: ('"c/001.mp4" was written to while it was being read.', _AGAIN),
    _shrink: (f'"c/001.mp4" changed while it was being read: {_SIZE:,} B became {_SIZE - 1:,} B.', _AGAIN),
    _grow: (f'"c/001.mp4" changed while it was being read: {_SIZE:,} B became {_SIZE + 4:,} B.', _AGAIN),
}
_CHANGES_UNDER_ITS_NAME: Final[dict[Callable[[Path], None], tuple[str, str]]] = {
    _replace: (f'"c/001.mp4" changed while it was being read: {format_bytes(_SIZE)} became 5 B.', _AGAIN),
    Path.unlink: (
        '"c/001.mp4" has vanished.',
        "Put it back, then run the same command again: it goes on where it was.",
    ),
}
_EVERY_CHANGE: Final = [
    *_CHANGES.items(),
    *(pytest.param(*change, marks=_ONLY_POSIX) for change in _CHANGES_UNDER_ITS_NAME.items()),
]


@pytest.mark.parametrize(("change", "words"), _EVERY_CHANGE)
def test_a_change_while_it_is_sent_shows_before_the_next_block_goes_out(
    video: Path, change: Callable[[Path], None], words: tuple[str, str]
) -> None:
    sent: list[int] = []
    with _open(video) as source:
        blocks = source.blocks(0, _SIZE, sent.append)
        assert next(blocks) == _CONTENT[:READ_BLOCK]
        change(video)
        with pytest.raises(KuploadError) as caught:
            list(blocks)
        assert isinstance(caught.value, FileUnreadableError if change is Path.unlink else FileChangedError)

    assert (caught.value.what, caught.value.hint) == words
    assert sent == [READ_BLOCK]


@pytest.mark.parametrize(
    ("change", "words"),
    [*_CHANGES.items(), *_CHANGES_UNDER_ITS_NAME.items()],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_change_since_it_was_planned_shows_when_it_is_opened(
    video: Path, change: Callable[[Path], None], words: tuple[str, str]
) -> None:
    facts = _facts(video)
    change(video)

    with pytest.raises(KuploadError) as caught:
        VideoSource(video, facts, hasher=HasherBeside)
    assert isinstance(caught.value, FileUnreadableError if change is Path.unlink else FileChangedError)

    assert (caught.value.what, caught.value.hint) == words


def _touch(path: Path, shift: int) -> None:
    os.utime(path, ns=(0, path.stat().st_mtime_ns + shift))


def _replace_by_its_like(path: Path, shift: int) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    os.utime(other, ns=(0, path.stat().st_mtime_ns + shift))
    other.replace(path)


@pytest.mark.parametrize(
    "change", [_touch, pytest.param(_replace_by_its_like, marks=_ONLY_POSIX)], ids=["touched", "replaced by its like"]
)
@pytest.mark.parametrize("shift", [_LEAST_NS, _SECOND_NS, 3600 * _SECOND_NS, 10**15])
def test_a_time_that_changes_alone_while_it_is_sent_changes_no_file(
    video: Path, change: Callable[[Path, int], None], shift: int
) -> None:
    sent: list[int] = []
    with _open(video) as source:
        blocks = source.blocks(0, _SIZE, sent.append)
        content = next(blocks)
        change(video, shift)
        content += b"".join(blocks)
        assert content == _CONTENT
        assert sum(sent) == source.part.length == _SIZE
        assert source.part.file == _facts(video)
        assert source.part.md5 == source.md5(_nothing) == _MD5


@pytest.mark.parametrize("shift", [_LEAST_NS, 3600 * _SECOND_NS, 10**15])
def test_a_file_whose_sent_part_was_written_to_is_another_however_little_its_time_moved(
    video: Path, shift: int
) -> None:
    before = video.stat().st_mtime_ns
    with _open(video) as source:
        blocks = source.blocks(0, _SIZE, _nothing)
        next(blocks)
        with video.open("r+b") as file:
            file.write(b"!")
        os.utime(video, ns=(0, before + shift))
        with pytest.raises(FileChangedError, match="was written to while it was being read"):
            list(blocks)


@_ONLY_POSIX
@pytest.mark.parametrize("is_same", [True, False], ids=["the same", "another"])
def test_a_file_that_is_opened_again_is_compared_with_what_was_sent_of_it(video: Path, *, is_same: bool) -> None:
    facts = video.stat()
    with VideoSource(video, _facts(video), hasher=HasherBeside, disk=_FailsOnce()) as source:
        blocks = source.blocks(0, _SIZE, _nothing)
        next(blocks)
        video.rename(video.with_name("aside"))
        video.write_bytes(_CONTENT if is_same else bytes(_SIZE))
        os.utime(video, ns=(0, facts.st_mtime_ns))
        with pytest.raises(FileUnreadableError):
            next(blocks)
        if is_same:
            assert _send(source, READ_BLOCK, _SIZE - READ_BLOCK) == _CONTENT[READ_BLOCK:]
            return
        with pytest.raises(FileChangedError, match="was written to while it was being read"):
            _send(source, READ_BLOCK, 10)


class _FailsOnce(Disk):
    """A share that is away when a file's second block is read."""

    def __init__(self) -> None:
        self._has_failed = False

    def read(self, file: FileIO, position: int, length: int) -> bytes:
        if position and not self._has_failed:
            self._has_failed = True
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().read(file, position, length)


def test_what_was_written_behind_the_sent_part_is_sent_as_it_is_then(video: Path) -> None:
    before = video.stat().st_mtime_ns
    with _open(video) as source:
        blocks = source.blocks(0, _SIZE, _nothing)
        next(blocks)
        with video.open("r+b") as file:
            file.seek(_SIZE - 1)
            file.write(b"!")
        os.utime(video, ns=(0, before + 10**15))
        list(blocks)
        assert source.md5(_nothing) == hashlib.md5(_CONTENT[:-1] + b"!").hexdigest()


class _AlwaysWritten(Disk):
    """Dates the file anew before each look."""

    def stat(self, path: str) -> os.stat_result:
        _touch(Path(path), 1000)
        return super().stat(path)


def test_a_file_whose_time_does_not_stand_still_is_being_written_to(video: Path) -> None:
    always_written = VideoSource(video, _facts(video), hasher=HasherBeside, disk=_AlwaysWritten())
    with always_written as source, pytest.raises(FileChangedError, match="was written to while it was being read"):
        list(source.blocks(0, _SIZE, _nothing))


def test_without_checksums_the_time_alone_decides_from_when_the_file_was_opened(video: Path) -> None:
    with _open(video, hasher=None) as source:
        blocks = source.blocks(0, _SIZE, _nothing)
        next(blocks)
        _touch(video, 3600 * _SECOND_NS)
        next(blocks)
        _touch(video, -3600 * _SECOND_NS + 2 * _SECOND_NS)
        next(blocks)
        assert source.part.md5 is None
        _touch(video, _SECOND_NS)
        with pytest.raises(FileChangedError, match="was written to"):
            list(blocks)


def test_the_comparison_of_a_touched_file_can_be_stopped(video: Path) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with VideoSource(video, _facts(video), hasher=HasherBeside, check=stop) as source:
        blocks = source.blocks(0, _SIZE, _nothing)
        next(blocks)
        _touch(video, _LEAST_NS)
        with pytest.raises(KeyboardInterrupt):
            next(blocks)


def test_the_md5_of_the_first_bytes_is_told_wherever_the_hash_stands(lasting: Path) -> None:
    with _open(lasting) as source:
        for length in (10, READ_BLOCK + 1, 10, _SIZE):
            expected = hashlib.md5(_CONTENT[:length]).hexdigest()
            assert source.md5_of_first(length, _nothing) == expected


def test_a_file_that_shrinks_while_earlier_bytes_are_hashed_is_never_taken_for_a_whole_one(video: Path) -> None:
    with _open(video) as source:
        os.truncate(video, READ_BLOCK)
        with pytest.raises(FileChangedError) as caught:
            source.hash_up_to(_SIZE, _nothing)

    assert (
        caught.value.what
        == f'"c/001.mp4" changed while it was being read: {format_bytes(_SIZE)} became {format_bytes(READ_BLOCK)}.'
    )
    assert caught.value.hint == _AGAIN


def test_nothing_is_read_beyond_the_end(lasting: Path) -> None:
    with _open(lasting, hasher=None) as source, pytest.raises(FileChangedError) as caught:
        _send(source, _SIZE - 10, 11)

    assert caught.value.what == f'"c/001.mp4" ends early, after {format_bytes(_SIZE)}.'
    assert caught.value.hint == _AGAIN


def test_a_change_that_nobody_read_past_yet_can_be_asked_for(video: Path) -> None:
    with _open(video) as source:
        source.check_unchanged()
        _grow(video)
        with pytest.raises(FileChangedError):
            source.check_unchanged()


@_ONLY_POSIX
def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError) as caught:
        _open(tmp_path)

    assert caught.value.what == f'"c/001.mp4" cannot be read ({os.strerror(errno.EISDIR)}).'
    assert caught.value.hint == "Make it readable, then run the same command again."


@pytest.fixture
def unreadable() -> Path:
    """A file that opens and then cannot be read: what the first bytes of a process's memory are."""
    return Path("/proc/self/mem")


@linux_only("memory as a file")
def test_a_read_that_fails_while_it_is_sent_says_why(unreadable: Path) -> None:
    with _open(unreadable) as source, pytest.raises(FileUnreadableError) as caught:
        _send(source, 0, 10)

    assert caught.value.what == '"c/001.mp4" cannot be read (Input/output error).'
    assert caught.value.hint == "Make it readable, then run the same command again."


def test_the_md5_is_that_of_the_bytes_that_are_sent_whatever_was_looked_at_before(tmp_path: Path) -> None:
    path, other = tmp_path / "001.mp4", _CONTENT[::-1]
    path.write_bytes(_CONTENT)
    facts = path.stat()
    with _open(path) as source:
        assert source.head_md5() == hashlib.md5(_CONTENT[:HEAD_BYTES]).hexdigest()
        with path.open("r+b") as file:
            file.write(other)
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        sent = _send(source, 0, _SIZE)
        assert sent == other
        assert source.md5(_nothing) == hashlib.md5(sent).hexdigest()


@linux_only("the system's own time of a file tells, which Windows does not have")
def test_a_file_that_is_rewritten_with_its_time_put_back_is_told(tmp_path: Path) -> None:
    path = tmp_path / "001.mp4"
    path.write_bytes(_CONTENT)
    facts = path.stat()
    with _open(path) as source:
        assert not source.part.is_touched
        while path.stat().st_ctime_ns == facts.st_ctime_ns:  # it has steps of some milliseconds
            with path.open("r+b") as file:
                file.write(_CONTENT)
            os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        assert source.part.is_touched
