"""Words the errors for missing settings and untrusted addresses. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_WHAT_FOR: Final = {
    "library": (
        "The library is not set",
        "Name the folder that holds the courses: --library DIR, KUPLOAD_LIBRARY in .env, or library in kupload.toml.",
    ),
    "api_key": (
        "KINESCOPE_API_KEY is not set",
        "Put your API token of Kinescope into .env (see .env.example).",
    ),
    "project_id": (
        "KINESCOPE_PROJECT_ID is not set",
        "Put the id of the project for the videos into .env (see .env.example).",
    ),
    "workspace_id": (
        (
            "Uploads by \"tus\" need the workspace's id: KINESCOPE_WORKSPACE_ID is not set, and Kinescope's list "
            "of access tokens does not name it"
        ),
        (
            "Put it into .env (see the workspace's settings in Kinescope's dashboard, or ask its support), or set "
            "KINESCOPE_INIT=json, which does not need it."
        ),
    ),
    "database_url": (
        "DATABASE_URL is not set",
        "Put the connection string of the lessons' database into .env (see .env.example), or use --no-db.",
    ),
}
"""What is missing, and how to set it, by the attribute of `Settings`."""


def missing(*names: str) -> UsageError:
    """Words the error for these missing settings, and how to set each."""
    what = "; ".join(_WHAT_FOR[name][0] for name in names)
    return UsageError(f"{what}.", " ".join(_WHAT_FOR[name][1] for name in names))


def untrusted_error(untrusted: Sequence[tuple[str, str]], token: str) -> UsageError:
    """Words the error for a token from elsewhere that files of the working directory would send to their own address.

    Args:
        untrusted: The origin of each address, and its host.
        token: The origin of the token, as a clause.
    """
    hosts = list(dict.fromkeys(host for _, host in untrusted))
    places = "; ".join(f'{place} names the host "{host}"' for place, host in untrusted)
    return UsageError(
        f"{places}, and {token}: the token is not sent to a host that only a file of the working directory names.",
        f"If the host is yours, set KINESCOPE_TRUSTED_HOSTS={','.join(hosts)} in the environment, or put the token "
        "into .env; else remove that line.",
    )
