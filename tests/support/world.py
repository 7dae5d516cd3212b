"""A whole world for one test: a library, the emulator behind a link, a real database, a progress folder."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from kinescope_upload.cli.outcome import run_command
from kinescope_upload.commands.upload import Screen, upload
from kinescope_upload.config import load_settings
from kinescope_upload.emulator import Emulator, Link
from kinescope_upload.emulator import Settings as EmulatorSettings
from kinescope_upload.library.disk import Disk
from kinescope_upload.library.scan import scan
from kinescope_upload.mapping import assign_by_scan_rule
from kinescope_upload.media.sample_mp4 import SMALLEST, make_mp4
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.progress import read_records
from kinescope_upload.upload import Record, Stage
from kinescope_upload.video_ids import video_key
from support import kupload

if TYPE_CHECKING:
    from pathlib import Path

    from support.postgres import Database, Server

KIB = 1024
_OPTIONS = {"chunk_size": "256KiB", "new_progress": True}
IN_FLIGHT = 1536 * KIB
"""What may be under way when one connection is cut: the senders' and the link's buffers."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended, and what it said in JSON."""

    exit_code: int
    said: tuple[Mapping[str, Any], ...]
    text: str = ""

    @property
    def summary(self) -> Mapping[str, Any]:
        return next(one for one in self.said if one["event"] == "summary")

    def events(self, name: str) -> list[Mapping[str, Any]]:
        return [one for one in self.said if one["event"] == name]


class Listener(io.StringIO):
    """The output of runs in this process; others may wait for what is said there."""

    def __init__(self) -> None:
        super().__init__()
        self._heard = threading.Condition()

    def write(self, text: str) -> int:
        with self._heard:
            count = super().write(text)
            self._heard.notify_all()
        return count

    def wait_for(self, text: str, timeout: float = 30) -> None:
        with self._heard:
            assert self._heard.wait_for(lambda: text in self.getvalue(), timeout), f"nobody said {text!r}"


