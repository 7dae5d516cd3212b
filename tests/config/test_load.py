from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import fields
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.config import Origin, Secret, SettingOrigin, Settings, Source, load_settings
from kinescope_upload.config.catalog import SETTINGS, Setting
from kinescope_upload.config.files import read_env_file
from kinescope_upload.errors import UsageError
from kinescope_upload.model import DurationUnit, LessonTable
from kinescope_upload.output.error_view import print_error
from kinescope_upload.upload import Dialect
from support.project import ROOT
from support.systems import WINDOWS, posix_only

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TOKEN = "0a0b0c0d-1111-4222-8333-0123456789ab"
PROJECT = "aaaaaaaa-0000-4000-8000-000000000001"
WORKSPACE = "bbbbbbbb-0000-4000-8000-000000000002"
FOLDER = "cccccccc-0000-4000-8000-000000000003"
DATABASE = "postgresql://u:s3cret@h:6543/d?pgbouncer=true"


class Directory:
    """A working directory with its two files, an environment, and options."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.environment: dict[str, str] = {}
        self.options: dict[str, object] = {}

    def env(self, text: str | bytes, name: str = ".env", mode: int = 0o600) -> None:
        path = self.directory / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)

    def toml(self, text: str | bytes) -> None:
        (self.directory / "kupload.toml").write_bytes(text if isinstance(text, bytes) else text.encode())

    def load(self, **options: object) -> Settings:
        return load_settings({**self.options, **options}, directory=self.directory, environment=self.environment)

    def refusal(self, **options: object) -> str:
        with pytest.raises(UsageError) as caught:
            self.load(**options)
        assert caught.value.__cause__ is None
        return str(caught.value)


@pytest.fixture
def here(tmp_path: Path) -> Directory:
    return Directory(tmp_path)


# Which source wins.

_ROOT = "C:/" if WINDOWS else "/"
SAMPLES: dict[str, tuple[str, ...]] = {
    "library": tuple(f"{_ROOT}{name}" for name in ("one", "two", "three", "four")),
    "progress": tuple(f"{_ROOT}{name}" for name in ("one", "two", "three", "four")),
    "map_file": tuple(f"{_ROOT}{name}" for name in ("one", "two", "three", "four")),
    "confirmed_map": tuple(f"{_ROOT}{name}" for name in ("one", "two", "three", "four")),
    "limit": ("1", "2", "3", "4"),
    "jobs": ("1", "2", "auto", "4"),
    "jobs_max": ("1", "2", "3", "4"),
    "jobs_window": ("1", "2", "3", "4"),
    "chunk_size": ("1MiB", "2MiB", "3MiB", "4MiB"),
    "order": ("mixed", "size-desc", "lesson", "size"),
    "bwlimit": ("1M", "2M", "08:00,2M 23:00,off", "4M"),
    "retries": ("1", "2", "3", "4"),
    "max_outage": ("1m", "2m", "3m", "4m"),
    "retry_base": ("1", "2", "3", "4"),
    "orphan_wait": ("1", "2", "3", "4"),
    "stall": ("1", "2", "3", "4"),
    "settle": ("1", "2", "3", "4"),
    "replace_wait": ("1m", "2m", "3m", "4m"),
    "send_broken": ("true", "no", "1", "false"),
    "log_file": tuple(f"{_ROOT}{name}" for name in ("one", "two", "three", "four")),
    "no_log": ("true", "no", "1", "false"),
    "web": ("0", "1", "8765", "65535"),
    "history": tuple(f"{_ROOT}{name}" for name in ("one", "two", "three", "four")),
    "api_key": (TOKEN, WORKSPACE, PROJECT, FOLDER),
    "project_id": (TOKEN, WORKSPACE, PROJECT, FOLDER),
    "workspace_id": (TOKEN, WORKSPACE, PROJECT, FOLDER),
    "dialect": ("json", "tus", "json", "tus"),
    "uploader_url": ("https://one", "https://two", "https://three", "https://four"),
    "api_url": ("https://one", "https://two", "https://three", "https://four"),
    "trusted_hosts": ("one.example", "two.example", "*.three.example, four.example", "five.example"),
    "api_rate": ("1/s", "2/s", "3/s, 100/min", "off"),
    "notify": ("json://one", "json://two", "json://three json://four", "json://five"),
    "database_url": ("postgresql://one", "postgresql://two", "postgresql://three", "postgresql://four"),
    "cluster_url": ("postgresql://one", "postgresql://two", "postgresql://three", "postgresql://four"),
}
SOURCES = (Source.OPTION, Source.ENV_FILE, Source.ENVIRONMENT, Source.TOML)


def sources_of(setting: Setting) -> list[Source]:
    there = (setting.option, setting.variable, setting.variable, setting.toml)
    return [source for source, name in zip(SOURCES, there, strict=True) if name]


MATRIX = [
    (setting, filled)
    for setting in SETTINGS
    for size in range(len(sources_of(setting)) + 1)
    for filled in combinations(sources_of(setting), size)
]


def fill(here: Directory, setting: Setting, texts: Mapping[Source, str]) -> None:
    """Writes the setting into these places, and a text that is empty or blank into the other files and variables."""
    if Source.OPTION in sources_of(setting):
        here.options[setting.name] = texts.get(Source.OPTION)
    extra = f"KINESCOPE_WORKSPACE_ID={WORKSPACE}\n" if setting.name == "dialect" else ""
    here.env(f"{extra}{setting.variable or 'NOTHING'}={texts.get(Source.ENV_FILE, '')}\n")
    if setting.variable:
        here.environment[setting.variable] = texts.get(Source.ENVIRONMENT, "  ")
    if setting.toml:
        here.toml(f"{setting.toml} = '{texts.get(Source.TOML, ' ')}'")


def plain(value: object) -> object:
    return value.reveal() if isinstance(value, Secret) else value


@pytest.mark.parametrize(
    ("setting", "filled"), MATRIX, ids=lambda one: getattr(one, "name", None) or "+".join(one) or "-"
)
def test_the_first_source_that_is_not_empty_wins(here: Directory, setting: Setting, filled: tuple[Source, ...]) -> None:
    texts = dict(zip(SOURCES, SAMPLES[setting.name], strict=True))
    fill(here, setting, {source: texts[source] for source in filled})
    settings = here.load()
    origin = settings.origins[setting.name]
    if not filled:
        unset = Settings(progress=here.directory / "progress", dialect=Dialect.TUS)
        expected = unset if setting.name == "dialect" else Settings(progress=here.directory / "progress")
        assert getattr(settings, setting.name) == getattr(expected, setting.name)
        assert origin.place.source is Source.DEFAULT
        return
    parser = setting.parse or Path
    assert plain(getattr(settings, setting.name)) == plain(parser(texts[filled[0]]))
    assert origin.place.source is filled[0]
    assert [place.source for place in origin.shadowed] == [one for one in filled[1:] if texts[one] != texts[filled[0]]]


def test_every_setting_is_in_the_matrix() -> None:
    assert {setting.name for setting in SETTINGS} == SAMPLES.keys()
    flags = {
        "json",
        "no_db",
        "trust_scan",
        "create_folders",
        "new_progress",
        "no_checksum",
        "let_sleep",
        "quiet",
        "verbose",
    }
    rest = {"courses", "cluster", "folders", "table", "origins", "warnings", "untrusted"}
    assert {one.name for one in fields(Settings)} == SAMPLES.keys() | flags | rest


def test_secrets_and_where_they_may_stand() -> None:
    secret = {setting.name: setting for setting in SETTINGS if setting.is_secret}
    assert secret.keys() == {"api_key", "database_url", "cluster_url", "notify"}
    assert all(setting.toml is None for setting in secret.values())
    assert [name for name, setting in secret.items() if setting.option] == ["notify"]


def test_a_secret_among_the_options_is_warned_of(here: Directory) -> None:
    assert not any("KUPLOAD_NOTIFY" in warning for warning in here.load().warnings)
    here.options["notify"] = "json://me:secret@host/x"
    [warning] = [one for one in here.load().warnings if "KUPLOAD_NOTIFY" in one]
    assert "secret" not in warning


@pytest.mark.parametrize("text", ["topsecret", "json://one topsecret", "1json://x", "json:// x", "://x"])
def test_what_is_no_address_of_a_service_is_refused_and_not_shown(here: Directory, text: str) -> None:
    here.environment["KUPLOAD_NOTIFY"] = text
    with pytest.raises(UsageError, match="KUPLOAD_NOTIFY from the environment: the value is not an address") as error:
        here.load()
    assert "topsecret" not in str(error.value)


@pytest.mark.parametrize("empty", ["", " ", "\t", "''", '""', "'  '", "  # nothing"])
def test_an_empty_value_in_env_shadows_nothing(here: Directory, empty: str) -> None:
    here.env(f"KINESCOPE_API_KEY={empty}\n")
    here.environment["KINESCOPE_API_KEY"] = TOKEN
    settings = here.load()
    assert settings.needed_api_key().reveal() == TOKEN
    assert str(settings.origins["api_key"]) == "KINESCOPE_API_KEY from the environment"
    assert settings.origins["api_key"].shadowed == ()


@pytest.mark.parametrize("empty", ["", " ", "\t"])
@pytest.mark.parametrize("option", ["courses", "library", "progress", "env_file", "chunk_size"])
def test_an_option_that_is_given_and_empty_is_refused(here: Directory, option: str, empty: str) -> None:
    for value in (empty, [empty], ["01_analytics", empty]) if option == "courses" else (empty,):
        with pytest.raises(UsageError, match=r"--[a-z-]+ is given and empty\."):
            here.load(**{option: value})


def test_an_empty_value_further_down_in_env_shadows_nothing_either(here: Directory) -> None:
    here.env(f"KINESCOPE_API_KEY={TOKEN}\nKINESCOPE_API_KEY=\n")
    assert here.load().needed_api_key().reveal() == TOKEN


def test_shadowed_places_are_named_and_equal_ones_are_not(here: Directory) -> None:
    here.env("KUPLOAD_JOBS=5\n")
    here.environment["KUPLOAD_JOBS"] = "8"
    here.toml("\n# how many\njobs = 5\n")
    env, environment = (
        SettingOrigin(source=Source.ENV_FILE, name="KUPLOAD_JOBS", file=".env", line=1),
        SettingOrigin(source=Source.ENVIRONMENT, name="KUPLOAD_JOBS"),
    )
    assert here.load().origins["jobs"] == Origin(place=env, shadowed=(environment,))
    assert [str(place) for place in here.load(jobs=8).origins["jobs"].shadowed] == [
        "KUPLOAD_JOBS from .env line 1",
        "jobs from kupload.toml line 3",
    ]


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("jobs", 7, 7),
        ("limit", 5, 5),
        ("library", Path("films"), "films"),
        ("courses", ["01_analytics", " 02_ads "], ("01_analytics", "02_ads")),
        ("courses", "01_analytics", ("01_analytics",)),
        ("courses", None, ()),
        ("json", True, True),
        ("json", None, False),
        ("no_db", False, False),
    ],
)
def test_options_may_be_of_the_types_that_a_command_line_makes(
    here: Directory, name: str, given: object, expected: object
) -> None:
    found = getattr(here.load(**{name: given}), name)
    assert found == (here.directory / str(expected) if name == "library" else expected)


def test_true_and_false_of_kupload_toml_are_yes_and_no(here: Directory) -> None:
    here.toml("send_broken = true")
    assert here.load().send_broken
    assert not here.load(send_broken="no").send_broken


def test_a_setting_that_nobody_set_comes_from_its_default(here: Directory) -> None:
    assert str(here.load().origins["jobs"]) == "the default of jobs"
    assert here.load().settle == 10.0


def test_an_option_that_does_not_exist_is_a_bug_of_ours(here: Directory) -> None:
    with pytest.raises(TypeError, match="chunksize"):
        here.load(chunksize="1MiB")


# The rest of the tables, and the dialect.


def test_folders_and_table_come_from_kupload_toml(here: Directory) -> None:
    here.toml(
        f"[folders]\n01_analytics = '{FOLDER.upper()}'\n\"курс, 2\" = '{PROJECT}'\n03_ai = ''\n"
        "[database]\nschema = 'app'\ntable = 'lessons'\nvideo_id = 'video'\ntitle = ' '\nduration = 'length'\n"
        "duration_unit = 'Minutes'\n"
    )
    settings = here.load()
    assert settings.folders == {"01_analytics": FOLDER, "курс, 2": PROJECT}
    assert settings.table == LessonTable(
        schema="app", table="lessons", video_id="video", duration="length", duration_unit=DurationUnit.MINUTES
    )
    assert str(settings.origins["folders"]) == "[folders] from kupload.toml"


@pytest.mark.parametrize(
    ("workspace", "asked", "expected"),
    [
        ("", "", Dialect.JSON),
        (WORKSPACE, "", Dialect.TUS),
        (WORKSPACE, "json", Dialect.JSON),
        ("", "JSON", Dialect.JSON),
        (WORKSPACE, "Tus", Dialect.TUS),
    ],
)
def test_the_dialect_follows_the_workspace(here: Directory, workspace: str, asked: str, expected: Dialect) -> None:
    here.environment |= {"KINESCOPE_WORKSPACE_ID": workspace, "KINESCOPE_INIT": asked}
    assert here.load().dialect is expected


def test_tus_without_a_workspace_is_decided_when_it_is_needed(here: Directory) -> None:
    here.env("KINESCOPE_INIT=tus\n")
    settings = here.load()
    assert (settings.dialect, settings.lacks_workspace) == (Dialect.TUS, True)
    assert settings.needed_workspace_id(WORKSPACE) == WORKSPACE
    with pytest.raises(UsageError, match="KINESCOPE_WORKSPACE_ID is not set") as caught:
        settings.needed_workspace_id(None)
    assert "KINESCOPE_INIT=json" in caught.value.hint


def test_the_workspace_that_is_set_goes_before_the_one_that_is_told(here: Directory) -> None:
    here.env(f"KINESCOPE_WORKSPACE_ID={WORKSPACE}\n")
    assert here.load().needed_workspace_id(PROJECT) == WORKSPACE
    assert not here.load().lacks_workspace


# Wrong values, each named with its place.


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ("\n\nKINESCOPE_PROJECT_ID=abc", 'KINESCOPE_PROJECT_ID from .env line 3: "abc" is not a UUID.'),
        ("\r\nexport KUPLOAD_JOBS='0'\r\n", 'KUPLOAD_JOBS from .env line 2: "0" is not between 1 and 32.'),
        ("A='1\n2'\nKUPLOAD_JOBS=many", 'KUPLOAD_JOBS from .env line 3: "many" is not a whole number.'),
        ("\ufeffKUPLOAD_JOBS=33", 'KUPLOAD_JOBS from .env line 1: "33" is not'),
        ("KINESCOPE_API_URL=http://api.kinescope.io", "KINESCOPE_API_URL from .env line 1: "),
        ("KINESCOPE_INIT=rest", 'KINESCOPE_INIT from .env line 1: "rest" is neither "tus" nor "json".'),
        ("KUPLOAD_STALL=0", 'KUPLOAD_STALL from .env line 1: "0" must be more than zero.'),
        ("KUPLOAD_RETRY_BASE=soon", 'KUPLOAD_RETRY_BASE from .env line 1: "soon" is not a duration.'),
        ("KINESCOPE_PROJECT_ID='\x1b[31mred'", 'from .env line 1: "\\x1b[31mred" is not'),
    ],
)
def test_a_wrong_value_is_named_with_where_it_came_from(here: Directory, env: str, sentence: str) -> None:
    here.env(env)
    assert sentence in here.refusal()


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("jobs = 'many'", 'jobs from kupload.toml line 1: "many" is not a whole number.'),
        ("jobs = 4.5", 'jobs from kupload.toml line 1: "4.5" is not a whole number.'),
        ("\njobs = true", "jobs from kupload.toml line 2 must be a text or a number."),
        ("library = ['a']", "library from kupload.toml line 1 must be a text or a number."),
        ("jbos = 4", "jbos from kupload.toml line 1 is not a setting of kupload. Did you mean jobs?"),
        ("KUPLOAD_JOBS = 4", "KUPLOAD_JOBS from kupload.toml line 1 is not a setting of kupload. Did you mean jobs?"),
        (
            "xyzzy = 4",
            "xyzzy from kupload.toml line 1 is not a setting of kupload. Known are api_rate, api_url, ",
        ),
        ("[folder]\n", "folder from kupload.toml is not a setting of kupload. Did you mean folders?"),
        (
            "[database]\nvideoId = 'v'",
            "[database] videoId from kupload.toml line 2 is not a setting of kupload. Did you mean video_id?",
        ),
        (
            "[database]\nduration_unit = 'hours'",
            '[database] duration_unit from kupload.toml line 2: "hours" is no unit. Write "seconds" or "minutes".',
        ),
        ("send_broken = 'perhaps'", 'send_broken from kupload.toml line 1: "perhaps" is neither yes nor no.'),
        ("jobs = true", "jobs from kupload.toml line 1 must be a text or a number."),
        ("[database]\ntable = 1", "[database] table from kupload.toml line 2 must be a text in quotation marks."),
        ('[database]\ntable = "a\\u0000"', '[database] table from kupload.toml line 2: "a\\x00" holds a character'),
        ("folders = 'a'", "folders from kupload.toml line 1 must be a table."),
        ("jobs = 4\n[folders]\njobs = 'abc'", '[folders] jobs from kupload.toml line 3: "abc" is not a UUID.'),
        ("jobs = \n", "kupload.toml is not valid TOML: "),
        ("jobs = \n", "(at line 1, column 8)."),
        ('library = "E:\\Academy Courses"', "Put a path with backslashes in single quotes"),
    ],
)
def test_what_is_wrong_in_kupload_toml_is_named_with_its_line(here: Directory, toml: str, sentence: str) -> None:
    here.toml(toml)
    assert sentence in here.refusal()


@pytest.mark.parametrize(
    ("toml", "variable"),
    [
        (f"api_key = '{TOKEN}'", "KINESCOPE_API_KEY"),
        (f"KINESCOPE_API_KEY = '{TOKEN}'", "KINESCOPE_API_KEY"),
        (f"token = '{TOKEN}'", "KINESCOPE_API_KEY"),
        (f"DATABASE_URL = '{DATABASE}'", "DATABASE_URL"),
        (f"[database]\nurl = '{DATABASE}'", "DATABASE_URL"),
        ("[database]\npassword = 's3cret'", "DATABASE_URL"),
    ],
)
def test_a_secret_in_kupload_toml_is_refused_with_where_it_belongs(here: Directory, toml: str, variable: str) -> None:
    here.toml(toml)
    message = here.refusal()
    assert "a secret does not belong here" in message
    assert f"into .env as {variable}" in message
    assert TOKEN not in message
    assert "s3cret" not in message


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (f"Bearer {TOKEN}", "Give the token alone"),
        (f"{TOKEN} {TOKEN}", "has a space"),
        ("ключ-s3cret", "has a space or"),
    ],
)
def test_a_token_that_fits_no_header_is_refused_and_not_shown(here: Directory, value: str, sentence: str) -> None:
    here.env(f"KINESCOPE_API_KEY={value}")
    message = here.refusal()
    assert "KINESCOPE_API_KEY from .env line 1: the value" in message
    assert sentence in message
    assert TOKEN not in message
    assert "s3cret" not in message


# Files that cannot be read.


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"A=1\n\nB='open\nC=2\n", ".env line 3 cannot be parsed"),
        (b"A=1\nB=\xff\n", ".env line 2 is not UTF-8"),
        ("KUPLOAD_JOBS=4".encode("utf-16"), ".env is written in UTF-16. Save it as UTF-8."),
    ],
)
def test_an_env_file_that_is_not_understood_is_named_with_its_line(
    here: Directory, content: bytes, sentence: str
) -> None:
    here.env(content)
    assert sentence in here.refusal()


def test_a_toml_file_that_is_no_utf_8_is_named_with_its_line(here: Directory) -> None:
    here.toml(b"jobs = 4\nlibrary = '\xcf'")
    assert "kupload.toml line 2 is not UTF-8" in here.refusal()


def test_an_env_file_that_was_named_must_exist(here: Directory) -> None:
    assert "mine.env does not exist" in here.refusal(env_file="mine.env")


def test_an_env_file_that_was_named_takes_the_place_of_the_usual_one(here: Directory) -> None:
    here.env("KUPLOAD_JOBS=5\nKUPLOAD_STALL=9")
    here.env("KUPLOAD_JOBS=6", name="mine.env")
    settings = here.load(env_file=Path("mine.env"))
    assert (settings.jobs, settings.stall) == (6, 60.0)
    assert str(settings.origins["jobs"]) == "KUPLOAD_JOBS from mine.env line 1"


@pytest.mark.parametrize("name", [".env", "kupload.toml"])
def test_a_file_that_cannot_be_read_is_named(here: Directory, name: str) -> None:
    (here.directory / name).mkdir()
    assert f"{name} cannot be read" in here.refusal()


def test_a_dollar_sign_in_env_means_nothing(here: Directory) -> None:
    here.env("DATABASE_URL='postgresql://u:${HOME}$x@h/d'")
    assert here.load().needed_database_url().reveal() == "postgresql://u:${HOME}$x@h/d"


# Warnings.


@posix_only("only POSIX has these rights")
@pytest.mark.parametrize(
    ("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True), (0o644, True)]
)
def test_an_env_file_that_others_may_read_is_warned_of(here: Directory, mode: int, warned: bool) -> None:
    here.env("A=1", mode=mode)
    assert any("chmod 600 .env" in warning for warning in here.load().warnings) is warned


@pytest.mark.parametrize(("token", "warned"), [(TOKEN, False), (TOKEN.upper(), False), ("kin-0123456789abcdef", True)])
def test_a_token_that_is_no_uuid_is_warned_of(here: Directory, token: str, warned: bool) -> None:
    here.env(f"KINESCOPE_API_KEY={token}")
    warnings = here.load().warnings
    assert any("KINESCOPE_API_KEY does not look like" in warning for warning in warnings) is warned
    assert token not in str(warnings)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("KINESCOPE_APIKEY", "KINESCOPE_API_KEY"),
        ("KINESCOPE_PROJECTID", "KINESCOPE_PROJECT_ID"),
        ("KUPLOAD_JOB", "KUPLOAD_JOBS"),
    ],
)
def test_a_misspelt_variable_is_warned_of(here: Directory, name: str, meant: str) -> None:
    here.env(f"{name}=1")
    here.environment[name] = "1"
    assert here.load().warnings == (
        f"{name} from .env line 1 is not a setting of kupload. Did you mean {meant}?",
        f"{name} from the environment is not a setting of kupload. Did you mean {meant}?",
    )


def test_variables_of_others_are_nobodys_business(here: Directory) -> None:
    here.env("KINESCOPE_PLAYER_TEMPLATE=1\nDATABASE_URI=1\nNEXT_PUBLIC_URL=2")
    here.environment |= {"PATH": "/bin", "KINESCOPE_SOMETHING_ELSE": "1"}
    assert here.load().warnings == ()


def test_a_variable_of_kupload_that_is_none_is_warned_of(here: Directory) -> None:
    here.environment["KUPLOAD_SOMETHING_ELSE"] = "1"
    assert here.load().warnings == ("KUPLOAD_SOMETHING_ELSE from the environment is not a setting of kupload.",)


# What must be there.


def test_everything_that_is_missing_for_an_upload_is_named_at_once(here: Directory) -> None:
    with pytest.raises(UsageError) as caught:
        here.load().check_for_upload()
    names = ("KUPLOAD_LIBRARY", "KINESCOPE_API_KEY", "KINESCOPE_PROJECT_ID", "DATABASE_URL")
    for name in (*names, "`kupload setup`", "--no-db", "--library"):
        assert name in str(caught.value)


def test_several_missing_settings_are_a_list_and_each_line_fits(here: Directory) -> None:
    with pytest.raises(UsageError) as caught:
        here.load().check_for_upload()
    shown = io.StringIO()
    print_error(caught.value, shown)
    first, *lines, hint = shown.getvalue().splitlines()
    assert first == "kupload: These settings are missing:"
    names = ("KUPLOAD_LIBRARY", "KINESCOPE_API_KEY", "KINESCOPE_PROJECT_ID", "DATABASE_URL")
    assert tuple(line.split()[0] for line in lines) == names
    assert max(map(len, lines)) <= 80
    assert hint.startswith("`kupload setup` ")


def test_with_no_db_an_upload_needs_no_database(here: Directory) -> None:
    here.env(f"KINESCOPE_API_KEY={TOKEN}\nKINESCOPE_PROJECT_ID={PROJECT}")
    here.load(library="films", no_db=True).check_for_upload()
    with pytest.raises(UsageError, match="DATABASE_URL"):
        here.load(library="films").check_for_upload()


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (Settings.needed_library, "KUPLOAD_LIBRARY"),
        (Settings.needed_api_key, "KINESCOPE_API_KEY is not set: Kinescope's token"),
        (Settings.needed_project_id, "KINESCOPE_PROJECT_ID is not set"),
        (Settings.needed_database_url, "DATABASE_URL is not set"),
    ],
)
def test_a_missing_setting_says_where_it_may_stand(here: Directory, ask: Callable[[Settings], Any], name: str) -> None:
    with pytest.raises(UsageError, match=name):
        ask(here.load())


# Secrets.


def test_settings_never_show_a_secret(here: Directory) -> None:
    here.env(f"KINESCOPE_API_KEY={TOKEN}\nDATABASE_URL={DATABASE}")
    here.environment |= {"KINESCOPE_API_KEY": "another-s3cret-token", "DATABASE_URL": "postgresql://s3cret@h"}
    shown = repr(here.load())
    assert TOKEN not in shown
    assert "s3cret" not in shown
    assert "Secret(…89ab)" in shown


def test_a_value_on_its_way_does_not_show_its_text_either(here: Directory) -> None:
    here.env(f"KINESCOPE_API_KEY={TOKEN}")
    written = read_env_file(here.directory / ".env", ".env", must_exist=True).values
    assert repr(written) == "{'KINESCOPE_API_KEY': Written(KINESCOPE_API_KEY from .env line 1)}"


@given(st.text())
def test_a_secret_shows_at_most_four_characters(text: str) -> None:
    secret = Secret(text)
    assert secret.reveal() == text
    assert str(secret) == f"{secret}" == (f"…{text[-4:]}" if len(text) >= 16 else "…")
    assert repr(secret) == f"Secret({secret})"
    assert str(Secret(text, has_tail=False)) == "…"


# Paths.


@pytest.mark.parametrize(
    "path",
    [pytest.param("~no-such-user-here/films", marks=posix_only("Windows takes any name for a user's")), "a\0b"],
)
def test_a_path_that_cannot_be_is_refused(here: Directory, path: str) -> None:
    assert "--library: " in here.refusal(library=path)


def test_a_path_that_quotation_marks_have_spoiled_is_named_with_the_way_to_write_it(here: Directory) -> None:
    here.toml(r'library = "E:\new\test"')
    assert "library = 'E:\\new courses'" in here.refusal()
    here.env(r'KUPLOAD_LIBRARY="E:\new\academy"')
    assert "without quotation marks" in here.refusal()
    assert "backslash before the mark" in here.refusal(library=r'E:\Academy Courses" --dry-run')


def test_paths_start_at_home_or_in_the_working_directory(here: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("USERPROFILE", "/home/me")
    here.env("KUPLOAD_LIBRARY=~/films\nKUPLOAD_PROGRESS=../state")
    settings = here.load(map_file="map.json")
    assert settings.library == here.directory / "/home/me/films"
    assert settings.progress == here.directory / "../state"
    assert settings.map_file == here.directory / "map.json"


def test_without_a_setting_progress_is_in_the_working_directory(here: Directory) -> None:
    assert here.load().progress == here.directory / "progress"
    here.env("KUPLOAD_JOBS=2")
    assert here.load().progress == here.directory / "progress"


def test_without_a_folder_here_progress_is_beside_the_env_file_that_was_read(here: Directory, tmp_path: Path) -> None:
    beside = tmp_path / "secrets"
    beside.mkdir()
    (beside / "my.env").write_text("KUPLOAD_JOBS=2", encoding="utf-8")
    assert here.load(env_file=str(beside / "my.env")).progress == beside / "progress"
    assert here.load(env_file="secrets/my.env").progress == beside / "progress"
    assert here.load(env_file=str(beside / "my.env"), progress="state").progress == here.directory / "state"
    (here.directory / "progress").mkdir()
    assert here.load(env_file=str(beside / "my.env")).progress == here.directory / "progress"


# Together.


def test_the_configuration_needs_no_database_driver() -> None:
    code = "import sys, kinescope_upload.config; sys.exit('psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("path", [".env.example", "docs/configuration.md"])
def test_every_variable_is_explained(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not [setting.variable for setting in SETTINGS if setting.variable and setting.variable not in text]


def test_every_option_and_key_is_in_the_documentation() -> None:
    text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    names = [name for setting in SETTINGS for name in (setting.option, setting.toml) if name]
    assert not [name for name in names if f"`{name}" not in text]


def test_the_example_of_an_env_file_sets_nothing(here: Directory) -> None:
    here.env((ROOT / ".env.example").read_text(encoding="utf-8"))
    assert here.load() == Directory(here.directory).load()
    assert here.load().warnings == ()
