"""Names that mean nothing here, and those that were probably meant. Pure."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from kinescope_upload.config.catalog import known_variables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kinescope_upload.config.settings import SettingOrigin

__all__ = ["nearest", "stray_variables"]

_OURS = ("KINESCOPE_", "KUPLOAD_")


def nearest(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The known name that is spelt most like this one, or None when none is near; the case does not count."""
    by_case = {one.casefold(): one for one in known}
    near = get_close_matches(name.casefold(), by_case, n=1, cutoff=cutoff)
    return by_case[near[0]] if near else None


def stray_variables(places: Iterable[SettingOrigin]) -> tuple[str, ...]:
    """A sentence for every variable that looks like a misspelt one of ours; a variable of somebody else's has none."""
    known = known_variables()
    return tuple(
        f"{place} means nothing to kupload. Is it {near}?"
        for place in places
        if place.name not in known
        and place.name.upper().startswith(_OURS)
        and (near := nearest(place.name, known, cutoff=0.85))
    )
