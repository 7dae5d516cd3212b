"""What is said of linked lessons whose files have changed."""

from __future__ import annotations

import pytest

from kinescope_upload.plan.changes import FileChange, changes_sentence

WHOLE = FileChange(lesson_id="c_1", sent_size=100, size=200)
CUT = FileChange(lesson_id="c_2", sent_size=100, size=50, broken="is cut off")


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        ((WHOLE,), "c_1 (100 → 200 B). Publish it: `kupload replace c_1`."),
        ((CUT,), "c_2 (100 → 50 B, is cut off). Put whole files in their places."),
        ((CUT, WHOLE), "Publish what is whole: `kupload replace c_1`."),
        ((WHOLE, WHOLE), "Publish them: `kupload replace --changed`."),
    ],
)
def test_no_file_is_advised_to_be_published_that_no_player_can_show(
    changes: tuple[FileChange, ...], ending: str
) -> None:
    assert changes_sentence(changes).endswith(ending)


def test_files_that_may_have_moved_on_are_not_advised_to_be_published() -> None:
    moved = FileChange(lesson_id="a_001", sent_size=1, size=2, is_mixed_up=True)
    told = changes_sentence([moved, FileChange(lesson_id="a_002", sent_size=1, size=2)])
    assert "replace" not in told
    assert told.endswith("bring the database and the files in step. `kupload verify` tells of each.")
