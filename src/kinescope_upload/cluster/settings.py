"""What [cluster] in kupload.toml says: this machine's name, and where each library lies here."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kinescope_upload.config.settings import Source
from kinescope_upload.config.toml_tables import checked_section
from kinescope_upload.config.values import parse_duration, parse_path, shown
from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from kinescope_upload.config import Settings
    from kinescope_upload.config.files import TomlFile

_KEYS: Final = ("machine", "libraries", "schema", "lease", "poll")
CORRECT: Final = "Mount it there, or correct [cluster] libraries in kupload.toml."
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_SCHEMA: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSettings:
    """How this machine shares the work with others.

    Attributes:
        machine: Its name.
        libraries: Where each library lies on this machine, by the name that all machines use for it.
        schema: The schema of the database that holds the cluster's tables.
        names_schema: Whether kupload.toml names it.
        lease: Seconds after which another machine may take over a lesson whose machine says nothing any more.
        poll: Seconds between two looks for work where there was none.
    """

    machine: str
    libraries: Mapping[str, Path]
    schema: str = "kupload"
    names_schema: bool = False
    lease: float = 60.0
    poll: float = 5.0


def cluster_of(settings: Settings) -> ClusterSettings:
    """Reads the table; the machine is called as its host where the table names it not.

    Raises:
        UsageError: There is no such table, or a value is wrong.
    """
    file = settings.cluster
    if file is None:
        raise UsageError(
            "This machine shares no work with others: kupload.toml has no [cluster].",
            'Add it, with where the library lies here: [cluster] libraries = { nas = "/mnt/nas/courses" }. '
            "See docs/cluster.md.",
        )
    table = checked_section(file, "cluster", _KEYS)
    given: dict[str, Any] = {key: _parsed(file, key, value) for key, value in table.items() if value != ""}
    if not given.get("libraries"):
        where = 'libraries = { nas = "/mnt/nas/courses" }'
        raise UsageError(f"{file.place('cluster')} names no library.", f"Say where each lies on this machine: {where}")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", socket.gethostname()).strip("-._") or "machine"
    return ClusterSettings(**{"machine": name[:63], "names_schema": "schema" in given, **given})


def check_rows(settings: Settings) -> None:
    """Returns where the lessons' database is asked.

    Raises:
        UsageError: `--no-db` says otherwise.
    """
    if settings.no_db:
        raise UsageError("Several machines cannot work without the lessons' database.", "Leave out --no-db.")


def libraries_of(settings: Settings, names: Collection[str] = ()) -> Mapping[str, Path]:
    """Where the libraries are on this machine: those that were named, else the one that --library names, else all.

    Raises:
        UsageError: One that was named is not in kupload.toml.
    """
    known = cluster_of(settings).libraries
    if unknown := sorted(set(names) - known.keys()):
        raise _unknown(unknown[0], known)
    origin = settings.origins.get("library")
    if settings.library is None or origin is None or origin.place.source is not Source.OPTION:
        return {name: root for name, root in known.items() if not names or name in names}
    named = {name: root for name, root in known.items() if root == settings.library}
    if not named:
        raise _unknown(settings.library.name, known)
    return named


def _unknown(name: str, known: Collection[str]) -> UsageError:
    return UsageError(
        f'This machine has no library named "{name}".',
        f"Known are {', '.join(known)}; [cluster] libraries in kupload.toml says where each lies here.",
    )


def _parsed(file: TomlFile, key: str, value: object) -> object:
    place = file.place(key, "cluster")
    try:
        match key, value:
            case "machine", str():
                return _matching(_NAME, value, "is no name of a machine. Use letters, digits, dots and hyphens.")
            case "schema", "public":
                raise UsageError(f"{place}: the application's own tables are in public.", "Name another schema.")
            case "schema", str():
                return _matching(_SCHEMA, value, "is no name of a schema. Use small letters, digits and _.")
            case "libraries", dict():
                return {name: _library(file, name, root) for name, root in value.items()}
            case (("lease" | "poll"), (str() | int() | float())):
                return parse_duration("s", above_zero=True)(str(value))
    except ValueError as error:
        raise UsageError(f"{place}: {shown(str(value))} {error}") from None
    kind = "a table of names and folders" if key == "libraries" else "a text"
    raise UsageError(f"{place} must be {kind}.")


def _library(file: TomlFile, name: str, root: object) -> Path:
    place = file.place("libraries", "cluster")
    if not _NAME.fullmatch(name):
        use = "Use Latin letters, digits, dots, hyphens and underscores, and begin with a letter or digit."
        raise UsageError(f"{place}: {shown(name)} is no name of a library.", use)
    if not (isinstance(root, str) and root.strip()):
        raise UsageError(f"{place}: {name} must be a folder, in quotes.", f'For example: {name} = "/mnt/nas/courses"')
    return parse_path(file.folder)(root)


def _matching(pattern: re.Pattern[str], text: str, otherwise: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(otherwise)
    return text
