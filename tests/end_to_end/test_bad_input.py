"""Bad input gives one clear message that names the thing and the way out, the right exit code, and loses nothing."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from support.systems import linux_only, posix_only
from support.world import KIB, World, WorldMaker, content_of

if TYPE_CHECKING:
    from collections.abc import Callable

_NOT_UTF8 = "01_analytics/m02_more/\udcff\udcfe.mp4"


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """Something wrong.

    Attributes:
        make: Makes it, and gives the arguments of the run.
        exits: The exit code.
        says: What the message holds.
    """

    make: Callable[[World], tuple[str, ...]]
    exits: int
    says: tuple[str, ...]


def _setting(name: str, value: str) -> Callable[[World], tuple[str, ...]]:
    def make(world: World) -> tuple[str, ...]:
        world.environment[name] = value
        return ()

    return make


def _written(name: str, text: str, *arguments: str) -> Callable[[World], tuple[str, ...]]:
    def make(world: World) -> tuple[str, ...]:
        path = world.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return arguments

    return make


MISTAKES = {
    "no library": Mistake(make=_setting("KUPLOAD_LIBRARY", ""), exits=2, says=("library", "--library")),
    "a library that is not there": Mistake(
        make=lambda _: ("--library", "nowhere"), exits=2, says=("nowhere", "cannot be read", "--library")
    ),
    "a library that is a file": Mistake(
        make=_written("lib.txt", "", "--library", "lib.txt"), exits=2, says=("lib.txt", "--library")
    ),
    "an unknown course": Mistake(
        make=lambda _: ("--course", "01_analitics"), exits=2, says=('"01_analitics"', "01_analytics")
    ),
    "no token": Mistake(make=_setting("KINESCOPE_API_KEY", " "), exits=2, says=("KINESCOPE_API_KEY", ".env")),
    "a project that is no UUID": Mistake(
        make=_setting("KINESCOPE_PROJECT_ID", "abc"), exits=2, says=("KINESCOPE_PROJECT_ID", '"abc"', "UUID")
    ),
    "a wrong number": Mistake(make=lambda _: ("--jobs", "0"), exits=2, says=("--jobs", '"0"')),
    "a wrong size": Mistake(make=lambda _: ("--chunk-size", "big"), exits=2, says=("--chunk-size", '"big"')),
    "no database": Mistake(make=_setting("DATABASE_URL", ""), exits=2, says=("DATABASE_URL", "--no-db")),
    "a database that refuses": Mistake(
        make=_setting("DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/d"), exits=3, says=("127.0.0.1", "--no-db")
    ),
    "an address that is none": Mistake(
        make=_setting("KINESCOPE_API_URL", "ftp://x"), exits=2, says=("KINESCOPE_API_URL", "ftp://x")
    ),
    "a plain address of another machine": Mistake(
        make=_setting("KINESCOPE_UPLOADER_URL", "http://example.org"), exits=2, says=("KINESCOPE_UPLOADER_URL", "https")
    ),
    "a map file that is not there": Mistake(make=lambda _: ("--map", "m.json"), exits=2, says=("m.json",)),
    "a map file that is no JSON": Mistake(
        make=_written("m.json", '{"matched": [', "--map", "m.json"), exits=2, says=("m.json", "line 1")
    ),
    "a map file of another shape": Mistake(
        make=_written("m.json", '{"matched": {"lessonId": 5}}', "--map", "m.json"), exits=2, says=("matched is",)
    ),
    "a manifest that is no JSON": Mistake(
        make=_written("library/manifest.json", "{"), exits=2, says=("manifest.json", "line 1")
    ),
    "a progress file that is no JSON": Mistake(
        make=_written("progress/01_analytics.json", '{"format"'), exits=2, says=("01_analytics.json", "left as it is")
    ),
    "a progress file of the future": Mistake(
        make=_written("progress/01_analytics.json", '{"format": 99}'), exits=2, says=("format 99", "newer")
    ),
    "a malformed kupload.toml": Mistake(make=_written("kupload.toml", "jobs ="), exits=2, says=("kupload.toml",)),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_bad_input_is_named_with_the_hint(mistake: Mistake, worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    arguments = mistake.make(world)
    before = _contents(world)
    outcome = world.run(*arguments)
    assert outcome.exit_code == mistake.exits, outcome.text
    for words in mistake.says:
        assert words in outcome.text
    assert "Traceback" not in outcome.text
    assert "secret" not in outcome.text
    assert outcome.text.count("kupload: ") == 1
    assert world.emulator.videos() == ()
    assert {path: content for path, content in _contents(world).items() if path in before} == before


def _contents(world: World) -> dict[str, bytes]:
    files = (path for folder in (world.library, world.progress) for path in folder.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files if path.suffix != ".lock"}


@linux_only("only here may a name be any bytes")
def test_a_name_that_is_not_utf8_is_named_and_the_others_go_up(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    (world.library / _NOT_UTF8).parent.mkdir()
    (world.library / _NOT_UTF8).write_bytes(content_of(KIB, seed="named"))
    outcome = world.run("--dry-run")
    assert outcome.exit_code == 0
    assert "UTF-8" in outcome.text
    assert "\\xff\\xfe" in outcome.text
    assert world.run().exit_code == 0
    world.assert_promise()


def _somebody_who_may_be_refused() -> list[str] | None:
    """What comes before a command so that file modes count for it; None where that cannot be had."""
    if sys.platform == "win32":
        return None
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    return [setpriv, "--bounding-set=-dac_override,-dac_read_search"] if setpriv else None


def test_an_unreadable_file_costs_one_file(worlds: WorldMaker) -> None:
    before = _somebody_who_may_be_refused()
    if before is None:
        pytest.skip("nobody can be refused here")
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    world.environment["DATABASE_URL"] = world.database.tcp_url
    unreadable = world.library / "01_analytics/m01_start/001_урок.mp4"
    unreadable.chmod(0)
    done = subprocess.run(
        [*before, sys.executable, "-m", "kinescope_upload"],
        cwd=world.folder,
        env=world.process_environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"cannot be read ({os.strerror(errno.EACCES)})" in done.stderr
    assert "Traceback" not in done.stderr
    unreadable.chmod(0o600)
    assert world.run().exit_code == 0
    world.assert_promise()


@pytest.mark.slow
@posix_only("no name has control characters on Windows")
def test_names_from_disk_cannot_command_the_terminal(worlds: WorldMaker) -> None:
    world = worlds()
    world.add_file("01_analytics/m01_start/\x1b[31mred\x07.mp4", content_of(KIB, seed="red"))
    world.add_lessons()
    for arguments in (("--dry-run", "--verbose"), (), ("--status",)):
        outcome = world.run(*arguments)
        assert outcome.exit_code == 0
        assert "\x1b" not in outcome.text
        assert "\x07" not in outcome.text
