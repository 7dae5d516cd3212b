"""Says what a run settles by reading files, where a dry run had no time for that. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.mapping import section_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from kinescope_upload.model import MappedLibrary


def without_questions(mapped: MappedLibrary, unread: Collection[str]) -> MappedLibrary:
    """The mapping, in which nobody is asked about sections whose files a run reads first.

    Args:
        mapped: Which file belongs to which lesson, as far as that is known.
        unread: The paths of the files that were not read.
    """
    if not unread:
        return mapped
    sections, hint = set(map(section_of, unread)), unread_sentence(len(unread))
    return replace(
        mapped,
        doubts=tuple(replace(one, hint=hint) if one.subject in sections else one for one in mapped.doubts),
        proposals=tuple(one for one in mapped.proposals if one.section not in sections),
    )


def unread_sentence(files: int) -> str:
    """Says that a run reads so many files first; empty where it reads none."""
    if not files:
        return ""
    what = "the MD5 of 1 file" if files == 1 else f"the MD5s of {files:,} files"
    return f"A run reads {what} first, which may settle what is in doubt."
