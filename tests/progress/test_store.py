"""The progress folder: real files, real processes that die, a disk that is full."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.errors import BatchStoppedError, UsageError
from kinescope_upload.progress import CourseLock, CourseProgress, ProgressStore, read_records
from kinescope_upload.progress.snapshot import CourseRecords
from support.progress_cases import a_record, names_in
from support.systems import posix_only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.upload import Record

_ON_WINDOWS: Final = sys.platform == "win32"
_ONLY_POSIX: Final = posix_only("permissions and limits as POSIX has them")
_COURSES: Final = ("c", "01_analytics", "week 1.intro", "Курс – начало", "c [draft] (2)", "a'b%20#")


def _saved(folder: Path, *records: Record, course: str = "c") -> Path:
    """A progress file with these records."""
    with ProgressStore(folder, [course]) as store:
        for record in records:
            store.save(replace(record, course=course))
    return folder / f"{course}.json"


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


# --- Writing and reading -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("course", _COURSES)
def test_what_is_saved_is_on_the_disk_when_save_returns(tmp_path: Path, course: str) -> None:
    with ProgressStore(tmp_path, [course]) as store:
        store.save(a_record(course=course, offset=1))
        assert read_records(tmp_path) == {"c_001": a_record(course=course, offset=1)}
        store.save(a_record(course=course, offset=2))
        assert read_records(tmp_path, [course]) == {"c_001": a_record(course=course, offset=2)}

    with ProgressStore(tmp_path, [course]) as store:
        assert store.records == {"c_001": a_record(course=course, offset=2)}
        assert store.courses == (course,)
    assert names_in(tmp_path) == [f"{course}.json"]


def test_a_run_sees_the_records_of_its_courses_and_a_reader_those_of_all(tmp_path: Path) -> None:
    _saved(tmp_path, a_record("c_001"), course="c")
    _saved(tmp_path, a_record("d_001"), course="d")

    with ProgressStore(tmp_path, ["d", "e"]) as store:
        assert set(store.records) == {"d_001"}
        assert store.courses == ("d", "e")
    assert set(read_records(tmp_path)) == {"c_001", "d_001"}
    assert set(read_records(tmp_path, ["c"])) == {"c_001"}


def test_a_course_that_was_never_begun_has_no_records_and_gets_no_file(tmp_path: Path) -> None:
    with ProgressStore(tmp_path / "new" / "folder", ["c"]) as store:
        assert store.records == {}

    assert read_records(tmp_path / "nowhere") == {}
    assert read_records(tmp_path / "new" / "folder") == {}


@_ONLY_POSIX
def test_only_the_owner_may_read_what_is_written(tmp_path: Path) -> None:
    path = _saved(tmp_path / "progress", a_record())

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((path.parent / ".run").stat().st_mode) == 0o700


def test_what_is_there_already_is_not_written_again(tmp_path: Path) -> None:
    with ProgressStore(tmp_path, ["c"]) as store:
        store.save(a_record())
        before = _content(tmp_path)
        store.save(replace(a_record(), offset_confirmed=True))
        assert _content(tmp_path) == before
        assert store.records["c_001"].offset_confirmed
        store.save(a_record(offset=1))
        assert _content(tmp_path) != before


def test_every_thread_may_save(tmp_path: Path) -> None:
    with ProgressStore(tmp_path, ["c"]) as store, ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: store.save(a_record(f"c_{number:03d}")), range(40)))

    assert sorted(read_records(tmp_path)) == [f"c_{number:03d}" for number in range(40)]


def test_who_looks_through_the_records_is_not_disturbed_by_who_saves(tmp_path: Path) -> None:
    lock = CourseLock.acquire(tmp_path, "c")
    found = CourseRecords(records={"c_001": a_record("c_001"), "c_002": a_record("c_002")})
    course = CourseProgress(tmp_path / "c.json", "c", lock, found)

    seen = []
    for lesson_id in course.records:
        course.save([a_record(f"{lesson_id}_more")])
        seen.append(lesson_id)
    course.close()

    assert seen == ["c_001", "c_002"]
    assert set(course.records) == {"c_001", "c_002", "c_001_more", "c_002_more"}


# --- What a crash leaves -----------------------------------------------------------------------------------------


def test_a_torn_temporary_file_is_ignored_and_removed(tmp_path: Path) -> None:
    path = _saved(tmp_path, a_record())
    torn = tmp_path / ".c.json.k3j4h5g6.tmp"
    torn.write_bytes(path.read_bytes()[:40])

    assert read_records(tmp_path) == {"c_001": a_record()}
    assert _saved(tmp_path) == path
    assert names_in(tmp_path) == ["c.json"]
    assert read_records(tmp_path) == {"c_001": a_record()}


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    others = [".c.json.json.k3j4h5g6.tmp", ".d.json.k3j4h5g6.tmp", "c.json.k3j4h5g6.tmp", ".c.json.k3j4h5g6.bak"]
    for name in others:
        (tmp_path / name).touch()

    _saved(tmp_path)

    assert names_in(tmp_path) == sorted(others)


_SAVES_FOR_EVER: Final = """
import sys
from pathlib import Path
from kinescope_upload.progress import ProgressStore
from kinescope_upload.upload import Dialect, Record

