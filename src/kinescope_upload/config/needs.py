"""What is said when the work cannot begin: a setting is missing, or an address is not to be trusted. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["missing", "untrusted_error"]

_WHAT_FOR: Final = {
    "library": (
        "The library is not set",
        "Name the folder that holds the courses: --library DIR, KUPLOAD_LIBRARY in .env, or library in kupload.toml.",
    ),
    "api_key": (
        "KINESCOPE_API_KEY is not set",
        "Put the token that Kinescope knows you by into .env (see .env.example).",
    ),
    "project_id": (
        "KINESCOPE_PROJECT_ID is not set",
        "Put the id of the project that the videos go to into .env (see .env.example).",
    ),
    "workspace_id": (
        (
            "Uploads the \"tus\" way need the workspace's id: KINESCOPE_WORKSPACE_ID is not set, and Kinescope's list "
            "of access tokens does not tell it"
        ),
        (
            "Put it into .env (Kinescope's dashboard has it in the workspace's settings, and its support tells it), or "
            "set KINESCOPE_INIT=json, which needs none."
        ),
    ),
    "database_url": (
        "DATABASE_URL is not set",
        "Put the connection string of the lessons' database into .env (see .env.example), or say --no-db.",
    ),
}
"""What is missing, and what it is for and where it may stand, by the attribute of `Settings`."""


def missing(*names: str) -> UsageError:
    """The error that names these settings, what each is for, and where it may stand."""
    what = "; ".join(_WHAT_FOR[name][0] for name in names)
    return UsageError(f"{what}.", " ".join(_WHAT_FOR[name][1] for name in names))


def untrusted_error(untrusted: Sequence[tuple[str, str]], token: str) -> UsageError:
    """The error for a token from elsewhere that files of the working directory would send to their own address.

    Args:
        untrusted: Where each address stands, and its host.
        token: Where the token stands, as a clause.
    """
    hosts = list(dict.fromkeys(host for _, host in untrusted))
    places = "; ".join(f'{place} names the host "{host}"' for place, host in untrusted)
    return UsageError(
        f"{places}, and {token}: the token is not sent to a host that only a file of the working directory names.",
        f"If the host is yours, set KINESCOPE_TRUSTED_HOSTS={','.join(hosts)} in the environment, or put the token "
        "into .env; else remove that line.",
    )
