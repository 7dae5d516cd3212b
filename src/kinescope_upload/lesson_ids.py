"""What a lesson's id says beside the lesson: the section that it is counted in. Pure."""

from __future__ import annotations


def begin_of_id(lesson_id: str) -> str:
    """How the ids of its section's lessons begin: all but the number at the end."""
    return lesson_id.rpartition("_")[0]
