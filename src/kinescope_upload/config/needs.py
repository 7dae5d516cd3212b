"""Words the errors for missing settings and untrusted addresses. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import MissingSettingsError, UsageError
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Sequence

NEEDED: Final = {
    "library": ("KUPLOAD_LIBRARY", "the folder that holds the courses; or --library DIR"),
    "api_key": ("KINESCOPE_API_KEY", "Kinescope's token, from the settings of its dashboard"),
    "project_id": ("KINESCOPE_PROJECT_ID", "the project for the videos, from Kinescope"),
    "database_url": ("DATABASE_URL", 'the lessons\' database: Supabase, "Connect"; or --no-db'),
}
"""What a run needs: each setting's variable, what it is and where it comes from, by the attribute of `Settings`."""
_SETUP: Final = Hint(("setup",), " asks for what is missing and tests it; or write it into .env.")


def missing(*names: str) -> UsageError:
    """Words the error for these missing settings: what each is and where it comes from."""
    return MissingSettingsError([NEEDED[name] for name in names], _SETUP)


def missing_workspace() -> UsageError:
    """Words the error for uploads by Tus without the workspace's id."""
    return UsageError(
        "Uploads by \"tus\" need the workspace's id: KINESCOPE_WORKSPACE_ID is not set, and Kinescope's list of access "
        "tokens does not name it.",
        "Put it into .env (see the workspace's settings in Kinescope's dashboard, or ask its support), or set "
        "KINESCOPE_INIT=json, which does not need it.",
    )


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
