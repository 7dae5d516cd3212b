"""Gives `.env.example`, which is in every installation."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_IN_WHEEL: Final = Path(__file__).parent / "env.example"
_IN_CHECKOUT: Final = Path(__file__).parents[3] / ".env.example"


def env_example() -> str:
    """The text of `.env.example`: from the wheel, else from the checkout that is installed editable."""
    path = _IN_WHEEL if _IN_WHEEL.exists() else _IN_CHECKOUT
    return path.read_text(encoding="utf-8")
