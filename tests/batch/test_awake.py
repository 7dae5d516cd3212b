"""A batch keeps the machine awake, and leaves nothing behind that does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from kinescope_upload.batch.awake import kept_awake
from support.systems import linux_only, posix_only

pytestmark = posix_only("Windows is asked directly; there is no program to watch")

INHIBITOR: Final = """#!/bin/sh
echo "$$ $*" > "{seen}.new"
mv "{seen}.new" "{seen}"
while [ "$1" != cat ]; do shift; done
exec "$@"
"""
REFUSES: Final = "#!/bin/sh\necho Interactive authentication required. >&2\nexit 1\n"
PROGRAM: Final = "from kinescope_upload.batch.awake import kept_awake\nwith kept_awake('linux'):\n    input()\n"


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    return tmp_path / "seen"


def make_program(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "bin" / "systemd-inhibit"
    program.parent.mkdir()
    program.write_text(text)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)


def once_seen(seen: Path) -> tuple[int, str]:
    while not seen.exists():
        time.sleep(0.01)
    number, _, arguments = seen.read_text().partition(" ")
    return int(number), arguments


def once_gone(number: int) -> None:
    while Path(f"/proc/{number}").exists() and _is_at_work(number):
        time.sleep(0.01)


def _is_at_work(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return "State:\tZ" not in Path(f"/proc/{number}/status").read_text()


def test_the_system_is_asked_while_the_batch_lasts(tmp_path: Path, seen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_program(tmp_path, INHIBITOR.format(seen=seen), monkeypatch)
    with kept_awake("linux"):
        number, arguments = once_seen(seen)
        os.kill(number, 0)
    assert "--what=idle:sleep" in arguments
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


@linux_only("needs /proc")
def test_a_killed_run_leaves_nobody_who_keeps_the_machine_awake(
    tmp_path: Path, seen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_program(tmp_path, INHIBITOR.format(seen=seen), monkeypatch)
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE) as process:
        number, _ = once_seen(seen)
        process.send_signal(signal.SIGKILL)
    once_gone(number)


@pytest.mark.parametrize("text", [REFUSES, "#!/nowhere/sh\n", None], ids=["refuses", "cannot be run", "is not there"])
def test_a_system_that_cannot_be_asked_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if text:
        make_program(tmp_path, text, monkeypatch)
    with kept_awake("linux"):
        pass


def test_an_error_of_the_batch_comes_through() -> None:
    with pytest.raises(KeyError), kept_awake("linux"):
        raise KeyError
