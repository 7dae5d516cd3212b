"""The demo as a process, in a temporary folder of its own that shows what it leaves behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]
import pytest

from kinescope_upload.media.sample_mp4 import make_mp4

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

LESSON_FILES = {
    "01_start/m01/001 Первый урок.mp4": 40_000,
    "01_start/m01/002_второй.mov": 300_000,
    "01_start/m02/001.mkv": 1_700_000,
    "02_more/c01/m01/001, – 🔥.webm": 5_000,
    "02_more/c01/m02/001.m4v": 90_000,
}


@dataclass(kw_only=True)
class Demo:
    """A demo that runs; what it said so far is in `lines`."""

    process: subprocess.Popen[str]
    temporary: Path
    lines: list[str] = field(default_factory=list)

    def wait_for(self, text: str) -> str:
        """The next line that holds the text."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if text in line:
                return self.lines[-1]
        raise AssertionError(f"it never said {text!r}:\n" + "\n".join(self.lines))

    def finish(self) -> int:
        """Its exit code, after everything that it had to say."""
        assert self.process.stdout
        self.lines += [line.rstrip("\n") for line in self.process.stdout]
        return self.process.wait()

    def interrupt(self, number: int = signal.SIGINT) -> int:
        """Its exit code after this signal to it alone."""
        self.process.send_signal(number)
        return self.finish()

    def leftovers(self) -> list[str]:
        """What is there of it outside of its own process: files, and processes that are at work in its folder."""
        files = [str(one) for one in self.temporary.iterdir()]
        return files + [name for one in psutil.process_iter() if (name := self._name_if_ours(one))]

    def _name_if_ours(self, process: psutil.Process) -> str | None:
        try:
            words = [process.cwd(), *process.cmdline()]
            is_dead = process.status() == psutil.STATUS_ZOMBIE
        except psutil.Error:
            return None
        is_ours = any(str(self.temporary) in word for word in words)
        return " ".join(words) if is_ours and not is_dead else None


@pytest.fixture
def temporary() -> Iterator[Path]:
    """Where the demo puts its temporary folder; other users can reach it, as they can /tmp."""
    folder = Path(tempfile.mkdtemp(prefix="demo-test-")).resolve()
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def start_demo(temporary: Path, tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    """Starts a demo with these arguments, in a working directory of its own."""
    running: list[Demo] = []

    def start(*arguments: str, environment: Mapping[str, str] | None = None) -> Demo:
        process = subprocess.Popen(
            [sys.executable, "-m", "kinescope_upload", "demo", *arguments],
            cwd=tmp_path,
            env={**os.environ, "TMPDIR": str(temporary), "PYTHONUTF8": "1", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        running.append(Demo(process=process, temporary=temporary))
        return running[-1]

    yield start
    for demo in running:
        with demo.process:
            if demo.process.poll() is None:
                demo.interrupt(signal.SIGTERM)


@pytest.fixture
def small_library(tmp_path: Path) -> Path:
    """A library of five files in two courses, and one that is no video."""
    root = tmp_path / "library"
    for name, size in LESSON_FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make_mp4(size, seed=name))
    (root / "01_start" / "notes.txt").write_text("no video", encoding="utf-8")
    return root
