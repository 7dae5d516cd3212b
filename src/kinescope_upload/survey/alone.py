"""Checks that this machine works alone on its courses, or is one of those that share them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.errors import DatabaseDownError, UsageError
from kinescope_upload.text import first_few
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Collection

    from kinescope_upload.database.lessons import LessonsDatabase


def check_alone(courses: Collection[str], database: LessonsDatabase | None) -> None:
    """Checks that no cluster has these courses: two kuploads would upload the same lessons, or change them.

    A database that does not answer is no error here: nothing can be linked meanwhile.

    Raises:
        UsageError: One has.
    """
    try:
        shared = database.shared_courses(courses) if database and courses else []
    except DatabaseDownError:
        return
    if shared:
        raise UsageError(
            f"Several machines share the work on {first_few(shared)}, and this one is none of them: kupload.toml has "
            "no [cluster]. Nothing was sent or changed.",
            Hint(
                "Add [cluster] (docs/cluster.md). To go on with one machine alone, run this on one that has it: ",
                ("cluster", "export"),
                ".",
            ),
        )
