"""`kupload emulator`."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from kinescope_upload.cli.emulator import LATENESS
from kinescope_upload.commands.doctor.readings.lateness import LONGEST_FIRST_DELAY
from kinescope_upload.emulator import READINGS, Settings

COMMAND = [sys.executable, "-m", "kinescope_upload", "emulator"]


@contextmanager
def running(folder: Path, *arguments: str, said: list[str] | None = None) -> Iterator[str]:
    """Run the command until the end of the context; yield its URL. `said` takes the lines before that."""
    with subprocess.Popen(
        [*COMMAND, "--folder", str(folder), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        try:
            assert process.stdout is not None
            for line in iter(process.stdout.readline, ""):
                if line.startswith("KINESCOPE_API_URL="):
                    break
                if said is not None:
                    said.append(line)
            yield line.strip().partition("=")[2]
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


def refused(folder: Path, *arguments: str) -> str:
    """Run the command, which must end at once as wrongly called; return its words."""
    ended = subprocess.run(
        [*COMMAND, "--folder", str(folder), *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    return " ".join(ended.stderr.split())


@pytest.mark.parametrize(
    ("reading", "named"),
    [("move=post", "put, patch, both"), ("movement=put", "root-parent, folder-parent, move"), ("move", "NAME=VALUE")],
)
def test_a_reading_that_does_not_exist_is_refused_with_the_choices(tmp_path: Path, reading: str, named: str) -> None:
    said = refused(tmp_path, "--reading", reading)
    assert named in said
    assert "docs/kinescope.md" in said


@pytest.mark.parametrize(
    "port", ["99999", pytest.param("65536", marks=pytest.mark.slow), pytest.param("-1", marks=pytest.mark.slow)]
)
def test_a_port_that_does_not_exist_is_refused_and_nothing_is_made(tmp_path: Path, port: str) -> None:
    said = refused(tmp_path / "videos", f"--port={port}")
    assert port in said
    assert "65535" in said
    assert not (tmp_path / "videos").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert f"--folder: {file} cannot be made" in refused(file)


def test_it_says_what_stays_and_that_a_start_knows_nothing_of_the_one_before(tmp_path: Path) -> None:
    said: list[str] = []
    with running(tmp_path / "videos", said=said) as url:
        assert httpx.post(f"{url}/_emulator/create_folder", json={"name": "a"}, trust_env=False).is_success
    assert f"go to {tmp_path / 'videos'}; they stay there, and the next start knows none of them." in said[0]
    help_text = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout
    assert "they stay there when it ends" in " ".join(help_text.replace("│", " ").split())
    with running(tmp_path / "videos") as url:
        assert httpx.get(f"{url}/_emulator/state", trust_env=False).json()["folders"] == []


def test_late_is_later_than_anybody_asks_first() -> None:
    assert LATENESS > LONGEST_FIRST_DELAY


@pytest.mark.slow
def test_a_try_tells_what_the_emulator_is_late_with_although_it_keeps_to_the_rate_limit(tmp_path: Path) -> None:
    with running(tmp_path / "kinescope", "--reading", "deleted-id=late", "--reading", "search=late") as url:
        state = httpx.get(f"{url}/_emulator/state", trust_env=False).json()
        token, project = state["tokens"][0]["value"], state["projects"][0]["id"]
        made = httpx.post(f"{url}/_emulator/create_folder", json={"name": "scratch"}, trust_env=False).json()["data"]
        tried = subprocess.run(
            [sys.executable, "-m", "kinescope_upload", "doctor", "--try", made["id"], "--json"],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "KINESCOPE_API_URL": url,
                "KINESCOPE_UPLOADER_URL": url,
                "KINESCOPE_API_KEY": token,
                "KINESCOPE_PROJECT_ID": project,
                "KINESCOPE_WORKSPACE_ID": state["workspace_id"],
            },
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
    [trial] = [json.loads(line) for line in tried.stdout.splitlines()]
    values = {one["name"]: one["value"] for one in trial["readings"]}
    assert (values["deleted-id"], values["search"]) == ("late", "late"), tried.stdout
