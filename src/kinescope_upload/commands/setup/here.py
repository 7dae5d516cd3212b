"""Asks for the lessons' database and the library, and tests both."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from kinescope_upload.commands.setup.supabase import WHICH_TO_TAKE, describe
from kinescope_upload.config.values import parse_connection_string, parse_path
from kinescope_upload.database.dsn import clean_dsn, masked
from kinescope_upload.database.lessons import LessonsDatabase
from kinescope_upload.errors import KuploadError, UsageError
from kinescope_upload.library.scan import scan
from kinescope_upload.library_paths import nfc
from kinescope_upload.mapping.idle_courses import LibraryGround, probable_root
from kinescope_upload.text import count, first_few, format_bytes, joined

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from kinescope_upload.commands.setup.dialogue import Dialogue
    from kinescope_upload.config import Secret, Settings
    from kinescope_upload.database import DatabaseReport
    from kinescope_upload.model import VideoFile

_NONE: Final = "-"
_PLACEHOLDER: Final = re.compile(r"\[YOUR-PASSWORD\]", re.IGNORECASE)
"""What Supabase's dashboard puts in the password's place."""


def ask_database(talk: Dialogue, settings: Settings) -> Secret | None:
    """Asks for the connection string until the lessons' table can be read and written; None where none is wanted."""
    talk.tell("\nThe lessons' database, PostgreSQL: its connection string.")
    for line in WHICH_TO_TAKE:
        talk.tell(line)
    question = _DatabaseQuestion(talk=talk, settings=settings, known=settings.database_url)
    return talk.until_good(question.ask, question.read)


@dataclass(slots=True, kw_only=True)
class _DatabaseQuestion:
    """Asks for a connection string and tests it.

    Attributes:
        known: What Enter takes.
        is_doubted: Whether the person has heard what is wrong with it.
    """

    talk: Dialogue
    settings: Settings
    known: Secret | None
    is_doubted: bool = False

    def ask(self) -> str:
        keeps = f"Enter takes {masked(self.known.reveal())}, " if self.known else ""
        return self.talk.ask_secret(f"Connection string (nothing is shown; {keeps}{_NONE} means no database): ")

    def read(self, typed: str) -> Secret | None:
        """The connection string; None where no database is wanted.

        Raises:
            ValueError: None is given, or lessons cannot be read and written.
            UsageError: It is malformed.
        """
        if typed == _NONE:
            return None
        if not typed and self.known is None:
            raise ValueError("Paste the connection string.")
        is_kept = self.is_doubted and not typed
        url = _with_password(self.talk, typed) if typed or self.known is None else self.known.reveal()
        report = self._report(url)
        self.known, self.is_doubted = parse_connection_string(url), True
        if report.problem and not is_kept:
            raise ValueError(f"{joined(report.problem, report.hint)} Enter takes it all the same.")
        if not report.problem:
            self.talk.tell(f"  {report.place}, PostgreSQL {report.server_version}: lessons can be read and written.")
        return self.known

    def _report(self, url: str) -> DatabaseReport:
        dsn = clean_dsn(url, name="The string")
        if kind := describe(dsn.place):
            self.talk.tell(f"  {kind}")
        return LessonsDatabase(dsn, self.settings.table).probe()


def _with_password(talk: Dialogue, url: str) -> str:
    if not _PLACEHOLDER.search(url):
        return url
    password = talk.ask_secret("The database's password, in the placeholder's place (nothing is shown): ")
    return _PLACEHOLDER.sub(lambda _: quote(password, safe=""), url)


def courses_of(settings: Settings, database: Secret | None) -> frozenset[str] | None:
    """The courses of the database; None where there is none, or it does not tell them."""
    if database is None:
        return None
    try:
        rows = LessonsDatabase(clean_dsn(database.reveal(), name="The string"), settings.table).rows()
    except KuploadError:
        return None
    return frozenset(row.course for row in rows)


def ask_library(talk: Dialogue, settings: Settings, directory: Path, courses: Collection[str] | None = None) -> Path:
    """Asks for the library root until there is such a folder with the courses' files in it.

    Args:
        talk: How the person is asked.
        settings: What is set now.
        directory: Where relative paths begin.
        courses: The courses of the database; None where it is not asked.
    """
    talk.tell("\nThe library: the folder that holds one folder for each course.")
    known, is_doubted = settings.library, False

    def read(typed: str) -> Path:
        nonlocal known, is_doubted
        text = typed[1:-1] if len(typed) > 1 and typed[0] == typed[-1] and typed[0] in "'\"" else typed
        if not text and known is None:
            raise ValueError("Type the folder's path, or drag the folder into this window.")
        root = _parsed(text, directory) if text else known
        assert root is not None  # noqa: S101 - typed or known
        files = _files(root)
        is_kept = is_doubted and not text
        known, is_doubted = root, True
        if not files and not is_kept:
            raise ValueError(f"There is no video file in {root}. Enter takes it all the same.")
        if not is_kept and (wrong := _is_foreign(root, files, courses)):
            raise ValueError(f"{wrong} Enter takes it all the same.")
        folders = len({file.path.partition("/")[0] for file in files})
        size = format_bytes(sum(file.size for file in files))
        found = f"{count(len(files), 'video file', 'video files')}, {size}"
        talk.tell(f"  {found}, in {count(folders, 'folder', 'folders')}.")
        return root

    return talk.until_good(lambda: talk.ask(f"Library{f' [{known}]' if known else ''}: "), read)


def _is_foreign(root: Path, files: Iterable[VideoFile], courses: Collection[str] | None) -> str:
    """Says that no folder of the library is a course of the database, and which folder may be meant; else empty."""
    paths = [file.path for file in files]
    if not courses or {nfc(path.partition("/")[0]) for path in paths} & set(map(nfc, courses)):
        return ""
    ground = LibraryGround(
        root=str(root), parent=str(root.parent), name=root.name, paths=paths, courses=courses, separator=os.sep
    )
    found = probable_root((), ground)
    there = f"It has {first_few(sorted(courses), most=5)}."
    meant = f"{found[0]}: {found[1]}." if found else there
    return f"None of its folders is a course of the database. {meant}"


def _files(root: Path) -> tuple[VideoFile, ...]:
    try:
        return scan(root).files
    except UsageError as error:
        raise ValueError(error.reason) from None


def _parsed(text: str, directory: Path) -> Path:
    try:
        return parse_path(directory)(text)
    except ValueError as error:
        raise ValueError(f"This {error}") from None