folder, course = Path(sys.argv[1]), sys.argv[2]
with ProgressStore(folder, [course]) as store:
    for offset in range(1_000_000):
        record = Record(
            lesson_id=f"{course}_{offset % 50}", course=course, path="c/001.mp4", size=1_000_000, modified_ns=5,
            parent_id="p", title="t" * 500, dialect=Dialect.TUS, video_id="ours", offset=offset,
        )
        store.save(record)
        print(offset, flush=True)
"""


def _start(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def _kill_after(process: subprocess.Popen[str], saves: int) -> int:
    """Kills the process once it has said so many saves; the offset of the last save that it saw to its end."""
    with process:
        assert process.stdout
        said = [int(next(process.stdout)) for _ in range(saves)]
        process.kill()
        return max([*said, *map(int, process.stdout.read().split())])


def test_a_process_that_is_killed_while_it_saves_leaves_a_whole_file(tmp_path: Path) -> None:
    for kill in range(0, 24, 4):
        processes = {number: _start(_SAVES_FOR_EVER, tmp_path, f"c{number}") for number in range(kill, kill + 4)}
        for number, process in processes.items():
            last_said = _kill_after(process, saves=1 + number * 3)
            course = f"c{number}"
            offsets = {record.offset for record in read_records(tmp_path, [course]).values()}
            assert max(offsets) in {last_said, last_said + 1}
            with ProgressStore(tmp_path, [course]) as store:
                assert len(store.records) == min(50, max(offsets) + 1)
                store.save(a_record("after", course=course))

    assert names_in(tmp_path) == sorted(f"c{number}.json" for number in range(24))


# --- Files that cannot be read -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is no JSON"),
        (b'{"format": 1, "course": "c", "lessons": {\n"c_001"', "it is no JSON"),
        (b'{"format": 7, "course": "c", "lessons": {}}', "it is of format 7, which only a newer kupload knows"),
        (b'{"format": 1, "course": "c", "lessons": {"c_001": {}}}', 'lesson c_001: "path" is missing'),
        (b"\xff\xfe{}", "codec can't decode byte 0xff"),
    ],
)
def test_a_file_that_cannot_be_parsed_is_named_and_never_overwritten(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "c.json"
    path.write_bytes(content)

    with pytest.raises(UsageError) as caught:
        ProgressStore(tmp_path, ["c"])
    with pytest.raises(UsageError):
        read_records(tmp_path)

    assert caught.value.what.startswith(f"{path} is no progress file that kupload can read: ")
    assert reason in caught.value.what
    is_newer = "newer kupload" in reason  # without the file, what it holds would be lost
    assert caught.value.hint.startswith("Update kupload" if is_newer else "It is left as it is.")
    assert ("kupload repair --set-aside c" in caught.value.hint) is not is_newer
    assert path.read_bytes() == content
    assert names_in(tmp_path) == ["c.json"]


def test_the_file_of_another_course_is_named_and_left_alone(tmp_path: Path) -> None:
    content = _saved(tmp_path, a_record()).read_bytes()
    (tmp_path / "c.json").rename(tmp_path / "d.json")

    with pytest.raises(UsageError, match=r'd\.json holds the progress of course "c", not of "d"'):
        ProgressStore(tmp_path, ["d"])

    assert (tmp_path / "d.json").read_bytes() == content


def test_one_damaged_course_gives_the_others_free_again(tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text("{")

    with pytest.raises(UsageError):
        ProgressStore(tmp_path, ["c", "d"])
    (tmp_path / "d.json").unlink()

    with ProgressStore(tmp_path, ["c", "d"]) as store:
        assert store.courses == ("c", "d")


@_ONLY_POSIX
def test_a_folder_in_the_files_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.json").mkdir()

    with pytest.raises(UsageError, match=r"c\.json cannot be read \(Is a directory\)"):
        ProgressStore(tmp_path, ["c"])


# --- A disk that takes nothing -----------------------------------------------------------------------------------


def test_a_file_in_the_folders_place_stops_the_batch(tmp_path: Path) -> None:
    (tmp_path / "progress").touch()

    with pytest.raises(BatchStoppedError) as caught:
        ProgressStore(tmp_path / "progress", ["c"])

    assert caught.value.what.startswith(f"The progress folder {tmp_path / 'progress'} cannot be written (")
    assert caught.value.hint == "Nothing was begun. Make it writable or name another with --progress."


_FILLS_THE_DISK: Final = """
import resource, sys
from dataclasses import replace
from pathlib import Path
from kinescope_upload.errors import BatchStoppedError
from kinescope_upload.progress import ProgressStore, read_records

