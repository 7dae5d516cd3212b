"""Creations whose videos nobody could tell from each other come one after the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kinescope_upload.batch.run import CreationLocks
from kinescope_upload.upload import Dialect, Record

RECORD = Record(
    lesson_id="c_001",
    course="c",
    path="c/001.mp4",
    size=5,
    modified_ns=1,
    parent_id="p",
    title="t",
    dialect=Dialect.JSON,
    video_id=None,
)


@pytest.mark.parametrize(
    ("changes", "share"),
    [
        ({"lesson_id": "c_002", "path": "c/002.mp4", "size": 6}, True),  # a leftover shows neither name nor size
        ({"title": "another"}, False),
        ({"parent_id": "q"}, False),
    ],
)
def test_lessons_of_one_title_in_one_folder_share_a_lock(changes: dict[str, str], share: bool) -> None:
    creation_locks = CreationLocks()
    assert (creation_locks.of(RECORD) is creation_locks.of(replace(RECORD, **changes))) is share  # type: ignore[arg-type]
