"""A folder that cannot be listed: its files could shift the positions of all that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.mapping import Known, assign_by_scan_rule, check_sections
from kinescope_upload.model import IgnoredFile
from support.mapping_cases import row, table, videos

if TYPE_CHECKING:
    from kinescope_upload.model import LessonRow, MappedLibrary

_FILES = ("c/s/a.mp4", "c/s/z/b.mp4", "c/t/a.mp4")
_REASON = "the folder cannot be read: Permission denied"


def _mapped(folder: str | None, *rows: LessonRow, files: tuple[str, ...] = _FILES) -> MappedLibrary:
    """Without a folder everything could be listed; without rows the user vouches for the files' order."""
    ignored = [IgnoredFile(path=folder, reason=_REASON, is_unread_folder=True)] if folder else []
    scanned = assign_by_scan_rule(videos(*files))
    return check_sections(scanned, table(rows) if rows else None, Known(ignored=ignored))


def _ids(mapped: MappedLibrary) -> list[str]:
    return [one.lesson_id for one in mapped.assignments]


@pytest.mark.parametrize("folder", ["c/s/m", "c/s/z/m"])
def test_nothing_is_sent_by_its_position_beside_such_a_folder_and_all_elsewhere_is(folder: str) -> None:
    assert _ids(_mapped(None)) == ["c_s_001", "c_s_z_002", "c_t_001"]

    mapped = _mapped(folder)

    assert _ids(mapped) == ["c_t_001"]
    (doubt,) = mapped.doubts
    assert (doubt.course, doubt.subject, doubt.blocking) == ("c", "c/s", True)
    assert doubt.reason == f'"{folder}": {_REASON}, so no position in it can be trusted'
    assert "readable" in doubt.hint


@pytest.mark.parametrize("folder", ["c/u", "c/u/m", "d"])
def test_such_a_folder_beside_which_there_is_nothing_is_named(folder: str) -> None:
    mapped = _mapped(folder)

    assert _ids(mapped) == _ids(_mapped(None))
    (doubt,) = mapped.doubts
    assert (doubt.course, doubt.subject, doubt.blocking) == (folder[0], folder, True)
    assert doubt.reason.startswith(_REASON)


def test_a_database_that_agrees_with_what_is_left_by_chance_proves_nothing() -> None:
    mapped = _mapped("c/s/m", row("c_s_001", "c"), row("c_s_z_002", "c"), row("c_t_001", "c"))

    assert _ids(mapped) == ["c_t_001"]
    (doubt,) = mapped.doubts
    assert doubt.lesson_ids == ("c_s_001", "c_s_z_002")
    assert _REASON in doubt.reason


def test_of_a_section_that_is_done_nothing_is_told_by_position_and_nothing_is_held_up() -> None:
    linked = [row("c_s_001", "c", video_id="v"), row("c_s_z_002", "c", video_id="w")]
    files = ("c/s/a.mp4", "c/s/z/b.mp4")
    assert len(_mapped(None, *linked, files=files).assignments) == 2

    mapped = _mapped("c/s/m", *linked, files=files)

    assert not mapped.assignments
    assert [doubt.blocking for doubt in mapped.doubts] == [False]


def test_where_files_are_missing_the_folder_is_the_reason() -> None:
    mapped = _mapped("c/s/m", row("c_s_m_001", "c"), row("c_s_002", "c"), files=("c/s/a.mp4",))

    (doubt,) = mapped.doubts
    assert doubt.reason.startswith('"c/s/m": the folder cannot be read')
