"""Lists every setting with its names and its parser. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.config import values
from kinescope_upload.config.rates import parse_api_rate, parse_bwlimit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Describes one setting.

    Attributes:
        name: The attribute of `Settings`, and the option's name in the mapping of options.
        option: Its option on the command line; None without one.
        variable: Its name in `.env` and in the environment; None without one.
        toml: Its key in kupload.toml; None without one.
        parse: Converts its text to its value; None for paths, which depend on the working directory.
        is_secret: Whether its value must not be shown.
    """

    name: str
    option: str | None = None
    variable: str | None = None
    toml: str | None = None
    parse: Callable[[str], object] | None = None
    is_secret: bool = False

    @property
    def is_path(self) -> bool:
        """Whether its value is a path."""
        return self.parse is None


SETTINGS: Final = (
    Setting(name="library", option="--library", variable="KUPLOAD_LIBRARY", toml="library"),
    Setting(name="progress", option="--progress", variable="KUPLOAD_PROGRESS", toml="progress"),
    Setting(name="map_file", option="--map"),
    Setting(name="confirmed_map", variable="KUPLOAD_MAP", toml="map"),
    Setting(name="limit", option="--limit", parse=values.whole_number(1, 1_000_000)),
    Setting(name="jobs", option="--jobs", variable="KUPLOAD_JOBS", toml="jobs", parse=values.parse_jobs),
    Setting(
        name="jobs_max",
        option="--jobs-max",
        variable="KUPLOAD_JOBS_MAX",
        toml="jobs_max",
        parse=values.whole_number(1, 32),
    ),
    Setting(
        name="jobs_window",
        variable="KUPLOAD_JOBS_WINDOW",
        toml="jobs_window",
        parse=values.parse_duration("s", above_zero=True),
    ),
    Setting(
        name="chunk_size",
        option="--chunk-size",
        variable="KUPLOAD_CHUNK_SIZE",
        toml="chunk_size",
        parse=values.parse_size,
    ),
    Setting(name="order", option="--order", variable="KUPLOAD_ORDER", toml="order", parse=values.parse_order),
    Setting(name="bwlimit", option="--bwlimit", variable="KUPLOAD_BWLIMIT", toml="bwlimit", parse=parse_bwlimit),
    Setting(
        name="retries",
        option="--retries",
        variable="KUPLOAD_RETRIES",
        toml="retries",
        parse=values.whole_number(0, 100),
    ),
    Setting(
        name="max_outage",
        option="--max-outage",
        variable="KUPLOAD_MAX_OUTAGE",
        toml="max_outage",
        parse=values.parse_duration("m"),
    ),
    Setting(name="retry_base", variable="KUPLOAD_RETRY_BASE", toml="retry_base", parse=values.parse_duration("s")),
    Setting(name="orphan_wait", variable="KUPLOAD_ORPHAN_WAIT", toml="orphan_wait", parse=values.parse_duration("s")),
    Setting(name="stall", variable="KUPLOAD_STALL", toml="stall", parse=values.parse_duration("s", above_zero=True)),
    Setting(
        name="settle", option="--settle", variable="KUPLOAD_SETTLE", toml="settle", parse=values.parse_duration("s")
    ),
    Setting(
        name="replace_wait",
        option="--replace-wait",
        variable="KUPLOAD_REPLACE_WAIT",
        toml="replace_wait",
        parse=values.parse_duration("m"),
    ),
    Setting(
        name="send_broken",
        option="--send-broken",
        variable="KUPLOAD_SEND_BROKEN",
        toml="send_broken",
        parse=values.parse_yes_or_no,
    ),
    Setting(name="log_file", option="--log-file", variable="KUPLOAD_LOG_FILE", toml="log_file"),
    Setting(name="no_log", option="--no-log", variable="KUPLOAD_NO_LOG", toml="no_log", parse=values.parse_yes_or_no),
    Setting(name="web", option="--web", parse=values.whole_number(0, 65535)),
    Setting(name="history", variable="KUPLOAD_HISTORY", toml="history"),
    Setting(name="notify", option="--notify", variable="KUPLOAD_NOTIFY", parse=values.parse_notify, is_secret=True),
    Setting(name="api_key", variable="KINESCOPE_API_KEY", parse=values.parse_api_key, is_secret=True),
    Setting(name="project_id", variable="KINESCOPE_PROJECT_ID", toml="project_id", parse=values.parse_uuid),
    Setting(name="workspace_id", variable="KINESCOPE_WORKSPACE_ID", toml="workspace_id", parse=values.parse_uuid),
    Setting(name="dialect", variable="KINESCOPE_INIT", toml="init", parse=values.parse_dialect),
    Setting(name="uploader_url", variable="KINESCOPE_UPLOADER_URL", toml="uploader_url", parse=values.parse_url),
    Setting(name="api_url", variable="KINESCOPE_API_URL", toml="api_url", parse=values.parse_url),
    Setting(name="trusted_hosts", variable="KINESCOPE_TRUSTED_HOSTS", toml="trusted_hosts", parse=values.parse_hosts),
    Setting(name="api_rate", variable="KUPLOAD_API_RATE", toml="api_rate", parse=parse_api_rate),
    Setting(name="database_url", variable="DATABASE_URL", parse=values.parse_connection_string, is_secret=True),
    Setting(name="cluster_url", variable="KUPLOAD_CLUSTER_URL", parse=values.parse_connection_string, is_secret=True),
)

FLAGS: Final = {
    "json": "--json",
    "no_db": "--no-db",
    "trust_scan": "--trust-scan",
    "create_folders": "--create-folders",
    "new_progress": "--new-progress",
    "no_checksum": "--no-checksum",
    "let_sleep": "--let-sleep",
    "quiet": "--quiet",
    "verbose": "--verbose",
}
"""Options without a value, by the attribute of `Settings`."""

DATABASE_KEYS: Final = (
    "schema",
    "table",
    "lesson_id",
    "course",
    "title",
    "video_id",
    "video_url",
    "duration",
    "duration_unit",
)
"""The keys of [database] in kupload.toml: the attributes of `LessonTable`."""

SECRETS: Final = {
    "api_key": "KINESCOPE_API_KEY",
    "kinescope_api_key": "KINESCOPE_API_KEY",
    "key": "KINESCOPE_API_KEY",
    "token": "KINESCOPE_API_KEY",
    "api_token": "KINESCOPE_API_KEY",
    "notify": "KUPLOAD_NOTIFY",
    "kupload_notify": "KUPLOAD_NOTIFY",
    "database_url": "DATABASE_URL",
    "direct_url": "DATABASE_URL",
    "url": "DATABASE_URL",
    "dsn": "DATABASE_URL",
    "password": "DATABASE_URL",
    "user": "DATABASE_URL",
}
"""Names under which a user might write a secret into kupload.toml, and the variable that it belongs to."""


def parser_of(setting: Setting, directory: Path) -> Callable[[str], object]:
    """Gives the parser of the setting; relative paths are below `directory`."""
    return setting.parse or values.parse_path(directory)


def known_variables() -> frozenset[str]:
    """Lists all variables of kupload."""
    return frozenset(setting.variable for setting in SETTINGS if setting.variable)


def known_toml_keys() -> frozenset[str]:
    """Lists all keys at the top of kupload.toml."""
    return frozenset(setting.toml for setting in SETTINGS if setting.toml)
