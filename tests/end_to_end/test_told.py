"""A real run tells a real service how it ended, and its address stands nowhere but where a person wrote it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Fault, Route
from support.told import an_inbox
from support.world import KIB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.told import Inbox
    from support.world import World, WorldMaker

SECRET = "hunter2"


@pytest.fixture
def world(worlds: WorldMaker) -> World:
    world = worlds()
    world.fill((20 * KIB,))
    world.environment["KUPLOAD_HISTORY"] = str(world.folder / "history.sqlite3")
    return world


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with an_inbox() as inbox:
        yield inbox


def _everything_written(world: World) -> str:
    """All files but the library's and `.env`."""
    paths = (path for path in world.folder.rglob("*") if path.is_file() and path.suffix != ".mp4")
    return "".join(path.read_bytes().decode("latin-1") for path in paths if path.name != ".env")


def test_a_run_that_is_done_tells_so(world: World, inbox: Inbox) -> None:
    world.environment["KUPLOAD_NOTIFY"] = inbox.address
    assert world.upload().exit_code == 0
    assert inbox.titles == ["kupload: done"]
    assert "Uploaded: 1 video" in inbox.taken[0]["message"]
    assert SECRET not in world.output.getvalue() + _everything_written(world)


@pytest.mark.slow
def test_a_run_that_is_done_tells_so_and_its_address_is_in_nothing_that_it_writes(world: World, inbox: Inbox) -> None:
    env = world.folder / ".env"
    env.write_text(f"KUPLOAD_NOTIFY={inbox.address}\n")
    env.chmod(0o600)
    outcome = world.run("--json", "--verbose")
    assert outcome.exit_code == 0
    assert inbox.titles == ["kupload: done"]
    assert "Uploaded: 1 video" in inbox.taken[0]["message"]
    doctor = world.run("doctor").text
    assert "`kupload notify --test` tries it" in doctor
    said = outcome.text + doctor + world.run("notify").text + world.run("history", "--json").text
    assert "KUPLOAD_NOTIFY" in said
    assert SECRET not in said + _everything_written(world)
    assert world.environment["KINESCOPE_API_KEY"] not in str(inbox.taken)


@pytest.mark.slow
def test_a_run_that_is_stopped_tells_why_and_what_to_do_without_the_address_that_was_typed(
    world: World, inbox: Inbox
) -> None:
    world.emulator.faults.add(Fault(route=Route.INIT, status=402, times=None))
    outcome = world.run("--notify", inbox.address, "--limit", "1")
    assert outcome.exit_code == 3
    assert inbox.titles == ["kupload: stopped"]
    last = inbox.taken[0]["message"].splitlines()[-1]
    assert last.startswith("Stopped: Kinescope asks for payment")
    assert last.endswith("Pay or upgrade at Kinescope, then run the same command again.")
    assert "KUPLOAD_NOTIFY in .env is safe" in outcome.text
    assert SECRET not in outcome.text + str(inbox.taken) + _everything_written(world)


def test_a_run_on_a_terminal_loads_no_more_than_it_needs() -> None:
    """Nothing for those who are not told and for a page that is not there; no tables of other commands, no dry run."""
    libraries = {"anyio", "apprise", "pygal", "requests", "rich", "starlette", "uvicorn"}
    rooms = ("monitor.not", "monitor.channel", "monitor.web", "commands.report", "commands.dry_run", "audit")
    code = (
        "import io, sys, kinescope_upload.cli.app, kinescope_upload.commands.upload\n"
        "import kinescope_upload.kinescope.http_client, kinescope_upload.kinescope.management_api\n"
        "from kinescope_upload.display.bars import BarPrinter\n"
        "from kinescope_upload.events import RunEnded\n"
        "from kinescope_upload.output.options import DisplayOptions\n"
        "from kinescope_upload.output.terminal_output import SYSTEM_CLOCK\n"
        "printer = BarPrinter(DisplayOptions(), stdout=io.StringIO(), clock=SYSTEM_CLOCK, interval=None)\n"
        "printer(RunEnded(exit_code=0, seconds=1.0))\n"
        f"print(*(n for n in sys.modules if n.split('.')[0] in {libraries} or "
        f"n.startswith({tuple(f'kinescope_upload.{room}' for room in rooms)})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("\n", "")
