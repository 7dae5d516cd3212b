"""Suggests known names for unknown ones. Pure."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from kinescope_upload.config.catalog import known_variables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kinescope_upload.config.settings import SettingOrigin

_OURS = ("KINESCOPE_", "KUPLOAD_")


def nearest(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Finds the most similar known name, ignoring case; None when none is similar."""
    by_case = {candidate.casefold(): candidate for candidate in known}
    near = get_close_matches(name.casefold(), by_case, n=1, cutoff=cutoff)
    return by_case[near[0]] if near else None


def stray_variables(places: Iterable[SettingOrigin]) -> tuple[str, ...]:
    """Words a warning for every variable that looks like a misspelt one of kupload."""
    known = known_variables()
    return tuple(
        f"{place} is not a setting of kupload. Did you mean {near}?"
        for place in places
        if place.name not in known
        and place.name.upper().startswith(_OURS)
        and (near := nearest(place.name, known, cutoff=0.85))
    )