folder = Path(sys.argv[1])
with ProgressStore(folder, ["c"]) as store:
    (record,) = store.records.values()
    no_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, no_limit[1]))
    try:
        store.save(replace(record, offset=1, title="t" * 5000))
    except BatchStoppedError as error:
        print(error)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, no_limit)
    assert store.records == {record.lesson_id: record}
    assert read_records(folder) == store.records
    store.save(replace(record, offset=2))
"""


@_ONLY_POSIX
def test_a_full_disk_stops_the_batch_and_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = _saved(tmp_path, a_record())

    said, _ = _start(_FILLS_THE_DISK, tmp_path).communicate(timeout=60)

    assert said == (
        f"{path} cannot be written (File too large), so nothing more was begun. "
        "Make room on that disk or make the folder writable, then run the same command again.\n"
    )
    assert read_records(tmp_path) == {"c_001": a_record(offset=2)}
    assert names_in(tmp_path) == ["c.json"]


_SAVES_WHERE_IT_MAY_NOT: Final = """
import os, sys
from dataclasses import replace
from pathlib import Path
import filelock  # before it is nobody, who may not read every Python's library
from kinescope_upload.errors import BatchStoppedError, UsageError
from kinescope_upload.progress import ProgressStore, ask_to_stop

folder = Path(sys.argv[1])
me = os.geteuid()
if me == 0:
    os.seteuid(65534)  # root may write anywhere, nobody may not
try:
    with ProgressStore(folder, ["c"]) as store:
        folder.chmod(0o555)
        try:
            store.save(replace(store.records["c_001"], offset=1))
        except BatchStoppedError as error:
            print(error.what)
        assert store.records["c_001"].offset == 0
    folder.joinpath(".run").chmod(0o555)
    folder.joinpath(".run", "c.lock").chmod(0o444)
    try:
        ProgressStore(folder, ["c"])
    except BatchStoppedError as error:
        print(error.what)
    try:
        ask_to_stop(folder)
    except UsageError as error:
        print(error.what)
finally:
    os.seteuid(me)
"""


@pytest.fixture
def nobodys_folder() -> Iterator[Path]:
    """A folder that an unprivileged process can reach, and owns when this one is root."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "progress"
        _saved(folder, a_record())
        if not _ON_WINDOWS and os.geteuid() == 0:
            for path in [Path(name), *Path(name).rglob("*")]:
                shutil.chown(path, 65534, 65534)
        yield folder
        for path in (folder, folder / ".run"):
            path.chmod(0o700)


@_ONLY_POSIX
def test_a_read_only_folder_stops_the_batch_and_leaves_the_old_file_whole(nobodys_folder: Path) -> None:
    said, _ = _start(_SAVES_WHERE_IT_MAY_NOT, nobodys_folder).communicate(timeout=60)

    assert said.splitlines() == [
        f"{nobodys_folder / 'c.json'} cannot be written (Permission denied), so nothing more was begun.",
        f"The progress folder {nobodys_folder} cannot be written (Permission denied).",
        f'No run on "{nobodys_folder}" can be asked to stop (Permission denied).',
    ]
    assert read_records(nobodys_folder) == {"c_001": a_record()}
