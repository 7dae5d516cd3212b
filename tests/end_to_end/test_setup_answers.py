"""The answers to `kupload setup` are tested against the emulator and a real PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.commands.setup.command import SetupEnd, run_setup
from kinescope_upload.commands.setup.here import ask_database
from kinescope_upload.commands.setup.kinescope import ask_kinescope
from kinescope_upload.config import load_settings
from kinescope_upload.emulator import Fault, Route
from support.scripted import Script, settings_in

if TYPE_CHECKING:
    from pathlib import Path

    from support.postgres import Database
    from support.world import WorldMaker


def test_a_placeholder_of_supabase_asks_for_the_password(database: Database, tmp_path: Path) -> None:
    url = database.server.tcp_url(database.name, "with_password")
    url = url.replace("with_password@", "with_password:[YOUR-PASSWORD]@")
    script = Script([url, "p@ss/w:rd#1%"])
    database.execute('GRANT ALL ON "Lesson" TO with_password')
    found = ask_database(script.dialogue, settings_in(tmp_path))
    assert found is not None
    assert ":p%40ss%2Fw%3Ard%231%25@" in found.reveal()
    assert "p@ss" not in script.text


def test_a_database_without_the_table_is_taken_only_when_the_person_says_so(database: Database, tmp_path: Path) -> None:
    database.execute('DROP TABLE "Lesson"')
    script = Script([database.tcp_url, ""])
    found = ask_database(script.dialogue, settings_in(tmp_path))
    assert found is not None
    assert found.reveal() == database.tcp_url
    assert 'There is no table "Lesson"' in script.text


def test_a_workspace_that_kinescope_does_not_tell_can_be_typed(worlds: WorldMaker) -> None:
    world = worlds()
    world.emulator.faults.add(Fault(route=Route.ACCESS_TOKENS, status=403, times=None))
    workspace = world.emulator.workspace_id
    environment = {"KINESCOPE_API_URL": world.emulator.url, "KINESCOPE_UPLOADER_URL": world.emulator.url}
    script = Script([world.emulator.token, "", "mine", workspace.upper()])
    found = ask_kinescope(script.dialogue, settings_in(world.folder, environment))
    assert found.workspace_id == workspace
    assert "is not a UUID" in script.text


def test_the_secrets_go_into_the_file_that_is_named(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10_000,))
    address = {"KINESCOPE_API_URL": world.emulator.url, "KINESCOPE_UPLOADER_URL": world.emulator.url}
    (world.folder / ".env").write_text("KUPLOAD_JOBS=3\n")
    given = {"env_file": "prod.env"}
    settings = load_settings(given, directory=world.folder, environment=address, makes_env_file=True)
    script = Script([world.emulator.token, "", "", world.database.tcp_url, str(world.library), ""])
    assert run_setup(settings, world.folder, script.dialogue, "prod.env") is SetupEnd.SET
    assert "prod.env (new, for you alone)" in script.text
    assert f"KINESCOPE_API_KEY={world.emulator.token}" in (world.folder / "prod.env").read_text("utf-8")
    assert (world.folder / ".env").read_text() == "KUPLOAD_JOBS=3\n"
    assert load_settings(given, directory=world.folder, environment=address).library == world.library


def test_new_files_hold_what_was_answered_and_count_from_then_on(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10_000,))
    address = {"KINESCOPE_API_URL": world.emulator.url, "KINESCOPE_UPLOADER_URL": world.emulator.url}
    token, url = world.emulator.token, world.database.tcp_url
    script = Script([token, "", "", url, str(world.library), ""])
    assert run_setup(settings_in(world.folder, address), world.folder, script.dialogue) is SetupEnd.SET
    first, *lines = (world.folder / ".env").read_text("utf-8").splitlines()
    assert first.startswith("# ")
    assert lines == [f"KINESCOPE_API_KEY={token}", f"DATABASE_URL={url}"]
    again = Script(["", "", "", "", "", ""])
    settings = settings_in(world.folder, address)
    assert settings.library == world.library
    assert run_setup(settings, world.folder, again.dialogue) is SetupEnd.SET
    assert "no file changes" in again.text
