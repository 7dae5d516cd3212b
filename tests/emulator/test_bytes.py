import hashlib
import random
from pathlib import Path

from kinescope_upload.emulator import Emulator, Settings
from kinescope_upload.emulator.received import ReceivedBytes
from support.conversation import Caller, Start
from support.systems import posix_only

MIB = 1024 * 1024


def test_what_arrives_is_what_was_sent(caller: Caller, emulator: Emulator) -> None:
    data = random.Random(1).randbytes(5 * MIB + 17)
    made = caller.made(len(data))
    for begin in range(0, len(data), 2 * MIB - 5):
        assert caller.patch(made.url, data[begin : begin + 2 * MIB - 5], begin).status_code == 204
    assert emulator.bytes_of(made.video_id).read_bytes() == data
    assert emulator.video(made.video_id).md5 == hashlib.md5(data).hexdigest()


@posix_only("disk usage is told in blocks on POSIX only")
def test_zeros_take_no_room_on_the_disk(caller: Caller, emulator: Emulator) -> None:
    size = 64 * MIB
    made = caller.made(size)
    caller.patch(made.url, b"head" + bytes(size // 2 - 4))
    caller.patch(made.url, bytes(size // 2), size // 2)
    status = emulator.bytes_of(made.video_id).stat()
    assert status.st_size == size
    assert status.st_blocks * 512 < 4 * MIB
    assert emulator.video(made.video_id).md5 == hashlib.md5(b"head" + bytes(size - 4)).hexdigest()


def test_zeros_at_the_end_are_there(tmp_path: Path) -> None:
    received = ReceivedBytes(tmp_path / "file", hashed=True)
    with received.opened():
        received.write([b"ab", bytes(3)])
    assert (tmp_path / "file").read_bytes() == b"ab\0\0\0"
    with received.opened():
        received.write([bytes(2), b"c"])
    assert (tmp_path / "file").read_bytes() == b"ab\0\0\0\0\0c"
    assert received.md5 == hashlib.md5(b"ab\0\0\0\0\0c").hexdigest()


def test_a_sink_counts_and_keeps_nothing(start: Start) -> None:
    caller = start(Settings(keep_bytes=False, hash_bytes=False))
    made = caller.uploaded(b"abc")
    fact = caller.emulator.video(made.video_id)
    assert (fact.received, fact.md5, fact.complete) == (3, None, True)
    assert not caller.emulator.bytes_of(made.video_id).exists()
    assert caller.emulator.accounting.bytes_stored == 3
