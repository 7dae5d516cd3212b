"""Says how an extra of this very installation is installed.

The name "kupload" alone would be looked up in a public registry, where anybody may register it: it is never advised.
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from kinescope_upload.text.hints import words_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = ["install_hint", "requirement_of"]

_ANYWHERE: Final = "In the folder of your copy of this project (README, “Install”): {line}"


def install_hint(extra: str) -> str:
    """Advises the command that installs this extra from where this installation came from.

    Args:
        extra: Its name in pyproject.toml: "demo", "media", "socks".
    """
    words = requirement_of(extra, _origin())
    installer = ("-m", "pip", "install") if find_spec("pip") else ()
    program = (sys.executable, *installer) if installer else ("uv", "pip", "install", "--python", sys.executable)
    if words is None:
        return _ANYWHERE.format(line=words_line((*program, f".[{extra}]")))
    return f"Install it: {words_line((*program, *words))}"


def requirement_of(extra: str, origin: Mapping[str, Any] | None) -> tuple[str, ...] | None:
    """The words for pip that install the extra from where the package came from; None where that is not known.

    Args:
        extra: Its name.
        origin: What direct_url.json says (packaging.python.org, "Recording the Direct URL Origin").
    """
    match origin:
        case {"url": str(url), "vcs_info": {"vcs": str(system), "commit_id": str(commit)}}:
            return (f"kupload[{extra}] @ {system}+{url}@{commit}",)
        case {"url": str(url)} if url.startswith("file:"):
            path = Path(url2pathname(urlsplit(url).path))
            is_editable = (origin or {}).get("dir_info", {}).get("editable") is True
            return (*(("-e",) if is_editable else ()), f"{path}[{extra}]") if path.exists() else None
        case {"url": str(url)}:
            return (f"kupload[{extra}] @ {url}",)
        case _:
            return None


def _origin() -> Mapping[str, Any] | None:
    """What the installer wrote down; a source folder on the path describes the package, too, without that."""
    from importlib.metadata import distributions  # noqa: PLC0415 - takes long, seldom needed

    try:
        texts = (one.read_text("direct_url.json") for one in distributions(name="kupload"))
        text = next(filter(None, texts), None)
        found = json.loads(text) if text else None
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
