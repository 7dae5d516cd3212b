"""What setup decides: which file gets a setting, which of several is chosen, what a connection string is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.setup.changes import Changes, changes_of
from kinescope_upload.commands.setup.command import SetupEnd, run_setup
from kinescope_upload.commands.setup.here import ask_library
from kinescope_upload.commands.setup.kinescope import ask_kinescope
from kinescope_upload.commands.setup.supabase import describe
from kinescope_upload.config import Secret
from kinescope_upload.kinescope.access_tokens import workspaces_of
from support.scripted import Script, settings_in

if TYPE_CHECKING:
    from pathlib import Path


TOKEN = "0a0b0c0d-1111-4222-8333-0123456789ab"
PROJECT = "aaaaaaaa-0000-4000-8000-000000000001"
Answers = dict[str, Secret | str | None]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("aws-0-eu-central-1.pooler.supabase.com:6543/postgres", "transaction pooler, the one to take"),
        ("aws-0-eu-central-1.pooler.supabase.com:5432/postgres", "session pooler"),
        ("db.abcdefghij.supabase.co:5432/postgres", "direct connection"),
        ("db.abcdefghij.supabase.co:6543/postgres", "dedicated pooler"),
    ],
)
def test_each_of_supabases_strings_is_told_from_the_others(place: str, words: str) -> None:
    assert words in (describe(place) or "")


@pytest.mark.parametrize("place", ["localhost:5432/x", "supabase.com.example:6543/x", "10.0.0.1:6543/x", "a,b:5432/x"])
def test_any_other_database_is_not_called_supabases(place: str) -> None:
    assert describe(place) is None


def test_secrets_go_to_env_and_the_rest_to_the_toml_file(tmp_path: Path) -> None:
    answers: Answers = {"api_key": Secret(TOKEN), "project_id": PROJECT, "library": "/srv/a", "database_url": None}
    assert changes_of(settings_in(tmp_path), answers) == Changes(
        env={"KINESCOPE_API_KEY": TOKEN}, toml={"project_id": PROJECT, "library": "/srv/a"}
    )


def test_a_setting_goes_where_it_counts(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, {"KUPLOAD_LIBRARY": "/srv/b"}, env=f"KINESCOPE_WORKSPACE_ID={PROJECT}\n")
    changes = changes_of(settings, {"library": "/srv/a", "workspace_id": "", "project_id": PROJECT})
    assert changes == Changes(
        env={"KUPLOAD_LIBRARY": "/srv/a", "KINESCOPE_WORKSPACE_ID": ""}, toml={"project_id": PROJECT}
    )


def test_what_is_set_already_is_not_written(tmp_path: Path) -> None:
    toml = f'project_id = "{PROJECT}"\nlibrary = "films"\n'
    settings = settings_in(tmp_path, {"KINESCOPE_API_KEY": TOKEN}, toml=toml)
    films = str(tmp_path / "films")
    answers: Answers = {"api_key": Secret(TOKEN), "project_id": PROJECT, "library": films, "workspace_id": ""}
    assert changes_of(settings, answers) == Changes()


def test_what_will_be_written_is_shown_without_a_secret(tmp_path: Path) -> None:
    changes = Changes(env={"KINESCOPE_API_KEY": TOKEN, "DATABASE_URL": "postgresql://u:pa55@h/d"}, toml={"a": "b"})
    text = "\n".join(changes.lines(tmp_path))
    assert "KINESCOPE_API_KEY = …89ab" in text
    assert "DATABASE_URL = postgresql://u:***@h:5432/d" in text
    assert "pa55" not in text
    assert TOKEN not in text + repr(changes)


@pytest.mark.parametrize(
    ("answers", "current", "chosen"),
    [
        (["2"], None, "b"),
        (["b"], None, "b"),
        (["Two"], None, "b"),
        ([""], "b", "b"),
        (["", "0", "5", "-1", "²", "Twin", "1"], None, "a"),
    ],
)
def test_one_of_several_is_chosen(answers: list[str], current: str | None, chosen: str) -> None:
    choices = [("a", "One"), ("b", "Two"), ("c", "Twin"), ("d", "Twin")]
    script = Script(answers)
    assert script.dialogue.choose("project", choices, current) == chosen


def test_the_workspaces_of_a_list_are_named_once_each() -> None:
    other = "bbbbbbbb-0000-4000-8000-000000000002"
    entries = [{"workspace_id": PROJECT}, {"workspace_id": other}, {"workspace_id": PROJECT.upper()}, {}, None, "x"]
    assert workspaces_of(entries) == (PROJECT, other)


def test_a_library_without_videos_is_taken_only_when_the_person_says_so(tmp_path: Path) -> None:
    (tmp_path / "films").mkdir()
    script = Script(["", '"films"', ""])
    assert ask_library(script.dialogue, settings_in(tmp_path), tmp_path) == tmp_path / "films"
    assert "no video file" in script.text


@pytest.mark.parametrize(("root", "meant"), [("lib/01_analytics", "lib"), ("", "lib"), ("other", "")])
def test_a_library_one_level_too_deep_or_too_high_is_named_and_so_is_the_right_one(
    tmp_path: Path, root: str, meant: str
) -> None:
    for file in ("lib/01_analytics/m01/001.mp4", "other/films/m01/001.mp4"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_bytes(b"0")
    script = Script([str(tmp_path / root), str(tmp_path / "lib")])
    found = ask_library(script.dialogue, settings_in(tmp_path), tmp_path, {"01_analytics"})
    assert found == tmp_path / "lib"
    assert "None of its folders is a course of the database." in script.text
    assert (f" it: {tmp_path / meant}. Enter takes" in script.text) is bool(meant)


@pytest.mark.parametrize(
    ("answers", "agrees"), [(["'/srv/films'", "y"], True), (["write", "нет"], False), ([""], True)]
)
def test_only_yes_no_and_enter_are_answers(answers: list[str], *, agrees: bool) -> None:
    script = Script(answers)
    assert script.dialogue.agrees("Write it?", usual=True) is agrees
    assert script.text.count("Type y or n.") == len(answers) - 1


def test_a_token_does_not_go_to_an_address_of_a_file_unasked(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, toml='api_url = "https://kinescope.example"\n')
    script = Script([""])
    assert run_setup(settings, tmp_path, script.dialogue) is SetupEnd.REFUSED
    assert "api_url from kupload.toml line 1 says https://kinescope.example" in script.text


def test_where_kinescope_does_not_answer_the_token_is_kept_for_the_next_try(tmp_path: Path) -> None:
    nowhere = {"KINESCOPE_API_URL": "http://127.0.0.1:1", "KINESCOPE_UPLOADER_URL": "http://127.0.0.1:1"}
    script = Script([TOKEN, ""])
    with pytest.raises(StopIteration):
        ask_kinescope(script.dialogue, settings_in(tmp_path, nowhere))
    assert script.text.count("Enter tries it once more.") == 2
    assert "Enter takes …89ab" in script.text
