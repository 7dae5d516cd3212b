"""The token goes where it belongs and nowhere else; secrets are in no output and in no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinescope_upload.emulator import Emulator, Fault, Route
from support.concurrency import hold_line, once_sent
from support.systems import linux_only, posix_only
from support.world import KIB, WorldMaker

_PASSWORD = "correct-horse-battery"


def test_an_upload_url_on_another_host_is_told_no_token(worlds: WorldMaker, tmp_path: Path) -> None:
    with Emulator(tmp_path / "other") as other:
        world = worlds("tus", upload_base=f"http://localhost:{other.port}")
        world.fill((10 * KIB, 20 * KIB))
        outcome = world.upload()
        assert outcome.exit_code == 3
        assert '"localhost"' in outcome.summary["reason"]
        assert other.accounting.records() == ()
        assert other.accounting.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(worlds: WorldMaker, tmp_path: Path, status: int) -> None:
    with Emulator(tmp_path / "other") as other:
        world = worlds("tus")
        world.fill((10 * KIB,))
        location = ("Location", f"http://localhost:{other.port}/v2/init")
        world.emulator.faults.add(Fault(route=Route.INIT, status=status, headers=(location,), times=None))
        assert world.upload().exit_code == 1
        assert other.accounting.connections == 0


def test_secrets_are_in_no_output_in_no_file_and_in_no_list_of_processes(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((10 * KIB, 600 * KIB))
    world.database.execute(f"CREATE ROLE teller SUPERUSER LOGIN PASSWORD '{_PASSWORD}'")
    try:
        world.environment["DATABASE_URL"] = world.database.tcp_url.replace("postgres@", f"teller:{_PASSWORD}@")
        world.emulator.faults.add(Fault(route=Route.PATCH, status=500, times=2), Fault(route=Route.INIT, status=401))
        said = [world.run("--verbose").text, world.run("--json").text, world.run("--status", "--json").text]
        said.append(world.run("--dry-run", "--verbose").text)
        files = [path for path in world.progress.rglob("*") if path.is_file() and path.suffix != ".lock"]
        said += [path.read_text(encoding="utf-8") for path in files]
    finally:
        world.database.execute("DROP ROLE teller")
    assert any(world.records.values())
    for text in said:
        assert world.emulator.token not in text
        assert _PASSWORD not in text


@pytest.mark.usefixtures("really_started")
@linux_only("reads /proc")
def test_no_secret_stands_in_the_process_title(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((3000 * KIB,))
    hold_line(world, after=100 * KIB)
    process = world.start()
    try:
        once_sent(world, 100 * KIB)
        assert world.emulator.token not in Path(f"/proc/{process.pid}/cmdline").read_text(encoding="utf-8")
    finally:
        process.kill()
        process.communicate()


@posix_only("Windows has no such modes")
def test_an_env_file_that_others_may_read_is_warned_of(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((10 * KIB,))
    env_file = world.folder / ".env"
    env_file.write_text(f"KINESCOPE_API_KEY={world.emulator.token}\n", encoding="utf-8")
    env_file.chmod(0o644)
    assert "read" in "".join(event["message"] for event in world.upload().events("warned"))
    env_file.chmod(0o600)
    assert world.upload().events("warned") == []


@posix_only("Windows has no such modes")
def test_progress_files_are_the_owners_alone(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((10 * KIB,))
    world.upload()
    assert (world.progress / "01_analytics.json").stat().st_mode & 0o777 == 0o600
