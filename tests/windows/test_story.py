"""What the first user does on Windows: a library on a drive of its own, `E:\\Academy Courses`, with Cyrillic names."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.upload import Stage
from support.concurrency import hold_line, let_go, once_sent
from support.systems import DRIVE_VARIABLE, windows_only
from support.world import KIB, World, WorldMaker, content_of

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

pytestmark = [windows_only("its drives and code pages"), pytest.mark.timeout(900)]

_FILES: Final = {
    "01_analytics/m01_start/001_урок.mp4": 300 * KIB,
    "01_analytics/m01_start/002_Введение 🎬.mp4": 1200 * KIB,
    "01_analytics/m01_start/003_йёЙЁ.MP4": 700 * KIB,
    "02_Курс с пробелом 🚀/m01 Раздел/001 Урок №1 — начало.mp4": 400 * KIB,
    "02_Курс с пробелом 🚀/m01 Раздел/002 «Кавычки».mov": 2500 * KIB,
    "03_финансы/м01_деньги/001.mp4": 100 * KIB,
}
_SECOND_COURSE: Final = "02_Курс с пробелом 🚀"
_CHUNKS: Final = ("--chunk-size", "256KiB")


class Academy(World):
    """A world whose library is not in its folder."""

    @property
    def library(self) -> Path:
        return Path(self.environment["KUPLOAD_LIBRARY"])

    @contextmanager
    def running(self, *arguments: str, after: int) -> Iterator[subprocess.Popen[str]]:
        """A run in mid-transfer, as a process, for most of a minute; it is killed if the test does not end it."""
        begun = self.link.bytes_up
        hold_line(self, after=after)
        process = self.start(*_CHUNKS, *arguments)
        try:
            once_sent(self, begun + after)
            let_go(self)
            yield process
        finally:
            process.kill()
            process.communicate()
            self.link.heal()


@pytest.fixture
def academy(worlds: WorldMaker, tmp_path: Path) -> Iterator[Academy]:
    """The library is on E:, where there is a drive for tests, and else in the temporary folder."""
    library = Path(os.environ.get(DRIVE_VARIABLE, tmp_path), "Academy Courses")
    shutil.rmtree(library, ignore_errors=True)
    world = worlds()
    academy = Academy(**{one.name: getattr(world, one.name) for one in fields(world)})
    academy.environment["KUPLOAD_LIBRARY"] = str(library)
    for path, size in _FILES.items():
        academy.add_file(path, content_of(size, seed=path))
    academy.add_lessons()
    yield academy
    shutil.rmtree(library)


def test_a_library_is_uploaded_through_a_kill_and_a_stop_then_verified_and_repaired(academy: Academy) -> None:
    shown = academy.run("--dry-run")
    assert shown.exit_code == 0, shown.text
    assert f"{_SECOND_COURSE}_m01 Раздел_002" in shown.text

    with academy.running("--course", "01_analytics", after=700 * KIB) as killed:
        pass
    assert killed.returncode == 1
    assert Stage.LINKED not in {record.stage for record in academy.records.values() if record.size == 1200 * KIB}

    with academy.running("--course", _SECOND_COURSE, after=1000 * KIB) as stopped:
        asked = academy.run("stop")
        said, _ = stopped.communicate(timeout=120)
    assert (asked.exit_code, stopped.returncode) == (0, 130), said
    assert f"Asked the run on {_SECOND_COURSE} to stop." in asked.text

    status = academy.run("--status")
    assert status.exit_code == 0, status.text
    assert _SECOND_COURSE in status.text

    resumed = academy.run(*_CHUNKS)
    assert resumed.exit_code == 0, resumed.text
    academy.assert_promise(cuts=2)

    verified = academy.run("verify")
    assert verified.exit_code == 0, verified.text
    assert {record.stage for record in academy.records.values()} == {Stage.VERIFIED}

    lesson = next(one for one in academy.records if one.startswith(_SECOND_COURSE))
    academy.database.set_video(lesson, None)
    assert academy.run("verify").exit_code == 1
    repaired = academy.run("repair", "--yes")
    assert repaired.exit_code == 0, repaired.text
    assert academy.run("verify").exit_code == 0
    assert academy.run("--status").exit_code == 0


def test_a_library_is_found_however_its_path_is_written(academy: Academy) -> None:
    library = str(academy.library)
    drive, path = os.path.splitdrive(library)
    for written in (library, library + "\\", library.replace("\\", "/"), drive.swapcase() + path, f"\\\\?\\{library}"):
        shown = academy.run("--library", written, "--dry-run")
        assert shown.exit_code == 0, shown.text
        assert f"{len(_FILES)} videos to upload" in shown.text
