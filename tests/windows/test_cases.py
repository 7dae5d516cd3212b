"""What only Windows does: open files that cannot be replaced, code pages, NUL, pipes without a reader, drives."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.batch.awake import kept_awake
from kinescope_upload.library.scan import scan
from kinescope_upload.output.terminal_output import is_live_terminal
from kinescope_upload.progress import ProgressStore, read_records
from kinescope_upload.progress.atomic import write_whole
from kinescope_upload.progress.deleted import DELETED_FILE, note_deletion
from kinescope_upload.progress.file_system import check_writable
from support.auditing import uploaded
from support.concurrency import hold_line, once_sent
from support.progress_cases import a_record, names_in
from support.systems import is_wine, windows_only
from support.world import KIB, World, WorldMaker

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = windows_only("what it does with files, streams and names")

_CONTINUOUS: Final = 0x80000000
_SYSTEM_REQUIRED: Final = 0x00000001
_EMOJI_COURSE: Final = "02_Курс с пробелом 🚀"


@pytest.fixture
def world(worlds: WorldMaker) -> World:
    return worlds()


@pytest.fixture
def closed_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in which nobody may make a file."""
    if is_wine():
        yield Path("Z:/sys/kernel")
        return
    folder = tmp_path / "closed"
    folder.mkdir()
    subprocess.run(["icacls", folder, "/deny", "*S-1-1-0:(WD)"], check=True, capture_output=True)
    yield folder
    subprocess.run(["icacls", folder, "/remove:d", "*S-1-1-0"], check=True, capture_output=True)


def test_a_file_that_somebody_reads_is_replaced_once_they_close_it(tmp_path: Path) -> None:
    path = tmp_path / "01_analytics.json"
    write_whole(path, b"old")
    other = tmp_path / "other"
    other.write_bytes(b"other")
    reader = path.open("rb")
    with pytest.raises(PermissionError):
        other.replace(path)
    closing = threading.Timer(0.2, reader.close)
    closing.start()
    write_whole(path, b"new")
    closing.join()
    assert path.read_bytes() == b"new"


@pytest.mark.slow
def test_a_progress_file_that_somebody_reads_for_long_costs_no_record(tmp_path: Path) -> None:
    with ProgressStore(tmp_path, ["c"]) as store:
        store.save(a_record())
    with ProgressStore(tmp_path, ["c"]) as store:
        with (tmp_path / "c.json").open("rb"):
            store.save(a_record(offset=1))  # 10 s later
            [note] = store.notes
            assert "another program may have it open" in note
            assert read_records(tmp_path) == {"c_001": a_record(offset=1)}
        store.save(a_record(offset=2))
    assert names_in(tmp_path) == ["c.json"]
    assert read_records(tmp_path) == {"c_001": a_record(offset=2)}


def test_a_folder_that_takes_no_file_is_told_at_once(closed_folder: Path) -> None:
    began = time.monotonic()
    with pytest.raises(PermissionError):
        check_writable(closed_folder)
    assert time.monotonic() - began < 5


def test_doctor_and_a_run_name_a_progress_folder_that_takes_no_file(world: World, closed_folder: Path) -> None:
    world.fill((10 * KIB,))
    world.environment["KUPLOAD_PROGRESS"] = str(closed_folder)
    checked = world.run("doctor")
    assert checked.exit_code in {2, 3}, checked.text
    assert str(closed_folder) in checked.text
    ran = world.run()
    assert ran.exit_code == 3, ran.text
    assert "cannot be written" in ran.text


@pytest.mark.parametrize("arguments", [("--help",), ("--status",), ("verify",), ("map", "--json"), ("--dry-run",)])
def test_a_reader_that_goes_away_is_no_bug(world: World, arguments: tuple[str, ...]) -> None:
    uploaded(world)
    with subprocess.Popen(
        [sys.executable, "-m", "kinescope_upload", *arguments],
        cwd=world.folder,
        env=world.process_environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert "Traceback" not in said
    assert process.returncode in {0, 1}, said


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "cp1252"])
def test_a_course_that_the_code_page_lacks_is_shown_escaped(world: World, encoding: str) -> None:
    world.fill((2000 * KIB,), course=_EMOJI_COURSE)
    environment = {**world.process_environment, "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "kinescope_upload"]
    hold_line(world, after=900 * KIB)
    with subprocess.Popen(
        command, cwd=world.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding=encoding
    ) as run:
        once_sent(world, 900 * KIB)
        asked = subprocess.run([*command, "stop"], cwd=world.folder, env=environment, capture_output=True, check=False)
        said, _ = run.communicate(timeout=120)
    text = asked.stdout.decode(encoding)
    assert (asked.returncode, run.returncode) == (0, 130), said
    assert "\\U0001f680" in text
    assert "Traceback" not in text + said + asked.stderr.decode(encoding)


def test_nul_is_no_terminal() -> None:
    with open("NUL", "w", encoding="utf-8") as nul:  # noqa: PTH123 - a device, not a path
        assert nul.isatty(), "this is what Windows says of it"
        assert not is_live_terminal(nul, {})


@pytest.mark.parametrize("arguments", [("repair",), ("map", "--confirm")])
def test_a_question_that_nobody_can_answer_is_not_asked(world: World, arguments: tuple[str, ...]) -> None:
    uploaded(world)
    with open("NUL", "w", encoding="utf-8") as nul:  # noqa: PTH123 - a device, not a path
        done = subprocess.run(
            [sys.executable, "-m", "kinescope_upload", *arguments],
            cwd=world.folder,
            env=world.process_environment,
            stdin=subprocess.DEVNULL,
            stdout=nul,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
            timeout=300,
        )
    assert done.returncode == 2, done.stderr


def test_a_file_that_is_still_written_has_the_size_that_it_has(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    with (tmp_path / "c" / "001.mp4").open("wb") as file:
        file.write(b"x" * 1000)
        file.flush()
        assert [found.size for found in scan(tmp_path).files] == [1000]
        file.write(b"x" * 500)
        file.flush()  # the listing of its folder may say 1000, or 0, until it is closed
        assert [found.size for found in scan(tmp_path).files] == [1500]


def test_a_line_of_the_journal_of_deletions_ends_as_everywhere(tmp_path: Path) -> None:
    note_deletion(tmp_path, {"video_id": "one"})
    note_deletion(tmp_path, {"video_id": "two"})
    assert (tmp_path / DELETED_FILE).read_bytes() == b'{"video_id": "one"}\n{"video_id": "two"}\n'


def test_windows_is_told_to_stay_awake_for_the_length_of_a_batch() -> None:
    if sys.platform == "win32":
        set_state = ctypes.windll.kernel32.SetThreadExecutionState
        with kept_awake():
            during = set_state(_CONTINUOUS | _SYSTEM_REQUIRED)
        after = set_state(_CONTINUOUS)
        assert (during & _SYSTEM_REQUIRED, after & _SYSTEM_REQUIRED) == (_SYSTEM_REQUIRED, 0)
