"""`kupload setup` on a real terminal, against the emulator and a real PostgreSQL."""

from __future__ import annotations

import stat
import tomllib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.cli.app import app
from kinescope_upload.cli.outcome import run_command
from kinescope_upload.config.catalog import SETTINGS
from support.person import Person, at_terminal
from support.project import ROOT
from support.world import KIB, World, WorldMaker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN, PROJECT, WORKSPACE = "while you type): ", "Number of the project [1]: ", "Number of the workspace [1]: "
DATABASE, LIBRARY, WRITE = "means no database): ", "Library: ", "Write it? [Y/n]: "
_ANSWERED = {"KINESCOPE_API_KEY", "KINESCOPE_PROJECT_ID", "KINESCOPE_WORKSPACE_ID", "KINESCOPE_INIT", "DATABASE_URL"}
_ANSWERED |= {"KUPLOAD_LIBRARY", "KUPLOAD_PROGRESS"}


@pytest.fixture
def new_world(worlds: WorldMaker) -> World:
    """A world of which nothing is set but where the service is."""
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    for name in _ANSWERED:
        world.environment.pop(name, None)
    return world


@contextmanager
def _setup(world: World) -> Iterator[Person]:
    with at_terminal(["setup"], folder=world.folder, environment=world.process_environment) as person:
        yield person


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_newcomer_is_asked_until_every_answer_holds_and_ends_ready_to_upload(new_world: World) -> None:
    world, token = new_world, new_world.emulator.token
    (world.folder / ".env").write_text("# mine\nKUPLOAD_SETTLE=0  # at once\nDATABASE_URL=\n", "utf-8")
    with _setup(world) as person:
        assert "needs the rights" in person.answer(TOKEN, "")
        assert "Without a token" in person.answer(TOKEN, "Bearer x")
        assert "begins with the word" in person.answer(TOKEN, "00000000-0000-4000-8000-00000000dead")
        assert "does not accept the token" in person.answer(TOKEN, token)
        person.answer(PROJECT, "7")
        assert "Type the number of a project" in person.answer(PROJECT, "1")
        person.answer(WORKSPACE, "")
        person.answer(DATABASE, "mysql://x")
        assert "is not a PostgreSQL connection string" in person.answer(DATABASE, "postgresql://nobody@127.0.0.1:1/x")
        assert "Enter takes it all the same" in person.answer(DATABASE, world.database.tcp_url)
        assert "lessons can be read and written" in person.answer(LIBRARY, str(world.folder / "nowhere"))
        assert "cannot be read" in person.answer(LIBRARY, f"'{world.library}'")
        shown = person.answer(WRITE, "")
        assert person.wait_for_end() == 0, person.shown
        assert "All good." in person.shown
        assert token not in person.shown
        assert f"KINESCOPE_API_KEY = …{token[-4:]}" in shown
    env = world.folder / ".env"
    assert env.read_text("utf-8").splitlines() == [
        "# mine",
        "KUPLOAD_SETTLE=0  # at once",
        f"DATABASE_URL={world.database.tcp_url}",
        f"KINESCOPE_API_KEY={token}",
    ]
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert tomllib.loads((world.folder / "kupload.toml").read_text("utf-8")) == {
        "library": str(world.library),
        "project_id": world.emulator.project_id,
        "workspace_id": world.emulator.workspace_id,
    }


_QUESTIONS = (TOKEN, PROJECT, WORKSPACE, DATABASE, LIBRARY, WRITE)


@pytest.mark.parametrize(
    "number",
    [pytest.param(one, id=text, marks=() if one == 5 else pytest.mark.slow) for one, text in enumerate(_QUESTIONS)],
)
def test_ctrl_c_at_any_question_writes_nothing(number: int, new_world: World) -> None:
    world = new_world
    answers = (world.emulator.token, "1", "1", world.database.tcp_url, str(world.library))
    before = _files(world.folder)
    with _setup(world) as person:
        for question, text in zip(_QUESTIONS[:number], answers, strict=False):
            person.answer(question, text)
        person.wait_for(_QUESTIONS[number])
        assert person.interrupt() == 130, person.shown
        assert "Stopped. Nothing was written." in person.shown
    assert _files(world.folder) == before


@pytest.mark.slow
def test_who_does_not_agree_gets_no_file(new_world: World) -> None:
    world = new_world
    before = _files(world.folder)
    with _setup(world) as person:
        for question, text in zip(
            _QUESTIONS, (world.emulator.token, "", "", "-", str(world.library), "n"), strict=True
        ):
            person.answer(question, text)
        assert person.wait_for_end() == 1, person.shown
    assert _files(world.folder) == before


def _run_here(*arguments: str) -> int:
    return run_command(lambda: app(list(arguments), standalone_mode=False))


def test_without_a_terminal_it_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _run_here("setup") == 2
    said = capsys.readouterr().err
    assert "  DATABASE_URL          the lessons' database" in said
    assert "`kupload setup --example` prints" in said


def test_the_example_is_printed_and_names_every_variable(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run_here("setup", "--example") == 0
    said = capsys.readouterr().out
    assert said == (ROOT / ".env.example").read_text("utf-8")
    assert [one.variable for one in SETTINGS if one.variable and f"{one.variable}=" not in said] == []
