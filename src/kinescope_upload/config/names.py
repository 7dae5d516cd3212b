"""Suggests known names for unknown ones. Pure."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from kinescope_upload.config.catalog import known_variables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kinescope_upload.config.settings import SettingOrigin

_KINESCOPE = "KINESCOPE_"
_KUPLOAD = "KUPLOAD_"


def nearest(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Finds the most similar known name, ignoring case; None when none is similar."""
    by_case = {candidate.casefold(): candidate for candidate in known}
    near = get_close_matches(name.casefold(), by_case, n=1, cutoff=cutoff)
    return by_case[near[0]] if near else None


def stray_variables(places: Iterable[SettingOrigin]) -> tuple[str, ...]:
    """Words a warning for every variable that looks like a misspelt one of kupload.

    What begins with `KUPLOAD_` is nobody else's. Other programs have variables of Kinescope, too: of these only a
    name that is close to a known one is warned of.
    """
    known = known_variables()
    warnings = []
    for place in places:
        name = place.name.upper()
        if place.name in known or not name.startswith((_KINESCOPE, _KUPLOAD)):
            continue
        near = nearest(place.name, known, cutoff=0.85)
        if near or name.startswith(_KUPLOAD):
            meant = f" Did you mean {near}?" if near else ""
            warnings.append(f"{place} is not a setting of kupload.{meant}")
    return tuple(warnings)
