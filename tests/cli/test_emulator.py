"""`kupload emulator`."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from kinescope_upload.emulator import READINGS, Settings

COMMAND = [sys.executable, "-m", "kinescope_upload", "emulator"]


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[str]:
    """Run the command until the end of the context; yield its URL."""
    with subprocess.Popen(
        [*COMMAND, "--folder", str(folder), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        try:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            yield next(line for line in lines if line.startswith("KINESCOPE_API_URL=")).strip().partition("=")[2]
        finally:
            process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
            process.communicate(timeout=20)


def test_the_emulator_answers_as_its_readings_say(tmp_path: Path) -> None:
    with running(tmp_path, "--reading", "move=patch", "--reading", "no-token=401") as url:
        state = httpx.get(f"{url}/_emulator/state", trust_env=False).json()
        refused = httpx.get(f"{url}/v1/projects", trust_env=False)
    defaults = {name: Settings().reading(name) for name in READINGS}
    assert state["readings"] == defaults | {"move": "patch", "no-token": "401"}
    assert refused.status_code == 401


def test_the_emulator_keeps_the_published_rate_limit(tmp_path: Path) -> None:
    with running(tmp_path) as url, httpx.Client(base_url=url, trust_env=False) as http:
        assert any(http.get("/v1/projects").status_code == 429 for _ in range(301)), "ten a second, 300 a minute"


@pytest.mark.parametrize(
    ("reading", "named"),
    [("move=post", "put, patch, both"), ("movement=put", "root-parent, folder-parent, move"), ("move", "NAME=VALUE")],
)
def test_a_reading_that_does_not_exist_is_refused_with_the_choices(tmp_path: Path, reading: str, named: str) -> None:
    ended = subprocess.run(
        [*COMMAND, "--folder", str(tmp_path), "--reading", reading],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert named in " ".join(ended.stderr.split())
    assert "docs/kinescope.md" in ended.stderr
    assert "Traceback" not in ended.stderr
