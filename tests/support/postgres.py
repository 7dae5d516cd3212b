"""A real PostgreSQL for the tests: one server per worker, a fresh database per test, and a line that can be cut.

Loaded as a plugin by conftest.py. `database` is the fixture most tests want; `postgres` is the server itself, for
tests that stop it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import psycopg
import pytest

from kinescope_upload.demo.postgres import Account, DatabaseServer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SUPERUSER = "postgres"
WITH_PASSWORD = "with_password"
PASSWORD = "p@ss/w:rd#1%"

PORT_VARIABLE = "TEST_POSTGRES_PORT"
"""The environment variable with the port of a server that runs beside the tests, where they cannot start one."""

_TEMPLATE = "lessons_template"
_SETTINGS = {"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "64MB"}
_WHO_IS_ASKED = f"""
local all all trust
host all {WITH_PASSWORD} 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
"""
_LONGEST_SOCKET = 100
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


@dataclass(frozen=True, kw_only=True)
class Server:
    """An embedded PostgreSQL that listens on a TCP port of 127.0.0.1, and on a Unix socket where there are any.

    A test that starts or stops a server that runs beside the tests is skipped.
    """

    embedded: DatabaseServer
    has_socket: bool
    is_ours: bool = True
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def port(self) -> int:
        return self.embedded.port

    def start(self) -> None:
        self.embedded.start()

    def stop(self) -> None:
        if not self.is_ours:
            pytest.skip("Wine's own: no PostgreSQL runs under it, and the server beside it is not ours to stop")
        self.embedded.stop()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()

    def url(self, name: str, user: str = SUPERUSER) -> str:
        """By the Unix socket, or else by TCP; with a parameter, so that others can be added."""
        if not self.has_socket:
            return f"{self.tcp_url(name, user)}?sslmode=disable"
        return f"postgresql://{user}@/{name}?host={quote(str(self.embedded.folder))}&port={self.port}"

    def tcp_url(self, name: str, user: str = SUPERUSER, password: str = "", port: int = 0) -> str:
        """By TCP; `port` is that of a line put in front of the server."""
        return replace(self.embedded, port=port or self.port).url(name, user, password)

    def execute(self, statement: str, *, name: str = "postgres") -> None:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def database(self) -> Iterator[Database]:
        name = f"test_{os.getpid()}_{next(self.numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")
        try:
            yield Database(server=self, name=name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@dataclass(frozen=True, kw_only=True)
class Database:
    """A database of one test, with the tables "Course" and "Lesson", empty."""

    server: Server
    name: str

    @property
    def url(self) -> str:
        """By the Unix socket, where there are any."""
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
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The worker's server, or one that runs beside the tests."""
    if port := os.environ.get(PORT_VARIABLE):
        nowhere = tmp_path_factory.mktemp("postgres")
        embedded = DatabaseServer(programs=nowhere, folder=nowhere, account=None, port=int(port))
        yield Server(embedded=embedded, has_socket=False, is_ours=False)
        return
    with server() as ours:
        yield ours


@contextmanager
def server() -> Iterator[Server]:
    """A server with the template of the tests' databases."""
    with tempfile.TemporaryDirectory(prefix="kupload-pg-", dir=_fast_folder(), ignore_cleanup_errors=True) as folder:
        embedded = DatabaseServer.at(Path(folder))
        with _removed_at_the_end(embedded):
            started = _started(embedded)
            started.execute(f"CREATE ROLE {WITH_PASSWORD} LOGIN PASSWORD '{PASSWORD}'")
            started.execute(f"CREATE DATABASE {_TEMPLATE} IS_TEMPLATE true")
            started.execute(_TABLES, name=_TEMPLATE)
            yield started


@pytest.fixture
def database(postgres: Server) -> Iterator[Database]:
    """A fresh database with empty tables."""
    with postgres.database() as fresh:
        yield fresh


def _started(embedded: DatabaseServer) -> Server:
    longest = embedded.folder / ".s.PGSQL.00000.lock"
    has_socket = hasattr(socket, "AF_UNIX") and len(os.fsencode(longest)) <= _LONGEST_SOCKET
    sockets = {"unix_socket_directories": str(embedded.folder)} if has_socket else {}
    embedded.make(secrets.token_urlsafe(16), {**_SETTINGS, **sockets})
    (embedded.data / "pg_hba.conf").write_text(_WHO_IS_ASKED, encoding="utf-8")
    embedded.start()
    return Server(embedded=embedded, has_socket=has_socket)


def _fast_folder() -> str | None:
    """Memory, where there is enough and programs may run; nobody needs these rows after a crash."""
    memory = Path("/dev/shm")
    if sys.platform != "linux" or not os.access(memory, os.W_OK):
        return None
    may_run = not os.statvfs(memory).f_flag & os.ST_NOEXEC
    return str(memory) if may_run and shutil.disk_usage(memory).free > _ROOM_IN_MEMORY else None


@contextmanager
def _removed_at_the_end(server: DatabaseServer) -> Iterator[None]:
    """Stops the server and removes its folder, by a process that does so too when this one is killed."""
    ids = (server.account.uid, server.account.gid) if server.account else ()
    command = [sys.executable, "-P", __file__, str(server.folder), str(server.programs), *map(str, ids)]
    silent = subprocess.DEVNULL
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=silent, stderr=silent, start_new_session=True
    ) as remover:
        yield
    assert remover.returncode == 0, f"{server.folder} is left"


def _remove(folder: Path, programs: Path, *ids: str) -> bool:
    """The remover: waits for the end of the tests, which is the end of its input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdin.read()
    account = Account(uid=int(ids[0]), gid=int(ids[1])) if ids else None
    for _ in range(50):  # the killed may have left programs at work
        DatabaseServer(programs=programs, folder=folder, account=account).stop()
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return True
        time.sleep(0.1)
    return False


if __name__ == "__main__":
    sys.exit(not _remove(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
