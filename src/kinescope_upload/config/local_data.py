"""Says where a program keeps what belongs to this user on this machine. Pure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def usual_history(platform: str, environment: Mapping[str, str]) -> Path | None:
    """Where runs are remembered unless a setting says otherwise; None where no user's folder is known.

    The folders are those of the XDG Base Directory Specification, of Windows (CSIDL_LOCAL_APPDATA) and of macOS.

    Args:
        platform: As `sys.platform`.
        environment: The environment of the process.
    """
    home = environment.get("HOME", "")
    if platform == "win32":
        folder = environment.get("LOCALAPPDATA", "")
    elif platform == "darwin":
        folder = f"{home}/Library/Application Support" if home else ""
    else:
        named = environment.get("XDG_DATA_HOME", "")
        is_named = named.startswith("/")  # "All paths ... must be absolute", else ignored
        folder = named if is_named else f"{home}/.local/share" if home else ""
    return Path(folder, "kupload", "history.sqlite3") if folder else None
