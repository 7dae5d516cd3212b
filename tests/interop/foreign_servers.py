"""Tus servers that others wrote, and nginx in front of them; each is skipped with its reason where it cannot be had."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from interop.processes import free_port, server_on_port, server_that_says_its_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_NODE_PACKAGES = {"@tus/server": "2.4.5", "@tus/file-store": "2.1.1"}
_OLDEST_NODE = (20, 19)
_SERVERS = Path(__file__).parent / "servers"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignServer:
    """A running Tus server: where uploads are created, and the folder with a file named as each upload is."""

    url: str
    folder: Path

    def bytes_of(self, upload_path: str) -> Path:
        """Return the file of the upload whose URL has this path."""
        return self.folder / upload_path.rpartition("/")[2]


@contextmanager
def tus_node_server(folder: Path) -> Iterator[ForeignServer]:
    """Run npm's @tus/server with its file store."""
    modules, files = _node_packages(), folder / "files"
    files.mkdir(parents=True)
    command = ["node", str(_SERVERS / "tus_node_server.mjs"), str(modules), str(files)]
    with server_that_says_its_port(command, folder / "log") as port:
        yield ForeignServer(url=f"http://127.0.0.1:{port}/files", folder=files)


@contextmanager
def tuspyserver(folder: Path) -> Iterator[ForeignServer]:
    """Run PyPI's tuspyserver with its local storage."""
    if find_spec("tuspyserver") is None:
        pytest.skip("tuspyserver is not installed: pip install -e '.[interop]'")
    files = folder / "files"
    files.mkdir(parents=True)
    with server_that_says_its_port(
        [sys.executable, str(_SERVERS / "tuspyserver_app.py"), str(files)], folder / "log"
    ) as port:
        yield ForeignServer(url=f"http://127.0.0.1:{port}/files/", folder=files)


@contextmanager
def nginx(folder: Path, target: str, *, buffering: bool, body_limit: str) -> Iterator[str]:
    """Run nginx in front of a server, and return its base URL.

    Args:
        folder: Where its configuration, log and temporary files go.
        target: The server's base URL.
        buffering: Whether it takes a whole request before it passes on the first byte (nginx's default).
        body_limit: The largest body it takes, as `client_max_body_size` has it; "0": any.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")
    if program is None:
        pytest.skip("nginx is not installed")
    folder.mkdir()
    port = free_port()
    config = folder / "nginx.conf"
    temporary = "".join(f"{name}_temp_path {folder}/{name};" for name in _TEMPORARY)
    config.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;"
        "events { worker_connections 64; }"
        f"http {{ access_log off; {temporary} client_max_body_size {body_limit};"
        f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {target}; proxy_http_version 1.1;"
        f"proxy_request_buffering {'on' if buffering else 'off'}; }} }} }}",
        encoding="utf-8",
    )
    command = [program, "-p", str(folder), "-c", str(config), "-e", str(folder / "error.log")]
    with server_on_port(command, port, folder / "log"):
        yield f"http://127.0.0.1:{port}"


_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def _node_packages() -> Path:
    """Return the folder with the npm packages, which are installed once a virtual environment."""
    if shutil.which("node") is None or (npm := shutil.which("npm")) is None:
        pytest.skip("node and npm are not installed")
    said = subprocess.run(["node", "--version"], capture_output=True, encoding="utf-8", check=True).stdout
    if tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2]) < _OLDEST_NODE:
        pytest.skip(f"@tus/server needs node {'.'.join(map(str, _OLDEST_NODE))}, here is {said.strip()}")
    folder = Path(sys.prefix) / "interop"
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "lock"):
        if not all(_is_installed(folder, name, version) for name, version in _NODE_PACKAGES.items()):
            _install(npm, folder)
    return folder


def _is_installed(folder: Path, name: str, version: str) -> bool:
    about = folder / "node_modules" / name / "package.json"
    return about.exists() and json.loads(about.read_text(encoding="utf-8"))["version"] == version


def _install(npm: str, folder: Path) -> None:
    wanted = [f"{name}@{version}" for name, version in _NODE_PACKAGES.items()]
    options = ["--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run([npm, "install", *options, *wanted], capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        pytest.skip(f"npm cannot install {', '.join(wanted)}: {done.stderr.strip()[-300:]}")
