"""Tells psycopg its version without `importlib.metadata`, which takes 1 MB and which nothing else of a run needs.

psycopg asks for its version when it is imported. It stands in the name of the folder beside it that holds its metadata;
where there is not exactly one such folder, psycopg asks as usual.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

__all__ = ["tell_versions"]


def tell_versions() -> None:
    """Puts the modules in their places that psycopg reads its version from, unless they are there."""
    for package in ("psycopg", "psycopg_binary"):
        name = f"{package}.version"
        if name not in sys.modules and (version := _version_of(package)):
            module = ModuleType(name, "Made by kupload.")
            vars(module)["__version__"] = version
            sys.modules[name] = module


def _version_of(package: str) -> str | None:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    folders = list(Path(spec.origin).parent.parent.glob(f"{package}-*.dist-info"))
    return folders[0].name.removeprefix(f"{package}-").removesuffix(".dist-info") if len(folders) == 1 else None
