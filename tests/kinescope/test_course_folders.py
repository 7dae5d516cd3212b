"""Which folder on Kinescope is a course's."""

from __future__ import annotations

import pytest

from kinescope_upload.kinescope.course_folders import FolderState, doubts_about, match_folders
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


@pytest.mark.parametrize(
    ("course", "pins", "may_create", "said"),
    [
        ("01_analytics", {}, False, ()),
        ("02_ads", {"02_ads": "F3"}, False, ()),
        ("04_workshops", {}, True, ()),
        ("04_workshops", {}, False, ('no folder named "04_workshops" (there is O4_workshops)', "--create --course")),
        ("02_ads", {"02_ads": "f9"}, True, ("pinned to f9, which is no folder", "`kupload folders --pin 02_ads=f2`")),
        (
            "02_ads",
            {},
            True,
            ("2 folders", "f2, f3", "`kupload folders --pin 02_ads=f2` or `kupload folders --pin 02_ads=f3`"),
        ),
    ],
)
def test_a_course_that_has_not_exactly_one_folder_is_in_doubt(
    course: str, pins: dict[str, str], may_create: bool, said: tuple[str, ...]
) -> None:
    found = match_folders([course, "01_analytics"], pinned=pins, folders=FOLDERS, project_id=PROJECT)
    doubts = doubts_about(found, may_create=may_create)
    assert doubts.keys() == ({course} if said else set())
    for words in said:
        assert words in f"{doubts[course].reason} {doubts[course].hint}"
