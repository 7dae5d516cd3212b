"""Says where `kupload repair` goes first: it moves what is recorded, and what is left is another question. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.plan.off import section_of_record
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kinescope_upload.model import MappedLibrary
    from kinescope_upload.plan.places import Titled
    from kinescope_upload.plan.renumbered import Renumbered

_REPAIR: Final = Hint(
    ("repair",), " moves what is recorded to the lessons of these titles first; the next run tells what is left."
)


def sections_to_repair(found: Renumbered, records: Mapping[str, Titled]) -> frozenset[str]:
    """How the ids of the lessons begin in whose sections what is recorded moves.

    Args:
        found: The lessons that were renumbered.
        records: What is recorded, by lesson id.
    """
    return frozenset(section_of_record(key, records[key]) for key in found.moved)


def waits_for_repair(section: str, moving: Collection[str]) -> bool:
    """Whether what is recorded moves in the section, of which the folders are given."""
    return section.replace("/", "_") in moving


def repair_first(told: MappedLibrary, moving: Collection[str]) -> MappedLibrary:
    """The mapping, where nobody is asked about files of sections in which what is recorded moves.

    Args:
        told: The mapping.
        moving: How the ids of these sections' lessons begin.
    """
    waiting = {one.section for one in told.proposals if waits_for_repair(one.section, moving)}
    if not waiting:
        return told
    return replace(
        told,
        doubts=tuple(replace(one, hint=_REPAIR) if one.subject in waiting else one for one in told.doubts),
        proposals=tuple(one for one in told.proposals if one.section not in waiting),
    )
