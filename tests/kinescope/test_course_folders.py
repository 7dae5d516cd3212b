"""Which folder on Kinescope is a course's."""

from __future__ import annotations

import pytest

from kinescope_upload.errors import UsageError
from kinescope_upload.kinescope.course_folders import FolderState, find_folders, match_folders
from kinescope_upload.kinescope.video import Folder


def folder(folder_id: str, name: str, parent_id: str | None = None) -> Folder:
    return Folder(id=folder_id, name=name, parent_id=parent_id)


PROJECT = "p1"
FOLDERS = (
    folder("f1", "01_analytics", parent_id=PROJECT),
    folder("f2", "02_ads"),
    folder("f3", "02_ads"),
    folder("f4", "03_ai", parent_id="f1"),
    folder("f5", "O4_workshops"),
)


def states(*courses: str, **pinned: str) -> list[tuple[str, FolderState, tuple[str, ...]]]:
    names = {key.replace("c", "0", 1): value for key, value in pinned.items()}
    found = match_folders(courses, pinned=names, folders=FOLDERS, project_id=PROJECT)
    return [(one.course, one.state, one.folder_ids) for one in found]


@pytest.mark.parametrize(
    ("course", "state", "ids"),
    [
        ("01_analytics", FolderState.THERE, ("f1",)),
        ("02_ads", FolderState.AMBIGUOUS, ("f2", "f3")),
        ("03_ai", FolderState.MISSING, ()),
        ("04_workshops", FolderState.MISSING, ()),
    ],
)
def test_a_course_is_matched_by_its_exact_name_at_the_projects_root(
    course: str, state: FolderState, ids: tuple[str, ...]
) -> None:
    assert states(course) == [(course, state, ids)]


def test_a_pin_goes_before_the_name() -> None:
    assert states("02_ads", c2_ads="f4") == [("02_ads", FolderState.PINNED, ("f4",))]
    assert states("02_ads", c2_ads="p1") == [("02_ads", FolderState.PINNED, ("p1",))]
    assert states("02_ads", c2_ads="f9") == [("02_ads", FolderState.PIN_ASTRAY, ("f9",))]


def test_near_names_are_those_of_no_course() -> None:
    [ads, workshops] = match_folders(["02_add", "04_workshops"], pinned={}, folders=FOLDERS, project_id=PROJECT)
    assert (ads.near, workshops.near) == (("02_ads",), ("O4_workshops",))
    [_, add] = match_folders(["02_ads", "02_add"], pinned={}, folders=FOLDERS, project_id=PROJECT)[::-1]
    assert add.near == ()


def test_a_run_goes_by_pins_and_lists_what_is_missing() -> None:
    found, missing = find_folders(
        ["01_analytics", "02_ads", "03_ai"], pinned={"02_ads": "F3"}, folders=FOLDERS, project_id=PROJECT
    )
    assert (found, missing) == ({"01_analytics": "f1", "02_ads": "f3"}, ("03_ai",))


def test_a_run_refuses_a_pin_to_what_is_no_folder_of_the_project() -> None:
    with pytest.raises(UsageError, match=r"02_ads.* f9, which is no folder .*kupload\.toml"):
        find_folders(["02_ads"], pinned={"02_ads": "f9"}, folders=FOLDERS, project_id=PROJECT)


def test_a_run_refuses_to_choose_between_two() -> None:
    with pytest.raises(UsageError, match=r"f2, f3.*kupload\.toml"):
        find_folders(["02_ads"], pinned={}, folders=FOLDERS, project_id=PROJECT)
