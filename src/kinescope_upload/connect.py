"""The outside things as the settings want them: the lessons' database, and Kinescope.

Imports are inside the functions: each command pays only for what it uses.
"""

from __future__ import annotations

from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from kinescope_upload.side_by_side import begun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kinescope_upload.config import Settings
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.kinescope.http_client import HttpClient
    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.kinescope.tus_client import TusClient
    from kinescope_upload.mapping import Original
    from kinescope_upload.model import LessonRow
    from kinescope_upload.progress.written import Written

    Reading = Callable[[], tuple[LessonRow, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinescope:
    """Kinescope by both of its doors, through one HTTP client."""

    service: HttpClient
    uploader: TusClient
    api: KinescopeApi


def database_of(settings: Settings) -> LessonsDatabase | None:
    """The lessons' database; None with `--no-db`.

    Raises:
        UsageError: It is not set, or the connection string is malformed.
    """
    if settings.no_db:
        return None
    from kinescope_upload.database.dsn import clean_dsn
    from kinescope_upload.database.lessons import LessonsDatabase

    return LessonsDatabase(clean_dsn(settings.needed_database_url().reveal()), settings.table)


def ask_originals(settings: Settings, video_ids: Sequence[str]) -> Mapping[str, Original] | None:
    """The originals of videos by their keys; None without a token, and where Kinescope does not answer or refuses."""
    from kinescope_upload.errors import KuploadError
    from kinescope_upload.kinescope.originals import originals_of

    if settings.api_key is None:
        return None
    try:
        with open_kinescope(settings) as kinescope:
            return originals_of(kinescope.api, video_ids)
    except KuploadError:
        return None


def begin_reading(settings: Settings, database: LessonsDatabase) -> Reading:
    """Begins to read the selected courses' rows; returns what waits for them, and reads them anew every time after."""
    read = partial(database.rows, frozenset(settings.courses) or None)
    first = [begun(read, "kupload-call")]
    return lambda: first.pop().result() if first else read()


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonsAhead:
    """The lessons' database, and its rows, which are read while the program is loaded.

    Attributes:
        database: The database; None with `--no-db`.
        reading: Waits for the rows, and reads them again every time after; None with `--no-db`.
        written: When the progress files were written, before the rows were read; empty with `--no-db`.
    """

    database: LessonsDatabase | None
    reading: Reading | None
    written: Written


@contextmanager
def lessons_ahead(settings: Settings) -> Iterator[LessonsAhead]:
    """Begins to read the rows; the connection is kept for seconds after each call within the block.

    Raises:
        UsageError: The database is not set, or the connection string is malformed.
    """
    from kinescope_upload.progress.written import written_in

    database = database_of(settings)
    written = written_in(settings.progress) if database else {}
    with database.kept_open() if database else nullcontext():
        reading = begin_reading(settings, database) if database else None
        yield LessonsAhead(database=database, reading=reading, written=written)


@contextmanager
def open_kinescope(settings: Settings) -> Iterator[Kinescope]:
    """Kinescope, as long as the block runs; nothing is asked yet.

    Raises:
        UsageError: There is no token, or it must not go to a configured address.
    """
    from kinescope_upload.kinescope.http_client import HttpClient
    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.kinescope.pace_file import PaceFile, usual_folder
    from kinescope_upload.kinescope.request_pace import RequestPace
    from kinescope_upload.kinescope.trust import TrustedAddresses
    from kinescope_upload.kinescope.tus_client import TusClient

    uploader_url, api_url = settings.uploader_url, settings.api_url
    token = settings.needed_api_key().reveal()
    settings.check_addresses()
    trusted = TrustedAddresses(configured=(uploader_url, api_url), hosts=settings.trusted_hosts)
    pace = RequestPace(settings.api_rate, PaceFile(usual_folder, token))
    with closing(HttpClient(token=token, trusted=trusted, stall=settings.stall, pace=pace)) as service:
        yield Kinescope(
            service=service,
            uploader=TusClient(service, uploader_url=uploader_url, workspace_id=settings.workspace_id),
            api=KinescopeApi(service, api_url=api_url),
        )
