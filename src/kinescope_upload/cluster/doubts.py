"""What this machine does not doubt: lessons whose files other libraries have, courses that are not here. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.mapping.names import nfc

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from kinescope_upload.model import Doubt


def doubts_here(doubts: Iterable[Doubt], elsewhere: Collection[str], courses: Iterable[str]) -> tuple[Doubt, ...]:
    """The doubts but for those about lessons whose files are elsewhere, and about courses that are not here.

    Args:
        doubts: The doubts.
        elsewhere: The lessons whose files other libraries have.
        courses: The courses that this library has.
    """
    here = {nfc(course) for course in courses}
    return tuple(
        doubt
        for doubt in doubts
        if (doubt.course is None or nfc(doubt.course) in here)
        and not (doubt.lesson_ids and all(one in elsewhere for one in doubt.lesson_ids))
    )
