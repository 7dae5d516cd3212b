"""Holds the settings and their origins. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from kinescope_upload.config.needs import missing, missing_workspace, untrusted_error
from kinescope_upload.model import LessonTable
from kinescope_upload.plan.order import Order
from kinescope_upload.policy.jobs import MOST, WINDOW, Auto
from kinescope_upload.policy.pacing import API_LIMITS, UNLIMITED, RequestLimit, Timetable
from kinescope_upload.upload import Dialect

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kinescope_upload.config.files import TomlFile
    from kinescope_upload.config.secret import Secret

T = TypeVar("T")


class Source(StrEnum):
    """The sources of settings, in their order: the first that has a value wins."""

    OPTION = "option"
    ENV_FILE = "env file"
    ENVIRONMENT = "environment"
    TOML = "kupload.toml"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingOrigin:
    """Locates a value.

    Attributes:
        source: The kind of source.
        name: Its name there: "--jobs", "KUPLOAD_JOBS", "jobs", "[database] table".
        file: The file's name as the user gave it; None outside of files.
        line: The line in the file, from 1; None when unknown or outside of files.
    """

    source: Source
    name: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        if self.source is Source.DEFAULT:
            return f"the default of {self.name}"
        if self.source is Source.ENVIRONMENT:
            return f"{self.name} from the environment"
        line = f" line {self.line}" if self.line else ""
        return f"{self.name} from {self.file}{line}" if self.file else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Locates a setting's value, and the values that it overrides.

    Attributes:
        place: The origin of the value.
        shadowed: Origins of other values, which are ignored.
    """

    place: SettingOrigin
    shadowed: tuple[SettingOrigin, ...] = ()

    def __str__(self) -> str:
        return str(self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class UntrustedAddress:
    """Describes an address from a file of the working directory, for a token from the environment.

    Attributes:
        host: The host that the token would go to.
        place: The origin of the address.
    """

    host: str
    place: SettingOrigin


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Holds all settings of a run.

    Attributes:
        library: The library root; None when none was named.
        progress: The folder of the progress files.
        map_file: The map file that says everything; None when none was named.
        confirmed_map: The map file of confirmed pairs; None means `kupload-map.json` in the library root.
        courses: The courses to work on; empty means all.
        limit: The most lessons to work on; None means no limit.
        jobs: Lessons uploaded at a time, 1 to 32, or that the number follows the line.
        jobs_max: The most that may be at a time where it does, 1 to 32.
        jobs_window: Seconds for which a number is measured there.
        chunk_size: The most bytes of one request; None adapts to the line.
        order: The order of the lessons.
        bwlimit: The speed limit for all workers together.
        retries: Retries without progress in between.
        retry_base: Wait before the first retry, in seconds.
        orphan_wait: Wait between the deletion of an orphan and the next creation, in seconds.
        stall: Seconds without a byte after which a transfer is ended.
        max_outage: The longest wait for the network, in seconds.
        settle: Seconds for which a file must not have changed before it is uploaded; 0 waits for none.
        replace_wait: Seconds to wait, when all is uploaded, for Kinescope to process videos that replace others.
        send_broken: Whether files that no player could show are sent all the same.
        log_file: The file of the events of runs; None means `log/kupload.jsonl` in the progress folder.
        no_log: Whether to write no such file.
        web: The port of the page of a run, 0 for a free one; None serves none.
        history: Where runs are remembered; None remembers none.
        notify: Addresses of the services that are told of runs; None tells nobody.
        api_key: Kinescope's token; None when it is not set.
        project_id: The project's id on Kinescope, a lower-case UUID; None when it is not set.
        workspace_id: The workspace's id, a lower-case UUID; None when it is not set.
        dialect: How uploads are created: as set, else by Tus when the workspace's id is set.
        uploader_url: Kinescope's uploader, without a slash at the end.
        api_url: Kinescope's management API, without a slash at the end.
        trusted_hosts: Hosts beside the configured ones that requests may go to; see `TrustedAddresses`.
        api_rate: The limits of requests to the management API, for all workers together; empty means no limit.
        database_url: The lessons' database; None when it is not set.
        cluster_url: The database that several machines share; None is the lessons' one.
        cluster: kupload.toml where it has [cluster], which `cluster/` reads; None where one machine works alone.
        folders: Pinned folder ids, by course.
        table: The names of the lessons' table and its columns.
        json: Whether to print one JSON object a line.
        no_db: Whether to go without the database.
        trust_scan: Whether to trust positions that no database proves.
        create_folders: Whether to create missing folders on Kinescope.
        new_progress: Whether to begin a new progress folder although unfinished uploads say that there is another.
        no_checksum: Whether to skip the MD5 of what is sent.
        let_sleep: Whether the machine may go to sleep while a batch is at work.
        quiet: Whether to print less.
        verbose: Whether to print more.
        origins: The origin of each setting, by the attribute's name.
        warnings: Warnings about the settings, in sentences.
        untrusted: Addresses that the token must not go to, although they are configured.
    """

    progress: Path
    library: Path | None = None
    map_file: Path | None = None
    confirmed_map: Path | None = None
    courses: tuple[str, ...] = ()
    limit: int | None = None
    jobs: int | Auto = Auto.AUTO
    jobs_max: int = MOST
    jobs_window: float = WINDOW
    chunk_size: int | None = None
    order: Order = Order.SIZE
    bwlimit: Timetable = UNLIMITED
    retries: int = 3
    retry_base: float = 3.0
    orphan_wait: float = 5.0
    stall: float = 60.0
    max_outage: float = 3600.0
    settle: float = 10.0
    replace_wait: float = 7200.0
    send_broken: bool = False
    log_file: Path | None = None
    no_log: bool = False
    history: Path | None = None
    web: int | None = None
    notify: Secret | None = None
    api_key: Secret | None = None
    project_id: str | None = None
    workspace_id: str | None = None
    dialect: Dialect = Dialect.JSON
    uploader_url: str = "https://uploader.kinescope.io"
    api_url: str = "https://api.kinescope.io"
    trusted_hosts: tuple[str, ...] = ()
    api_rate: tuple[RequestLimit, ...] = API_LIMITS
    database_url: Secret | None = None
    cluster_url: Secret | None = None
    cluster: TomlFile | None = None
    folders: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    table: LessonTable = field(default_factory=LessonTable)
    json: bool = False
    no_db: bool = False
    trust_scan: bool = False
    create_folders: bool = False
    new_progress: bool = False
    no_checksum: bool = False
    let_sleep: bool = False
    quiet: bool = False
    verbose: bool = False
    origins: Mapping[str, Origin] = field(default_factory=lambda: MappingProxyType({}))
    warnings: tuple[str, ...] = ()
    untrusted: tuple[UntrustedAddress, ...] = ()

    def needed_library(self) -> Path:
        """The library root.

        Raises:
            UsageError: It is not set; the message says how to set it.
        """
        return _there(self.library, "library")

    def map_of_pairs(self) -> Path:
        """The map file of confirmed pairs, which may be missing; or the library's error."""
        return self.confirmed_map or self.needed_library() / "kupload-map.json"

    def needed_api_key(self) -> Secret:
        """Kinescope's token, or the same error."""
        return _there(self.api_key, "api_key")

    def check_addresses(self) -> None:
        """Checks that the token may go to the configured addresses.

        Raises:
            UsageError: The token is from outside of the working directory, and only a file there names an address.
        """
        if self.untrusted:
            token = str(self.origins["api_key"].place).replace(" from ", " is from ", 1)
            raise untrusted_error([(str(address.place), address.host) for address in self.untrusted], token)

    def needed_project_id(self) -> str:
        """The project's id, or the same error."""
        return _there(self.project_id, "project_id")

    def needed_database_url(self) -> Secret:
        """The database's connection string, or the same error."""
        return _there(self.database_url, "database_url")

    @property
    def lacks_workspace(self) -> bool:
        """Whether uploads are created by Tus, which needs the workspace's id, and it is not set."""
        return self.dialect is Dialect.TUS and self.workspace_id is None

    def needed_workspace_id(self, named: str | None) -> str:
        """The workspace's id: the one that is set, else the one that Kinescope named.

        Raises:
            UsageError: There is neither; the message says where to find it, and how to work without it.
        """
        found = self.workspace_id or named
        if found is None:
            raise missing_workspace()
        return found

    def check_for_upload(self) -> None:
        """Checks that every setting that an upload needs is there, as `check_set`."""
        self.check_set("library", "api_key", "project_id", "database_url")

    def check_set(self, *names: str) -> None:
        """Checks that these settings are there; the database's with `no_db` need not be.

        Raises:
            UsageError: Names everything that is missing, at once.
        """
        wanted = (name for name in names if name != "database_url" or not self.no_db)
        if absent := [name for name in wanted if getattr(self, name) is None]:
            raise missing(*absent)


def _there(value: T | None, name: str) -> T:
    if value is None:
        raise missing(name)
    return value
