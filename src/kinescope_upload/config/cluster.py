"""What [cluster] in kupload.toml says: this machine's name, and where each library lies here. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kinescope_upload.config.values import parse_duration, parse_path, shown
from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kinescope_upload.config.files import TomlFile

CLUSTER_KEYS: Final = ("machine", "libraries", "schema", "lease", "poll")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_SCHEMA: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSettings:
    """How this machine shares the work with others.

    Attributes:
        machine: Its name.
        libraries: Where each library lies on this machine, by the name that all machines use for it.
        schema: The schema of the database that holds the cluster's tables.
        lease: Seconds after which another machine may take over a lesson whose machine says nothing any more.
        poll: Seconds between two looks for work where there was none.
    """

    machine: str
    libraries: Mapping[str, Path]
    schema: str = "kupload"
    lease: float = 60.0
    poll: float = 5.0


def cluster_of(file: TomlFile, directory: Path, host: Callable[[], str]) -> ClusterSettings | None:
    """Reads the table; None where there is none.

    Args:
        file: kupload.toml.
        directory: Where relative paths start.
        host: Gives the machine's name where the table names none.

    Raises:
        UsageError: A value is wrong.
    """
    table = file.content.get("cluster")
    if table is None:
        return None
    if not isinstance(table, dict):
        raise UsageError(f"{file.place('cluster')} must be a table.", "Write it as [cluster], with a key on each line.")
    given: dict[str, Any] = {key: _parsed(file, key, value, directory) for key, value in table.items() if value != ""}
    if not given.get("libraries"):
        where = 'libraries = { nas = "/mnt/nas/courses" }'
        raise UsageError(f"{file.place('cluster')} names no library.", f"Say where each lies on this machine: {where}")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", host()).strip("-._") or "machine"
    return ClusterSettings(**{"machine": name[:63], **given})


def _parsed(file: TomlFile, key: str, value: object, directory: Path) -> object:
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
                names = [_matching(_NAME, str(name), "is no name of a library.") for name in value]
                return {name: parse_path(directory)(str(value[name])) for name in names}
            case (("lease" | "poll"), (str() | int() | float())):
                return parse_duration("s", above_zero=True)(str(value))
    except ValueError as error:
        raise UsageError(f"{place}: {shown(str(value))} {error}") from None
    kind = "a table of names and folders" if key == "libraries" else "a text"
    raise UsageError(f"{place} must be {kind}.")


def _matching(pattern: re.Pattern[str], text: str, otherwise: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(otherwise)
    return text
