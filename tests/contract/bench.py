"""What the contract tests work with: Kinescope or its stand-in, spoken to by the project's own client."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from kinescope_upload.config import load_settings
from kinescope_upload.errors import KuploadError
from kinescope_upload.outside import Kinescope, open_kinescope
from kinescope_upload.tus_client import Chunk
from kinescope_upload.upload import Attempted, Created, Dialect, Event, LengthReached, OffsetAccepted, Record, advance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from kinescope_upload.config import Settings

__all__ = ["BLOCK", "Bench", "content_of", "live_settings", "open_bench", "settings_of", "why_not_live"]

FOLDER: Final = "KINESCOPE_LIVE_FOLDER"
_NEEDED: Final = ("KINESCOPE_API_KEY", "KINESCOPE_PROJECT_ID", FOLDER)
BLOCK: Final = 64 * 1024
_PATIENCE: Final = 30.0
_TICK: Final = 1.0


def why_not_live(environment: Mapping[str, str], dialect: Dialect) -> str | None:
    """Why the real Kinescope is not asked; None when all that is needed is in the environment."""
    needed = (*_NEEDED, *(("KINESCOPE_WORKSPACE_ID",) if dialect is Dialect.TUS else ()))
    missing = [name for name in needed if not environment.get(name, "").strip()]
    return f"not set: {', '.join(missing)} (docs/live-tests.md)" if missing else None


def live_settings(dialect: Dialect, folder: Path) -> Settings:
    """The settings for the real Kinescope, from the environment alone: no `.env` lies in `folder`."""
    return settings_of(os.environ, dialect, folder)


def settings_of(environment: Mapping[str, str], dialect: Dialect, folder: Path) -> Settings:
    """Settings from this environment alone."""
    return load_settings({}, directory=folder, environment={**environment, "KINESCOPE_INIT": dialect})


def content_of(size: int) -> bytes:
    """Bytes that no other test sends."""
    return os.urandom(32) + bytes(size - 32)


@dataclass(kw_only=True)
class Bench:
    """Kinescope, the scratch folder on it, and a mark that the titles of this test's videos begin with."""

    kinescope: Kinescope
    folder_id: str
    dialect: Dialect
    mark: str = field(default_factory=lambda: f"kupload contract {uuid.uuid4()}")
    made: list[str] = field(default_factory=list)

    def record(self, size: int, *, title: str = "") -> Record:
        """A video that is about to be created."""
        video_id = str(uuid.uuid4()) if self.dialect is Dialect.TUS else None
        if video_id:
            self.made.append(video_id)
        record = Record(
            lesson_id="contract_001",
            path="01_contract/m01/001 – урок.mp4",
            size=size,
            modified_ns=0,
            parent_id=self.folder_id,
            title=f"{self.mark} {title}".strip(),
            dialect=self.dialect,
            video_id=video_id,
        )
        return advance(record, Attempted(at=datetime.now(UTC)))

    def create(self, record: Record) -> Record:
        """The record after its creation."""
        event = self.kinescope.uploader.create(record)
        assert isinstance(event, Created), event
        if event.video_id:
            self.made.append(event.video_id)
        created = advance(record, event)
        if event.video_id:
            created = replace(created, video_id=event.video_id)
        assert created.video_id is not None
        return created

    def send(self, record: Record, content: bytes, *, upto: int | None = None) -> Event:
        """Sends one chunk from the record's offset on."""
        end = record.size if upto is None else upto

        def blocks() -> Iterator[bytes]:
            for start in range(record.offset, end, BLOCK):
                yield content[start : min(start + BLOCK, end)]

        chunk = Chunk(offset=record.offset, length=end - record.offset, blocks=blocks)
        return self.kinescope.uploader.send(record, chunk)

    def upload(self, content: bytes, *, title: str = "") -> Record:
        """A whole video."""
        record = self.create(self.record(len(content), title=title))
        event = self.send(record, content)
        assert isinstance(event, LengthReached), event
        return advance(record, replace(event, md5=hashlib.md5(content).hexdigest()))

    def cut_while_sending(self, record: Record, content: bytes, *, after: int) -> None:
        """Sends from the record's offset on and cuts the connection after so many bytes.

        Raises:
            UnreachableError: As it has to.
        """

        def blocks() -> Iterator[bytes]:
            for start in range(record.offset, record.size, BLOCK):
                if start - record.offset >= after:
                    self.kinescope.service.cut()
                yield content[start : start + BLOCK]

        chunk = Chunk(offset=record.offset, length=record.size - record.offset, blocks=blocks)
        self.kinescope.uploader.send(record, chunk)

    def asked(self, record: Record) -> Record:
        """The record with the offset that the service tells."""
        event = self.kinescope.uploader.ask_offset(record)
        assert isinstance(event, OffsetAccepted), event
        return advance(record, event)

    def eventually(self, holds: Callable[[], bool]) -> bool:
        """Whether it comes to hold in a reasonable time: what Kinescope shows may lag behind what it has."""
        ends_at = time.monotonic() + _PATIENCE
        while not holds():
            if time.monotonic() > ends_at:
                return False
            time.sleep(_TICK)
        return True

    def clean_up(self) -> None:
        """Deletes every video of this test, also one whose id the test never heard of."""
        with suppress(KuploadError):
            listed = self.kinescope.api.videos(folder_id=self.folder_id)
            self.made += [video.id for video in listed if video.title.startswith(self.mark)]
        failures = []
        for video_id in dict.fromkeys(self.made):
            try:
                self.kinescope.api.delete_video(video_id)
            except KuploadError as error:
                failures.append(f"{video_id}: {error}")
        assert not failures, f"left behind on Kinescope: {failures}"


@contextmanager
def open_bench(settings: Settings, folder_id: str) -> Iterator[Bench]:
    """A bench whose videos are deleted at the end, whatever the test came to."""
    with open_kinescope(settings) as kinescope:
        bench = Bench(kinescope=kinescope, folder_id=folder_id, dialect=settings.dialect)
        try:
            yield bench
        finally:
            bench.clean_up()
