"""Which files of the progress folder are a course's progress: what they say of themselves, then how they are called."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

import pytest

from kinescope_upload.progress import courses_in, ignored_in
from kinescope_upload.progress.format import encode_course
from kinescope_upload.progress.names import why_ignored
from support.progress_cases import a_record

if TYPE_CHECKING:
    from pathlib import Path

_OWN: Final = encode_course("01_analytics", {}).decode()
_JOURNAL: Final = '{"journal": 1, "course": "01_analytics", "follows": {"bytes": 1, "crc32": 2}}\n'
_COPY: Final = 'is a copy of the progress of course "01_analytics"'
_MADE: Final = "is a copy that another program made"
_OTHER: Final = "is of another system"
_TEMPORARY: Final = "is a temporary file of another program"

_COPIES: Final = [
    "01_analytics (1)",
    "01_analytics-conflict-20261126-015241",
    "01_analytics_conflict-20261126-015241",
    "01_analytics (conflicted copy 2026-11-26 015241)",
    "01_analytics (Ivan's conflicted copy 2026-11-26)",
    "01_analytics.sync-conflict-20261126-015241-ABCDEFG",
    "._01_analytics",
    "~01_analytics",
]
_BY_ANY_NAME: Final = [*_COPIES, "01_analytics - Copy", "01_analytics-LAPTOP", "02_other", "01_Analytics"]
_APPLE_DOUBLE: Final = "\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "


@pytest.mark.parametrize("stem", _BY_ANY_NAME)
@pytest.mark.parametrize(
    ("suffix", "head"), [(".json", _OWN), (".json", json.dumps(json.loads(_OWN), indent=2)), (".journal", _JOURNAL)]
)
def test_a_file_that_names_another_course_is_a_copy_however_it_is_called(stem: str, suffix: str, head: str) -> None:
    assert why_ignored(stem + suffix, head) == _COPY


@pytest.mark.parametrize("stem", _COPIES)
@pytest.mark.parametrize("head", ["", "\0" * 100, _APPLE_DOUBLE, "<html>", "{"], ids=ascii)
def test_a_damaged_copy_is_known_by_its_name(stem: str, head: str) -> None:
    assert why_ignored(f"{stem}.json", head) == _MADE


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("01_analytics.json", _OWN),
        ("01_analytics.json", _OWN.replace(": ", ":").replace("\n", "\r\n")),
        ("01_analytics.journal", _JOURNAL),
        ("Курс (1).json", encode_course("Курс (1)", {}).decode()),
        (normalize("NFD", "Й") + ".json", encode_course("Й", {}).decode()),
        ("-conflict-1.json", encode_course("-conflict-1", {}).decode()),
    ],
)
def test_a_file_that_names_its_own_course_is_that_courses_progress(name: str, head: str) -> None:
    assert why_ignored(name, head) is None


@pytest.mark.parametrize(
    "head",
    ["", "{", "\0" * 100, "[", '{"course": "01_analytics", "format": 1, "lessons": {}}', '{"format": 1}'],
    ids=ascii,
)
@pytest.mark.parametrize("name", ["01_analytics.json", "03_conflict-management.json", "01_analytics.journal"])
def test_a_damaged_file_counts_so_that_whoever_reads_it_refuses_it(name: str, head: str) -> None:
    assert why_ignored(name, head) == (_OTHER if head == "[" else None)


@pytest.mark.parametrize("head", ['{"uploaded": [1]}', '[{"id": 1}]', '  {"lesson": 1, "format": 1}'])
def test_a_file_of_another_shape_is_of_another_system(head: str) -> None:
    assert why_ignored("progress.json", head) == _OTHER


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("01_analytics.json.tmp", _TEMPORARY),
        ("~$01_analytics.tmp", _TEMPORARY),
        (".01_analytics.json.x1y2.tmp", None),
        (".01_analytics.journal.x1y2.tmp", None),
    ],
)
def test_a_temporary_file_is_named_unless_kupload_made_it(name: str, reason: str | None) -> None:
    assert why_ignored(name, _OWN) == reason


def test_the_folder_tells_its_courses_and_what_it_leaves_out(tmp_path: Path) -> None:
    assert (courses_in(tmp_path / "none"), ignored_in(tmp_path / "none")) == ((), ())
    for name in ("01_analytics.json", "01_analytics (1).json", "c.json", ".c.json.x.tmp", "c.json.tmp", "notes.txt"):
        (tmp_path / name).write_bytes(encode_course("01_analytics", {}))
    (tmp_path / "c.json").write_bytes(b"{")
    (tmp_path / "d.journal").write_text(_JOURNAL.replace("01_analytics", "d"), encoding="utf-8")
    (tmp_path / "e.json").mkdir()
    assert courses_in(tmp_path) == ("01_analytics", "c", "d", "e")
    assert [(file.path, file.reason) for file in ignored_in(tmp_path)] == [
        (str(tmp_path / "01_analytics (1).json"), _COPY),
        (str(tmp_path / "c.json.tmp"), _TEMPORARY),
    ]


def test_a_course_with_a_long_name_is_known(tmp_path: Path) -> None:
    course = "Й" * 120  # a name that long fits no more on a disk, and is 6 characters a letter in the file
    (tmp_path / f"{course}.json").write_bytes(encode_course(course, {a_record().lesson_id: b'"c_001": {}'}))
    assert (courses_in(tmp_path), ignored_in(tmp_path)) == ((course,), ())
