"""What is said when a setting is missing that the work cannot do without. Pure."""

from __future__ import annotations

from typing import Final

from kinescope_upload.errors import UsageError

__all__ = ["missing"]

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