@dataclass(kw_only=True)
class World:
    """Everything outside of kupload. `options` are those of every run here."""

    folder: Path
    emulator: Emulator
    link: Link
    database: Database
    dialect: str
    environment: dict[str, str] = field(default_factory=dict)
    options: dict[str, object] = field(default_factory=dict)
    output: Listener = field(default_factory=Listener)
    disk: Disk = field(default_factory=Disk)

    @property
    def library(self) -> Path:
        return self.folder / "library"

    @property
    def progress(self) -> Path:
        return self.folder / "progress"

    def add_file(self, path: str, content: bytes) -> Path:
        """A video file, and its course's folder on Kinescope."""
        file = self.library / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        date_back(file)
        course = path.partition("/")[0]
        if course not in {folder.name for folder in self.emulator.folders()}:
            self.emulator.create_folder(course)
        return file

    def add_lessons(self) -> None:
        """A row for every file of the library, as the scan rule names it."""
        assignments = assign_by_scan_rule(scan(self.library).files)
        self.database.add_lessons((one.lesson_id, one.course, f"Урок {one.file.stem}") for one in assignments)

    def fill(self, sizes: tuple[int, ...], course: str = "01_analytics") -> None:
        """Files of these sizes in one section, each with content of its own, and their rows."""
        for number, size in enumerate(sizes, start=1):
            self.add_file(f"{course}/m01_start/{number:03d}_урок.mp4", content_of(size, seed=f"{course}/{number}"))
        self.add_lessons()

    def heal(self) -> None:
        """Ends whatever goes wrong outside of kupload."""
        self.emulator.faults.clear()
        self.link.heal()
        self.disk = Disk()
        self.options = dict(_OPTIONS)

    def upload(self, **options: object) -> Outcome:
        """One run of the main job in this process."""
        begins = len(self.output.getvalue())
        settings = load_settings(
            {**self.options, **options, "json": True}, directory=self.folder, environment=self.environment
        )
        screen = Screen(DisplayOptions(as_json=True), self.output, io.StringIO(), self.disk)
        code = run_command(lambda: upload(settings, screen))
        return Outcome(exit_code=code, said=_parsed(self.output.getvalue()[begins:]))

    def run(self, *arguments: str) -> Outcome:
        """One run of `kupload` as a process, to its end."""
        done = kupload.run(
            arguments,
            cwd=self.folder,
            env=self.process_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        said = _parsed(done.stdout) if "--json" in arguments else ()
        return Outcome(exit_code=done.returncode, said=said, text=done.stdout + done.stderr)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """`kupload` as a process that goes on; its output is one pipe."""
        return kupload.start(
            arguments,
            cwd=self.folder,
            env=self.process_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    @property
    def process_environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
        return {**kept, "PYTHONUTF8": "1", **self.environment}

    @property
    def records(self) -> dict[str, Record]:
        return read_records(self.progress)

    @property
    def library_bytes(self) -> int:
        return sum(file.size for file in scan(self.library).files)

    def assert_promise(self, *, cuts: int = 0, except_for: frozenset[str] = frozenset(), other_bytes: int = 0) -> None:
        """One complete, byte-identical video per lesson, no orphan, rows and progress right, nothing sent twice.

        Args:
            cuts: How many transfers were cut at the most; each may cost what was in flight.
            except_for: Lessons that were left undone on purpose.
            other_bytes: Bytes of videos that are no lesson's any more.
        """
        assignments = [one for one in assign_by_scan_rule(scan(self.library).files) if one.lesson_id not in except_for]
        videos = {video.id: video for video in self.emulator.videos() if not video.foreign}
        rows, records = self.database.videos(), self.records
        linked = {}
        for one in assignments:
            record = records[one.lesson_id]
            assert record.stage is Stage.LINKED, (one.lesson_id, record)
            assert record.failure is None
            assert record.video_id is not None
            video = videos[record.video_id]
            content = (self.library / one.file.path).read_bytes()
            assert self.emulator.bytes_of(video.id).read_bytes() == content, one.lesson_id
            assert record.md5 == hashlib.md5(content).hexdigest()
            assert video.folder_id == self.emulator.folder_named(one.course).id
            row_id, row_url = rows[one.lesson_id]
            assert (row_id, video_key(row_url)) == (video.id, video.id)
            linked[video.id] = one.lesson_id
        assert set(videos) == set(linked), f"orphans: {[videos[key] for key in set(videos) - set(linked)]}"
        sent_again = self.emulator.accounting.bytes_received - sum(one.file.size for one in assignments)
        sent_again -= other_bytes
        assert sent_again <= cuts * IN_FLIGHT, f"{sent_again} bytes were sent again in {cuts} cuts"


def date_back(file: Path) -> None:
    """Dates a file some hours back, so that a change of now is no shift of the clocks."""
    hours_ago = file.stat().st_mtime_ns - 3 * 3600 * 10**9
    os.utime(file, ns=(hours_ago, hours_ago))


def content_of(size: int, *, seed: str) -> bytes:
    """A whole video of this size (one that is too small grows), a second for each kB, that no other seed gives."""
    return make_mp4(max(size, SMALLEST), seed=seed, seconds=max(size, SMALLEST) / 1000)


def _parsed(text: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(json.loads(line) for line in text.splitlines())


WorldMaker = Callable[..., World]


@contextmanager
def make_world(
    folder: Path,
    database: Database,
    *,
    dialect: str = "tus",
    **settings: Any,  # noqa: ANN401 - the emulator's
) -> Iterator[World]:
    """A world whose waits are short; `settings` are the emulator's."""
    (folder / "library").mkdir()
    with (
        Emulator(folder / "kinescope", EmulatorSettings(**settings)) as emulator,
        Link(emulator.url) as link,
    ):
        world = World(folder=folder, emulator=emulator, link=link, database=database, dialect=dialect)
        world.environment = {
            "KINESCOPE_API_KEY": emulator.token,
            "KINESCOPE_PROJECT_ID": emulator.project_id,
            "KINESCOPE_WORKSPACE_ID": emulator.workspace_id,
            "KINESCOPE_INIT": dialect,
            "KINESCOPE_UPLOADER_URL": link.url,
            "KINESCOPE_API_URL": link.url,
            "DATABASE_URL": database.url,
            "KUPLOAD_LIBRARY": str(folder / "library"),
            "KUPLOAD_PROGRESS": str(folder / "progress"),
            "KUPLOAD_RETRY_BASE": "0.02",
            "KUPLOAD_ORPHAN_WAIT": "0.02",
            "KUPLOAD_STALL": "10",
            "KUPLOAD_SETTLE": "0",
            "KUPLOAD_API_RATE": "off",
        }
        world.options = dict(_OPTIONS)
        yield world


@pytest.fixture
def worlds(tmp_path: Path, postgres: Server) -> Iterator[WorldMaker]:
    """Makes worlds that end with the test."""
    with ExitStack() as stack:
        made = 0

        def make(dialect: str = "tus", **settings: Any) -> World:  # noqa: ANN401 - the emulator's
            nonlocal made
            made += 1
            folder = tmp_path / f"world{made}"
            folder.mkdir()
            database = stack.enter_context(postgres.database())
            return stack.enter_context(make_world(folder, database, dialect=dialect, **settings))

        yield make


@pytest.fixture(params=["tus", pytest.param("json", marks=pytest.mark.slow)])
def world(request: pytest.FixtureRequest, worlds: WorldMaker) -> World:
    """A world in each dialect; `make test` plays the other one where a test asks for it by name."""
    return worlds(request.param)


def through_link(url: str, link: Link) -> str:
    """The same database by way of a link in front of its port."""
    head, _, tail = url.rpartition("@")
    name = tail.partition("/")[2]
    return f"{head}@127.0.0.1:{link.port}/{quote(name)}"
