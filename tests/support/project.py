"""Where the project's own files are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

__all__ = ["ROOT", "TESTS"]

ROOT: Final = next(folder for folder in Path(__file__).resolve().parents if (folder / "pyproject.toml").is_file())
"""The folder that holds pyproject.toml."""
TESTS: Final = ROOT / "tests"
